"""Being asked to stop: SIGTERM, as service managers send it, and Ctrl-C."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from mimas.store.runs import now


class Signals:
    """SIGTERM and Ctrl-C: the first asks to stop, the second stops at once."""

    def __init__(self) -> None:
        self.asked = False

    def stops(self) -> bool:
        """Whether it was asked to stop."""
        return self.asked

    def sleep(self, until: datetime) -> None:
        """Sleep until an instant by the clock, which may be set meanwhile; or until it is asked to stop."""
        while not self.asked and (left := (until - now()).total_seconds()) > 0:
            time.sleep(min(left, 0.5))

    @contextmanager
    def caught(self) -> Iterator[None]:
        """Take the signals."""
        before = {number: signal.signal(number, self._ask) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _ask(self, *_: object) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
