"""Single-use links, by the digest of their word."""

from datetime import datetime

from mimas.store import tables
from mimas.store.database import Row, Transaction
from mimas.store.instants import instant, stamp


def put(tx: Transaction, digest: str, person: int | None, until: datetime, now: datetime) -> None:
    """A new one; those that are over are forgotten."""
    tx.run("DELETE FROM ticket WHERE ends < ?", stamp(now))
    tx.insert(tables.ticket, "digest, person, ends", [(digest, person, stamp(until))])


def look(tx: Transaction, digest: str) -> tuple[int | None, datetime] | None:
    """For whom it is, and until when."""
    return _read(tx.row("SELECT person, ends FROM ticket WHERE digest = ?", digest))


def take(tx: Transaction, digest: str) -> tuple[int | None, datetime] | None:
    """The same, and it is gone."""
    return _read(tx.row("DELETE FROM ticket WHERE digest = ? RETURNING person, ends", digest))


def _read(row: Row | None) -> tuple[int | None, datetime] | None:
    return (row[0], instant(row[1])) if row else None
