"""Sealed secrets, as they are: nothing here can open one."""

from collections.abc import Mapping
from datetime import datetime

from mimas.store import tables
from mimas.store.database import Row, Transaction
from mimas.store.instants import stamp


def everything(tx: Transaction) -> dict[str, str]:
    """Every sealed secret, by name."""
    return dict(tx.rows("SELECT name, sealed FROM secret"))


def dates(tx: Transaction) -> list[Row]:
    """Rows of (name, when it was set), by name."""
    return tx.rows("SELECT name, at FROM secret ORDER BY name")


def put(tx: Transaction, name: str, sealed: str, now: datetime) -> None:
    """Keep a secret, in place of what had the name."""
    rows = [(name, sealed, stamp(now))]
    tx.upsert(tables.secret, "name, sealed, at", rows, "sealed = excluded.sealed, at = excluded.at")


def reseal(tx: Transaction, anew: Mapping[str, tuple[str, str]]) -> None:
    """Replace each by what has the same value: name → (what stands there, what is to). One set meanwhile stays."""
    rows = [(new, name, old) for name, (old, new) in anew.items()]
    tx.many("UPDATE secret SET sealed = ? WHERE name = ? AND sealed = ?", rows)


def remove(tx: Transaction, name: str) -> None:
    """Forget a secret."""
    tx.delete(tables.secret, "name", [(name,)])
