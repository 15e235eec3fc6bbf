"""Reference values of connector objects: one row a value, with a bit for each image it stands in."""

from collections.abc import Sequence
from typing import TypeAlias

from mimas.store import tables
from mimas.store.database import Transaction

SEEN, WANTED, OURS = 1, 2, 4
"""``bits``: the system shows the value; the rules want it; an export put it there."""

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
    tx.many(f"DELETE FROM reference {where} AND (bits & {SEEN | WANTED}) = 0", rows)


def clear(tx: Transaction, objects: Sequence[int], bits: int) -> None:
    """Clear bits on every value of some objects."""
    if objects:
        tx.run(f"UPDATE reference SET bits = bits & {~bits} WHERE object IN IDS", list(objects))
        tx.run(f"DELETE FROM reference WHERE (bits & {SEEN | WANTED}) = 0 AND object IN IDS", list(objects))
