"""Scopes: which objects a rule is for (Entra Connect: scoping filter)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Any, TypeAlias, cast

from mimas.language.coercion import absent, as_date, as_integer, as_list, as_text, shown
from mimas.language.context import Context
from mimas.language.errors import ExpressionError, FlowError
from mimas.language.expressions.analysis import Moment, moment, parameter
from mimas.language.expressions.codegen import source
from mimas.language.expressions.evaluate import evaluate
from mimas.language.expressions.parser import parse
from mimas.language.expressions.tree import Node, attributes
from mimas.language.instants import compare_with_now
from mimas.language.operations import COMPARISONS
from mimas.schema.places import Place
from mimas.schema.values import Scalar


class Operator(StrEnum):
    """Scope operators, by Entra Connect's tokens. All but the bit and member tests compare text, without case.

    The orders compare numbers when both sides are whole numbers. An operator holds for a multi-valued attribute when it
    holds for one of its values; the negative ones (with NOT in their name) hold when their opposite does not, so also
    for an absent attribute. Source: Entra Connect's stock rules, which scope on ``cloudFiltered NOTEQUAL True``.
    """

    EQUAL = "EQUAL"
    NOTEQUAL = "NOTEQUAL"
    LESSTHAN = "LESSTHAN"
    LESSTHAN_OR_EQUAL = "LESSTHAN_OR_EQUAL"
    GREATERTHAN = "GREATERTHAN"
    GREATERTHAN_OR_EQUAL = "GREATERTHAN_OR_EQUAL"
    CONTAINS = "CONTAINS"
    NOTCONTAINS = "NOTCONTAINS"
    STARTSWITH = "STARTSWITH"
    NOTSTARTSWITH = "NOTSTARTSWITH"
    ENDSWITH = "ENDSWITH"
    NOTENDSWITH = "NOTENDSWITH"
    ISNULL = "ISNULL"
    ISNOTNULL = "ISNOTNULL"
    ISIN = "ISIN"
    ISNOTIN = "ISNOTIN"
    ISBITSET = "ISBITSET"
    ISBITNOTSET = "ISBITNOTSET"
    ISMEMBEROF = "ISMEMBEROF"
    ISNOTMEMBEROF = "ISNOTMEMBEROF"


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition of a scope. ``value`` is empty for the null tests; ``ISIN`` lists are separated by ``;``.

    A value ``=expression`` is computed: ``StartDate LESSTHAN_OR_EQUAL =DateAdd("d", 7, Now())``; a date is then
    compared as a date. A value ``%Name%`` is a parameter. A clause with a ``function`` asks that, of all values.
    ``member ISMEMBEROF name``: the ``member`` of the group of that name in the same connector space is this object.
    """

    attribute: str
    operator: Operator
    value: str = ""
    place: Place = Place()
    function: str = ""


Scope: TypeAlias = tuple[tuple[Clause, ...], ...]
"""Groups of clauses: one group must hold, and within it every clause. No group at all always holds."""


_NEGATIVE = {
    Operator.NOTEQUAL: Operator.EQUAL,
    Operator.NOTCONTAINS: Operator.CONTAINS,
    Operator.NOTSTARTSWITH: Operator.STARTSWITH,
    Operator.NOTENDSWITH: Operator.ENDSWITH,
    Operator.ISNOTIN: Operator.ISIN,
    Operator.ISNOTNULL: Operator.ISNULL,
    Operator.ISBITNOTSET: Operator.ISBITSET,
    Operator.ISNOTMEMBEROF: Operator.ISMEMBEROF,
}
MEMBERS = (Operator.ISMEMBEROF, Operator.ISNOTMEMBEROF)
_ORDERS = {
    Operator.EQUAL: "=",
    Operator.LESSTHAN: "<",
    Operator.LESSTHAN_OR_EQUAL: "<=",
    Operator.GREATERTHAN: ">",
    Operator.GREATERTHAN_OR_EQUAL: ">=",
}


def scope_attributes(scope: Scope) -> frozenset[str]:
    """The names of all attributes that the scope reads."""
    clauses = [clause for group in scope for clause in group]
    computed = [parse(clause.value[1:]) for clause in clauses if clause.value.startswith("=")]
    own = frozenset(clause.attribute for clause in clauses if clause.operator not in MEMBERS)
    return own.union(*map(attributes, computed))


def scope_groups(scope: Scope, parameters: Mapping[str, Scalar]) -> frozenset[tuple[str, str]]:
    """The groups that the scope asks for: (reference attribute, name). Raises `ExpressionError`: unset parameter."""
    clauses = [clause for group in scope for clause in group if clause.operator in MEMBERS]
    return frozenset((clause.attribute, substituted(clause, parameters)) for clause in clauses)


def scope_source(
    scope: Scope,
    read: Callable[[str], str],
    names: dict[str, object],
    parameters: Mapping[str, Scalar] | None = None,
    *,
    load: Callable[[str], object] | None = None,
    whole: str = "v",
) -> str:
    """A Python expression, True when an object is in scope. ``read``, ``names``, ``x``: see `codegen.source`.

    ``load`` gives the functions that clauses name; ``whole`` is the source of all values, which they are given.
    Raises `ExpressionError` for a value that cannot be understood; running it raises `FlowError` and what functions do.
    """
    groups = [
        "("
        + " and ".join(
            _asked_source(clause, names, load, whole)
            if clause.function
            else _clause_source(clause, read, names, parameters or {})
            for clause in group
        )
        + ")"
        for group in scope
        if group
    ]
    return f"({' or '.join(groups)})" if groups and all(scope) else "True"


def _asked_source(clause: Clause, names: dict[str, object], load: Callable[[str], object] | None, whole: str) -> str:
    if load is None:
        raise ExpressionError("A function cannot be asked here.", clause.function, 0)
    name = f"s_{len(names)}"
    names[name] = load(clause.function)
    names["s_frozen"] = MappingProxyType
    return f"bool({name}(s_frozen({whole})))"


def _clause_source(
    clause: Clause, read: Callable[[str], str], names: dict[str, object], parameters: Mapping[str, Scalar]
) -> str:
    operator = _NEGATIVE.get(clause.operator, clause.operator)
    value = read(clause.attribute)
    if operator is Operator.ISMEMBEROF:
        test = f"({(clause.attribute, substituted(clause, parameters))!r} in x.groups)"
    elif operator is Operator.ISNULL:
        names["s_absent"] = absent
        test = f"s_absent({value})"
    elif clause.value.startswith("="):
        test = _computed_source(clause, operator, value, read, names, parameters)
    else:
        name = f"s_{len(names)}"
        names[name] = _test(operator, substituted(clause, parameters))
        test = f"{name}({value})"
    return f"(not {test})" if clause.operator in _NEGATIVE else test


def _computed_source(
    clause: Clause,
    operator: Operator,
    value: str,
    read: Callable[[str], str],
    names: dict[str, object],
    parameters: Mapping[str, Scalar],
) -> str:
    node = parse(clause.value[1:])
    at = moment(node)
    name = f"s_{len(names)}"
    if at and operator in _ORDERS:
        names[name] = partial(_holds_now, _ORDERS[operator], at)
        return f"{name}(x, {value})"
    names[name] = partial(_holds_computed, operator)
    return f"{name}({value}, {source(node, read, names, parameters)})"


def holds(
    clause: Clause,
    values: Mapping[str, Any],
    context: Context,
    parameters: Mapping[str, Scalar],
    load: Callable[[str], object],
) -> bool:
    """Whether one clause holds for one object: what `scope_source` makes code of, done at once, to be explained.

    Raises what the code raises.
    """
    if clause.function:
        return bool(
            cast("Callable[[Mapping[str, Any]], object]", load(clause.function))(MappingProxyType(dict(values)))
        )
    operator = _NEGATIVE.get(clause.operator, clause.operator)
    value = values.get(clause.attribute)
    if operator is Operator.ISMEMBEROF:
        held = (clause.attribute, substituted(clause, parameters)) in context.groups
    elif operator is Operator.ISNULL:
        held = absent(value)
    elif clause.value.startswith("="):
        held = _holds_expression(parse(clause.value[1:]), operator, value, values, context, parameters)
    else:
        held = _test(operator, substituted(clause, parameters))(value)
    return held is not (clause.operator in _NEGATIVE)


def _holds_expression(
    node: Node,
    operator: Operator,
    value: Any,
    values: Mapping[str, Any],
    context: Context,
    parameters: Mapping[str, Scalar],
) -> bool:
    at = moment(node)
    if at and operator in _ORDERS:
        return _holds_now(_ORDERS[operator], at, context, value)
    explained = evaluate(node, values, context, parameters)
    if explained.error is not None:
        raise explained.error
    return _holds_computed(operator, value, explained.value)


def parameter_of(clause: Clause) -> str:
    """The name of the parameter that the value is, if it is one: ``%Name%``."""
    text = clause.value
    return text[1:-1] if len(text) > 2 and text[0] == text[-1] == "%" else ""


def substituted(clause: Clause, parameters: Mapping[str, Scalar]) -> str:
    """The value of a clause, or of the parameter that stands there. Raises `ExpressionError` when that is not set."""
    name = parameter_of(clause)
    return as_text(parameter(name, parameters)) if name else clause.value


def _holds_now(operator: str, at: Moment, x: Context, value: Any) -> bool:
    return any(compare_with_now(x, operator, item, at.interval, at.amount) for item in as_list(value))


def _holds_computed(operator: Operator, value: Any, wanted: Any) -> bool:
    if operator in _ORDERS and isinstance(wanted, datetime):
        return any(COMPARISONS[_ORDERS[operator]](as_date(item), wanted) for item in as_list(value))
    try:
        tests = [_test(operator, as_text(item)) for item in as_list(wanted)]
    except ExpressionError as error:
        raise FlowError(error.message) from None
    return any(test(value) for test in tests)


def _test(operator: Operator, wanted: str) -> Callable[[Any], bool]:
    """The test of one positive operator against a fixed text."""
    if operator is Operator.ISBITSET:
        try:
            mask = as_integer(int(wanted, 0))
        except ValueError:
            raise ExpressionError(f"{operator} needs a whole number, not {shown(wanted)}.", wanted) from None
        return partial(_has_bits, mask)
    folded = wanted.casefold()
    if operator in _ORDERS and operator is not Operator.EQUAL:
        return partial(_in_order, COMPARISONS[_ORDERS[operator]], folded, _whole(folded))
    single: dict[Operator, Callable[[str], bool]] = {
        Operator.EQUAL: folded.__eq__,
        Operator.CONTAINS: lambda text: folded in text,
        Operator.STARTSWITH: lambda text: text.startswith(folded),
        Operator.ENDSWITH: lambda text: text.endswith(folded),
        Operator.ISIN: frozenset(part.strip() for part in folded.split(";")).__contains__,
    }
    return partial(_any_text, single[operator])


def _any_text(test: Callable[[str], bool], value: Any) -> bool:
    if type(value) is str:
        return bool(value) and test(value.casefold())
    return any(test(as_text(item).casefold()) for item in as_list(value))


def _whole(text: str) -> int | None:
    try:
        return as_integer(text)
    except FlowError:
        return None


def _in_order(compare: Callable[[Any, Any], bool], wanted: str, number: int | None, value: Any) -> bool:
    for item in as_list(value):
        text = as_text(item).casefold()
        own = _whole(text) if number is not None else None
        if compare(text, wanted) if own is None else compare(own, number):
            return True
    return False


def _has_bits(mask: int, value: Any) -> bool:
    return any(as_integer(item) & mask == mask for item in as_list(value))
