"""Objects that an import no longer shows: gone, held by the guard, or not to be concluded from this listing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from mimas.runs.dues import due_now
from mimas.runs.grace import GRACE, begin
from mimas.runs.images import SENDING, SENT, WAITING
from mimas.runs.retrying import postpone
from mimas.runs.setup import ConnectorSetup
from mimas.schema import names
from mimas.store import holds, objects, references, runs, tables
from mimas.store.database import Transaction
from mimas.store.objects import ABSENT, NONE
from mimas.store.runs import Note
from mimas.store.store import Store

if TYPE_CHECKING:
    from mimas.runs.importing import Outcome


def not_shown(tx: Transaction, connector: int, marks: bytearray) -> list[int]:
    """The objects the system showed before and did not show this time."""
    present = tx.value("SELECT count(*) FROM object_key WHERE connector = ? AND fingerprint IS NOT NULL", connector)
    if present == marks.count(1):
        return []
    rows = tx.rows("SELECT object FROM object_key WHERE connector = ? AND fingerprint IS NOT NULL", connector)
    limit = len(marks)
    return [object_ for (object_,) in rows if object_ >= limit or not marks[object_]]


@dataclass(frozen=True, slots=True)
class Listing:
    """What an import has seen, as evidence of what is gone."""

    store: Store
    connector: int
    step: int
    setup: ConnectorSetup
    now: datetime
    marks: bytearray
    """By object: whether it was shown."""
    delta: bool
    whole: bool
    """Whether everything was shown, or, by a delta, everything that has changed."""
    parts: Sequence[str]
    """Where not everything was shown: the containers that were read to their end."""
    reason: str

    def shows(self, object_: int) -> bool:
        """Whether the object was shown."""
        return object_ < len(self.marks) and bool(self.marks[object_])

    def proves(self, tx: Transaction, candidates: Sequence[int]) -> list[int]:
        """Those of some objects that were not shown, and would have been if they were still there."""
        if self.whole or self.delta:
            return list(candidates)
        ends = tuple(f",{names.key(part)}" for part in self.parts)
        rows = tx.rows("SELECT id, name FROM object WHERE id IN IDS", list(candidates)) if ends else []
        return [id_ for id_, name in rows if name and f",{names.key(name)}".endswith(ends)]


def settle_vanished(tx: Transaction, listing: Listing, candidates: Sequence[int], outcome: "Outcome") -> None:
    """Decide over the objects that are no longer shown."""
    connector, proven = listing.connector, listing.proves(tx, candidates)
    sent = _sent_deletes(tx, connector, candidates)
    confirmed = sent.intersection(proven)
    complete = listing.whole and not listing.delta
    if complete:
        confirmed |= _never_shown(tx, connector, listing.step, listing.now)
    outcome.counters.look(tx, "confirmed-delete", sorted(confirmed))
    confirm_deletes(tx, connector, sorted(confirmed))
    holds.answer(tx, connector, GRACE, listing.shows)
    waiting = holds.held(tx, connector, GRACE)
    if complete:
        holds.supersede(tx, connector, "missing")
    else:
        holds.answer(tx, connector, "missing", listing.shows)
    left = [object_ for object_ in candidates if object_ not in sent and object_ not in waiting]
    gone = sorted(set(left).intersection(proven))
    if unproven := len(left) - len(gone):
        why = listing.reason or "some of its records could not be read"
        outcome.message = (
            f"{unproven} objects were not shown, but this listing is no evidence that they are gone: {why}. "
            "None of them was deleted. Put the source right and import again."
        )
        outcome.counters.look(tx, "not-shown", sorted(set(left).difference(gone)))
    if gone:
        _let_go(tx, listing, gone, outcome)


def confirm_deletes(tx: Transaction, connector: int, ids: Sequence[int]) -> None:
    """These were deleted by an export, and are gone."""
    due_now(tx, [row[0] for row in tx.rows("SELECT resource FROM link WHERE object IN IDS", list(ids))])
    objects.purge(tx, connector, ids)
    tx.delete(tables.link, "object", [(object_,) for object_ in ids])


def _let_go(tx: Transaction, listing: Listing, left: list[int], outcome: "Outcome") -> None:
    """These are no longer there, unless they are so many that the guard trips."""
    connector, guard = listing.connector, listing.setup.missing
    total = tx.value("SELECT count(*) FROM object_key WHERE connector = ? AND fingerprint IS NOT NULL", connector)
    if len(left) > guard.count and len(left) > guard.share * total:
        text = (
            f"{len(left)} of {total} objects are no longer shown; the guard lets {guard.count} or "
            f"{guard.share:.0%} through, whichever is more"
        )
        hold = holds.place(tx, "missing", connector, listing.step, left, text, listing.now)
        outcome.counters.look(tx, "stage-delete-held", left)
        outcome.held += len(left)
        outcome.result = "completed-held"
        outcome.message = (
            f"{text}. They are held: nobody loses anything. If the source is wrong, put it right and import again; "
            f"if they have really left, run `mimas holds release {hold}`."
        )
        return
    graced = begin(tx, listing.store, connector, listing.step, left, listing.setup.grace, listing.now)
    outcome.counters.look(tx, "stage-delete-grace", sorted(graced))
    left = [object_ for object_ in left if object_ not in graced]
    stage_gone(tx, connector, left)
    outcome.counters.look(tx, "stage-delete", left)


def stage_gone(tx: Transaction, connector: int, ids: Sequence[int]) -> None:
    """Stage objects as known to be gone; the next sync breaks their links."""
    loaded = objects.load(tx, ids)
    tx.insert(
        tables.pending_import,
        "connector, object, synced",
        [(connector, object_.id, object_.seen) for object_ in loaded.values()],
        ignore=True,
    )
    tx.update(tables.object_, "id, presence, seen", [(object_.id, ABSENT, None) for object_ in loaded.values()])
    tx.update(
        tables.object_key,
        "connector, anchor, fingerprint",
        [(connector, object_.anchor, None) for object_ in loaded.values() if object_.anchor is not None],
        keys=2,
    )


def _never_shown(tx: Transaction, connector: int, step: int, now: datetime) -> set[int]:
    """Objects made by an export that no complete import has shown: to be made again. Those to be deleted come back."""
    rows = tx.rows(
        "SELECT p.object, p.operation, o.name, o.anchor FROM pending_export p JOIN object o ON o.id = p.object"
        " WHERE p.connector = ? AND o.presence = ? AND (p.state = ? OR p.state <> ? AND p.sent IS NOT NULL"
        " OR p.state = ? AND p.operation = 'delete')",
        connector,
        NONE,
        SENT,
        SENDING,
        SENDING,
    )
    again = [row for row in rows if row[1] != "delete"]
    tx.run(
        "UPDATE pending_export SET operation = 'add', state = ?, sent = NULL WHERE connector = ? AND object IN IDS",
        WAITING,
        connector,
        [row[0] for row in again],
    )
    references.clear(tx, [row[0] for row in again], references.SENT)
    postpone(tx, connector, [row[0] for row in again], now)
    notes = [
        Note(
            "exported-change-not-reimported",
            name or anchor or "",
            "it was added by an export, and a complete import does not show it",
            "It is added again. If this goes on, look at the system's own log, or at what the import leaves out.",
            object_,
        )
        for object_, _, name, anchor in again
    ]
    runs.note(tx, step, notes)
    return {row[0] for row in rows if row[1] == "delete"}


def _sent_deletes(tx: Transaction, connector: int, ids: Sequence[int]) -> set[int]:
    rows = tx.rows(
        "SELECT object FROM pending_export WHERE connector = ? AND operation = 'delete' AND state IN (?, ?)"
        " AND object IN IDS",
        connector,
        SENT,
        SENDING,
        list(ids),
    )
    return {row[0] for row in rows}
