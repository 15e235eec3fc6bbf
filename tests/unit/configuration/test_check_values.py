"""Values that cannot become what their target holds, and expressions that fail on the way; and what comes near it."""

# ruff: noqa: E501 - the tables read best with one case in a line

import inspect
from datetime import datetime
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from sketch import PEOPLE, rule, said

from mimas.language import functions
from mimas.language.expressions.types import GIVEN
from mimas.language.functions import REGISTRY
from mimas.schema.attributes import Kind

WRONG = [
    ("{flag: day}", "error", "flows 'day' (datetime) to 'flag' (boolean), which none of its values can be; compare it"),
    ("{number: photo}", "error", "flows 'photo' (binary) to 'number' (integer), which none of its values can be; use CNum"),
    ("{day: number}", "error", "flows 'number' (integer) to 'day' (datetime), which none of its values can be; use DateFromNum"),
    ('{flag: "=IIF([text] = \\"a\\", [day], True)"}', "error", "[day] (datetime) flows to 'flag' (boolean), which it cannot be"),
    ('{number: "=DateAdd(\\"d\\", 1, [day])"}', "error", "DateAdd(…) (datetime) flows to 'number' (integer), which it cannot be; use NumFromDate"),
    ('{day: "=Len([text])"}', "error", "Len(…) (integer) flows to 'day' (datetime), which it cannot be"),
    ('{number: "=CGuid([text])"}', "error", "CGuid(…) (binary) flows to 'number' (integer), which it cannot be"),
    ('{day: "=[number] > 3"}', "error", "… > … (boolean) flows to 'day' (datetime), which it cannot be"),
    ('{flag: "=IIF([text] = \\"a\\", True, \\"unknown\\")"}', "error", "'unknown' is not of the type of 'flag', which is boolean; write true or false"),
    ('{number: "=Coalesce([text], \\"none\\")"}', "error", "'none' is not of the type of 'number', which is integer; write a whole number"),
    ('{number: "=1.5"}', "error", "'1.5' is not of the type of 'number'"),
    ("{day: {constant: soon}}", "error", "'soon' is not of the type of 'day', which is datetime; write a date"),
    ("{day: {constant: 5}}", "error", "'5' is not of the type of 'day', which is datetime"),
    ("{photo: {constant: abc}}", "error", "'abc' is not of the type of 'photo', which is binary; write base64"),
    ('{flag: "=InStr([text], \\"a\\")"}', "warning", "InStr(…) is a number, and 'flag' is true or false"),
    ('{text: "=[texts]"}', "warning", "[texts] may give several values, and 'text' holds one"),
    ('{text: "=LCase([texts])"}', "warning", "LCase(…) may give several values, and 'text' holds one"),
    ('{text: "=Split([text], \\",\\")"}', "warning", "Split(…) may give several values, and 'text' holds one"),
    ('{text: "=\\"x\\" & [texts]"}', "warning", "… & … may give several values, and 'text' holds one"),
    ('{text: "=IIF(InStr([text], \\"a\\"), 1, 2)"}', "error", "InStr(…) (a number) decides nothing: a condition is True or False; compare it, as in `… > 0`"),
    ('{text: "=IIF([flag] && [number], 1, 2)"}', "error", "[number] (a number) decides nothing"),
    ('{text: "=IIF(\\"yes\\", 1, 2)"}', "error", '"yes" (text) decides nothing'),
    ('{text: "=IIF([flag] = 1, 1, 2)"}', "error", "[flag] (boolean) cannot be compared with 1 (a number); compare values of one type"),
    ('{text: "=IIF([number] = \\"high\\", 1, 2)"}', "error", '[number] (a number) cannot be compared with "high" (text)'),
    ('{text: "=IIF(Now() > 5, 1, 2)"}', "error", "Now(…) (a date) cannot be compared with 5 (a number)"),
    ('{text: "=Left([text], \\"two\\")"}', "error", 'Left takes a whole number as `count`, not "two"'),
    ('{text: "=Left([text], [day])"}', "error", "Left takes a whole number as `count`, not [day]"),
    ('{day: "=DateAdd(\\"d\\", 1, [number])"}', "error", "DateAdd takes a date as `date`, not [number]"),
    ('{text: "=BitAnd([flag], 2)"}', "error", "BitAnd takes a whole number as `mask`, not [flag]"),
    ('{text: "=%Domain% & [text]"}', "error", "the parameter %Domain% is not set"),
    ('{id: {unique: ["=Left([text], \\"two\\")"]}}', "error", 'Left takes a whole number as `count`, not "two"'),
]  # fmt: skip


@pytest.mark.parametrize(("flows", "severity", "expected"), WRONG)
def test_what_cannot_be(tmp_path: Path, flows: str, severity: str, expected: str) -> None:
    (found,) = said(tmp_path, PEOPLE, rule("More", flows))
    assert (found.severity, found.about) == (severity, "More")
    assert f"{found.message}; {found.hint}".startswith(expected)
    assert found.place.line


RIGHT = [
    "{text: number}",
    "{text: flag, more: day}",
    "{number: text, flag: text, day: text, photo: text}",
    "{texts: text}",
    "{number: flag}",
    "{flag: number}",
    '{text: "=Join([texts], \\", \\")", more: "=Item([texts], 1)"}',
    '{texts: "=LCase([texts])"}',
    '{text: "=Where($t, [texts], InStr($t, \\"@\\") > 0)"}',
    '{number: "=Coalesce([text], \\"7\\")"}',
    '{number: "=IIF([text] = \\"a\\", NULL, 5)"}',
    '{flag: "=IIF([text] = \\"a\\", \\"yes\\", 0)"}',
    '{flag: "=CBool(BitAnd([number], 2))"}',
    '{flag: "=[day] > Now()"}',
    '{day: "=IIF([text] = \\"a\\", \\"2026-11-23\\", Now())"}',
    '{day: "=DateFromNum([number])"}',
    '{text: "=IIF([text], 1, 2)"}',
    '{text: "=IIF([number] = \\"5\\", 1, 2)"}',
    '{text: "=IIF([number] = \\"\\", 1, 2)"}',
    '{text: "=IIF([flag] = \\"TRUE\\", 1, 2)"}',
    '{text: "=IIF([day] > \\"2026\\", 1, 2)"}',
    '{text: "=IIF([day] > [text], 1, 2)"}',
    '{text: "=Left([text], \\"2\\")", more: "=Left([number], [text])"}',
    '{text: "=Left(LCase(CDate([text])), 4)"}',
    '{text: "=FormatDateTime([day], \\"yyyy\\")"}',
    '{day: "=DateAdd(\\"d\\", 1, [text])"}',
    '{text: "=Switch([text], \\"none\\", \\"a\\", \\"A\\")"}',
    "{day: {constant: 2026-11-23}, number: {constant: 5}, flag: {constant: true}, photo: {constant: YWJj}}",
    "{text: {constant: 5}, more: {constant: true}}",
]  # fmt: skip


@pytest.mark.parametrize("flows", RIGHT)
def test_what_may_be(tmp_path: Path, flows: str) -> None:
    assert said(tmp_path, PEOPLE, rule("More", flows)) == []


def test_a_join_computes_too(tmp_path: Path) -> None:
    joined = PEOPLE.replace("[id = id]", "[['=Left([id], \"two\") = id']]")
    (found,) = said(tmp_path, joined)
    assert "Left takes a whole number" in found.message


def test_what_functions_give_is_what_they_say() -> None:
    plain = {inspect.getdoc(f): f for m in vars(functions).values() if inspect.ismodule(m) for f in vars(m).values()}
    kinds: dict[Kind, set[object]] = {
        Kind.INTEGER: {int, float},
        Kind.BOOLEAN: {bool},
        Kind.DATETIME: {datetime},
        Kind.BINARY: {bytes},
    }
    for name, kind in GIVEN.items():
        given = get_type_hints(plain[REGISTRY[name].documentation])["return"]
        assert {*(get_args(given) or (given,))} - {type(None)} <= kinds[kind], name
