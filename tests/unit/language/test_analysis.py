"""What is known of an expression before it runs."""

from typing import Any

import pytest

from mimas.language.expressions.analysis import Moment, against_now, boolean, deferred_error, impure, moment
from mimas.language.expressions.parser import parse
from mimas.language.expressions.tree import Attribute, Literal, Operation
from mimas.language.expressions.types import Leaf, leaves, mistakes
from mimas.schema.attributes import Attribute as Known
from mimas.schema.attributes import Kind

KNOWN = {
    "text": Known("text"),
    "number": Known("number", Kind.INTEGER),
    "flag": Known("flag", Kind.BOOLEAN),
    "day": Known("day", Kind.DATETIME),
    "key": Known("key", Kind.BINARY),
    "boss": Known("boss", Kind.REFERENCE),
    "many": Known("many", multivalued=True),
    "numbers": Known("numbers", Kind.INTEGER, multivalued=True),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("True", True),
        ('"True"', False),
        ("1 = 2", True),
        ("1 >= 2", True),
        ("[a] && [b]", True),
        ("[a] || [b]", True),
        ("1 + 2", False),
        ("IIF([a], True, False)", True),
        ("IIF([a], True, 1)", False),
        ("IIF([a], 1, True)", False),
        ("IsPresent([a])", True),
        ("After([a], [b])", False),  # absent dates give no answer
        ("Trim([a])", False),
        ("[a]", False),
        ("%P%", False),
    ],
)
def test_what_is_true_or_false_and_nothing_else(text: str, expected: bool) -> None:
    assert boolean(parse(text)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Now()", Moment("s", 0)),
        ('DateAdd("D", 7, Now())', Moment("d", 7)),
        ('DateAdd("m", -7, Now())', Moment("m", -7)),
        ('DateAdd("x", 7, Now())', None),
        ('DateAdd("d", True, Now())', None),
        ('DateAdd("d", [n], Now())', None),
        ('DateAdd("d", 1, [d])', None),
        ('DateAdd("d", 1, DateAdd("d", 1, Now()))', None),
        ("[d]", None),
    ],
)
def test_moments(text: str, expected: Moment | None) -> None:
    assert moment(parse(text)) == expected


def test_a_comparison_with_a_moment_is_turned_so_that_the_moment_is_on_the_right() -> None:
    def turned(text: str) -> Any:
        node = parse(text)
        assert isinstance(node, Operation)
        return against_now(node)

    at, day = Moment("s", 0), Attribute("d")
    for operator, mirrored in (("<", ">"), ("<=", ">="), (">", "<"), (">=", "<="), ("=", "="), ("<>", "<>")):
        assert turned(f"[d] {operator} Now()") == (day, operator, at)
        assert turned(f"Now() {operator} [d]") == (day, mirrored, at)
    assert turned("[d] < [e]") is None
    assert turned("Now() & [d]") is None


def test_an_error_as_a_value_of_a_switch_waits() -> None:
    error = parse('Error("no")')
    assert deferred_error(error, 1) == deferred_error(error, 3) == Literal("no")
    assert deferred_error(error, 0) is deferred_error(error, 2) is None
    assert deferred_error(parse('Trim("no")'), 1) is None
    assert deferred_error(parse("[a]"), 1) is None


def test_what_is_another_value_each_time() -> None:
    assert impure(parse('Trim(Left(Guid(), 3)) & "a"'))
    assert not impure(parse("Trim([Guid]) & Now()"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"a"', [Leaf(Kind.STRING, "a", name='"a"')]),
        ("5", [Leaf(Kind.INTEGER, 5, name="5")]),
        ("True", [Leaf(Kind.BOOLEAN, literal=True, name="True")]),
        ('""', []),
        ("NULL", []),
        ("IgnoreThisFlow", []),
        ("[day]", [Leaf(Kind.DATETIME, name="[day]")]),
        ("[many]", [Leaf(Kind.STRING, several=True, name="[many]")]),
        ("[unknown]", [Leaf()]),
        ("%P%", [Leaf()]),
        ("IIF([flag], [day], 5)", [Leaf(Kind.DATETIME, name="[day]"), Leaf(Kind.INTEGER, 5, name="5")]),
        ("Switch([flag], [day], True, 5)", [Leaf(Kind.DATETIME, name="[day]"), Leaf(Kind.INTEGER, 5, name="5")]),
        ("Switch([flag], [day], True, NULL)", [Leaf(Kind.DATETIME, name="[day]")]),
        ("Coalesce([day], [key])", [Leaf(Kind.DATETIME, name="[day]"), Leaf(Kind.BINARY, name="[key]")]),
        ("RemoveDuplicates([many])", [Leaf(Kind.STRING, several=True, name="[many]")]),
        ('ImportedValue("day")', [Leaf(Kind.DATETIME, name="[day]")]),
        ("IgnoreFlowIfNullOrEmpty([day])", [Leaf(Kind.DATETIME, name="[day]")]),
        ("Item([many], 1)", [Leaf(Kind.STRING, name="[many]")]),
        ("Where($v, [many], True)", [Leaf(Kind.STRING, name="[many]")]),
        ("[text] = 1", [Leaf(Kind.BOOLEAN, name="… = …")]),
        ("[flag] && [flag]", [Leaf(Kind.BOOLEAN, name="… && …")]),
        ("[flag] || [flag]", [Leaf(Kind.BOOLEAN, name="… || …")]),
        ("[number] - [text]", [Leaf(Kind.INTEGER, name="… - …")]),
        ("[number] * [text]", [Leaf(Kind.INTEGER, name="… * …")]),
        ("[number] + 5", [Leaf(Kind.INTEGER, name="… + …")]),
        ("[number] + [text]", [Leaf(name="… + …")]),
        ("[number] & [many]", [Leaf(several=True, name="… & …")]),
        ("[number] & 5", [Leaf(name="… & …")]),
        ("Len([text])", [Leaf(Kind.INTEGER, name="Len(…)")]),
        ("Len([many])", [Leaf(Kind.INTEGER, several=True, name="Len(…)")]),
        ("Count([many])", [Leaf(Kind.INTEGER, name="Count(…)")]),
        ("IsPresent([many])", [Leaf(Kind.BOOLEAN, name="IsPresent(…)")]),
        ("CDate([text])", [Leaf(Kind.DATETIME, name="CDate(…)")]),
        ("CBin([number], 1)", [Leaf(Kind.BINARY, name="CBin(…)")]),
        ("Trim([text])", [Leaf(name="Trim(…)")]),
        ('Split([text], ",")', [Leaf(several=True, name="Split(…)")]),
        ("Redact()", [Leaf(name="Redact(…)")]),
        ("Concatenate([many])", [Leaf(name="Concatenate(…)")]),
    ],
)
def test_what_an_expression_may_result_in(text: str, expected: list[Leaf]) -> None:
    assert list(leaves(parse(text), KNOWN)) == expected


DECIDES = "decides nothing: a condition is True or False"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IIF([number], 1, 2)", [(f"[number] (a number) {DECIDES}", "compare it, as in `… > 0` or `… <> 0`")]),
        ("IIF([day], 1, 2)", [(f"[day] (a date) {DECIDES}", "compare it with something")]),
        ('Not("x")', [(f'"x" (text) {DECIDES}', "compare it with something")]),
        ("And([key], [flag])", [(f"[key] (binary) {DECIDES}", "compare it with something")]),
        ("Or([flag], 5)", [(f"5 (a number) {DECIDES}", "compare it, as in `… > 0` or `… <> 0`")]),
        ("[flag] && [day]", [(f"[day] (a date) {DECIDES}", "compare it with something")]),
        ("[day] || [flag]", [(f"[day] (a date) {DECIDES}", "compare it with something")]),
        ("Where($v, [many], [day])", [(f"[day] (a date) {DECIDES}", "compare it with something")]),
        (
            "[number] = [flag]",
            [("[number] (a number) cannot be compared with [flag] (boolean)", "compare values of one type")],
        ),
        ('[flag] = "x"', [('[flag] (boolean) cannot be compared with "x" (text)', "compare values of one type")]),
        ('"x" < [number]', [('"x" (text) cannot be compared with [number] (a number)', "compare values of one type")]),
        (
            'DateAdd("d", [day], [day])',
            [("DateAdd takes a whole number as `amount`, not [day]", "give it what it takes, or convert it")],
        ),
        (
            'Thumbprint("é")',
            [('Thumbprint takes binary as `value`, not "é"', "give it what it takes, or convert it")],
        ),
        (
            'DateFromNum("x") = CDate([number])',
            [('DateFromNum takes a whole number as `number`, not "x"', "give it what it takes, or convert it")],
        ),
        (
            'DateDiff("d", "soon", [flag])',
            [
                ('DateDiff takes a date as `first`, not "soon"', "give it what it takes, or convert it"),
                ("DateDiff takes a date as `second`, not [flag]", "give it what it takes, or convert it"),
            ],
        ),
        ('IIF("true", 1, 2)', []),
        ("IIF([text], 1, 2)", []),
        ("IIF([unknown], 1, 2)", []),
        ("IIF([boss], 1, 2)", []),
        ('[number] = "5"', []),
        (
            "[day] = [number]",
            [("[day] (a date) cannot be compared with [number] (a number)", "compare values of one type")],
        ),
        ("[day] = [text]", []),
        ("[many] = [flag]", []),
        ("[numbers] = [flag]", []),
        ("Concatenate([text], [number], [day])", []),
        ("[text] = [number]", []),
        ('DateAdd("d", "7", "2026-11-23")', []),
        ("Trim([number])", []),
        ("Len([key])", []),
    ],
)
def test_what_fails_whenever_it_is_computed(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(mistake.message, mistake.hint) for mistake in mistakes(parse(text), KNOWN)] == expected
