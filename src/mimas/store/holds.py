"""Holds: what is not let through yet, why, and who or what releases it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from mimas.store import tables
from mimas.store.database import Row, Transaction
from mimas.store.instants import stamp

OPEN, RELEASED, REFUSED, SUPERSEDED = "open", "released", "refused", "superseded"


def place(
    tx: Transaction, kind: str, connector: int, step: int, objects: Sequence[int], reason: str, now: datetime
) -> int:
    """Hold some objects; the number of the hold."""
    number = tx.allocate("hold", 1)
    tx.insert(
        tables.hold,
        "id, kind, connector, step, count, reason, state, at",
        [(number, kind, connector, step, len(objects), reason, OPEN, stamp(now))],
    )
    tx.insert(tables.hold_item, "hold, object", [(number, object_) for object_ in objects])
    return number


def add(
    tx: Transaction, kind: str, connector: int, step: int, objects: Sequence[int], reason: str, now: datetime
) -> None:
    """Hold some objects, together with those that are held for this already."""
    number = tx.value("SELECT id FROM hold WHERE connector = ? AND kind = ? AND state = ?", connector, kind, OPEN)
    if number is None:
        place(tx, kind, connector, step, objects, reason, now)
        return
    tx.insert(tables.hold_item, "hold, object", [(number, object_) for object_ in objects], ignore=True)
    tx.run("UPDATE hold SET count = (SELECT count(*) FROM hold_item WHERE hold = ?) WHERE id = ?", number, number)


def supersede(tx: Transaction, connector: int, kind: str) -> None:
    """A new look at the same question answers it anew: earlier open holds of that kind no longer speak."""
    tx.run(
        "UPDATE hold SET state = ? WHERE connector = ? AND kind = ? AND state = ?", SUPERSEDED, connector, kind, OPEN
    )


def answer(tx: Transaction, connector: int, kind: str, answered: Callable[[int], bool]) -> None:
    """Let go of the objects that no longer belong into the open holds of a kind; a hold without any is superseded."""
    rows = tx.rows(
        "SELECT h.id, i.object FROM hold h JOIN hold_item i ON i.hold = h.id"
        " WHERE h.connector = ? AND h.kind = ? AND h.state = ?",
        connector,
        kind,
        OPEN,
    )
    done = [row for row in rows if answered(row[1])]
    tx.delete(tables.hold_item, "hold, object", done)
    for hold in sorted({row[0] for row in done}):
        left = sum(1 for row in rows if row[0] == hold) - sum(1 for row in done if row[0] == hold)
        tx.update(tables.hold, "id, count, state", [(hold, left, OPEN if left else SUPERSEDED)])


def held(tx: Transaction, connector: int, kind: str, *, but: int = 0) -> set[int]:
    """The objects of the open holds of a kind, but for one hold."""
    rows = tx.rows(
        "SELECT i.object FROM hold h JOIN hold_item i ON i.hold = h.id"
        " WHERE h.connector = ? AND h.kind = ? AND h.state = ? AND h.id <> ?",
        connector,
        kind,
        OPEN,
        but,
    )
    return {row[0] for row in rows}


def all_held(tx: Transaction, kind: str) -> set[int]:
    """The objects of the open holds of a kind, of every connector."""
    rows = tx.rows(
        "SELECT i.object FROM hold h JOIN hold_item i ON i.hold = h.id WHERE h.kind = ? AND h.state = ?", kind, OPEN
    )
    return {row[0] for row in rows}


def opened(tx: Transaction) -> list[Row]:
    """The open holds: (id, kind, connector, step, count, reason, at)."""
    return tx.rows("SELECT id, kind, connector, step, count, reason, at FROM hold WHERE state = ? ORDER BY id", OPEN)


def items(tx: Transaction, hold: int) -> list[int]:
    """The objects of a hold."""
    return [row[0] for row in tx.rows("SELECT object FROM hold_item WHERE hold = ? ORDER BY object", hold)]


def close(tx: Transaction, hold: int, state: str) -> None:
    """Release or refuse."""
    tx.update(tables.hold, "id, state", [(hold, state)])
