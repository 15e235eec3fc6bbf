"""How often something may be tried, so that nobody finds out a password by trying."""

from datetime import timedelta

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class Throttle:
    """So many attempts may fail in so long a time. Each process counts by itself, and anew when it is started."""

    def __init__(self, attempts: int, within: timedelta) -> None:
        self._rate = RateLimitItemPerSecond(attempts, int(within.total_seconds()))
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def takes(self, *whos: str) -> bool:
        """Whether another attempt is let through: of none of these too many have failed."""
        return all(self._limiter.test(self._rate, who) for who in whos)

    def failed(self, *whos: str) -> None:
        """An attempt has failed."""
        for who in whos:
            self._limiter.hit(self._rate, who)
