"""Staging mode (Entra Connect: staging server): the installation imports and syncs, and sends nothing."""

from datetime import datetime

from mimas.store import tables
from mimas.store.database import Transaction
from mimas.store.instants import stamp

_KEY = "staging-mode"


def staging_since(tx: Transaction) -> str | None:
    """Since when this is a staging installation; none: it is the active one."""
    since: str | None = tx.value("SELECT value FROM meta WHERE key = ?", _KEY)
    return since


def stage(tx: Transaction, now: datetime) -> None:
    """From now on nothing is sent."""
    tx.upsert(tables.meta, "key, value", [(_KEY, stamp(now))], "value = excluded.value")


def activate(tx: Transaction) -> None:
    """Exports send again."""
    tx.delete(tables.meta, "key", [(_KEY,)])
