"""The functions of the expression language: the examples of their documentation, and the rules at the edges."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from mimas.language.context import Context
from mimas.language.errors import FlowError
from mimas.language.expressions.codegen import compiled
from mimas.language.expressions.parser import parse
from mimas.language.functions import REGISTRY
from mimas.language.results import to_value

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
WITHOUT_EXAMPLE = {
    "Guid",
    "GenerateRandomPassword",
    "RandomNum",
    "RandomString",
    "Now",
    "Error",
    "ImportedValue",
    "ValueCount",
}
EXAMPLE = re.compile(r"^``(.+)`` -> ``(.+)``$", re.MULTILINE)


def run(text: str, **values: Any) -> Any:
    return compiled(parse(text))(values, Context(NOW))


def examples() -> Iterator[tuple[str, str]]:
    for function in REGISTRY.values():
        yield from EXAMPLE.findall(function.documentation)


@pytest.mark.parametrize(("example", "result"), list(examples()))
def test_the_documentation_tells_the_truth(example: str, result: str) -> None:
    assert run(example) == run(result)
    assert type(run(example)) is type(run(result))


def test_every_function_is_documented_with_an_example() -> None:
    bare = {name for name, function in REGISTRY.items() if not EXAMPLE.search(function.documentation)}
    assert bare == WITHOUT_EXAMPLE
    assert all(function.documentation for function in REGISTRY.values())


@pytest.mark.parametrize(
    ("text", "result"),
    [
        # MIM's function reference: Left, Right, Mid, Word, pads
        ('Left("abc", 0)', ""),
        ('Left("abc", -1)', "abc"),
        ("Left(NULL, 2)", ""),
        ('Left("abc", 9)', "abc"),
        ('Right("abc", -1)', "abc"),
        ("Right(NULL, 2)", ""),
        ('Right("abc", 9)', "abc"),
        ('Mid("abc", 2, 0)', ""),
        ('Mid("abc", 2, -1)', ""),
        ('Mid("abc", 4, 1)', "abc"),
        ('Mid("abc", -1, 1)', "abc"),
        ("Mid(NULL, 1, 1)", ""),
        ('Word("a b", 0, " ")', ""),
        ('Word("a b", 3, " ")', ""),
        ('Word("a  b", 2, " ")', ""),
        ('Word("a]b^c-d", 3, "]^-")', "c"),
        ('Word(NULL, 1, " ")', ""),
        ('PadLeft(NULL, 3, "x")', ""),
        ('PadRight("abcd", 3, "x")', "abcd"),
        ('LeftPad("7", 3, "0")', "007"),
        ('ProperCase("1st ann")', "1st Ann"),
        ('PCase("  a  b")', "  A  B"),
        ('InStr("abc", "z")', 0),
        ('InStr("abcabc", "a", 2)', 4),
        ('InStrRev("ABab", "B", -1, vbTextCompare)', 4),
        # absent in, absent out, where nothing else is said
        ("Trim(NULL)", None),
        ("UCase(NULL)", None),
        ('Replace(NULL, "a", "b")', None),
        ('Replace("a", "", "b")', "a"),
        ('DateAdd("d", 1, NULL)', None),
        ("CBool(NULL)", None),
        ("CNum(NULL)", None),
        ("BitAnd(NULL, 2)", None),
        ("Len(NULL)", 0),
        # numbers as text, text as numbers
        ("Trim(5)", "5"),
        ('BitAnd("514", 2)', 2),
        ("UCase(True)", "TRUE"),
        ('CNum(" 12.50 ")', 12.5),
        ('"a" & 1 & True & NULL', "a1True"),
        ('"a" + 1', "a1"),
        ("1 + 1", 2),
        ("1 + NULL", None),
        ('"1" + 1', "11"),
        ("2 + 5 * 3", 21),
        ("2 - -3", 5),
        ("&Hff", 255),
        ("-2147483648", -2147483648),
        # comparisons
        ('"a" = "A"', False),
        ('NULL = ""', True),
        ("NULL < 1", False),
        ("NULL > 1", False),
        ("NULL <> 1", True),
        ('"10" > 9', True),
        ('"True" = True', True),
        ('"2026-01-01" < Now()', True),
        ("1 = 1.0", True),
        # MIM's comparing functions
        ('Eq("a", "a")', True),
        ("LessThan(1, 2) && GreaterThanOrEquals(2, 2)", True),
        ('NotEquals("a", "b")', True),
        # conditions
        ('IIF(NULL, "yes", "no")', "no"),
        ("True || Error(1)", True),
        ('False && Error("never")', False),
        ('IIF(1 = 2, Error("never"), "no")', "no"),
        ('Switch(1 = 2, "a")', None),
        ('Switch(NULL, "a", True, "b")', "b"),
        ('Switch(NULL, "none", "", "empty")', "empty"),
        # names
        ('DNComponent("cn=Lee\\, Ann,ou=x", 1)', "Lee\\, Ann"),
        ('DNComponent("cn=a", 2)', None),
        ('EscapeDNComponent("#x")', "\\#x"),
        # dates
        ('FormatDateTime("2026-03-05T04:09:01Z", "d/M/yy H:m:s tt ddd MMM")', "5/3/26 4:9:1 AM Thu Mar"),
        ("FormatDateTime(\"2026-03-05T16:09:01Z\", \"hh:mm 'o''clock' \\h fff\")", "04:09 oclock h 000"),
        ('DateTimeFormat("2026-03-05", "yyyyMMdd")', "20260305"),
        ('CDate("20260305143000Z") = CDate("5 Mar 2026") ', False),
        ('CDate("2026-03-05T01:00:00+02:00") = CDate("2026-03-04T23:00:00Z")', True),
        ('DateDiff("ww", "2026-11-21", "2026-11-22")', 1),
        ('DateDiff("h", "2026-11-21T01:59:00Z", "2026-11-21T02:01:00Z")', 1),
        ('IsDate("12/25/2007")', True),
        ("IsDate(NULL)", False),
    ],
)
def test_edges(text: str, result: Any) -> None:
    assert run(text) == result
    assert type(run(text)) is type(result)


@pytest.mark.parametrize(
    ("text", "values", "result"),
    [
        ("Trim([a])", {"a": [" x ", "y"]}, ["x", "y"]),
        ('CNum(Replace([a], "x", ""))', {"a": ["x1"]}, 1),
        ("DNComponent([a], 2)", {"a": ["cn=a,ou=b", "cn=a"]}, ["b"]),
        ('"smtp:" & [a]', {"a": ["x", "y"]}, ["smtp:x", "smtp:y"]),
        ('Where($v, [a], Left($v, 1) = "x")', {"a": ["x1", "y"]}, ["x1"]),
        ('Select($v, [a], IIF($v = "y", NULL, $v))', {"a": ["x1", "y"]}, ["x1"]),
        ("Count([a])", {"a": "one"}, 1),
        ("Count([a])", {}, 0),
        ('ValueCount("a")', {"a": ["x", "y"]}, 2),
        ('ImportedValue("a")', {"a": "x"}, "x"),
        ('Contains([a], "b")', {"a": "abc"}, 1),
        ("Join([a])", {}, ""),
        ('Join([a], "")', {"a": ["x", "y"]}, "xy"),
        ('[a] = "x"', {"a": ["x"]}, True),
        ("[a] = [b]", {"a": ["x", "y"], "b": ["y", "x"]}, True),
        ("IsPresent([a])", {"a": []}, False),
        ("IsPresent([a])", {"a": False}, True),
        ("IsNull([a])", {"a": ""}, False),
        ('Split([a], ",")', {"a": ["x,y", "z"]}, ["x", "y", "z"]),
        ("RemoveDuplicates([a])", {"a": [1, True, 1, "1"]}, [1, True, "1"]),
        ("With($a, [a], With($b, $a & 1, With($a, $b & 2, $a) & $a))", {"a": "x"}, "x12x"),
    ],
)
def test_values_of_attributes(text: str, values: dict[str, Any], result: Any) -> None:
    assert run(text, **values) == result


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('Error("no name")', "no name"),
        ('CDate("soon")', "'soon' is not a date"),
        ('CNum("12a")', "'12a' is not a number"),
        ("[many] = 1", "use Item, Join or Contains"),
        ("[many] & [many]", "use Join"),
        ('IIF("maybe", 1, 2)', "decides nothing"),
        ('1 < "x"', "'x' is not a number"),
        ("True < False", "no order"),
        ('Item(Split("a", ","), 2)', "no value 2 of 1"),
        ('PadLeft("a", 3, "xy")', "exactly one"),
        ('PadLeft("a", 1000000000, "x")', "65536"),
        ('ReplaceChars("a", "ab:c")', "one character before the colon"),
        ('Split("a", "")', "separator is empty"),
        ('DateAdd("fortnight", 1, Now())', "no interval"),
        ('DateAdd("yyyy", 9999, Now())', "years 1 to 9999"),
        ('DateAdd("d", 99999999999999999999, Now())', "years 1 to 9999"),
        ('StringFromSid("AAAA")', "no security identifier"),
        ('StringFromGuid("AAAA")', "StringFromGuid"),
        ('CGuid("x")', "CGuid"),
        ('ConvertFromUTF8Hex("zz")', "ConvertFromUTF8Hex"),
        ('ConvertFromBase64("/w==", UTF8)', "ConvertFromBase64"),
        ('ConvertFromBase64("é")', "not base64"),
        ("DateFromNum(9223372036854775807)", "DateFromNum"),
        ("RandomNum(2, 1)", "less than"),
        ("Trim(IgnoreThisFlow)", "is not text"),
        ('Switch(True, Error("chosen"))', "chosen"),
        ("CBin(-1, 2)", "CBin"),
    ],
)
def test_what_fails_for_one_object(text: str, says: str) -> None:
    with pytest.raises(FlowError, match=re.escape(says)):
        run(text, many=["x", "y"])


def test_random_values_keep_to_what_was_asked() -> None:
    made = run('RandomString(12, 2, 1, 3, 4, "0OIl")')
    assert len(made) == 12
    assert sum(character.isdigit() for character in made) >= 2
    assert sum(character.isupper() for character in made) >= 3
    assert not set(made) & set("0OIl")
    assert 5 <= run("RandomNum(5, 6)") <= 6
    assert run("Guid()") != run("Guid()")


def test_key_credentials_are_counted_in_bytes() -> None:
    """A stock rule of Entra Connect takes a key apart: binary attributes read as bytes make Mid and Len do that."""
    values = {"key": bytes(range(12))}
    assert run("Mid([key], 5, 2)", **values) == b"\x04\x05"
    assert run("CNum(Mid([key], 5, 2))", **values) == 0x0504
    assert run("Len([key])", **values) == 12
    assert to_value(run("Mid([key], 1, 2) & CBin(2, 1)", **values)) == "AAEC"
