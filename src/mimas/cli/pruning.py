"""``runs prune``: forget the runs of long ago."""

from datetime import timedelta

from mimas.cli.failing import CommandError
from mimas.cli.installation import Installation
from mimas.cli.moments import moment
from mimas.cli.printing import instant, out
from mimas.store.pruning import prune
from mimas.store.runs import moment as written
from mimas.store.runs import now


def prune_runs(installation: Installation, before: str | None, keep: int | None) -> None:
    """Forget the runs that began before a date, or more days ago than these, or than the settings say."""
    if before is not None and keep is not None:
        raise CommandError("--before and --keep say the same in two ways: keep one of them.")
    if before is not None:
        until = min(moment(before), now())
    else:
        until = now() - (timedelta(days=keep) if keep is not None else installation.sound.keep_runs)
    pruned = prune(installation.store, until)
    out.print(f"Forgotten: {pruned:,} of the runs from before {instant(written(until))}.", markup=False)
