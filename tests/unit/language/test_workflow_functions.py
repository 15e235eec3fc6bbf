"""MIMWAL's functions at their edges."""

import re
import string
from datetime import UTC, datetime
from typing import Any

import pytest

from mimas.language.context import Context
from mimas.language.errors import FlowError
from mimas.language.expressions.codegen import compiled
from mimas.language.expressions.parser import parse

MANY = {"many": ["b", "A", "B"], "one": "a", "raw": b"\x01", "numbers": [1, 2]}


def run(text: str) -> Any:
    return compiled(parse(text))(MANY, Context(datetime(2026, 11, 23, 8, tzinfo=UTC)))


def spelled(text: str) -> str:
    date = run(text)
    assert isinstance(date, datetime)
    return f"{date:%Y-%m-%d %H:%M:%S}"


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("And(True, True)", True),
        ("And(True, False)", False),
        ("And(NULL, True)", False),
        ("Or(False, False)", False),
        ("Or(True, NULL)", True),
        ("Or(NULL, True)", True),
        ('After("2026-11-23", "2026-11-23")', False),
        ('After("2026-11-22", "2026-11-23")', False),
        ('Before("2026-11-23", "2026-11-23")', False),
        ('Before("2026-11-22", "2026-11-23")', True),
        ("Add(-2, 1)", -1),
        ("Subtract(1, 2)", -1),
        ("Multiply(-2, 3)", -6),
        ("Divide(7, 2)", 3),
        ("Divide(7, -2)", -3),
        ("Divide(-7, -2)", 3),
        ("Divide(0, -2)", 0),
        ("Divide(1, 7)", 0),
        ("Mod(7, 2)", 1),
        ("Mod(7, -2)", 1),
        ("Mod(-7, -2)", -1),
        ("Mod(7, 4)", 3),
        ("BitNot(-1)", 0),
        ("First([many])", "b"),
        ("Last([many])", "B"),
        ("First([none])", None),
        ("Last([none])", None),
        ("SortList([many])", ["A", "B", "b"]),
        ("SortList([none])", []),
        ('SortList(Split("b,A,C", ","))', ["A", "b", "C"]),
        ("ValueByIndex([many], 0)", "b"),
        ("ValueByIndex([many], 2)", "B"),
        ("ValueByIndex([many], 3)", None),
        ("ValueByIndex([many], -1)", None),
        ('IndexByValue([many], "B")', 0),
        ('IndexByValue([many], "a")', 1),
        ('IndexByValue([many], "c")', -1),
        ('IndexByValue([numbers], "2")', 1),
        ("ConcatenateMultivaluedString([numbers], NULL)", "12"),
        ('FormatMultivaluedList("{1}{0}-{2}", [many], [many], Split("1,2,3", ","))', ["bb-1", "AA-2", "BB-3"]),
        ('FormatMultivaluedList("<{0}>{x}", [one])', ["<a>{x}"]),
        ('FormatMultivaluedList("<{0}>", "ab")', ["<ab>"]),
        ('FormatMultivaluedList("x")', []),
        ('TitleCase("ANNA o\'neil 3rd éva von-und")', "ANNA O'neil 3Rd Éva Von-Und"),
        ('TitleCase("mcDONALD")', "Mcdonald"),
        ('NormalizeString("Zoë Ångström", "ö:oe")', "Zoe Angstroem"),
        ('NormalizeString("a:b", "b::")', "a::"),
        ('NormalizeString("Zoë", "")', "Zoe"),
        ('RegexMatch("xay", "a")', True),
        ('RegexMatch("x", "a")', False),
        ('RegexReplace("aXbX", "X", "$$")', "a$b$"),
        ("CR()", "\r"),
        ('DateTimeSubtract("2026-11-23", "2026-11-24 12:30:05")', "-1.12:30:05"),
        ('DateTimeSubtract("2026-11-23 01:02:03", "2026-11-23")', "01:02:03"),
        ('DateTimeSubtract("2026-11-23", "2026-11-23 00:00:59")', "-00:00:59"),
        ('DateTimeSubtract("2026-11-23", "2026-11-23")', "00:00:00"),
        ('DateTimeSubtract("2026-11-24", "2026-11-23")', "1.00:00:00"),
        ("ValueType(1)", "Int64"),
        ("ValueType(1.5)", "Double"),
        ("ValueType(True)", "Boolean"),
        ("ValueType(Now())", "DateTime"),
        ("ValueType([raw])", "Byte[]"),
        ("ValueType([many])", "List"),
        ("ValueType([none])", None),
    ],
)
def test_values(text: str, result: Any) -> None:
    assert run(text) == result
    assert type(run(text)) is type(result)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ('DateTimeAdd("2026-11-23", "1:30")', "2026-11-23 01:30:00"),
        ('DateTimeAdd("2026-11-23", " 1.01:02:03 ")', "2026-11-24 01:02:03"),
        ('DateTimeAdd("2026-11-23", "-0:00:01")', "2026-11-22 23:59:59"),
        ('DateTimeAdd("2026-11-23", "2.")', "2026-11-25 00:00:00"),
        ('DateTimeAdd("2026-11-23", "100")', "2027-03-03 00:00:00"),
        ('DateTimeFromString("2/3/2026", "en-GB")', "2026-03-02 00:00:00"),
        ('DateTimeFromString("2/3/2026 10:20:30", "de-DE")', "2026-03-02 10:20:30"),
        ('DateTimeFromString("2/3/2026" & CRLF, "en-GB")', "2026-03-02 00:00:00"),
        ('DateTimeFromString(" 2/3/2026")', "2026-02-03 00:00:00"),
        ('DateTimeFromString("2/3/2026", "EN-us")', "2026-02-03 00:00:00"),
        ('DateTimeFromString("2026-03-02", "en-GB")', "2026-03-02 00:00:00"),
        ('DateTimeUtcToLocalTime("2026-01-01 23:30:00", "Europe/Berlin")', "2026-01-02 00:30:00"),
        ('DateTimeUtcToLocalTime("2026-01-01 00:00:00", "America/New_York")', "2025-12-31 19:00:00"),
    ],
)
def test_dates(text: str, date: str) -> None:
    assert spelled(text) == date
    assert run(text).tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Divide(1, 0)", "Divide: integer"),
        ('FormatMultivaluedList("{0}", [many], [one])', "FormatMultivaluedList: the lists have 3, 1 values"),
        ('FormatMultivaluedList("{1}", [many])', "FormatMultivaluedList: "),
        ('NormalizeString("a", "ä")', "NormalizeString: 'ä' is no pair; write old:new, and | between pairs"),
        ('NormalizeString("a", "a:b|:x")', "NormalizeString: ':x' is no pair"),
        ('DateTimeAdd("2026-11-23", "")', "DateTimeAdd: '' is no span of time; write days.hours:minutes:seconds"),
        ('DateTimeAdd("2026-11-23", "-")', "DateTimeAdd: '-' is no span"),
        ('DateTimeAdd("2026-11-23", "1h")', "DateTimeAdd: '1h' is no span"),
        ('DateTimeAdd("9999-12-31", "2")', "DateTimeAdd: date value out of range"),
        (
            'DateTimeUtcToLocalTime("2026-01-01", "Mars")',
            "'Mars' is no time zone that is known here; write one like Europe/Berlin",
        ),
        (
            'RegexMatch(PadLeft("", 1000, "a"), ".*@.*\\.com")',
            "the regular expression '.*@.*\\\\.com' could take for ever on a text of 1,000 characters",
        ),
        (
            'RegexReplace(PadLeft("", 1000, "a"), ".*@.*\\.com", "")',
            "the regular expression '.*@.*\\\\.com' could take for ever on a text of 1,000 characters",
        ),
        ("GenerateRandomPassword(7)", "GenerateRandomPassword: 7 characters; a password has 8 to 256"),
        ("GenerateRandomPassword(257)", "GenerateRandomPassword: 257 characters"),
    ],
)
def test_what_fails_for_one_object(text: str, says: str) -> None:
    with pytest.raises(FlowError, match=f"^{re.escape(says)}"):
        run(text)


@pytest.mark.parametrize("length", [8, 256])
def test_a_password_has_characters_of_each_kind(length: int) -> None:
    made = run(f"GenerateRandomPassword({length})")
    assert len(made) == length
    for kind in (string.ascii_uppercase, string.ascii_lowercase, string.digits, "!#$%&*+-=?@_"):
        assert set(made) & set(kind)
    assert made.isascii()
    assert made != run(f"GenerateRandomPassword({length})")
