"""The functions of the expression language: the examples of their documentation, and the rules at the edges."""

import re
import string
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from mimas.language.context import Context
from mimas.language.errors import FlowError
from mimas.language.expressions.codegen import compiled
from mimas.language.expressions.evaluate import evaluate
from mimas.language.expressions.parser import parse
from mimas.language.functions import REGISTRY
from mimas.language.functions.conversion import stored_as_binary
from mimas.language.results import Outcome, to_value

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


def explained(text: str, **values: Any) -> Any:
    return evaluate(parse(text), values, Context(NOW)).value


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
        ('Mid("abc", 4, 0)', ""),
        ('Mid("abc", -1, 1)', "abc"),
        ("Mid(NULL, 1, 1)", ""),
        ('Mid("abc", 1, 1)', "a"),
        ('Mid("abc", 3)', "c"),
        ('Mid("abc", 4)', "abc"),
        ('Right("abc", 3)', "abc"),
        ('PadLeft("ab", 3, "x")', "xab"),
        ('PadLeft("", 0, "x")', ""),
        ('Word("a b", 1, " ")', "a"),
        ('Word("a b", 2, " ")', "b"),
        ('Word("a b", 1, "")', "a b"),
        ('Word("a-b", 2, "b-")', ""),
        ('PCase("élan b2b x")', "Élan B2b X"),
        ('StripSpaces(" a\tb ")', "a\tb"),
        ('Replace("a\\b", "\\", "/")', "a/b"),
        ('Replace("a-b", "-", "\\t")', "a\tb"),
        ('Replace("a-b", "-", NULL)', "ab"),
        ('ReplaceChars("aba", "a:xy , b:")', "xyxy"),
        ('ReplaceChars("ab", "a:b:c")', "b:cb"),
        ('InStr("abc", "a", 0)', 1),
        ('InStr("abc", "a")', 1),
        ('InStr("ABC", "b", 1, vbTextCompare)', 2),
        ('InStr("ABC", "b")', 0),
        ('InStrRev("abab", "ab", 3)', 1),
        ('InStrRev("abab", "ab", 0)', 3),
        ('InStrRev("aba", "a", 1)', 1),
        ('InStrRev("abab", "AB")', 0),
        ("Len(5)", 1),
        ('NormalizeDiacritics("Ćwiek øre é\u0416й")', "Cwiek ore eЖй"),
        ('NormalizeDiacritics("\u0301a\u0301\u0301")', "\u0301a"),
        ('CBool("0")', False),
        ('CBool("2")', True),
        ('CBool("TRUE")', True),
        ("CBool(False)", False),
        ("ConvertToBase64(CBin(0, 1))", "AA=="),
        ("CNum(CBin(258, 3))", 258),
        ('CStr("")', ""),
        ("CStr(NULL)", None),
        ("CStr(1.0)", "1"),
        ("CStr(1.5)", "1.5"),
        ('CStr(CDate("2026-11-23"))', "2026-11-23T00:00:00Z"),
        ("CStr(CBin(1, 1))", "AQ=="),
        ('StringFromSid("AQAAAAAAAAU=")', "S-1-5"),
        ('StringFromSid("AQABAgMEBQY=")', "S-1-1108152157446"),
        ('StringFromSid("AQIAAAAAAAUgAAAAIAIAAA==")', "S-1-5-32-544"),
        ('StringFromGuid(CGuid("{00112233-4455-6677-8899-AABBCCDDEEFF}"))', "00112233-4455-6677-8899-aabbccddeeff"),
        ('ConvertToBase64("ä")', "5AA="),
        ("ConvertToBase64(CBin(1, 1))", "AQ=="),
        ('ConvertFromBase64("5AA=")', "ä"),
        ('ConvertFromBase64("5AA=", "unicode")', "ä"),
        ('ConvertFromBase64("YQ==", ASCII)', "a"),
        ('ConvertFromBase64("w6Q=", UTF8)', "ä"),
        ('ConvertToUTF8Hex("ä")', "C3A4"),
        ('ConvertFromUTF8Hex("c3A4")', "ä"),
        ("IsBitSet(6, 3)", False),
        ("IsBitSet(6, 0)", False),
        ("IsBitSet(7, 3)", True),
        ("BitAnd(6, 3)", 2),
        ("BitOr(4, 1)", 5),
        ("IsNumeric(NULL)", False),
        ("IsNumeric(5)", True),
        ('IsString("")', True),
        ("IsString(1)", False),
        ('IsEmpty("")', True),
        ("IsEmpty(NULL)", False),
        ('IsEmpty("a")', False),
        ("IsNullOrEmpty(0)", False),
        ('IsGuid("{00112233-4455-6677-8899-AABBCCDDEEFF}")', True),
        ('IsGuid("00112233-4455-6677-8899-AABBCCDDEEFG")', False),
        ("IsGuid(1)", False),
        ("Not(True)", False),
        ('Not("false")', True),
        ("Not(NULL)", True),
        ('Coalesce(NULL, "")', None),
        ('Coalesce("", "b", "c")', "b"),
        ('IgnoreFlowIfNullOrEmpty("a")', "a"),
        ('IgnoreFlowIfNullOrEmpty("")', Outcome.IGNORE),
        ('Split("a,b,c", ",", 2)', ["a", "b,c"]),
        ('Split("a,b,c", ",", 1)', ["a,b,c"]),
        ('Join("-", "a", "b")', "a-b"),
        ('Join(NULL, "a", "b")', "ab"),
        ('Join("-", Split("a,b", ","))', "a-b"),
        ('Join(Split("a,b", ","), "-")', "a-b"),
        ('Join("a")', "a"),
        ('Contains(Split("xB,b", ","), "B", "CaseInsensitive")', 1),
        ('Contains(Split("xB,b", ","), "b")', 2),
        ('Contains("x", "b")', 0),
        ('Item(Split("a,b", ","), 1)', "a"),
        ('Item(Split("a,b", ","), 2)', "b"),
        ('ItemOrNull(Split("a,b", ","), 0)', None),
        ('ItemOrNull(Split("a,b", ","), 1)', "a"),
        ('ItemOrNull(Split("a,b", ","), 2)', "b"),
        ("CNum(CBin(1, 1024))", 1),
        ('ItemOrNull(Split("a,b", ","), 3)', None),
        ('Switch("b", "none", "a", 1, "b", 2)', 2),
        ('Switch("c", "none", "a", 1)', "none"),
        ("Switch(False, 1, False, 2)", None),
        ('IIF("true", 1, 2)', 1),
        ("2 * -3", -6),
        ("5 - 7", -2),
        ('"a" & "b" & "c"', "abc"),
        ('Concatenate("a")', "a"),
        ('Append(NULL, "b")', "b"),
        ('Word("a b", 0, " ")', ""),
        ('Word("a b", 3, " ")', ""),
        ('Word("a  b", 2, " ")', ""),
        ('Word("a]b^c-d", 3, "]^-")', "c"),
        ('Word(NULL, 1, " ")', ""),
        ('PadLeft(NULL, 3, "x")', ""),
        ('PadRight("abcd", 3, "x")', "abcd"),
        ('PadRight(NULL, 3, "x")', ""),
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
        ("LCase(True)", "true"),
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
        ("1 = NULL", False),
        ("1 <> NULL", True),
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
        ('DNComponent("cn=a,ou=b", 2)', "b"),
        ('DNComponent("cn= a ,ou=b", 1)', "a"),
        ('DNComponent("cn=a=b,ou=c", 1)', "a=b"),
        ('DNComponentRev("cn=a,ou=b,dc=c", 1)', "c"),
        ('DNComponentRev("cn=a,ou=b,DC=c", 1, "dc")', "b"),
        ('DNComponentRev("cn=a,ou=b", 2, DC)', "a"),
        ('DNComponentRev("cn=a,ou=b", 3)', None),
        ('EscapeDNComponent("cn=a,b")', "cn=a\\,b"),
        ('EscapeDNComponent("2.5.4.3=a+b")', "2.5.4.3=a\\+b"),
        ('EscapeDNComponent("a+b=c")', "a\\+b\\=c"),
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
        ("IsDate(Now())", True),
        ("IsDate(5)", False),
        ('IsDate("soon")', False),
        ('FormatDateTime("25.12.2007 14:05:06", "s")', "2007-12-25T14:05:06"),
        ('FormatDateTime("12/25/2007 2:05:06 PM", "HH:mm:ss")', "14:05:06"),
        ('FormatDateTime("Dec 25, 2007", "dddd, dd MMMM yyyy")', "Tuesday, 25 December 2007"),
        ('FormatDateTime("2007-12-25T00:30:00Z", "h hh t\\t")', "12 12 tt"),
        ('FormatDateTime("2007-12-25T12:30:00.25Z", "f ff ffffff K zzz")', "2 25 250000 Z +00:00"),
        ('FormatDateTime("2007-12-25", "d")', "12/25/2007"),
        ('FormatDateTime("2007-12-25", "yyyy\'\'MM\'")', "200712'"),
        ('FormatDateTime("2007-12-25", "%d")', "25"),
        ('FormatDateTime("25-12-2007 50%", "", "dd-MM-yyyy 50%", "yyyy-MM-dd")', "2007-12-25"),
        ('FormatDateTime("251207 1.25", "", "ddMMyy s.ff", "yyyy-MM-dd s.fff")', "2007-12-25 1.250"),
        (
            'FormatDateTime("25.12.2007 01:00 +02:00", "", "dd.MM.yyyy HH:mm zzz", "yyyy-MM-dd HH:mm")',
            "2007-12-24 23:00",
        ),
        ('FormatDateTime("12/25/2007", NULL, NULL, "yyyy")', "2007"),
        ('CDate("2026-11-23") = DateFromNum(NumFromDate("2026-11-23"))', True),
        ('NumFromDate("1601-01-01T00:00:01Z")', 10_000_000),
        ('DateDiff("yyyy", "2025-12-31", "2026-01-01")', 1),
        ('DateDiff("q", "2025-12-31", "2026-04-01")', 2),
        ('DateDiff("q", "2026-03-31", "2026-01-01")', 0),
        ('DateDiff("q", "2026-01-01", "2026-03-01")', 0),
        ('DateDiff("m", "2025-12-31", "2026-02-01")', 2),
        ('DateDiff("d", "2026-02-28T23:00:00Z", "2026-03-01T01:00:00Z")', 1),
        ('DateDiff("y", "2026-03-01", "2026-02-28")', -1),
        ('DateDiff("w", "2026-11-01", "2026-11-14")', 1),
        ('DateDiff("w", "2026-11-14", "2026-11-01")', -1),
        ('DateDiff("w", "2026-11-01", "2026-11-15")', 2),
        ('DateDiff("s", "2026-11-01T00:00:00Z", "2026-11-01T00:00:10Z")', 10),
        ("NumFromDate(DateFromNum(133772283123456770))", 133772283123456770),
        ('DateDiff("ww", "2026-11-22", "2026-11-28")', 0),
        ('DateDiff("n", "2026-11-21T01:59:59Z", "2026-11-21T02:01:00Z")', 2),
        ('DateDiff("S", "2026-11-21T01:59:59.9Z", "2026-11-21T02:00:00.1Z")', 1),
        ('DateAdd("m", 1, "2026-01-31") = CDate("2026-02-28")', True),
        ('DateAdd("q", -1, "2026-03-31") = CDate("2025-12-31")', True),
        ('DateAdd("YYYY", 2, "2024-02-29") = CDate("2026-02-28")', True),
        ('DateAdd("ww", 1, "2026-11-23") = CDate("2026-11-30")', True),
        ('DateAdd("n", 90, "2026-11-23") = CDate("2026-11-23 01:30:00")', True),
        ('DateAdd("h", -1, "2026-11-23") = CDate("2026-11-22 23:00:00")', True),
        ('DateAdd("s", 1, "2026-11-23") = CDate("2026-11-23 00:00:01")', True),
        ("IsDate(NULL)", False),
    ],
)
def test_edges(text: str, result: Any) -> None:
    assert run(text) == result
    assert type(run(text)) is type(result)
    assert explained(text) == result


@pytest.mark.parametrize(
    ("text", "values", "result"),
    [
        ("Trim([a])", {"a": [" x ", "y"]}, ["x", "y"]),
        ("LTrim([a])", {"a": [" x ", "y"]}, ["x ", "y"]),
        ("RTrim([a])", {"a": [" x ", "y"]}, [" x", "y"]),
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
        ("Join([a], [b])", {"a": ["x", "y"], "b": ["-"]}, "x-y"),
        ("CStr([a])", {"a": [1, True]}, ["1", "True"]),
        ('"smtp:" & [a]', {"a": ["x"]}, "smtp:x"),
        ('[a] & "@" & [b] & "."', {"a": ["x", "y"], "b": "z"}, ["x@z.", "y@z."]),
        ("With($x, [a], $x && IsPresent($x))", {"a": True}, True),
        ("With($x, [a], $x < Now())", {"a": "2026-01-01"}, True),
        ('With($x, [a], Switch($x = 1, "one", True, $x))', {"a": 2}, 2),
        ('With($x, [a], Switch($x = 1, "one", False, Error($x)))', {"a": 1}, "one"),
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
    assert explained(text, **values) == result


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('Error("no name")', "no name"),
        ("Error(NULL)", "Error() in a rule"),
        ("Item([many], 0)", "Item: there is no value 0 of 2"),
        ('Split("a", ",", 0)', "Split: the limit must be 1 or more"),
        ('Contains("a", "a", "x")', "Contains: 'x' is neither CaseSensitive nor CaseInsensitive"),
        ('InStr("a", "a", 1, "x")', "'x' is neither vbTextCompare nor vbBinaryCompare"),
        ('PadLeft("a", 65537, "x")', "padding ends at 65536 characters"),
        ('PadLeft("a", 3, "")', "the character to pad with must be exactly one"),
        ('DNComponent("cn=a", 0)', "the component of a name is counted from 1"),
        ('DNComponentRev("cn=a", 1, "OU")', "'OU' is no option: only DC is"),
        ('ReplaceChars("a", "ab")', "ReplaceChars: 'ab' is not of the form a:b with one character before the colon"),
        ('ReplaceChars("a", "a")', "ReplaceChars: 'a' is not of the form a:b with one character before the colon"),
        ('StringFromSid("")', "StringFromSid: this is no security identifier"),
        ('StringFromSid("AQEAAAAAAAU=")', "StringFromSid: this is no security identifier"),
        ('ConvertFromBase64("YQ==", "UTF7")', "ConvertFromBase64: 'UTF7' is none of Unicode, ASCII, UTF8"),
        ("CBin(1, 0)", "CBin: takes numbers from 0 and 1 to 1024 bytes"),
        ("CBin(1, 1025)", "CBin: takes numbers from 0 and 1 to 1024 bytes"),
        ("CBin(256, 1)", "CBin: "),
        ('DateDiff("x", "2026-11-23", "2026-11-23")', "DateDiff: 'x' is no interval: yyyy, q, m, y, d, w, ww, h, n, s"),
        ('FormatDateTime("2026-11-23", NULL)', "FormatDateTime: there is no format"),
        ('FormatDateTime("2026-11-23", "X")', "'X' is no date format that is known here"),
        ('FormatDateTime("x", "", "yyyy", "yyyy")', "'x' is not a date of the form 'yyyy'"),
        ('FormatDateTime("2007 2007", "", "yyyy yyyy", "yyyy")', "the date format 'yyyy yyyy' has a part twice"),
        ("RandomString(2, 1, 1, 1)", "RandomString: 2 characters cannot hold the 3 asked for"),
        ("RandomString(65537)", "RandomString: 65537 characters cannot hold the 0 asked for"),
        ('1 + Error("sum")', "sum"),
        ('"a" = IgnoreThisFlow', "'a' and IgnoreThisFlow cannot be compared"),
        ('CDate("soon")', "CDate: 'soon' is not a date in any form it knows"),
        ('CNum("12a")', "'12a' is not a number"),
        ("[many] = 1", "one value is needed, there are 2: use Item, Join or Contains"),
        ("[many] & [many]", "two lists cannot be joined to one text: use Join"),
        ('IIF("maybe", 1, 2)', "'maybe' decides nothing: a condition is True or False"),
        ('1 < "x"', "'x' is not a number"),
        ("True < False", "True and False have no order"),
        ('Item(Split("a", ","), 2)', "Item: there is no value 2 of 1"),
        ('PadLeft("a", 3, "xy")', "the character to pad with must be exactly one"),
        ('PadLeft("a", 1000000000, "x")', "padding ends at 65536 characters"),
        (
            'ReplaceChars("a", "ab:c")',
            "ReplaceChars: 'ab:c' is not of the form a:b with one character before the colon",
        ),
        ('Split("a", "")', "Split: the separator is empty"),
        ('DateAdd("fortnight", 1, Now())', "'fortnight' is no interval: yyyy, q, m, y, d, w, ww, h, n, s"),
        ('DateAdd("yyyy", 9999, Now())', "the date lies outside the years 1 to 9999"),
        ('DateAdd("d", 99999999999999999999, Now())', "the date lies outside the years 1 to 9999"),
        ('StringFromSid("AAAA")', "StringFromSid: this is no security identifier"),
        ('StringFromGuid("AAAA")', "StringFromGuid: "),
        ('CGuid("x")', "CGuid: "),
        ('ConvertFromUTF8Hex("zz")', "ConvertFromUTF8Hex: "),
        ('ConvertFromBase64("/w==", UTF8)', "ConvertFromBase64: "),
        ('ConvertFromBase64("é")', "ConvertFromBase64: "),
        ("DateFromNum(9223372036854775807)", "DateFromNum: "),
        ("RandomNum(2, 1)", "RandomNum: 1 is less than 2"),
        ("Trim(IgnoreThisFlow)", "Trim: IgnoreThisFlow is not text"),
        ('Switch(True, Error("chosen"))', "chosen"),
        ("CBin(-1, 2)", "CBin: takes numbers from 0 and 1 to 1024 bytes"),
    ],
)
def test_what_fails_for_one_object(text: str, says: str) -> None:
    with pytest.raises(FlowError, match=f"^{re.escape(says)}"):
        run(text, many=["x", "y"])
    error = evaluate(parse(text), {"many": ["x", "y"]}, Context(NOW)).error
    assert str(error).startswith(says)


def test_random_values_keep_to_what_was_asked() -> None:
    made = run('RandomString(12, 2, 1, 3, 4, "0OIl")')
    assert len(made) == 12
    assert sum(character.isdigit() for character in made) >= 2
    assert sum(character.isupper() for character in made) >= 3
    assert not set(made) & set("0OIl")
    assert 5 <= run("RandomNum(5, 6)") <= 6
    assert run("Guid()") != run("Guid()")


def test_random_text_has_exactly_what_was_asked_where_there_is_room_for_no_more() -> None:
    for _ in range(5):
        made = run("RandomString(10, 1, 2, 3, 4)")
        kinds = [string.digits, "!#$%*+-=?@_", string.ascii_uppercase, string.ascii_lowercase]
        assert [sum(character in kind for character in made) for kind in kinds] == [1, 2, 3, 4]
    long = run('RandomString(65536, 0, 0, 0, 0, "aA1X")')
    assert set(long) == set(string.digits + string.ascii_letters) - set("aA1X")
    assert set(run("RandomString(65536)")) == set(string.digits + string.ascii_letters)
    assert run("RandomString(0)") == ""
    with pytest.raises(FlowError, match=r"^RandomString: no class can have less than 0 characters$"):
        run("RandomString(10, 0, -1)")
    with pytest.raises(FlowError, match=r"^RandomNum: 1 is less than 2$"):
        run("RandomNum(2, 1)")
    assert run("RandomNum(3, 3)") == 3
    assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", run("Guid()"))


def test_a_stored_binary_value_is_read_as_bytes() -> None:
    assert stored_as_binary("AQ==") == b"\x01"
    assert stored_as_binary(["AQ==", "Ag=="]) == [b"\x01", b"\x02"]
    assert stored_as_binary(None) is None


def test_key_credentials_are_counted_in_bytes() -> None:
    """A stock rule of Entra Connect takes a key apart: binary attributes read as bytes make Mid and Len do that."""
    values = {"key": bytes(range(12))}
    assert run("Mid([key], 5, 2)", **values) == b"\x04\x05"
    assert run("CNum(Mid([key], 5, 2))", **values) == 0x0504
    assert run("Len([key])", **values) == 12
    assert to_value(run("Mid([key], 1, 2) & CBin(2, 1)", **values)) == "AAEC"
