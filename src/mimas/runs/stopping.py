"""Stopping a run: between two batches, where everything is whole, so that the next run goes on from there."""

import time
from collections.abc import Callable

from mimas.store import runs
from mimas.store.store import Store

_OFTEN = 0.5
"""Seconds between two looks into the store."""


class StoppedError(Exception):
    """Somebody has asked the run to stop."""


class Halt:
    """Whether somebody wants a run to stop: the process that runs it, or a person at another one (`mimas cancel`)."""

    def __init__(self, store: Store, stops: Callable[[], bool]) -> None:
        self._store = store
        self._stops = stops
        self._looked = time.monotonic()
        self._asked = False

    def asked(self) -> bool:
        """Whether to stop."""
        if not self._asked:
            self._asked = self._stops()
        if not self._asked and time.monotonic() - self._looked >= _OFTEN:
            with self._store.transaction() as tx:
                self._asked = runs.asked_to_stop(tx)
            self._looked = time.monotonic()
        return self._asked

    def check(self) -> None:
        """Raises `StoppedError` when it is to stop."""
        if self.asked():
            raise StoppedError
