"""A filter as a Python predicate, and as what an index can look up."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from mimas.language.coercion import absent, as_date, as_list, as_text
from mimas.language.errors import FlowError
from mimas.language.filters import tree
from mimas.schema.values import Scalar, Value

Values: TypeAlias = Mapping[str, Value | None]
_Test: TypeAlias = Callable[[Values], bool]

_CANONICAL = re.compile(r"0|-?[1-9][0-9]{0,300}")
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def predicate(wanted: tree.Filter) -> Callable[[str, Values], bool]:
    """Whether a resource of a type, with these values, is in the filter.

    Text is compared without case. A condition on a multi-valued attribute holds when it holds for one of its values,
    ``!=`` when the attribute is present and no value is equal; nothing but ``not`` holds for an absent attribute (MIM:
    ``!=`` doubles as a test for presence). Numbers and dates are compared as such when both sides are.
    """
    selections = [(selection.type, _test(selection.condition)) for selection in wanted]

    def holds(kind: str, values: Values) -> bool:
        return any((only is None or only == kind) and test(values) for only, test in selections)

    return holds


def equalities(wanted: tree.Filter) -> tuple[tuple[str | None, tuple[tuple[str, Scalar], ...]], ...]:
    """For each selection its type and the attributes that must equal a literal: what an index can narrow it to.

    Equality is that of `predicate`: without case for text. Dates are left out, as one instant has several spellings.
    """
    return tuple((selection.type, tuple(_required(selection.condition))) for selection in wanted)


def _required(condition: tree.Condition | None) -> list[tuple[str, Scalar]]:
    match condition:
        case tree.Comparison(attribute=attribute, operator="=", value=value):
            return [(attribute, value)] if _date(value) is None else []
        case tree.All(conditions=conditions):
            return [pair for part in conditions for pair in _required(part)]
    return []


def _test(condition: tree.Condition | None) -> _Test:
    match condition:
        case None:
            return lambda _: True
        case tree.Not(condition=inner):
            opposite = _test(inner)
            return lambda values: not opposite(values)
        case tree.All(conditions=parts):
            tests = [_test(part) for part in parts]
            return lambda values: all(test(values) for test in tests)
        case tree.Any(conditions=parts):
            tests = [_test(part) for part in parts]
            return lambda values: any(test(values) for test in tests)
        case tree.Matches():
            return _matches(condition)
        case tree.Comparison():
            return _comparison(condition)


def _matches(condition: tree.Matches) -> _Test:
    attribute, wanted = condition.attribute, condition.text.casefold()
    match condition.how:
        case "starts-with":
            one: Callable[[str], bool] = lambda text: text.startswith(wanted)  # noqa: E731 - one of three of a kind
        case "ends-with":
            one = lambda text: text.endswith(wanted)  # noqa: E731
        case "contains":
            one = lambda text: wanted in text  # noqa: E731
    return lambda values: any(one(as_text(value).casefold()) for value in as_list(values.get(attribute)))


def _comparison(condition: tree.Comparison) -> _Test:
    attribute = condition.attribute
    if condition.operator == "!=":
        equals = _against(condition.value, _ORDERS["="])
        return lambda values: not absent(values.get(attribute)) and not any(map(equals, as_list(values[attribute])))
    one = _against(condition.value, _ORDERS[condition.operator])
    return lambda values: any(map(one, as_list(values.get(attribute))))


def _against(wanted: Scalar, compare: Callable[[Any, Any], bool]) -> Callable[[Scalar], bool]:
    """One value compared with a literal: as numbers, as dates, otherwise as text."""
    text, date = as_text(wanted).casefold(), _date(wanted)
    number = int(text) if _CANONICAL.fullmatch(text) else None

    def test(value: Scalar) -> bool:
        if type(value) is int and number is not None:
            return compare(value, number)
        if date is not None and (own := _date(value)) is not None:
            return compare(own, date)
        return compare(as_text(value).casefold(), text)

    return test


def _date(value: Scalar) -> datetime | None:
    """Dates with their dashes only: 20261123 is a number of something."""
    if not isinstance(value, str) or value[4:5] != "-" or value[7:8] != "-":
        return None
    try:
        return as_date(value)
    except FlowError:
        return None
