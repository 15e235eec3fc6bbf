"""Reference values of connector objects: one row a value, with a bit for each image it stands in."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from mimas.store import moved, tables
from mimas.store.database import Transaction

SEEN, WANTED, OURS, SENT = 1, 2, 4, 8
"""``bits``: the system shows the value; the rules want it; an export put it there; it was sent, is unconfirmed.

What was sent is the opposite of what the system shows: a value is believed to be there if it is either seen or sent.
"""

ALL_BUT_SEEN = WANTED | OURS | SENT

_IMAGES = SEEN | WANTED | SENT
TO_ADD, TO_REMOVE = (WANTED, _IMAGES), (SEEN, SENT)
"""``bits & IMAGES`` of values that are wanted and not believed to be there, and the other way round."""

UNLIKE = f"(bits & {_IMAGES}) IN {(*TO_ADD, *TO_REMOVE)}"
"""An SQL condition: the value is still to be sent."""

BELIEVED = f"(bits & {_IMAGES}) IN {(WANTED | SEEN, WANTED | SENT)}"
"""An SQL condition: the value is wanted, and believed to be there."""

Triple: TypeAlias = tuple[int, int, int]
"""(object, attribute, target)."""


def add(tx: Transaction, rows: Sequence[Triple], bit: int) -> None:
    """Set a bit on some values."""
    tx.upsert(
        tables.reference,
        "object, attribute, target, bits",
        sorted({(*row, bit) for row in rows}),
        "bits = reference.bits | excluded.bits",
    )


def remove(tx: Transaction, rows: Sequence[Triple], bit: int) -> None:
    """Clear a bit on some values; a value that stands in no image any more is gone."""
    if not rows:
        return
    where = "WHERE object = ? AND attribute = ? AND target = ?"
    gone = bit | OURS if bit == SEEN else bit
    tx.many(f"UPDATE reference SET bits = bits & {~gone} {where}", rows)
    tx.many(f"DELETE FROM reference {where} AND (bits & {_IMAGES}) = 0", rows)


def merge(tx: Transaction, objects: Mapping[int, int]) -> None:
    """Placeholder → the object it stood for: what referred to the one refers to the other."""
    if not objects:
        return
    rows = tx.rows("SELECT object, attribute, target, bits FROM reference WHERE target IN IDS", list(objects))
    tx.delete(tables.reference, "object, attribute, target", [row[:3] for row in rows])
    for bit in (SEEN, WANTED, OURS, SENT):
        add(tx, [(o, a, objects[target]) for o, a, target, bits in rows if bits & bit], bit)
    tx.delete(tables.object_, "id", [(id_,) for id_ in objects])
    moved.add_of_objects(tx, [(o, objects[target]) for o, _, target, _ in rows])


def clear(tx: Transaction, objects: Sequence[int], bits: int) -> None:
    """Clear bits on every value of some objects."""
    if objects:
        tx.run(
            f"UPDATE reference SET bits = bits & {~bits} WHERE object IN IDS AND (bits & {bits}) <> 0", list(objects)
        )
        tx.run(f"DELETE FROM reference WHERE (bits & {_IMAGES}) = 0 AND object IN IDS", list(objects))


def sent(tx: Transaction, objects: Sequence[int], attributes: Sequence[int]) -> None:
    """What was still to be sent of these attributes of some objects has been sent."""
    if objects and attributes:
        chosen = "object IN IDS AND attribute IN IDS"
        tx.run(f"UPDATE reference SET bits = {_TOGGLED} WHERE {UNLIKE} AND {chosen}", list(objects), list(attributes))
        tx.run(f"DELETE FROM reference WHERE (bits & {_IMAGES}) = 0 AND {chosen}", list(objects), list(attributes))


def sent_singly(tx: Transaction, rows: Sequence[Triple]) -> None:
    """These values have been sent."""
    where = "WHERE object = ? AND attribute = ? AND target = ?"
    tx.many(f"UPDATE reference SET bits = {_TOGGLED} {where}", rows)
    tx.many(f"DELETE FROM reference {where} AND (bits & {_IMAGES}) = 0", rows)


_TOGGLED = f"CASE WHEN (bits & {SENT}) <> 0 THEN bits & {~SENT} ELSE bits | {SENT} END"
