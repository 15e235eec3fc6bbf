"""Taking the oldest part out of the history: what is kept of it, and its entries of the chain.

The last of these entries stays, without what it kept, as that with which the history begins. The chain says so itself:
an entry names the place and the root up to which it was pruned, so that nobody else can take a part away unseen.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from mimas.store import tables
from mimas.store.database import Transaction
from mimas.store.history.chain import Cause
from mimas.store.history.recording import RECORDED
from mimas.store.pruning import once_a_day
from mimas.store.runs import moment
from mimas.store.store import Store

BASE = "history-base"
"""The `meta` key of the entry with which the history begins since it was pruned: its place, its root, that before."""

_LAST = "history-pruned"
_BATCH = 200
"""Entries a transaction: whoever else wants the database waits for a moment only."""


def base(tx: Transaction) -> tuple[int, str, str] | None:
    """The place, the root, and the root before it, of the entry with which the history begins; none: the first."""
    value = tx.value("SELECT value FROM meta WHERE key = ?", BASE)
    if value is None:
        return None
    place, root, before = str(value).split(" ")
    return int(place), root, before


def said(place: int, root: str) -> str:
    """What the entry says that is made by pruning."""
    return f"history pruned up to entry {place}, {root}"


def prune(store: Store, before: datetime, stops: Callable[[], bool] = lambda: False) -> int:
    """Forget what was before an instant; how many entries. It may be stopped between two batches."""
    with store.transaction() as tx:
        # What was at the instant is told by the last entry before it, so that stays; and none that this makes is old.
        until = tx.value("SELECT max(place) FROM batch WHERE at < ?", moment(before)) or 0
    forgotten = 0
    while not stops():
        cause = store.cause
        with store.caused_by(cause), store.transaction() as tx:
            count = _some(store, tx, until, cause)
        if not count:
            break
        forgotten += count
    return forgotten


def _some(store: Store, tx: Transaction, until: int, cause: Cause) -> int:
    old = tx.rows("SELECT place, root FROM batch WHERE place <= ? ORDER BY place LIMIT ?", until, _BATCH + 1)
    if len(old) < 2:
        return 0
    (_, root_before), (place, root) = old[-2:]
    for recorded in RECORDED:
        chosen = "SELECT id FROM batch WHERE place <= ?"
        tx.run(f"DELETE FROM {recorded.past.name} WHERE batch IN ({chosen})", place)
    tx.run("DELETE FROM batch WHERE place < ?", place)
    value = f"{place} {root} {root_before}"
    tx.upsert(tables.meta, "key, value", [(BASE, value)], "value = excluded.value")
    store.cause = replace(cause, what=said(place, root), entered=True)
    return len(old) - 1


def prune_daily(store: Store, now: datetime, keep: timedelta, stops: Callable[[], bool]) -> int:
    """Forget what is older than ``keep``, unless that was done within a day; how many entries."""
    return once_a_day(store, _LAST, now, lambda: prune(store, now - keep, stops), stops)
