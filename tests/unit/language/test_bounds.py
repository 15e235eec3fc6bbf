"""Bounds: what an expression makes does not grow without end, whatever is nested in what."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mimas.language.coercion import LONGEST, MOST
from mimas.language.context import Context
from mimas.language.errors import FlowError
from mimas.language.expressions import compiled, parse

LONG = "x" * (LONGEST - 1)


def run(text: str, **values: Any) -> Any:
    return compiled(parse(text))(values, Context(datetime(2026, 11, 23, tzinfo=UTC)))


@pytest.mark.parametrize(
    "expression",
    [
        "[long] & [long]",
        '[long] + "ab"',
        'Append([long], "ab")',
        'Replace([long], "x", "yy")',
        'Replace(Left([long], 1048570) & "abab", "ab", "yyyy")',
        'ReplaceChars([long], "x:yy")',
        'NormalizeString([long], "x:yy")',
        'RegexReplace(Left([long], 10000), "x", [long])',
        'RegexReplace(Left([long], 2000), "(?=(x*))", "$1$1")',
        "ConvertToBase64([long])",
        "ConvertToBase64(Left([binary], 786434))",
        "ConvertToUTF8Hex([long])",
        'EscapeDNComponent(Replace(Left([long], 600000), "x", "+"))',
        'Join(Split(Left([long], 50000), "x"), Left([long], 100))',
        'ConcatenateMultivaluedString(Split(Left([long], 50000), "x"), Left([long], 100))',
        'FormatMultivaluedList("{0}{0}", [long])',
        'PadLeft(Split(Left([long], 50000), "x"), 65000, "-")',
        'Select($v, Split(Left([long], 50000), "x"), Left([long], 60000) & $v)',
        'Split([long], "x")',
        "[binary] & [binary]",
    ],
)
def test_what_grows_too_large_is_an_error_of_the_object(expression: str) -> None:
    with pytest.raises(FlowError, match=r"the result would (be|have)"):
        run(expression, long=LONG, binary=b"x" * LONGEST)


def test_what_is_just_small_enough_is_made() -> None:
    assert len(run('[long] & "y"', long=LONG)) == LONGEST
    assert len(run('Split([many], ",")', many="," * (MOST - 1))) == MOST
    assert run('Replace([long], "x", "y")', long=LONG) == "y" * len(LONG)
    assert len(run('Replace(Left([long], 1048572) & "ab", "ab", "yyyy")', long=LONG)) == LONGEST
    assert len(run("ConvertToBase64([binary])", binary=b"x" * 786_432)) == LONGEST
    assert len(run("ConvertToUTF8Hex(Left([long], 524288))", long=LONG)) == LONGEST
    assert len(run('PadLeft("", 65536, "x")')) == 65_536
    assert run('Join("a", [long] & "x")', long=LONG) == "a"


def test_bytes_are_called_bytes() -> None:
    with pytest.raises(FlowError, match=r"^the result would have 2,097,152 bytes; 1,048,576 are the most$"):
        run("[binary] & [binary]", binary=b"x" * LONGEST)


@pytest.mark.parametrize("expression", ["[n] * [n]", "Multiply([n], [n])", "[n] + [n]", "Add([n], [n])", "CNum([b])"])
def test_numbers_end_somewhere(expression: str) -> None:
    with pytest.raises(FlowError, match="too large"):
        run(expression, n=10**300 - 1, b=b"\xff" * 1000)


def test_a_stored_number_that_is_too_large_to_be_added_to_a_fraction_is_told() -> None:
    with pytest.raises(FlowError, match=r"^the number is too large$"):
        run("[n] + 1.5", n=10**400)


def test_random_text_has_no_negative_parts() -> None:
    with pytest.raises(FlowError, match="less than 0"):
        run("RandomString(10, -1000000000)")
