"""Proofs: how an expression or a scope came to its result, as it is shown to people."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from mimas.language.context import Context
from mimas.language.expressions import evaluate, parse
from mimas.language.functions.logic import Failure
from mimas.language.proofs import ALWAYS, ClauseProof, ScopeProof, Step, plain, prove, step
from mimas.language.results import Outcome
from mimas.language.scope import Clause, Operator, Scope
from mimas.schema.places import Place

NOW = datetime(2026, 11, 23, 8, 0, 0, 500_000, tzinfo=UTC)


def explained(text: str, **values: Any) -> Step:
    return step(evaluate(parse(text), values, Context(NOW)))


def test_a_step_tells_its_part_its_value_and_what_that_was_worked_out_from() -> None:
    assert explained('Trim([a]) & "x"', a=" b ") == Step(
        'Trim([a]) & "x"', "bx", (Step("Trim([a])", "b", (Step("[a]", " b "),)), Step('"x"', "x"))
    )


def test_what_fails_is_told_at_each_step_up_to_the_whole() -> None:
    found = explained("1 + CNum([a])", a="x")
    assert (found.value, found.error) == (None, "'x' is not a number")
    one, failed = found.steps
    assert (one.value, one.error) == (1, "")
    assert (failed.text, failed.error) == ("CNum([a])", "'x' is not a number")
    assert failed.steps == (Step("[a]", "x"),)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (NOW, "2026-11-23T08:00:00Z"),
        (b"\x01", "AQ=="),
        (Outcome.IGNORE, "IgnoreThisFlow"),
        (Failure(NOW), "Error(2026-11-23T08:00:00Z)"),
        (["a", b"\x01"], ["a", "AQ=="]),
        ((1, NOW), [1, "2026-11-23T08:00:00Z"]),
        ({b"\x01"}, ["AQ=="]),
        (frozenset([1]), [1]),
        ("a", "a"),
        (None, None),
        (True, True),
        (1.5, 1.5),
    ],
)
def test_values_are_shown_as_they_can_be_written(value: Any, shown: Any) -> None:
    assert plain(value) == shown


def asked(values: Mapping[str, Any]) -> bool:
    if values["a"] == "bad":
        raise ZeroDivisionError
    return bool(values["a"] == "yes")


def proof(scope: Scope, **values: Any) -> ScopeProof:
    context = Context(NOW)
    context.groups = frozenset({("member", "cn=staff")})
    return prove(scope, values, context, {"P": "7", "G": "cn=staff"}, {"x:asked": asked}.__getitem__)


def clause(attribute: str, operator: Operator = Operator.EQUAL, value: str = "", function: str = "") -> ClauseProof:
    """The proof of a clause alone, with a few values to look at."""
    place = Place("rules.yaml", 5)
    found = proof(((Clause(attribute, operator, value, place, function),),), a="yes", n=7, empty="")
    ((only,),) = found.groups
    assert only.place == place
    assert found.holds is bool(only.held)
    return only


def test_a_clause_tells_what_it_saw() -> None:
    place = Place("rules.yaml", 5)
    assert clause("a", value="YES") == ClauseProof("a EQUAL YES", True, "yes", reads={"a": "yes"}, place=place)
    assert clause("a", value="no") == ClauseProof("a EQUAL no", False, "yes", reads={"a": "yes"}, place=place)
    assert clause("a", Operator.ISNULL) == ClauseProof("a ISNULL", False, "yes", reads={"a": "yes"}, place=place)
    assert clause("none", Operator.ISNULL) == ClauseProof("none ISNULL", True, reads={"none": None}, place=place)
    assert clause("empty", Operator.ISNOTNULL) == ClauseProof(
        "empty ISNOTNULL", False, reads={"empty": ""}, place=place
    )


def test_a_clause_tells_what_it_compared_with_where_that_is_not_written() -> None:
    parameter = clause("n", value="%P%")
    assert (parameter.text, parameter.held, parameter.saw, parameter.wanted) == ("n EQUAL %P%", True, 7, "7")
    assert parameter.step is None
    computed = clause("n", Operator.LESSTHAN, '=CNum([a] & "1") + %P%')
    assert (computed.held, computed.error) == (None, "'yes1' is not a number")
    assert computed.reads == {"n": 7, "a": "yes"}
    computed = clause("n", Operator.NOTEQUAL, "=Len([a]) + %P%")
    assert (computed.held, computed.saw, computed.wanted) == (True, 7, "37")
    assert computed.step is not None
    assert computed.step.text == "Len([a]) + %P%"
    dated = clause("a", Operator.EQUAL, "=Now()")
    assert (dated.wanted, dated.error) == (
        "2026-11-23T08:00:00Z",
        "'yes' is not a date: ISO 8601 is read as it is, CDate reads more forms",
    )


def test_a_clause_on_a_group_tells_whether_the_object_is_in_it() -> None:
    inside = clause("member", Operator.ISMEMBEROF, "%G%")
    assert (inside.held, inside.saw, inside.group, inside.reads) == (True, True, ("member", "cn=staff"), {})
    outside = clause("member", Operator.ISNOTMEMBEROF, "cn=other")
    assert (outside.held, outside.saw, outside.group, outside.wanted) == (True, False, ("member", "cn=other"), None)


def test_a_function_reads_everything() -> None:
    found = clause("", function="x:asked")
    assert (found.text, found.held, found.reads) == ("x:asked", True, {"a": "yes", "n": 7, "empty": ""})
    failed = proof(((Clause("", Operator.EQUAL, function="x:asked"),),), a="bad")
    assert (failed.holds, failed.error) == (False, "division by zero")


A, B, C = (Clause(name, Operator.EQUAL, "1") for name in "abc")


def held(found: ScopeProof) -> list[list[bool | None]]:
    return [[one.held for one in group] for group in found.groups]


def test_what_decides_nothing_is_not_asked() -> None:
    scope = ((A, B), (C,), (A,))
    assert held(proof(scope, a=1, b=1)) == [[True, True], [None], [None]]
    assert held(proof(scope, c=1)) == [[False, None], [True], [None]]
    found = proof(scope, b=1)
    assert held(found) == [[False, None], [False], [False]]
    assert not found.holds
    assert [one.text for one in found.clauses] == ["a EQUAL 1", "c EQUAL 1", "a EQUAL 1"]
    assert found.reads == {"a": None, "c": None}
    assert [one.text for one in found.failed] == ["a EQUAL 1", "c EQUAL 1", "a EQUAL 1"]


def test_what_failed_is_no_scope_that_holds_whatever_comes_after_it() -> None:
    bad = Clause("flags", Operator.ISBITSET, "1")
    found = proof(((A, bad, B), (C,)), a=1, flags="x", c=1)
    assert held(found) == [[True, None, None], [None]]
    assert (found.holds, found.error) == (False, "'x' is not a number")
    assert [one.text for one in found.clauses] == ["a EQUAL 1", "flags ISBITSET 1"]
    assert [one.text for one in found.failed] == ["flags ISBITSET 1"]


def test_a_scope_without_clauses_always_holds() -> None:
    assert proof(()) is proof(((),)) is proof(((A,), ())) is ALWAYS
    assert (ALWAYS.holds, ALWAYS.failed, ALWAYS.reads) == (True, (), {})
    assert proof(((A,),), a=1).failed == ()
