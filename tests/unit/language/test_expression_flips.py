"""Rules that depend on the time tell when their result will be another one."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimas.language.context import Context
from mimas.language.expressions.codegen import compiled
from mimas.language.expressions.evaluate import evaluate
from mimas.language.expressions.parser import parse

SPAN = (datetime(2023, 12, 1), datetime(2025, 4, 1))  # noqa: DTZ001 - Hypothesis wants them so
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def due(text: str, **values: Any) -> datetime | None:
    x, y = Context(NOW), Context(NOW)
    compiled(parse(text))(values, x)
    evaluate(parse(text), values, y)
    assert x.due == y.due
    return x.due


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("[d] <= Now()", "2026-12-01", datetime(2026, 12, 1, tzinfo=UTC)),
        ("[d] < Now()", "2026-12-01", datetime(2026, 12, 1, 0, 0, 1, tzinfo=UTC)),
        ("Now() < [d]", "2026-12-01", datetime(2026, 12, 1, tzinfo=UTC)),
        ("Now() > [d]", "2026-12-01", datetime(2026, 12, 1, 0, 0, 1, tzinfo=UTC)),
        ("[d] <= Now()", "2026-11-01", None),
        ("[d] <= Now()", None, None),
        ('[d] <= DateAdd("d", 7, Now())', "2026-12-24T10:00:00Z", datetime(2026, 12, 17, 10, tzinfo=UTC)),
        ('DateAdd("h", -24, Now()) >= [d]', "2026-12-24", datetime(2026, 12, 25, tzinfo=UTC)),
        ('DateAdd("m", 1, Now()) >= CDate([d])', "2027-02-15", datetime(2027, 1, 15, tzinfo=UTC)),
        ("[d] > Now()", "9999-12-31", datetime(9999, 12, 31, tzinfo=UTC)),
        ('[d] > DateAdd("yyyy", -1, Now())', "9999-12-31", None),
        ("[d] >= Now()", "9999-12-31T23:59:59Z", None),
        ('[d] > DateAdd("d", -30, Now())', "9999-12-31", None),
        ('[d] < DateAdd("d", 30, Now())', "0001-01-01", None),
        # anything else is looked at again at the next midnight
        ("Now()", None, datetime(2026, 11, 24, tzinfo=UTC)),
        ('FormatDateTime(Now(), "yyyy")', None, datetime(2026, 11, 24, tzinfo=UTC)),
        ('DateAdd("d", CNum("7"), Now()) > [d]', "2026-12-24", datetime(2026, 11, 24, tzinfo=UTC)),
        # what is not reached does not count
        ("IsPresent([none]) && [d] <= Now()", "2026-12-01", None),
        ('IIF([d] = "x", Now(), 1)', "y", None),
    ],
)
def test_the_next_flip(text: str, value: str | None, expected: datetime | None) -> None:
    assert due(text, d=value) == expected


def test_the_earliest_of_several() -> None:
    both = {"a": "2026-12-24", "b": "2026-12-01"}
    assert due("[a] <= Now() || [b] <= Now()", **both) == datetime(2026, 12, 1, tzinfo=UTC)


@given(
    st.sampled_from(["<", "<=", ">", ">=", "=", "<>"]),
    st.sampled_from(["yyyy", "q", "m", "d", "ww", "h", "n", "s"]),
    st.integers(-40, 40),
    st.datetimes(*SPAN),
    st.integers(-100, 100),
    st.booleans(),
)
def test_nothing_changes_before_the_next_flip(
    operator: str, interval: str, amount: int, day: datetime, hours: int, late: bool
) -> None:
    """Going from flip to flip shows the same results as looking at every half hour of five weeks."""
    day = day.replace(microsecond=0, tzinfo=UTC)
    day = day.replace(day=min(day.day, 28) if not late else 28)
    run = compiled(parse(f'[d] {operator} DateAdd("{interval}", {amount}, Now())'))
    start = _around(day, interval, amount) + timedelta(hours=hours)
    values = {"d": day.isoformat()}
    x = Context(start)
    expected = run(values, x)
    for step in range(1, 400):
        now = start + timedelta(minutes=30 * step)
        while x.due is not None and x.due <= now:
            x = Context(x.due)
            expected = run(values, x)
        assert run(values, Context(now)) == expected


def _around(day: datetime, interval: str, amount: int) -> datetime:
    days = {"yyyy": 365.25, "q": 91.3, "m": 30.44, "d": 1, "ww": 7, "h": 1 / 24, "n": 1 / 1440, "s": 1 / 86400}
    whole = day - timedelta(days=days[interval] * amount) - timedelta(days=3)
    return whole.replace(microsecond=0)
