"""Unique values are remembered for whoever comes back; when they are free again, others may have them."""

from datetime import datetime

from mimas.runs.dues import RELEASE
from mimas.store import facts, resources, tables
from mimas.store.database import Transaction
from mimas.store.instants import stamp
from mimas.store.resources import DELETED


def release_due(tx: Transaction, now: datetime) -> None:
    """Free the unique values of resources whose time is over, if they are still deleted."""
    due = [item for (item,) in tx.rows("SELECT item FROM due WHERE stratum = ? AND at <= ?", RELEASE, stamp(now))]
    if due:
        facts.release(tx, [row.id for row in resources.load(tx, due) if row.state == DELETED])
        tx.delete(tables.due, "stratum, item", [(RELEASE, item) for item in due])
