"""Adding intervals to dates, and comparing values with a moving now."""

import calendar
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from mimas.language.coercion import absent, as_date
from mimas.language.context import Context
from mimas.language.errors import FlowError
from mimas.language.operations import COMPARISONS

_SECONDS = {"y": 86400, "d": 86400, "w": 86400, "ww": 604800, "h": 3600, "n": 60, "s": 1}
_MONTHS = {"yyyy": 12, "q": 3, "m": 1}
INTERVALS = (*_MONTHS, *_SECONDS)
"""VBA's interval names; ``y``, ``d`` and ``w`` all add days, as VBA's DateAdd does."""


def shift(interval: str, amount: int, date: datetime) -> datetime:
    """VBA's DateAdd: a day that the resulting month does not have becomes its last. Raises `FlowError`."""
    interval = interval.casefold()
    try:
        if interval in _SECONDS:
            return date + timedelta(seconds=_SECONDS[interval] * amount)
        if interval in _MONTHS:
            year, month = divmod(date.year * 12 + date.month - 1 + _MONTHS[interval] * amount, 12)
            last = calendar.monthrange(min(max(year, 1), 9999), month + 1)[1]
            return date.replace(year=year, month=month + 1, day=min(date.day, last))
    except (OverflowError, ValueError):
        raise FlowError(_BEYOND) from None
    raise FlowError(f"{interval!r} is no interval: {', '.join(INTERVALS)}")


_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}
_SECOND = timedelta(seconds=1)
_NOTHING = timedelta(0)
_BEYOND = "the date lies outside the years 1 to 9999"


def mirrored(operator: str) -> str:
    """The operator with its sides changed."""
    return _MIRRORED[operator]


def compare_with_now(x: Context, operator: str, value: Any, interval: str, amount: int) -> bool:
    """``value operator DateAdd(interval, amount, Now())``, reporting to ``x`` when the answer will be another one.

    Instants are reported in whole seconds: a strict comparison changes one second after both sides are equal.
    """
    compare: Callable[[Any, Any], bool] = COMPARISONS[operator]
    if absent(value):
        return compare(None, x.now)
    date = as_date(value)
    fixed = _fixed(interval, amount)
    if fixed is None:
        reached = shift(interval, amount, x.now)
        for instant in _candidates(date, interval, amount):
            _report(x, operator, instant)
    else:
        try:
            reached = x.now + fixed
        except OverflowError:
            raise FlowError(_BEYOND) from None
        if date >= reached:  # Most dates have passed long ago; what has passed flips no more.
            _report(x, operator, date, fixed)
    return compare(date, reached)


def _report(x: Context, operator: str, date: datetime, back: timedelta = _NOTHING) -> None:
    """At the instant of equality <= becomes true and > false; < and >= change only after it."""
    try:
        instant = date - back
        if operator in ("<=", ">", "=", "<>"):
            x.flip(instant)
        if operator in ("<", ">=", "=", "<>"):
            x.flip(instant + _SECOND)
    except OverflowError:
        return  # Beyond the calendar: the far future of an account that never expires.


@lru_cache(maxsize=256)
def _fixed(interval: str, amount: int) -> timedelta | None:
    """The interval where it always has the same length; None for months and years."""
    if interval.casefold() not in _SECONDS:
        return None
    try:
        return timedelta(seconds=_SECONDS[interval.casefold()] * amount)
    except OverflowError:
        raise FlowError(_BEYOND) from None


def _candidates(date: datetime, interval: str, amount: int) -> list[datetime]:
    """When Now() shifted may pass the date. Late days of months of unequal length are passed more than once."""
    try:
        exact = shift(interval, -amount, date)
        if date.day < 28:
            return [exact]
        midnight = exact.replace(hour=0, minute=0, second=0, microsecond=0)
        days = [timedelta(days=day) for day in range(-4, 5)]
        # At midnight the shifted now falls back to the beginning of the same last day, for < and >= at once, too.
        return [start + day for start in (exact, midnight, midnight - _SECOND) for day in days]
    except (FlowError, OverflowError):
        return []  # Beyond the calendar, as above.
