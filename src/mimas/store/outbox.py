"""What has happened and is to have consequences, in the order in which it happened: the queue of workflows.

An entry is written in the transaction of what has happened, and taken away in the transaction of what comes of it: so
nothing is lost and nothing is done twice, wherever a process dies. Whoever sees to some first says so (`take`): for a
while the others leave them alone, and if an entry ends the process itself, it does not come first again for ever.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from mimas.store import tables
from mimas.store.database import Transaction
from mimas.store.instants import stamp

FOLLOWS = "follows"
"""A request has been done, and workflows of a policy rule follow from it: (rule, request)."""
AUTHORIZES = "authorizes"
"""A request waits for a workflow to let it through: (workflow, request)."""
APPLIES = "applies"
"""A workflow is to be run for somebody who has long been in a set: (rule, resource)."""
TURN = "turn"
"""It is the turn of a workflow's next activity: (0, instance). One that waits is due when it has waited long enough."""

LEASE = timedelta(seconds=10)
"""So long others leave alone what somebody sees to: as long as what a dead process had taken stays where it is. Each
activity begins it anew."""

_COLUMNS = "id, kind, holder, resource, at, person, due, taken, attempts, note"


class Entry(NamedTuple):
    """Something that is to have consequences.

    ``taken``: how often somebody has taken it, this time included, by which whoever has taken it knows it for theirs;
    ``attempts``: how often since something has come of it.
    """

    id: int
    kind: str
    holder: int
    resource: int
    at: str
    person: str
    due: str | None
    taken: int
    attempts: int
    note: str


def put(
    tx: Transaction, happened: Iterable[tuple[str, int, int]], at: str, person: str, *, due: datetime | None = None
) -> None:
    """Add some, (kind, holder, resource) each, in the same transaction as what has happened."""
    some = list(happened)
    if some:
        first = tx.allocate("outbox", len(some))
        when = at if due is None else stamp(due)
        rows = [(number, *row, at, person, when, 0, 0, "") for number, row in enumerate(some, first)]
        tx.insert(tables.outbox, _COLUMNS, rows)


def take(tx: Transaction, now: datetime, some: int) -> list[Entry]:
    """Take what is due, the earliest first, so that others leave it alone; to be committed before it is seen to.

    What somebody has taken before, and nothing has come of it, is taken one by one: it may have ended that process.
    """
    again = _take(tx, now, "due <= ? AND attempts > 0 ORDER BY due, id LIMIT 1", stamp(now))
    return again or _take(tx, now, f"due <= ? AND attempts = 0 ORDER BY due, id LIMIT {some}", stamp(now))


def take_about(tx: Transaction, now: datetime, kinds: Sequence[str], resource: int) -> list[Entry]:
    """Take what is about one resource, of some kinds, and due by now; whoever is at it this instant is waited for."""
    where = "resource = ? AND kind IN TEXTS AND due <= ? ORDER BY id"
    return _take(tx, now, where, resource, list(kinds), stamp(now), waits=True)


def _take(tx: Transaction, now: datetime, where: str, *parameters: object, waits: bool = False) -> list[Entry]:
    lock = f" FOR UPDATE{'' if waits else ' SKIP LOCKED'}" if tx.postgresql else ""
    rows = tx.rows(
        "UPDATE outbox SET taken = taken + 1, attempts = attempts + 1, due = ?"
        f" WHERE id IN (SELECT id FROM outbox WHERE {where}{lock}) RETURNING {_COLUMNS}",
        stamp(now + LEASE),
        *parameters,
    )
    return sorted((Entry(*row) for row in rows), key=lambda entry: entry.id)


def renew(tx: Transaction, entry: Entry, now: datetime, attempts: int) -> bool:
    """Keep an entry for another while; whether it is still ours to see to."""
    sql = "UPDATE outbox SET due = ?, attempts = ? WHERE id = ? AND taken = ? RETURNING id"
    return tx.row(sql, stamp(now + LEASE), attempts, entry.id, entry.taken) is not None


def done(tx: Transaction, entry: Entry) -> bool:
    """Everything has come of it; whether it was still ours to see to: if not, this transaction is to be undone."""
    return tx.counted("DELETE FROM outbox WHERE id = ? AND taken = ?", entry.id, entry.taken) > 0


def delay(tx: Transaction, entry: Entry, until: datetime | None, note: str = "", *, attempts: int = 0) -> bool:
    """See to it at an instant, for whatever reason; none: not before a person has. Whether it was still ours."""
    sql = "UPDATE outbox SET due = ?, attempts = ?, note = ? WHERE id = ? AND taken = ?"
    return tx.counted(sql, None if until is None else stamp(until), attempts, note, entry.id, entry.taken) > 0


def due(tx: Transaction, resource: int, kind: str = TURN) -> str | None:
    """When what waits about a resource is due; none: nothing waits, or it waits for a person."""
    found = tx.value("SELECT due FROM outbox WHERE resource = ? AND kind = ?", resource, kind)
    return None if found is None else str(found)


def note(tx: Transaction, resource: int, kind: str = TURN) -> str:
    """Why what waits about a resource has failed; empty, if it has not."""
    return str(tx.value("SELECT note FROM outbox WHERE resource = ? AND kind = ?", resource, kind) or "")


def wake(tx: Transaction, resource: int, now: datetime, kind: str = TURN) -> bool:
    """What waits about a resource is due now; whether anything does."""
    sql = "UPDATE outbox SET due = ?, attempts = 0, note = '' WHERE resource = ? AND kind = ?"
    return tx.counted(sql, stamp(now), resource, kind) > 0


def drop(tx: Transaction, resources: Sequence[int], kind: str = TURN) -> None:
    """Nothing is to come any more of what is about these resources."""
    tx.delete(tables.outbox, "resource, kind", [(resource, kind) for resource in resources])


def count(tx: Transaction, now: datetime) -> int:
    """How many are due."""
    return int(tx.value("SELECT count(*) FROM outbox WHERE due <= ?", stamp(now)))


def stuck_count(tx: Transaction) -> int:
    """How many wait for a person."""
    return int(tx.value("SELECT count(*) FROM outbox WHERE due IS NULL"))


def waits(tx: Transaction, kind: str, resource: int) -> bool:
    """Whether anything of a kind waits that is about a resource."""
    return tx.value("SELECT 1 FROM outbox WHERE resource = ? AND kind = ?", resource, kind) is not None


def next_due(tx: Transaction) -> str | None:
    """When the next one is due."""
    found = tx.value("SELECT min(due) FROM outbox")
    return None if found is None else str(found)
