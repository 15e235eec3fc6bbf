"""The chain of the batches: who changed what when, each entry sealed by the digest of all entries before it.

An entry that is changed, added or taken out later breaks the chain from there on. Whoever could rewrite all of it is
found out by a root that was kept elsewhere. What is digested is text and numbers, as JSON, so the digests outlive a
move to another database.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, TypeAlias

import msgspec

from mimas.store import tables
from mimas.store.database import Row, Transaction
from mimas.store.history.recording import RECORDED, Recorded

Rows: TypeAlias = tuple[Recorded, list[Row]]
"""What is kept of a table."""

_LOCK = int.from_bytes(b"mimasend")
"""The number of PostgreSQL's advisory lock of whoever is about to commit a batch."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is changed: the person, or the schedule, what they asked for, and the step, if it is of a run."""

    person: str = ""
    what: str = ""
    step: int | None = None
    entered: bool = False
    """Whether there is to be an entry even if nothing is changed that the history tells of."""


class Batch(NamedTuple):
    """One entry of the chain."""

    id: int
    place: int
    at: str
    step: int | None
    person: str
    what: str
    content: str
    objects: int
    resources: int
    root: str


COLUMNS = ", ".join(Batch._fields)


def under_way(tx: Transaction) -> int | None:
    """The batch to which changes in this transaction belong; none as long as there are none."""
    changed, fresh = _changed(tx), _next(tx)
    if changed is None and fresh != tx.row("SELECT objects, resources FROM batch ORDER BY place DESC LIMIT 1"):
        return _number(tx)
    return changed


def _changed(tx: Transaction) -> int | None:
    """The same, but for what is new, which leaves no rows of the past."""
    if tx.postgresql:
        taken = tx.value("SELECT current_setting('mimas.batch', true)")
        return int(taken) if taken else None
    number = _number(tx)
    recorded = " UNION ALL ".join(f"SELECT * FROM (SELECT 1 FROM {r.past.name} WHERE batch = ?1)" for r in RECORDED)
    return number if tx.value(f"SELECT EXISTS ({recorded})", number) else None


def _number(tx: Transaction) -> int:
    """That of the batch to which changes in this transaction belong."""
    return int(tx.value("SELECT mimas_batch()" if tx.postgresql else "SELECT max(id) + 1 FROM batch"))


def _next(tx: Transaction) -> tuple[int, int]:
    """The ids that the next object and the next resource get."""
    found: dict[str, str] = dict(
        tx.rows("SELECT key, value FROM meta WHERE key IN ('sequence:object', 'sequence:resource')")
    )
    return int(found.get("sequence:object", 1)), int(found.get("sequence:resource", 1))


def seal(tx: Transaction, cause: Cause, at: str) -> None:
    """Close the batch of a transaction that is about to be committed, if it has changed anything."""
    changed, following = _standing(tx) if tx.postgresql else (_changed(tx), _next(tx))
    if changed is None and not cause.entered and following == _last(tx)[2:]:
        return
    number = changed or _number(tx)
    content = _content(_own(tx)) if tx.postgresql else digest(tx, number)
    told = (at, cause.step, cause.person, cause.what, content)
    if tx.postgresql:
        middle = msgspec.json.encode(told).decode()[1:-1]
        # With the commit that follows.
        tx.run("SELECT mimas_seal(?, ?, ?, ?, ?, ?, ?)", number, *told, middle)
        return
    place, root, *_ = _last(tx)
    batch = Batch(number, place + 1, *told, *following, "")
    tx.insert(tables.batch, COLUMNS, [batch._replace(root=rooted(batch, root))])
    if cause.step is None:
        begin(tx)


SEALING = f"""
CREATE OR REPLACE FUNCTION mimas_seal(
    number bigint, at_ text, step_ bigint, person_ text, what_ text, content_ text, middle text
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    last_place bigint;
    last_root text;
    next_object bigint;
    next_resource bigint;
BEGIN
    PERFORM pg_advisory_xact_lock({_LOCK});
    -- Only now: others may have committed while this waited.
    SELECT place, root INTO last_place, last_root FROM batch ORDER BY place DESC LIMIT 1;
    last_place := coalesce(last_place, 0) + 1;
    SELECT coalesce(max(value), '1') INTO next_object FROM meta WHERE key = 'sequence:object';
    SELECT coalesce(max(value), '1') INTO next_resource FROM meta WHERE key = 'sequence:resource';
    INSERT INTO batch ({COLUMNS}) VALUES (
        number, last_place, at_, step_, person_, what_, content_, next_object, next_resource,
        encode(sha256(convert_to(
            '["' || coalesce(last_root, '') || '",' || last_place || ',' || middle || ',' || next_object || ','
            || next_resource || ']', 'UTF8')), 'hex'));
    IF step_ IS NULL THEN
        UPDATE fresh SET objects = next_object, resources = next_resource
            WHERE objects <> next_object OR resources <> next_resource;
    END IF;
END $$
"""
"""The end of `seal` within PostgreSQL: whoever else is about to commit waits for one answer, and not for five."""


_UNDER_WAY = "nullif(current_setting('mimas.batch', true), '')"
_STANDING = (
    f"SELECT {_UNDER_WAY}, (SELECT value FROM meta WHERE key = 'sequence:object'),"
    " (SELECT value FROM meta WHERE key = 'sequence:resource')"
)


def ask(tx: Transaction) -> None:
    """What `seal` is going to ask; see `Transaction.foreseeing`."""
    if tx.postgresql:
        _standing(tx)
        list(_own(tx))


def _standing(tx: Transaction) -> tuple[int | None, tuple[int, int]]:
    """The batch of what has been changed, and the next ids, by one query of PostgreSQL."""
    number, object_, resource = tx.row(_STANDING) or (None, None, None)
    return int(number) if number else None, (int(object_ or 1), int(resource or 1))


def _own(tx: Transaction) -> Iterator[Rows]:
    """What is kept so far of the batch under way, in PostgreSQL."""
    for recorded in RECORDED:
        if recorded.table.name in tx.touched:
            yield recorded, tx.rows(_kept(recorded, f"{_UNDER_WAY}::bigint"))


def _last(tx: Transaction) -> tuple[int, str, int, int]:
    """Place, root, and the next ids after the last entry."""
    row = tx.row("SELECT place, root, objects, resources FROM batch ORDER BY place DESC LIMIT 1")
    return (row[0], row[1], row[2], row[3]) if row else (0, "", 0, 0)


def begin(tx: Transaction) -> None:
    """A step begins: what there is by now is not its own."""
    ids = _next(tx)
    tx.run("UPDATE fresh SET objects = ?, resources = ? WHERE objects <> ? OR resources <> ?", *ids, *ids)


def rooted(batch: Batch, before: str) -> str:
    """The root that an entry must have after the root before it."""
    return sha256(msgspec.json.encode([before, *batch[1:-1]])).hexdigest()


def digest(tx: Transaction, batch: int) -> str:
    """The digest of what was before a batch, table by table; of a row about somebody, the digest of its digest.

    So its values can be taken out of it later, its key among them, and the digest left in their place: the order in
    which they count is theirs.
    """
    return _content((recorded, tx.rows(_kept(recorded, "?"), batch)) for recorded in _touched(tx, batch))


def _kept(recorded: Recorded, batch: str) -> str:
    own = ", ".join((*recorded.key, "kept", *recorded.columns, "erased"))
    return f"SELECT {own} FROM {recorded.past.name} WHERE batch = {batch} ORDER BY {', '.join(recorded.key)}"


def _content(kept: Iterable[Rows]) -> str:
    whole = sha256()
    for recorded, rows in kept:
        if rows:
            digests = sorted(row[-1] or leaf(row[:-1]) for row in rows) if recorded.personal else rows
            whole.update(msgspec.json.encode([str(recorded.table.name), digests]))
    return whole.hexdigest()


_ASKED = "SELECT " + ", ".join(f"EXISTS (SELECT 1 FROM {one.past.name} WHERE batch = ?)" for one in RECORDED)


def _touched(tx: Transaction, batch: int) -> list[Recorded]:
    """The tables of which a batch has changed rows: most change rows of one or two."""
    row = tx.row(_ASKED, *[batch] * len(RECORDED))
    assert row is not None
    return [recorded for recorded, touched in zip(RECORDED, row, strict=True) if touched]


def leaf(row: Row) -> str:
    """The digest of one row (key, kept, values before): what stands for it when its values are erased."""
    return sha256(msgspec.json.encode(row)).hexdigest()


def batches(tx: Transaction, after: int, size: int) -> list[Batch]:
    """The next entries after a place, in the order of their commits."""
    rows = tx.rows(f"SELECT {COLUMNS} FROM batch WHERE place > ? ORDER BY place LIMIT ?", after, size)
    return list(map(Batch._make, rows))
