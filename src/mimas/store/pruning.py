"""Pruning the run history (MIM: clear run history): runs of long ago go, with all that was kept of them.

A run stays, whatever its age, while somebody may ask for it: see `_kept`. What it has changed stays in the history of
what was changed, which tells of the run by itself and is kept longer: see `mimas.store.history.chain`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from mimas.store import tables
from mimas.store.database import Transaction
from mimas.store.holds import OPEN
from mimas.store.instants import stamp
from mimas.store.runs import WHOLE, moment
from mimas.store.schedules import Memory, load
from mimas.store.store import Store

_BATCH = 50
"""Runs a transaction: whoever else wants the database waits for a moment only."""
_DAY = timedelta(days=1)
_LAST = "pruned"


def prune(store: Store, before: datetime, stops: Callable[[], bool] = lambda: False) -> int:
    """Forget the runs that began before an instant, which is not to come; how many.

    It may be stopped between two batches.
    """
    pruned = last = 0
    with store.transaction() as tx:
        kept = _kept(tx)
    while not stops():
        with store.transaction() as tx:
            old = _ids(
                tx,
                "SELECT id FROM run WHERE id > ? AND started < ? ORDER BY id LIMIT ?",
                last,
                moment(before),
                _BATCH,
            )
            if not old:
                break
            last = old[-1]
            pruned += _forget(tx, [run for run in old if run not in kept])
    return pruned


def prune_daily(store: Store, now: datetime, keep: timedelta, stops: Callable[[], bool]) -> int:
    """Forget the runs that began longer ago than ``keep``, unless that was done within a day; how many."""
    return once_a_day(store, _LAST, now, lambda: prune(store, now - keep, stops), stops)


def once_a_day(store: Store, key: str, now: datetime, do: Callable[[], int], stops: Callable[[], bool]) -> int:
    """Do something unless it was done within a day, which is remembered in `meta` if it was not stopped; its count."""
    with store.reading() as tx:
        last = tx.value("SELECT value FROM meta WHERE key = ?", key)
    if last is not None and stamp(now - _DAY) < last <= stamp(now):
        return 0
    count = do()
    if not stops():
        with store.transaction() as tx:
            tx.upsert(tables.meta, "key, value", [(key, stamp(now))], "value = excluded.value")
    return count


def _kept(tx: Transaction) -> set[int]:
    """The runs that somebody may still ask for.

    The last one of all, which may not have ended; of each profile the last one that has, for which others may wait;
    the last one of each schedule, of which people are told; and those that have left something held.
    """
    return {
        *_ids(tx, "SELECT max(id) FROM run"),
        *_ids(tx, f"SELECT max(id) FROM run WHERE result IN {WHOLE} GROUP BY profile"),
        *_ids(tx, "SELECT s.run FROM hold h JOIN step s ON s.id = h.step WHERE h.state = ?", OPEN),
        *(memory.run for memory in load(tx, Memory).values()),
    }


def _forget(tx: Transaction, runs: Sequence[int]) -> int:
    steps = _ids(tx, "SELECT id FROM step WHERE run IN IDS", runs)
    for table in ("step_error", "step_object"):
        tx.run(f"DELETE FROM {table} WHERE step IN IDS", steps)
    # What was decided over, or answered anew, nobody asks for any more.
    holds = _ids(tx, "SELECT id FROM hold WHERE step IN IDS", steps)
    tx.run("DELETE FROM hold_item WHERE hold IN IDS", holds)
    tx.run("DELETE FROM hold WHERE id IN IDS", holds)
    tx.run("DELETE FROM step WHERE run IN IDS", list(runs))
    return tx.counted("DELETE FROM run WHERE id IN IDS", list(runs))


def _ids(tx: Transaction, sql: str, *parameters: object) -> list[int]:
    return [row[0] for row in tx.rows(sql, *parameters)]
