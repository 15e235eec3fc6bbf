"""Dues: the instants at which a result can change by itself."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from mimas.store import resources, tables
from mimas.store.database import Transaction
from mimas.store.instants import stamp

LINK, INBOUND, OUTBOUND, HOLD, RELEASE = 0, 1, 2, 3, 4
"""Which stratum is to be computed again, for which item: a connector object, a resource, a resource; or a hold ends, or
the unique values of a deleted resource become free. The grants of a resource have a number of their own
(`mimas.store.grants.DUE`)."""


def write_dues(tx: Transaction, stratum: int, dues: Mapping[int, datetime | None]) -> None:
    """Remember when these items are due next; none: never."""
    # The usual rule set knows no time at all, and then this table is empty.
    if not any(dues.values()) and tx.value("SELECT 1 FROM due LIMIT 1") is None:
        return
    before: dict[int, str] = dict(
        tx.rows("SELECT item, at FROM due WHERE stratum = ? AND item IN IDS", stratum, list(dues))
    )
    now = {item: stamp(at) for item, at in dues.items() if at is not None}
    tx.delete(tables.due, "stratum, item", [(stratum, item) for item in before if item not in now])
    tx.upsert(
        tables.due,
        "stratum, item, at",
        [(stratum, item, at) for item, at in sorted(now.items()) if before.get(item) != at],
        "at = excluded.at",
    )


def due_now(tx: Transaction, ids: Iterable[int]) -> None:
    """The next sync resolves these resources and what they should hold, as after the loss of an object."""
    rows = [(stratum, id_, "") for stratum in (INBOUND, OUTBOUND) for id_ in sorted(set(ids))]
    tx.upsert(tables.due, "stratum, item, at", rows, "at = excluded.at")


def take_due(tx: Transaction, now: datetime) -> list[int]:
    """What is due by now: objects become pending, resources dirty; the resources to resolve come back."""
    rows = tx.rows("SELECT stratum, item FROM due WHERE at <= ? AND stratum < ?", stamp(now), HOLD)
    if not rows:
        return []
    objects = [item for stratum, item in rows if stratum == LINK]
    pending = tx.rows("SELECT connector, id, seen FROM object WHERE id IN IDS", objects)
    tx.insert(tables.pending_import, "connector, object, synced", pending, ignore=True)
    resources.mark_dirty(tx, [item for stratum, item in rows if stratum == OUTBOUND])
    # Pending objects and dirty resources outlive a crash; what is to be resolved stays due until it has been.
    tx.delete(tables.due, "stratum, item", [row for row in rows if row[0] != INBOUND])
    return [item for stratum, item in rows if stratum == INBOUND]


def past(tx: Transaction, stratum: int, now: datetime, limit: int) -> list[int]:
    """The items of a stratum that are due by now, the earliest first."""
    sql = "SELECT item FROM due WHERE stratum = ? AND at <= ? ORDER BY at, item LIMIT ?"
    return [row[0] for row in tx.rows(sql, stratum, stamp(now), limit)]
