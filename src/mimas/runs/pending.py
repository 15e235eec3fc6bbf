"""Whether a step would find something to do, asked without doing it: for runs that should cost nothing otherwise."""

from datetime import datetime

from mimas.runs import handing
from mimas.runs.guarding import CHANGES, DELETES
from mimas.runs.images import HELD, SENT, WAITING
from mimas.runs.setup import Step
from mimas.runs.syncing import SWEEP
from mimas.store import holds, mode
from mimas.store.database import Transaction
from mimas.store.instants import stamp
from mimas.store.store import Store


def has_work(store: Store, step: Step, now: datetime) -> bool:
    """Whether a step is worth its while.

    Imports always are, for only an import shows whether anything has changed; and a full sync, which is asked to look
    at everything.
    """
    if step.kind not in ("delta-sync", "export"):
        return True
    number = None if step.connector is None else store.symbol(step.connector)
    with store.transaction() as tx:
        if step.kind == "delta-sync":
            return _to_sync(tx, number, now)
        return number is not None and (step.only or mode.staging_since(tx) is None) and _to_export(tx, number, now)


def has_failed(store: Store, step: Step) -> bool:
    """Whether objects of an export have failed and wait for their next try, be it done now or not."""
    if step.kind != "export" or step.connector is None:
        return False
    number = store.symbol(step.connector)
    with store.transaction() as tx:
        sql = "SELECT 1 FROM pending_export WHERE connector = ? AND state = ? AND due IS NOT NULL LIMIT 1"
        return tx.value(sql, number, WAITING) is not None


def _to_sync(tx: Transaction, connector: int | None, now: datetime) -> bool:
    """Changed objects, unfinished resources, what is due by now, a sweep: after changed rules, or cut off."""
    where, parameters = ("", ()) if connector is None else (" WHERE connector = ?", (connector,))
    return (
        tx.value(f"SELECT 1 FROM pending_import{where} LIMIT 1", *parameters) is not None
        or tx.value("SELECT 1 FROM dirty LIMIT 1") is not None
        or tx.value("SELECT 1 FROM moved LIMIT 1") is not None
        or tx.value("SELECT 1 FROM due WHERE at <= ? LIMIT 1", stamp(now)) is not None
        or tx.value("SELECT 1 FROM meta WHERE key = ?", SWEEP) is not None
    )


def _to_export(tx: Transaction, connector: int, now: datetime) -> bool:
    """What is to be sent now; or what is held is not what the holds are about any more."""
    states: dict[int, int] = dict(
        tx.rows(
            "SELECT state, count(*) FROM pending_export WHERE connector = ? AND (due IS NULL OR due <= ?)"
            " GROUP BY state",
            connector,
            stamp(now),
        )
    )
    states.pop(SENT, None)
    states.pop(HELD, None)
    if states or handing.is_open(tx, connector):
        return True
    held = tx.value("SELECT count(*) FROM pending_export WHERE connector = ? AND state = ?", connector, HELD)
    return int(held or 0) != len(holds.held(tx, connector, DELETES) | holds.held(tx, connector, CHANGES))
