"""The next time and the windows; above all on the two nights of the year when clocks are changed."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest

from mimas.runs.setup import Schedule, Window
from mimas.schedules.timing import always_closed, closed, following, opens, words

BERLIN = "Europe/Berlin"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def cron(text: str, zone: str = "UTC", *closed: Window) -> Schedule:
    return Schedule("s", "p", text, zone=zone, closed=closed)


def times(schedule: Schedule, since: str, count: int) -> list[str]:
    found, now = [], at(since)
    for _ in range(count):
        next_ = following(schedule, now)
        assert next_ is not None
        assert next_ > now
        now = next_
        found.append(f"{now:%m-%d %H:%M}")
    return found


@pytest.mark.parametrize(
    ("text", "zone", "since", "expected"),
    [
        pytest.param("15 5 * * 1-5", "UTC", "2026-11-27 05:15", ["11-30 05:15", "12-01 05:15"], id="not at weekends"),
        pytest.param("15 5 * * 1-5", BERLIN, "2026-11-27 12:00", ["11-30 04:15"], id="an hour ahead in winter"),
        pytest.param("15 5 * * 1-5", BERLIN, "2026-07-01 12:00", ["07-02 03:15"], id="two in summer"),
        # 2026-03-29: 02:00 is 03:00. 2026-10-25: 03:00 is 02:00 again.
        pytest.param("30 2 * * *", BERLIN, "2026-03-28 12:00", ["03-29 01:00", "03-30 00:30"], id="left out"),
        pytest.param("30 2 * * *", BERLIN, "2026-10-24 12:00", ["10-25 00:30", "10-26 01:30"], id="comes twice"),
        pytest.param("30 2 * * *", BERLIN, "2026-10-25 01:10", ["10-26 01:30"], id="seen between the two"),
        pytest.param("30 2 * * *", BERLIN, "2026-10-25 00:50", ["10-26 01:30"], id="seen between, before the change"),
        pytest.param("0 * * * *", BERLIN, "2026-10-24 23:30", ["10-25 00:00", "10-25 01:00"], id="hours"),
        pytest.param("*/30 * * * *", BERLIN, "2026-03-29 00:20", ["03-29 00:30", "03-29 01:00"], id="half hours"),
    ],
)
def test_the_next_times(text: str, zone: str, since: str, expected: list[str]) -> None:
    assert times(cron(text, zone), since, len(expected)) == expected


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
@pytest.mark.parametrize("text", ["30 2 * * *", "0 3 * * *", "*/10 * * * *", "0 */4 * * *", "5 0-4 * * *"])
def test_wherever_one_begins_times_go_forward_and_are_the_same(day: str, text: str) -> None:
    schedule = cron(text, BERLIN)
    whole, now = [], at(day)
    while (now := following(schedule, now) or now) < at(day) + timedelta(days=4):
        whole.append(now)
    assert all(first < then for first, then in pairwise(whole))
    for minute in range(0, 36 * 60, 7):
        since = at(day) + timedelta(minutes=minute)
        assert following(schedule, since) == next(one for one in whole if one > since), since


def test_an_interval_is_elapsed_time() -> None:
    schedule = Schedule("s", "p", every=timedelta(hours=12), zone=BERLIN)
    assert times(schedule, "2026-03-28 18:00", 2) == ["03-29 06:00", "03-29 18:00"]


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (timedelta(seconds=90), "90 seconds"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=26), "26 hours"),
        (timedelta(days=30), "30 days"),
        (timedelta(days=14), "2 weeks"),
    ],
)
def test_an_interval_in_words(length: timedelta, expected: str) -> None:
    assert words(length) == expected


WEEKEND = Window(frozenset((5, 6)))
NIGHT = Window(start=time(22), end=time(4))
FRIDAY_NIGHT = Window(frozenset((4,)), time(22), time(4))


@pytest.mark.parametrize(
    ("window", "wall", "shut", "open_"),
    [
        (WEEKEND, "2026-11-27 23:59", False, "2026-11-27 23:59"),
        (WEEKEND, "2026-11-28 00:00", True, "2026-11-30 00:00"),
        (WEEKEND, "2026-11-29 23:59", True, "2026-11-30 00:00"),
        (NIGHT, "2026-11-25 21:59", False, "2026-11-25 21:59"),
        (NIGHT, "2026-11-25 22:00", True, "2026-11-26 04:00"),
        (NIGHT, "2026-11-26 03:59", True, "2026-11-26 04:00"),
        (NIGHT, "2026-11-26 04:00", False, "2026-11-26 04:00"),
        (FRIDAY_NIGHT, "2026-11-28 03:00", True, "2026-11-28 04:00"),
        (FRIDAY_NIGHT, "2026-11-27 03:00", False, "2026-11-27 03:00"),
        (FRIDAY_NIGHT, "2026-11-28 22:30", False, "2026-11-28 22:30"),
        (Window(start=time(8), end=time(12)), "2026-11-25 11:00", True, "2026-11-25 12:00"),
    ],
)
def test_a_window(window: Window, wall: str, shut: bool, open_: str) -> None:
    schedule = cron("0 0 * * *", "UTC", window)
    assert closed(schedule, at(wall)) is shut
    assert opens(schedule, at(wall)) == at(open_)


def test_windows_follow_the_wall() -> None:
    schedule = cron("0 0 * * *", BERLIN, NIGHT)
    assert closed(schedule, at("2026-07-01 20:30")), "22:30 in summer"
    assert not closed(schedule, at("2026-12-01 20:30")), "21:30 in winter"
    assert opens(schedule, at("2026-03-29 00:30")) == at("2026-03-29 02:00"), "04:00, an hour early"
    assert opens(schedule, at("2026-10-25 00:30")) == at("2026-10-25 03:00"), "04:00, an hour late"
    twice = cron("0 0 * * *", BERLIN, Window(start=time(1), end=time(2, 30)))
    assert opens(twice, at("2026-10-25 01:10")) == at("2026-10-25 01:30"), "02:10 has come a second time"
    assert opens(twice, at("2026-10-25 00:10")) == at("2026-10-25 00:30")


def test_windows_that_meet_and_windows_without_end() -> None:
    assert opens(cron("0 0 * * *", "UTC", WEEKEND, NIGHT), at("2026-11-27 23:00")) == at("2026-11-30 04:00")
    assert opens(cron("0 0 * * *", "UTC", Window()), at("2026-11-27 23:00")) is None
    assert always_closed([Window()])
    assert always_closed([NIGHT, Window(start=time(4), end=time(22))])
    assert not always_closed([NIGHT, Window(start=time(4, 1), end=time(22))])
    assert not always_closed([WEEKEND, Window(frozenset(range(4)))])
    assert always_closed([WEEKEND, Window(frozenset(range(5)))])
    assert not always_closed([])
