"""Grace: an object that its system no longer shows counts for some days as if it were there.

So everything is held: its values, its references, its link. When the time is over, the next sync takes it for gone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from mimas.runs.dues import HOLD
from mimas.store import holds, objects, tables
from mimas.store.database import Transaction
from mimas.store.instants import stamp
from mimas.store.store import Store

GRACE = "grace"
"""The kind of hold."""


def begin(
    tx: Transaction, store: Store, connector: int, step: int, ids: Sequence[int], days: Mapping[str, int], now: datetime
) -> set[int]:
    """Hold those of some vanished objects whose type has a grace; they come back."""
    waiting: dict[int, list[int]] = {}
    for row in objects.load(tx, ids).values() if any(days.values()) else ():
        length = days.get(store.name(row.type), 0)
        if length:
            waiting.setdefault(length, []).append(row.id)
    for length, some in sorted(waiting.items()):
        end = now + timedelta(days=length)
        reason = f"no longer shown; they count as gone from {end:%Y-%m-%d} on"
        number = holds.place(tx, GRACE, connector, step, sorted(some), reason, now)
        tx.insert(tables.due, "stratum, item, at", [(HOLD, number, stamp(end))])
    return {object_ for some in waiting.values() for object_ in some}


def over(tx: Transaction, now: datetime) -> list[tuple[int, list[int]]]:
    """The graces that are over: (connector, objects) to be taken for gone."""
    rows = tx.rows("SELECT item FROM due WHERE stratum = ? AND at <= ?", HOLD, stamp(now))
    ended = []
    for (hold,) in rows:
        found = tx.row("SELECT connector FROM hold WHERE id = ? AND state = ?", hold, holds.OPEN)
        if found is not None:
            ended.append((int(found[0]), holds.items(tx, hold)))
            holds.close(tx, hold, holds.RELEASED)
    tx.delete(tables.due, "stratum, item", [(HOLD, hold) for (hold,) in rows])
    return ended
