"""The short forms for times: cron expressions, intervals, time zones, days of the week, times of day."""

import re
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from cronsim import CronSim, CronSimError

from mimas.configuration.notation import NotationError, several
from mimas.configuration.problem import suggest
from mimas.schedules.timing import zone_of

_UNITS = ("seconds", "minutes", "hours", "days", "weeks")
_INTERVAL = re.compile(r"([0-9]{1,5}) *([a-z]+)")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FIELDS = (
    "write five fields: minute 0-59, hour 0-23, day 1-31, month 1-12, day of the week 0-7 or sun-sat; "
    'as in "15 5 * * 1-5"'
)


def cron(given: str) -> str:
    """A cron expression of five fields."""
    # cronsim takes a sixth field, seconds, which no cron knows.
    if len(given.split()) != 5:
        raise NotationError(f"'{given}' is no cron expression of five fields", _FIELDS)
    try:
        comes = next(CronSim(given, datetime(2000, 1, 1, tzinfo=UTC)), None)
    except CronSimError as error:
        reason = str(error).removeprefix("Bad ").replace("-", " ").replace("day of", "day of the")
        raise NotationError(f"the {reason} in '{given}' cannot be", _FIELDS) from None
    except ValueError:  # a number of thousands of digits
        raise NotationError(f"'{given}' has a number that cannot be", _FIELDS) from None
    if comes is None:
        raise NotationError(f"'{given}' never comes", "look at the day and the month")
    return " ".join(given.split())


def interval(given: Any) -> Any:
    """``10 minutes``, ``2 hours``, ``1 day``."""
    if given is None or isinstance(given, timedelta):
        return given
    match = _INTERVAL.fullmatch(str(given).strip())
    if match is None:
        raise NotationError(f"'{given}' is no interval", "write a number and a unit, as in `10 minutes` or `2 hours`")
    unit = match[2] if match[2].endswith("s") else f"{match[2]}s"
    if unit not in _UNITS:
        raise NotationError(f"unknown unit '{match[2]}'", suggest(unit, _UNITS))
    if not int(match[1]):
        raise NotationError(f"'{given}' is no time at all", "write `10 minutes`, say")
    return timedelta(**{unit: int(match[1])})


def zone(given: str) -> str:
    """The name of a time zone that this machine knows."""
    try:
        zone_of(given)
    except (KeyError, ValueError, OSError):
        known = _zones()
        hint = suggest(given, known) if known else "this machine knows no time zones: install the package tzdata"
        raise NotationError(f"unknown time zone '{given}'", hint or "write an IANA name, as in Europe/Berlin") from None
    return given


@cache
def _zones() -> frozenset[str]:
    """Looked for once: it reads hundreds of files."""
    return frozenset(available_timezones())


def days(given: Any) -> Any:
    """``sat-sun``, ``mon, wed``, or a list of such, as numbers from 0 for Monday."""
    parts = [part.strip() for text in several(given) for part in str(text).split(",")] if given else []
    if not parts:
        raise NotationError("names no day", "write `sat-sun` or `mon, wed`")
    found: set[int] = set()
    for part in parts:
        begin, _, end = part.partition("-")
        first, last = _day(begin), _day(end or begin)
        found.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    return sorted(found)


def _day(name: str) -> int:
    short = name.strip().casefold()[:3]
    if short not in _DAYS:
        raise NotationError(f"unknown day '{name}'", suggest(short, _DAYS))
    return _DAYS.index(short)


def clock(given: Any) -> Any:
    """``22:00`` as a time of day; ``24:00`` is midnight."""
    if isinstance(given, time):
        return given
    text = str(given).strip()
    match = _CLOCK.fullmatch("00:00" if text == "24:00" else text)
    if match is None:
        raise NotationError(f"'{given}' is no time of day", "write hours and minutes, as in 22:00")
    return time(int(match[1]), int(match[2]))
