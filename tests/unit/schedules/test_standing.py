"""When a schedule is due, and what it waits for."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from msgspec.structs import replace

from mimas.runs.setup import Schedule, Window
from mimas.schedules.standing import order, seen, stand
from mimas.store.schedules import Memory

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def schedule(name: str = "s", **more: Any) -> Schedule:
    return Schedule(name, "p", **({"cron": "0 6 * * *"} | more))


def every(**more: Any) -> Schedule:
    return schedule(cron="", every=HOUR, **more)


def ran(of: Schedule, at: datetime, took: timedelta = timedelta(minutes=5)) -> Memory:
    return replace(seen(of, None, at - DAY), since=at, ended=at + took)


def test_times_of_the_day_that_were_before_a_schedule_were_not_missed() -> None:
    one = stand(schedule(), seen(schedule(), None, NOW), {}, NOW)
    assert one.due == datetime(2026, 11, 24, 6, tzinfo=UTC)
    assert not one.ready(NOW)


def test_an_interval_begins_at_once() -> None:
    assert stand(every(), seen(every(), None, NOW), {}, NOW).ready(NOW)
    one = stand(every(), ran(every(), NOW), {}, NOW)
    assert one.due == NOW + HOUR


def test_an_interval_counts_from_start_to_start() -> None:
    long = ran(every(), NOW, took=3 * HOUR)
    assert stand(every(), long, {}, NOW).due == NOW + HOUR


def test_many_missed_times_are_one() -> None:
    for one in (schedule(), every()):
        later = NOW + 10 * DAY
        found = stand(one, ran(one, NOW), {}, later)
        assert found.ready(later)
        assert not stand(one, ran(one, later), {}, later + HOUR / 2).ready(later + HOUR / 2)


def test_other_times_count_from_when_they_are_first_seen() -> None:
    memory = ran(schedule(), NOW - 2 * HOUR)
    changed = schedule(cron="0 7 * * *")
    assert stand(changed, seen(changed, memory, NOW), {}, NOW).due == datetime(2026, 11, 24, 7, tzinfo=UTC)
    assert seen(schedule(), memory, NOW) is memory
    moved = schedule(zone="Europe/Berlin")
    assert seen(moved, memory, NOW).since == NOW
    hourly = every()
    assert stand(hourly, seen(hourly, memory, NOW), {}, NOW).ready(NOW), "an interval goes on from the last start"


def test_a_cut_off_run_stays_due() -> None:
    memory = replace(ran(schedule(), NOW - DAY - 2 * HOUR), started=NOW - HOUR)
    assert stand(schedule(), memory, {}, NOW).ready(NOW)


def test_a_start_that_lies_ahead_was_by_a_wrong_clock() -> None:
    for one in (schedule(), every()):
        assert seen(one, ran(one, NOW + 400 * DAY), NOW).since == NOW


def test_it_waits_for_other_profiles() -> None:
    one = every(after=("full", "other"))
    first = seen(one, None, NOW)
    assert stand(one, first, {}, NOW).awaits == ("full", "other")
    assert stand(one, first, {"full": NOW - 9 * DAY}, NOW).awaits == ("other",)
    memory = ran(one, NOW - 2 * HOUR)
    before, since = {"full": NOW - 3 * HOUR, "other": NOW - HOUR}, {"full": NOW - HOUR, "other": NOW - HOUR}
    assert stand(one, memory, before, NOW).awaits == ("full",)
    assert not stand(one, memory, before, NOW).ready(NOW)
    assert stand(one, memory, since, NOW).ready(NOW)


def test_other_times_do_not_make_it_wait_for_another_run_of_what_has_been_run() -> None:
    one = schedule(after=("full",))
    memory = ran(one, NOW - DAY)
    changed = schedule(after=("full",), cron="30 8 * * *")
    later = NOW + HOUR
    found = stand(changed, seen(changed, memory, NOW), {"full": NOW - HOUR}, later)
    assert found.ready(later)
    before = {"full": NOW - DAY - HOUR}
    assert stand(changed, seen(changed, memory, NOW), before, later).awaits == ("full",)


def test_it_does_not_start_in_a_window_and_starts_after_it() -> None:
    one = schedule(closed=(Window(start=time(5), end=time(9)),))
    memory = ran(one, NOW - DAY)
    assert stand(one, memory, {}, NOW).closed
    assert not stand(one, memory, {}, NOW).ready(NOW)
    assert stand(one, memory, {}, NOW + HOUR).ready(NOW + HOUR)


def test_the_longest_due_comes_first() -> None:
    ones = [
        stand(schedule("b"), ran(schedule("b"), NOW - DAY), {}, NOW),
        stand(schedule("a"), ran(schedule("a"), NOW - DAY), {}, NOW),
        stand(schedule("c"), ran(schedule("c"), NOW - 2 * DAY), {}, NOW),
        stand(schedule("d"), ran(schedule("d"), NOW), {}, NOW),
    ]
    assert [one.schedule.name for one in order(ones, NOW)] == ["c", "a", "b"]
