"""Stopping a run: between two batches, where everything is whole, so that the next run goes on from there."""

import time
from collections.abc import Callable, Mapping

from mimas.store import runs
from mimas.store.store import Store

_OFTEN = 0.5
"""Seconds between two looks into the store."""


class StoppedError(Exception):
    """A step ends between two batches: its result, and why."""

    def __init__(self, term: str, message: str) -> None:
        super().__init__(message)
        self.term = term
        self.message = message


STOPPED = "stopped-user-termination"
"""The result of a step that was asked to stop (MIM: stopped-user-termination-from-wmi-or-ui)."""

_FAILURES = ("discovery-errors", "flow-failure", "export-failure")


def failures(counters: Mapping[str, int]) -> int:
    """How many objects have failed in a step that was stopped."""
    return sum(counters[name] for name in _FAILURES)


def limit_errors(counters: Mapping[str, int], limit: int) -> None:
    """Raises `StoppedError` when too many objects have failed (MIM: error limit)."""
    failed = failures(counters)
    if failed >= limit:
        message = (
            f"{failed} objects failed; the limit is {limit}, or what `errors` in the connector's guards says. "
            "So many have one cause: mend it and run it again. What was done is whole."
        )
        raise StoppedError("stopped-error-limit", message)


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
            raise StoppedError(STOPPED, "It was asked to stop. What was done is whole; the next run goes on.")
