"""The arithmetic of schedules: the next time of a cron expression or an interval, and maintenance windows.

Pure: the instant is always given, and every instant is in UTC. What clocks on the wall do when summer time begins and
ends is left to cronsim, which does as Debian's cron: a time that is left out comes right after the gap, a time that
comes twice counts once; what is to happen every few minutes or every hour goes by elapsed time.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from cronsim import CronSim

from mimas.runs.setup import Schedule, Window

_DAY = timedelta(days=1)
_WEEK = 7 * 24 * 60
_UNITS = {unit: timedelta(**{f"{unit}s": 1}) for unit in ("week", "day", "hour", "minute", "second")}
_LONGEST_ZONE = 100


def zone_of(name: str) -> tzinfo:
    """A time zone by its IANA name; UTC needs no data of the system. Raises `KeyError` or `ValueError` for others."""
    if len(name) > _LONGEST_ZONE:  # Python looks for it along its parts, one within the other
        raise ValueError("a time zone has no such long name")
    return UTC if name == "UTC" else ZoneInfo(name)


def timing(schedule: Schedule) -> str:
    """Its times as a text that changes with them."""
    return f"{schedule.cron} {schedule.zone}" if schedule.every is None else f"every {schedule.every}"


def words(length: timedelta) -> str:
    """An interval as it is written: ``10 minutes``, ``1 hour``."""
    unit, one = next((unit, one) for unit, one in _UNITS.items() if not length % one)
    number = length // one
    return f"{number} {unit}{'s' if number != 1 else ''}"


def following(schedule: Schedule, since: datetime) -> datetime | None:
    """The next time after ``since``; none when a cron expression has no other."""
    if schedule.every is not None:
        return since + schedule.every
    # Compared in UTC: of two times that the wall shows alike, when the hour comes twice, cronsim gives the first.
    times = (at.astimezone(UTC) for at in CronSim(schedule.cron, since.astimezone(zone_of(schedule.zone))))
    return next((at for at in times if at > since), None)


def closed(schedule: Schedule, now: datetime) -> bool:
    """Whether a maintenance window is open: the schedule does not start."""
    wall = now.astimezone(zone_of(schedule.zone)).replace(tzinfo=None)
    return any(begin <= wall < end for begin, end in _around(schedule.closed, wall))


def opens(schedule: Schedule, now: datetime) -> datetime | None:
    """The first instant from ``now`` on that is in no window; none if there is none within two weeks."""
    zone = zone_of(schedule.zone)
    at = now
    while at - now < 14 * _DAY:
        wall = at.astimezone(zone).replace(tzinfo=None)
        ends = [end for begin, end in _around(schedule.closed, wall) if begin <= wall < end]
        if not ends:
            return at
        # An end that the wall shows twice may lie behind us; then a minute at a time leads on.
        at = max(max(ends).replace(tzinfo=zone).astimezone(UTC), at + timedelta(minutes=1))
    return None


def always_closed(windows: Iterable[Window]) -> bool:
    """Whether windows leave no minute of a week open."""
    shut: set[int] = set()
    for window in windows:
        for day in window.days:
            begin = day * 24 * 60 + _minute(window.start)
            length = (_minute(window.end) - _minute(window.start)) % (24 * 60) or 24 * 60
            shut.update(minute % _WEEK for minute in range(begin, begin + length))
    return len(shut) == _WEEK


def _around(windows: Iterable[Window], wall: datetime) -> Iterable[tuple[datetime, datetime]]:
    """The windows that begin today or began yesterday, each from when to when; a wall's times, without a zone."""
    for window in windows:
        for day in (wall.date() - _DAY, wall.date()):
            if day.weekday() in window.days:
                over_midnight = window.end <= window.start
                begin = datetime.combine(day, window.start)
                yield begin, datetime.combine(day + _DAY if over_midnight else day, window.end)


def _minute(of: time) -> int:
    return of.hour * 60 + of.minute
