"""Scopes: which objects a rule is for."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from mimas.language.context import Context
from mimas.language.errors import ExpressionError, FlowError
from mimas.language.proofs import prove
from mimas.language.scope import (
    Clause,
    Operator,
    Scope,
    parameter_of,
    scope_attributes,
    scope_groups,
    scope_source,
)

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


PARAMETERS = {"Connector.ID": "7"}
FUNCTIONS: dict[str, object] = {}


def holds(scope: Scope, x: Context | None = None, /, **values: Any) -> bool:
    """What the generated code says; the proof says the same."""
    x = x or Context(NOW)
    names: dict[str, object] = {"g": values.get, "x": x}
    code = scope_source(scope, lambda name: f"g({name!r})", names, PARAMETERS)
    again = Context(x.now, x.due, x.groups)
    proof = prove(scope, values, again, PARAMETERS, FUNCTIONS.__getitem__)
    if proof.error:
        assert not proof.holds
        with pytest.raises(FlowError, match=f"^{re.escape(proof.error)}$"):
            eval(code, names)
        raise FlowError(proof.error)
    result = eval(code, names)
    assert type(result) is bool
    assert (proof.holds, again.due) == (result, x.due)
    return result


def one(operator: Operator, wanted: str, value: Any) -> bool:
    return holds(((Clause("a", operator, wanted),),), a=value)


@pytest.mark.parametrize(
    ("operator", "wanted", "yes", "no"),
    [
        (Operator.EQUAL, "User", ["user", "USER", ["x", "User"]], ["Users", None, [], ""]),
        (Operator.EQUAL, "True", [True, "true"], [False, 1, None]),
        (Operator.EQUAL, "5", [5, "5"], [50]),
        (Operator.EQUAL, "%Connector.ID%", ["7", 7], ["%Connector.ID%"]),
        (Operator.NOTEQUAL, "True", [None, False, "no", []], [True, "TRUE", ["x", "true"]]),
        (Operator.LESSTHAN, "50000", [9, "9", 49999], [50000, "100000", None]),
        (Operator.LESSTHAN_OR_EQUAL, "5", [5], [6]),
        (Operator.GREATERTHAN, "9", [10, "10"], [9, "8", None]),
        (Operator.GREATERTHAN, "m", ["N"], ["L"]),
        (Operator.GREATERTHAN_OR_EQUAL, "2026-11-01", ["2026-11-23"], ["2025-12-31"]),
        (Operator.CONTAINS, "AB", ["xabx"], ["a", None]),
        (Operator.NOTCONTAINS, "ab", [None, "x"], ["xABx", ["x", "ab"]]),
        (Operator.STARTSWITH, "User_", ["user_1"], ["1user_", None]),
        (Operator.NOTSTARTSWITH, "User_", [None, "x"], ["User_1"]),
        (Operator.ENDSWITH, ".com", ["a.COM"], ["a.comm"]),
        (Operator.NOTENDSWITH, ".com", ["a.org", None], ["a.com"]),
        (Operator.ISNULL, "", [None, "", []], ["a", 0, False]),
        (Operator.ISNOTNULL, "", ["a", 0, False], [None, "", []]),
        (Operator.ISIN, "HR; IT;", ["hr", "it", ["x", "IT"]], ["h", None]),
        (Operator.ISNOTIN, "HR;IT", ["x", None], ["hr"]),
        (Operator.ISBITSET, "2", [2, 514, "514"], [512, None]),
        (Operator.ISBITSET, "0x6", [6, 7], [2]),
        (Operator.ISBITNOTSET, "2", [512, None], [514]),
        (Operator.EQUAL, '=FormatDateTime(Now(), "yyyy")', ["2026"], ["2025"]),
        (Operator.EQUAL, '=UCase("ab") & "c"', ["abc"], ["ab"]),
        (Operator.ISIN, '=Split("x;y|z", "|")', ["x", "z"], ["x;y"]),
        (Operator.EQUAL, '=DateAdd("d", 1, "2026-11-23")', ["2026-11-24", "2026-11-24T00:00:00Z"], ["2026-11-25"]),
        (Operator.LESSTHAN, '=CDate("2026-11-23")', ["2026-11-22T23:59:59Z"], ["2026-11-23T00:00:00Z", None]),
    ],
)
def test_operators(operator: Operator, wanted: str, yes: list[Any], no: list[Any]) -> None:
    assert [value for value in yes if not one(operator, wanted, value)] == []
    assert [value for value in no if one(operator, wanted, value)] == []


def test_groups() -> None:
    a, b, c = (Clause(name, Operator.EQUAL, "1") for name in "abc")
    scope = ((a, b), (c,))
    assert holds(scope, a=1, b=1)
    assert holds(scope, c=1)
    assert not holds(scope, a=1)
    assert holds(())
    assert holds(((),))


def test_dates_flip() -> None:
    scope = ((Clause("start", Operator.LESSTHAN_OR_EQUAL, '=DateAdd("d", 7, Now())'),),)
    x = Context(NOW)
    assert not holds(scope, x, start="2026-12-24")
    assert x.due == datetime(2026, 12, 17, tzinfo=UTC)
    assert holds(scope, Context(x.due), start="2026-12-24")
    x = Context(NOW)
    assert holds(((Clause("end", Operator.NOTEQUAL, "=Now()"),),), x, end=["2026-12-01", "2027-01-01"])
    assert x.due == datetime(2026, 12, 1, tzinfo=UTC)
    assert not holds(scope)
    with pytest.raises(FlowError, match="'soon' is not a date"):
        holds(scope, start="soon")


def test_a_computed_mask_that_is_no_number_is_an_error_of_the_object() -> None:
    scope: Scope = ((Clause("flags", Operator.ISBITSET, "=[mask]"),),)
    assert holds(scope, flags=6, mask=2)
    with pytest.raises(FlowError, match="needs a whole number, not 'x'"):
        holds(scope, flags=6, mask="x")


def test_attributes_and_errors() -> None:
    assert scope_attributes(((Clause("a", Operator.EQUAL, "=[b] & [c]"),), (Clause("d", Operator.ISNULL),))) == set(
        "abcd"
    )
    for clause in (
        Clause("a", Operator.ISBITSET, "x"),
        Clause("a", Operator.EQUAL, "=Trm([b])"),
        Clause("a", Operator.EQUAL, "%Nothing%"),
    ):
        with pytest.raises(ExpressionError):
            holds(((clause,),))
    with pytest.raises(FlowError, match="not a number"):
        one(Operator.ISBITSET, "2", "x")


def test_orders_compare_text_where_one_side_is_no_whole_number() -> None:
    assert one(Operator.GREATERTHAN, "9", "a")
    assert one(Operator.GREATERTHAN, "9a", "9b")
    assert not one(Operator.GREATERTHAN, "9a", 10)
    assert one(Operator.LESSTHAN, "9a", 10)
    assert one(Operator.LESSTHAN, "9", ["10", "8"])
    assert one(Operator.LESSTHAN, "B", "a")
    assert not one(Operator.GREATERTHAN_OR_EQUAL, "5", [4, 3])
    assert one(Operator.GREATERTHAN_OR_EQUAL, "5", [4, 5])


def test_a_bit_mask_needs_all_its_bits() -> None:
    assert one(Operator.ISBITSET, "0b110", ["1", 6])
    assert not one(Operator.ISBITSET, "6", [2, 4])
    with pytest.raises(ExpressionError) as caught:
        one(Operator.ISBITSET, "many", 1)
    assert caught.value.message == "ISBITSET needs a whole number, not 'many'."
    assert caught.value.text == "many"


def test_members_are_of_groups_in_the_context() -> None:
    x = Context(NOW)
    x.groups = frozenset({("member", "cn=staff")})
    for operator, group, expected in (
        (Operator.ISMEMBEROF, "cn=staff", True),
        (Operator.ISMEMBEROF, "cn=other", False),
        (Operator.ISNOTMEMBEROF, "cn=staff", False),
        (Operator.ISNOTMEMBEROF, "cn=other", True),
    ):
        assert holds(((Clause("member", operator, group),),), x) is expected
    assert not holds(((Clause("owner", Operator.ISMEMBEROF, "cn=staff"),),), x)
    x.groups = frozenset({("member", "7")})
    assert holds(((Clause("member", Operator.ISMEMBEROF, "%Connector.ID%"),),), x)
    scope = ((Clause("member", Operator.ISMEMBEROF, "%Group%"), Clause("a", Operator.EQUAL, "%Group%")),)
    assert scope_groups(scope, {"Group": "cn=staff"}) == {("member", "cn=staff")}
    assert scope_attributes(scope) == {"a"}
    with pytest.raises(ExpressionError, match="%Group% is not set"):
        scope_groups(scope, {})


def test_a_function_is_given_all_values_as_they_are() -> None:
    def asked(values: Mapping[str, Any]) -> Any:
        with pytest.raises(TypeError):
            values["a"] = 1  # type: ignore[index]
        return values["a"]

    scope = ((Clause("", Operator.EQUAL, function="x:asked"), Clause("b", Operator.EQUAL, "2")),)
    for whole in ("v", "w"):
        names: dict[str, object] = {}
        text = scope_source(scope, (whole + "[{!r}]").format, names, load={"x:asked": asked}.get, whole=whole)
        assert eval(text, names | {whole: {"a": [1], "b": 2}}) is True
        assert eval(text, names | {whole: {"a": [], "b": 2}}) is False
        assert prove(scope, {"a": [1], "b": 2}, Context(NOW), {}, {"x:asked": asked}.__getitem__).holds
        assert not prove(scope, {"a": [], "b": 2}, Context(NOW), {}, {"x:asked": asked}.__getitem__).holds
        assert eval(text, names | {whole: {"a": [1], "b": 3}}) is False
    with pytest.raises(ExpressionError) as caught:
        scope_source(scope, str, {})
    assert (caught.value.message, caught.value.text) == ("A function cannot be asked here.", "x:asked")
    assert caught.value.position == 0


def test_computed_values_know_parameters_and_several_clauses() -> None:
    names: dict[str, object] = {"g": {"a": "x7", "b": "y", "c": 3}.get, "x": Context(NOW)}
    scope = (
        (
            Clause("a", Operator.EQUAL, '="x" & %Connector.ID%'),
            Clause("b", Operator.EQUAL, '=LCase("Y")'),
            Clause("c", Operator.GREATERTHAN, "=1 + 1"),
            Clause("c", Operator.NOTEQUAL, "=4"),
            Clause("none", Operator.NOTEQUAL, "%Connector.ID%"),
        ),
    )
    text = scope_source(scope, lambda name: f"g({name!r})", names, {"Connector.ID": "7"})
    assert eval(text, names) is True
    assert holds(scope, a="x7", b="y", c=3)
    assert parameter_of(Clause("a", Operator.EQUAL, "%P%")) == "P"
    for value in ("", "%", "%%", "%P", "P%", "xPx"):
        assert parameter_of(Clause("a", Operator.EQUAL, value)) == ""


def test_dates_that_are_computed_compare_as_dates() -> None:
    for operator, value, expected in (
        (Operator.EQUAL, "2026-11-23T01:00:00+01:00", True),
        (Operator.GREATERTHAN, ["2026-11-01", "2026-11-24"], True),
        (Operator.GREATERTHAN, ["2026-11-01"], False),
        (Operator.LESSTHAN_OR_EQUAL, "2026-11-23", True),
        (Operator.CONTAINS, "at 2026-11-23T00:00:00z", True),
        (Operator.ISIN, "2026-11-23T00:00:00Z", True),
    ):
        assert one(operator, '=CDate("2026-11-23")', value) is expected
