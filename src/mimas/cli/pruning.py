"""``runs prune`` and ``audit prune``: forget the runs, and the history, of long ago."""

from collections.abc import Callable
from datetime import datetime, timedelta

from mimas.cli.failing import CommandError
from mimas.cli.installation import Installation
from mimas.cli.moments import moment
from mimas.cli.printing import instant, out
from mimas.store.history import past, retention
from mimas.store.pruning import prune
from mimas.store.runs import moment as written
from mimas.store.runs import now


def prune_runs(installation: Installation, before: str | None, keep: int | None) -> None:
    """Forget the runs that began before a date, or more days ago than these, or than the settings say."""
    until = _until(before, keep, lambda: installation.sound.keep_runs)
    pruned = prune(installation.store, until)
    out.print(f"Forgotten: {pruned:,} of the runs from before {instant(written(until))}.", markup=False)


def prune_history(installation: Installation, before: str | None, keep: int | None) -> None:
    """The same of the history, by its own setting."""
    until = _until(before, keep, lambda: installation.sound.keep_history)
    store = installation.store
    with store.database.alone():
        pruned = retention.prune(store, until)
    with store.reading() as tx:
        begin = instant(past.begin(tx))
    out.print(f"Forgotten: {pruned:,} entries. The history reaches back to {begin}.", markup=False)


def _until(before: str | None, keep: int | None, setting: Callable[[], timedelta]) -> datetime:
    if before is not None and keep is not None:
        raise CommandError("--before and --keep say the same in two ways: keep one of them.")
    if before is not None:
        return min(moment(before), now())
    return now() - (timedelta(days=keep) if keep is not None else setting())
