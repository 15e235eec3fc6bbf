"""Waiting for a system that can say cheaply whether anything has changed, by asking it again and again."""

import time
from collections.abc import Callable

EVERY = 0.3
"""Seconds between two questions."""


class Polling:
    """Asks for a ``state``: anything that is another thing after every change."""

    def __init__(self, state: Callable[[], object]) -> None:
        self._state = state
        self._before: object = None
        self._asked = False

    def wait(self, seconds: float) -> bool:
        """Whether the state is another one than at the last call, or becomes so within so many seconds."""
        until = time.monotonic() + seconds
        while True:
            state = self._state()
            changed = self._asked and state != self._before
            self._before, self._asked = state, True
            left = until - time.monotonic()
            if changed or left <= 0:
                return changed
            time.sleep(min(EVERY, left))
