"""Scopes: which objects a rule is for."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mimas.language.context import Context
from mimas.language.errors import ExpressionError, FlowError
from mimas.language.scope import Clause, Operator, Scope, scope_attributes, scope_source

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def holds(scope: Scope, x: Context | None = None, /, **values: Any) -> bool:
    names: dict[str, object] = {"g": values.get, "x": x or Context(NOW)}
    result = eval(scope_source(scope, lambda name: f"g({name!r})", names, {"Connector.ID": "7"}), names)
    assert type(result) is bool
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
