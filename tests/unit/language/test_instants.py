"""When the answer of a comparison with now will be another one."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mimas.language.context import Context
from mimas.language.errors import FlowError
from mimas.language.instants import compare_with_now, mirrored, shift
from mimas.language.operations import COMPARISONS

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def due(operator: str, value: Any, interval: str = "s", amount: int = 0) -> datetime | None:
    x = Context(NOW)
    compare_with_now(x, operator, value, interval, amount)
    return x.due


@pytest.mark.parametrize(
    ("operator", "later"),
    [
        ("<", SECOND),
        (">=", SECOND),
        ("<=", timedelta(0)),
        (">", timedelta(0)),
        ("=", timedelta(0)),
        ("<>", timedelta(0)),
    ],
)
def test_strict_comparisons_change_a_second_after_both_are_equal(operator: str, later: timedelta) -> None:
    date = NOW + 3 * DAY
    assert due(operator, date) == date + later
    assert due(operator, date, "d", 1) == date - DAY + later
    assert due(operator, NOW - DAY) is None


@pytest.mark.parametrize("operator", ["=", "<>", "<", ">="])
def test_what_is_equal_now_changes_in_a_second(operator: str) -> None:
    assert due(operator, NOW) == NOW + SECOND
    assert due("<=", NOW) is None


@pytest.mark.parametrize("operator", list(COMPARISONS))
@pytest.mark.parametrize(("interval", "amount"), [("d", 2), ("m", 1), ("yyyy", -1), ("Q", 1), ("WW", -1)])
@pytest.mark.parametrize("back", [-SECOND, timedelta(0), SECOND])
def test_the_answer_stays_until_it_is_due(operator: str, interval: str, amount: int, back: timedelta) -> None:
    date = shift(interval, amount, NOW + 40 * DAY)
    x = Context(NOW)
    before = compare_with_now(x, operator, date, interval, amount)
    if operator in ("<>", "="):
        assert before is (operator == "<>")
    assert x.due is not None
    assert NOW + 35 * DAY < x.due <= NOW + 40 * DAY + SECOND
    assert compare_with_now(Context(x.due - SECOND), operator, date, interval, amount) is before
    after = compare_with_now(Context(NOW + 40 * DAY + back), operator, date, interval, amount)
    assert after is COMPARISONS[operator](date, shift(interval, amount, NOW + 40 * DAY + back))


def test_absent_values_never_change() -> None:
    assert compare_with_now(Context(NOW), "<>", None, "d", 1)
    assert not compare_with_now(Context(NOW), "<", "", "d", 1)
    assert due("<", None) is None


def test_a_late_day_of_a_month_is_not_missed() -> None:
    """A month after 28, 29, 30 and 31 January is 28 February: the answers are asked for until one is another."""
    for day, interval, amount, changes in (
        (datetime(2026, 2, 28, 8, tzinfo=UTC), "m", 1, datetime(2026, 1, 28, 8, tzinfo=UTC)),
        (datetime(2026, 2, 28, 12, tzinfo=UTC), "m", 1, datetime(2026, 1, 28, 12, tzinfo=UTC)),
        (datetime(2026, 3, 1, tzinfo=UTC), "m", 1, datetime(2026, 2, 1, tzinfo=UTC)),
        (datetime(2026, 1, 31, 8, tzinfo=UTC), "m", -1, datetime(2026, 3, 1, tzinfo=UTC)),
        (datetime(2027, 2, 28, 8, tzinfo=UTC), "yyyy", -1, datetime(2028, 2, 28, 8, tzinfo=UTC)),
    ):
        now = changes - timedelta(days=20)
        while True:
            x = Context(now)
            if compare_with_now(x, "<=", day, interval, amount):
                break
            assert x.due is not None
            now = x.due
        assert now == changes


@pytest.mark.parametrize("operator", list(COMPARISONS))
@pytest.mark.parametrize(
    ("date", "interval", "amount"),
    [
        (datetime(2026, 2, 28, 8, 30, 15, 500, tzinfo=UTC), "m", 1),
        (datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC), "m", 1),
        (datetime(2026, 2, 27, 8, tzinfo=UTC), "m", 1),
        (datetime(2026, 4, 30, 8, tzinfo=UTC), "q", 1),
        (datetime(2026, 1, 31, 8, 30, tzinfo=UTC), "m", -1),
        (datetime(2026, 1, 29, 8, 30, tzinfo=UTC), "m", -1),
        (datetime(2027, 2, 28, 8, tzinfo=UTC), "yyyy", -1),
    ],
)
def test_no_change_is_missed_where_months_are_of_unequal_length(
    operator: str, date: datetime, interval: str, amount: int
) -> None:
    start = (shift(interval, -amount, date) - 6 * DAY).replace(minute=0, second=0, microsecond=0)
    x = Context(start)
    answer = compare_with_now(x, operator, date, interval, amount)
    for half in range(1, 24 * 2 * 12):
        now = start + half * timedelta(minutes=30)
        while x.due is not None and x.due <= now:
            x = Context(x.due)
            answer = compare_with_now(x, operator, date, interval, amount)
        assert compare_with_now(Context(now), operator, date, interval, amount) is answer


@pytest.mark.parametrize(
    ("interval", "amount"),
    [("d", 3_000_000), ("d", 10**9), ("d", 10**20), ("yyyy", 9999), ("m", -(10**9)), ("s", 10**18)],
)
def test_beyond_the_calendar(interval: str, amount: int) -> None:
    with pytest.raises(FlowError, match=r"^the date lies outside the years 1 to 9999$"):
        compare_with_now(Context(NOW), "<", NOW, interval, amount)
    with pytest.raises(FlowError, match=r"^the date lies outside the years 1 to 9999$"):
        shift(interval, amount, NOW)


def test_an_account_that_never_expires_is_never_due() -> None:
    never = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert due("<", never) is None
    assert due("<=", never) == never
    assert due("<", never, "d", -1) is None
    assert due("<", datetime(9999, 12, 31, tzinfo=UTC), "m", -2) is None


def test_a_clock_that_is_only_read_is_due_at_the_next_midnight_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    for zone in ("UTC", "Asia/Tokyo"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        x = Context(NOW.replace(minute=17, second=15, microsecond=500))
        assert x.clock() == x.now
        assert x.due == datetime(2026, 11, 24, tzinfo=UTC)
    monkeypatch.undo()
    time.tzset()


def test_an_unknown_interval_names_those_there_are() -> None:
    with pytest.raises(FlowError, match=r"^'x' is no interval: yyyy, q, m, y, d, w, ww, h, n, s$"):
        shift("X", 1, NOW)


@pytest.mark.parametrize(("one", "other"), [("<", ">"), ("<=", ">="), ("=", "="), ("<>", "<>")])
def test_operators_with_their_sides_changed(one: str, other: str) -> None:
    assert (mirrored(one), mirrored(other)) == (other, one)
