"""A run that takes too long is told while it goes on: a system that hangs keeps every schedule waiting.

It is told from a thread of its own, since the one that runs is the one that hangs. That thread asks nothing of the
database, which may be what hangs: it knows what the engine tells its watcher.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import TIMEOUT_MAX, Event, Thread

from mimas.runs.engine import Watcher
from mimas.runs.setup import Step

_AGAIN = timedelta(minutes=1)
"""So soon it is tried again to tell what could not be told."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: its step, since when, and how many objects that has read or sent."""

    step: Step
    since: datetime
    objects: int = 0


@contextmanager
def watched(
    watcher: Watcher, after: timedelta, clock: Callable[[], datetime], tells: Callable[[Progress | None], bool]
) -> Iterator[Watcher]:
    """A watcher for a run that is done within; after so long ``tells`` is called, until it says that all is told."""
    progress: Progress | None = None
    ended = Event()

    def begins(step: Step) -> None:
        nonlocal progress
        progress = Progress(step, clock())
        watcher.begins(step)

    def advances(count: int) -> None:
        nonlocal progress
        if progress is not None:
            progress = replace(progress, objects=progress.objects + count)
        watcher.advances(count)

    def watch() -> None:
        wait = after
        while not ended.wait(min(wait.total_seconds(), TIMEOUT_MAX)) and not tells(progress):
            wait = _AGAIN

    thread = Thread(target=watch, name="lateness", daemon=True)
    thread.start()
    try:
        yield replace(watcher, begins=begins, advances=advances)
    finally:
        ended.set()
        thread.join()  # A mail that is on its way is told before the end of the run is.
