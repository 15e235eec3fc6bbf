"""Sessions: who is signed in where. Each can be ended from here, whatever its browser still sends.

A session is known by a number that only its browser has; the store keeps what SHA-256 makes of it.
"""

from dataclasses import dataclass
from datetime import datetime

from mimas.store import tables
from mimas.store.database import Row, Transaction
from mimas.store.instants import instant, stamp


@dataclass(frozen=True, slots=True)
class Session:
    """One of them; ``data`` is what the pages remember of it. ``person`` None is the owner of the machine."""

    digest: str
    person: int | None
    data: str
    began: datetime
    ends: datetime


_COLUMNS = "digest, person, data, began, ends"


def read(tx: Transaction, digest: str, now: datetime) -> Session | None:
    """One that has not ended."""
    row = tx.row(f"SELECT {_COLUMNS} FROM session WHERE digest = ? AND ends > ?", digest, stamp(now))
    return _read(row) if row else None


def begin(tx: Transaction, session: Session) -> None:
    """A new one."""
    row = (session.digest, session.person, session.data, stamp(session.began), stamp(session.ends))
    tx.insert(tables.session, _COLUMNS, [row])


def change(tx: Transaction, digest: str, data: str, ends: datetime) -> None:
    """Keep what one holds by now, unless it was ended."""
    tx.run("UPDATE session SET data = ?, ends = ? WHERE digest = ?", data, stamp(ends), digest)


def end(tx: Transaction, digests: list[str]) -> int:
    """End some; how many there were."""
    return tx.counted("DELETE FROM session WHERE digest IN TEXTS", digests)


def end_all(tx: Transaction, person: int) -> int:
    """End whatever somebody has; how many there were."""
    return tx.counted("DELETE FROM session WHERE person = ?", person)


def of(tx: Transaction, person: int | None, now: datetime) -> list[Session]:
    """What somebody has, the newest first."""
    who, parameters = ("person = ?", [person]) if person is not None else ("person IS NULL", [])
    sql = f"SELECT {_COLUMNS} FROM session WHERE {who} AND ends > ? ORDER BY began DESC, digest"
    return [_read(row) for row in tx.rows(sql, *parameters, stamp(now))]


def forget(tx: Transaction, now: datetime) -> int:
    """Forget those that have ended; how many there were."""
    return tx.counted("DELETE FROM session WHERE ends <= ?", stamp(now))


def _read(row: Row) -> Session:
    return Session(row[0], row[1], row[2], instant(row[3]), instant(row[4]))
