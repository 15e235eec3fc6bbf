"""The evaluator that explains: every step that was taken, and none that was not."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mimas.language.context import Context
from mimas.language.errors import ExpressionError
from mimas.language.expressions.evaluate import Explained, evaluate
from mimas.language.expressions.parser import parse
from mimas.language.expressions.tree import Attribute, Call, Literal, Node, Operation, Parameter, Variable

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def explain(text: str, **values: Any) -> Explained:
    return evaluate(parse(text), values, Context(NOW), {"P": "p"})


def told(explained: Explained) -> str:
    """A node and its steps in short: ``&(a=x, 1=1)=x1``."""
    node: Node = explained.node
    match node:
        case Attribute(name=name) | Variable(name=name) | Parameter(name=name):
            head = name
        case Literal(value=value):
            head = repr(value)
        case Operation(operator=operator):
            head = operator
        case Call(function=function):
            head = function
    steps = f"({', '.join(map(told, explained.steps))})" if explained.steps else ""
    return f"{head}{steps}={'!' + str(explained.error) if explained.error else explained.value}"


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ('[a] & 1 & "b"', "&(a=x, 1=1, 'b'=b)=x1b"),
        ("%P%", "P=p"),
        ("[none]", "none=None"),
        ("IIF(IsPresent([a]), Trim([a]), [b])", "IIF(IsPresent(a=x)=True, Trim(a=x)=x)=x"),
        ("IIF([none], [a], 2)", "IIF(none=None, 2=2)=2"),
        ("1 = 1 || [a] = 2", "||(=(1=1, 1=1)=True)=True"),
        ("1 = 2 && [a] = 2", "&&(=(1=1, 2=2)=False)=False"),
        ("1 = 2 || [none]", "||(=(1=1, 2=2)=False, none=None)=False"),
        ("1 = 1 && True", "&&(=(1=1, 1=1)=True, True=True)=True"),
        ("Select($v, [m], $v & [a])", "Select(m=['y', 'z'], &(v=y, a=x)=yx, &(v=z, a=x)=zx)=['yx', 'zx']"),
        ("With($v, [a], With($w, 1, $v & $w))", "With(a=x, With(1=1, &(v=x, w=1)=x1)=x1)=x1"),
        ('Where($v, [m], $v = "y")', "Where(m=['y', 'z'], =(v=y, 'y'=y)=True, =(v=z, 'y'=y)=False)=['y']"),
        (
            'Switch(True, [a], False, Error("no"), True, Error([a]))',
            "Switch(True=True, a=x, False=False, 'no'=no, True=True, a=x)=x",
        ),
        ("Trim(Error([a]))", "Trim(Error(a=x)=!x)=!x"),
        ('[a] & Error("no") & 1', "&(a=x, Error('no'=no)=!no)=!no"),
        ("Select($v, [m], Error($v))", "Select(m=['y', 'z'], Error(v=y)=!y)=!y"),
        ('IIF("maybe", 1, 2)', "IIF('maybe'=maybe)=!'maybe' decides nothing: a condition is True or False"),
        ("Now()", "Now=2026-11-23 00:00:00+00:00"),
        ('[d] <= DateAdd("d", 1, Now())', "<=(d=2026-11-24)=True"),
        ("Now() < [d]", "<(d=2026-11-24)=True"),
    ],
)
def test_each_step_is_told(text: str, steps: str) -> None:
    assert told(explain(text, a="x", m=["y", "z"], d="2026-11-24")) == steps


def test_what_depends_on_the_time_says_when_it_changes() -> None:
    context = Context(NOW)
    evaluate(parse('[d] < DateAdd("d", 1, Now())'), {"d": "2026-11-26"}, context)
    assert context.due == datetime(2026, 11, 25, 0, 0, 1, tzinfo=UTC)
    context = Context(NOW)
    evaluate(parse('FormatDateTime(Now(), "yyyy")'), {}, context)
    assert context.due == datetime(2026, 11, 24, tzinfo=UTC)


def test_a_parameter_that_is_not_set_is_no_matter_of_one_object() -> None:
    with pytest.raises(
        ExpressionError, match=r"^The parameter %Nam% is not set. Did you mean %Name%\? At character 1 "
    ):
        evaluate(parse("%Nam%"), {}, Context(NOW), {"Name": 1})
    with pytest.raises(ExpressionError, match=r"^The parameter %Name% is not set. At character 1 of: %Name%$"):
        evaluate(parse("%Name%"), {}, Context(NOW))
