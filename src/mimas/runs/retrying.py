"""Exports that failed, or came to nothing, are tried again: soon at first, then ever less often.

So that nothing is fought for ever at every run, and nothing given up. A new value begins anew, and a person may ask for
the next try at once (`mimas export NAME --retry`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from mimas.store import tables
from mimas.store.database import Transaction
from mimas.store.instants import stamp

AFRESH = "tries = NULL, due = NULL"
"""What becomes of a pending export that is about something new."""

_FIRST, _LONGEST = timedelta(minutes=15), timedelta(days=1)


def pause(tries: int) -> timedelta:
    """How long to wait after so many tries: twice not at all, then 15 minutes, doubled up to a day."""
    return min(_FIRST * 2 ** min(tries - 3, 10), _LONGEST) if tries > 2 else timedelta()


def postpone(tx: Transaction, connector: int, objects: Sequence[int], now: datetime) -> None:
    """These pending exports have come to nothing once more."""
    if not objects:
        return
    rows = tx.rows(
        "SELECT object, coalesce(tries, 0) + 1 FROM pending_export WHERE connector = ? AND object IN IDS",
        connector,
        list(objects),
    )
    tx.update(
        tables.pending_export,
        "connector, object, tries, due",
        [(connector, object_, tries, stamp(now + pause(tries)) if pause(tries) else None) for object_, tries in rows],
        keys=2,
    )
