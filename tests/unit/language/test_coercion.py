"""What is read as what, and what is said of a value that cannot be."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from mimas.language.coercion import (
    LARGEST,
    LONGEST,
    MOST,
    absent,
    as_binary,
    as_boolean,
    as_condition,
    as_date,
    as_integer,
    as_list,
    as_number,
    as_text,
    fits,
    gathered,
    iso,
    joined,
    shown,
    sized,
)
from mimas.language.errors import ExpressionError, FlowError, closest
from mimas.language.patterns import parse_date

DAY = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("read", "value", "result"),
    [
        (as_text, ["a"], "a"),
        (as_text, True, "True"),
        (as_text, 42, "42"),
        (as_text, 2.0, "2"),
        (as_text, 2.5, "2.5"),
        (as_text, DAY, "2026-11-23T00:00:00Z"),
        (as_text, datetime(2026, 11, 23, 1, tzinfo=timezone(timedelta(hours=1))), "2026-11-23T00:00:00Z"),
        (as_text, b"\x00", "AA=="),
        (as_number, " -7 ", -7),
        (as_number, "+7", 7),
        (as_number, ".5", 0.5),
        (as_number, "5.", 5.0),
        (as_number, "1e3", 1000.0),
        (as_number, "1E-1", 0.1),
        (as_number, [2.5], 2.5),
        (as_integer, 2.0, 2),
        (as_integer, "2.0", 2),
        (as_boolean, "FALSE", False),
        (as_boolean, "tRue", True),
        (as_boolean, [True], True),
        (as_date, " 2026-11-23 ", DAY),
        (as_date, ["2026-11-23"], DAY),
        (as_date, datetime(2026, 11, 23), DAY),  # noqa: DTZ001 - what names no zone is UTC
        (as_date, "2026-11-23T01:00:00+01:00", DAY),
        (as_date, DAY, DAY),
        (as_binary, "AAE=", b"\x00\x01"),
        (as_binary, [b"a"], b"a"),
        (as_list, ["a"], ["a"]),
        (as_list, "a", ["a"]),
        (as_list, 0, [0]),
        (as_list, "", []),
        (as_list, None, []),
        (as_condition, True, True),
        (as_condition, False, False),
        (as_condition, "true", True),
        (as_condition, [], False),
        (as_condition, "", False),
        (absent, 0, False),
        (absent, False, False),
        (absent, [""], False),
        (absent, b"", False),
    ],
)
def test_what_can_be_read(read: Callable[[Any], Any], value: Any, result: Any) -> None:
    assert read(value) == result
    assert type(read(value)) is type(result)


@pytest.mark.parametrize(
    ("read", "value", "says"),
    [
        (as_text, ["a", "b"], "one value is needed, there are 2: use Item, Join or Contains"),
        (as_text, None, "None is not text"),
        (as_text, [], "None is not text"),
        (as_number, True, "True is not a number"),
        (as_number, "1e999", "'1e999' is not a number"),
        (as_number, "1_000", "'1_000' is not a number"),
        (as_number, "9" * 301, "is not a number"),
        (as_integer, 2.5, "2.5 is not a whole number"),
        (as_boolean, 1, "1 is not True or False"),
        (as_boolean, "yes", "'yes' is not True or False"),
        (as_date, 5, "5 is not a date"),
        (as_date, "23.11.2026", "'23.11.2026' is not a date: ISO 8601 is read as it is, CDate reads more forms"),
        (as_date, "0001-01-01T00:00:00+01:00", "0001-01-01T00:00:00+01:00 lies outside the years 1 to 9999"),
        (as_binary, 5, "5 is not binary"),
        (as_binary, "a", "'a' is not base64"),
        (as_binary, "AA ==", "'AA ==' is not base64"),
        (as_condition, "maybe", "'maybe' is not True or False"),
    ],
)
def test_what_cannot_be_read(read: Callable[[Any], Any], value: Any, says: str) -> None:
    with pytest.raises(FlowError, match=re.escape(says)):
        read(value)


def test_an_error_shows_no_long_value() -> None:
    assert shown("x" * 58) == "'" + "x" * 58 + "'"
    assert shown("x" * 59) == "'" + "x" * 56 + "..."


def test_what_may_be_made_ends() -> None:
    fits(LONGEST)
    with pytest.raises(FlowError, match=r"^the result would have 1,048,577 characters; 1,048,576 are the most$"):
        fits(LONGEST + 1)
    with pytest.raises(FlowError, match=r"^the result would have 6 bytes; 5 are the most$"):
        fits(6, "bytes", 5)
    half = "x" * (LONGEST // 2)
    assert len(joined("", [half, half])) == len(joined("x" * LONGEST, ["", ""])) == LONGEST
    assert joined("-", []) == ""
    assert joined("-", ["a", "b", "c"]) == "a-b-c"
    for separator, texts in (("-", [half, half]), ("x" * LONGEST, ["a", ""]), (half, ["", "", "", ""])):
        with pytest.raises(FlowError, match="the result would have"):
            joined(separator, texts)


def test_a_list_ends_by_its_number_and_by_its_size() -> None:
    assert len(gathered(range(MOST))) == MOST
    assert len(gathered(["x" * LONGEST] * 16)) == 16
    assert len(gathered([b"x" * LONGEST] * 16)) == 16
    for values in (range(MOST + 1), ["x" * LONGEST] * 17, [b"x" * LONGEST] * 17, [["x"], *["x" * LONGEST] * 16]):
        with pytest.raises(FlowError, match=r"^the result would be a list of more than 100,000 values, or of values "):
            gathered(values)


def test_the_zone_of_the_machine_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    written = (iso(DAY), iso(DAY.astimezone(timezone(timedelta(hours=1)))), as_text(as_date("2026-11-23")))
    read = [parse_date("2026-11-23", "yyyy-MM-dd"), parse_date("2026-11-23 +01:00", "yyyy-MM-dd zzz")]
    monkeypatch.undo()
    time.tzset()
    assert set(written) == {"2026-11-23T00:00:00Z"}
    assert read == [DAY, DAY - timedelta(hours=1)]
    assert {date.tzinfo for date in read} == {UTC}


def test_a_number_ends() -> None:
    assert sized(LARGEST - 1) == LARGEST - 1
    assert sized(1 - LARGEST) == 1 - LARGEST
    for number in (LARGEST, -LARGEST, float("nan")):
        with pytest.raises(FlowError, match=r"^the number is too large$"):
            sized(number)


def test_an_expression_error_shows_where() -> None:
    assert str(ExpressionError("Wrong.")) == "Wrong."
    assert str(ExpressionError("Wrong.", "a b", 2, "c")) == "Wrong. Did you mean c? At character 3 of: a b"
    assert str(ExpressionError("Wrong.", "x" * 400)) == f"Wrong. At character 1 of: {'x' * 400}"
    long = "a" * 200 + "b" * 300
    for position, part in (
        (0, "a" * 100 + " …"),
        (100, "a" * 200 + " …"),
        (150, "… " + "a" * 150 + "b" * 50 + " …"),
        (499, "… " + "b" * 101 + " …"),
    ):
        assert str(ExpressionError("Wrong.", long, position)) == f"Wrong. At character {position + 1} of: {part}"


def test_the_closest_name_is_found_in_any_case() -> None:
    assert closest("TRM", ["Trim", "Left"]) == "Trim"
    assert closest("xyz", ["Trim", "Left"]) == closest("x", []) == ""
