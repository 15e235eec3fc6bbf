"""Sessions of the pages, kept in the store, so that they can be listed and ended there.

What a session is, and its cookie, are the business of starsessions; this is where it keeps what it has. A visitor who
is not signed in has none. A session is written down by whoever begins it; from then on it is only changed, so that one
that was ended meanwhile stays so.
"""

from datetime import UTC, datetime, timedelta

import msgspec
from starlette.concurrency import run_in_threadpool
from starsessions import SessionStore

from mimas.authentication.tickets import digest
from mimas.store import sessions
from mimas.store.database import Transaction
from mimas.store.sessions import Session
from mimas.web.inside import Pool

LIFETIME = timedelta(hours=8)
"""A session ends when nothing was done in it for so long."""
_TOUCHED = timedelta(minutes=1)
"""That somebody is there is written down so often at most."""


def begin(
    tx: Transaction, session_id: str, person: int | None, now: datetime, *, instead_of: str | None = None
) -> None:
    """Begin a session, and end the one that the browser had; those that are over are forgotten."""
    sessions.forget(tx, now)
    if instead_of is not None:
        sessions.end(tx, [digest(instead_of)])
    sessions.begin(tx, Session(digest(session_id), person, "{}", now, now + LIFETIME))


class Sessions(SessionStore):
    """The sessions of an installation."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    async def read(self, session_id: str, lifetime: int) -> bytes:  # noqa: ARG002 - the library's form
        """What a session holds; of one that has ended, nothing."""
        return await run_in_threadpool(self._read, session_id)

    async def write(self, session_id: str, data: bytes, lifetime: int, ttl: int) -> str:  # noqa: ARG002 - the same
        """Keep what a session holds, and that it was used."""
        await run_in_threadpool(self._write, session_id, data)
        return session_id

    async def remove(self, session_id: str) -> None:
        """End a session."""
        await run_in_threadpool(self._remove, session_id)

    def _read(self, session_id: str) -> bytes:
        with self.pool.take() as inside, inside.store.reading() as tx:
            found = sessions.read(tx, digest(session_id), _now())
        return found.data.encode() if found else b"{}"

    def _write(self, session_id: str, data: bytes) -> None:
        now = _now()
        with self.pool.take() as inside:
            with inside.store.reading() as tx:
                kept = sessions.read(tx, digest(session_id), now)
            if kept is None or (_same(kept.data, data) and kept.ends - now > LIFETIME - _TOUCHED):
                return
            with inside.store.transaction() as tx:
                sessions.change(tx, kept.digest, data.decode(), now + LIFETIME)

    def _remove(self, session_id: str) -> None:
        with self.pool.take() as inside, inside.store.transaction() as tx:
            sessions.end(tx, [digest(session_id)])


def _same(kept: str, data: bytes) -> bool:
    """Whether there is nothing new but that it was used."""
    one, other = msgspec.json.decode(kept), msgspec.json.decode(data)
    return {**one, "__metadata__": None} == {**other, "__metadata__": None}


def _now() -> datetime:
    return datetime.now(UTC)
