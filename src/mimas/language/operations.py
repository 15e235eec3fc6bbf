"""What the operators do. Generated code and the explaining evaluator call the same functions.

``=`` and ``<>`` compare text exactly, case and all (Entra Connect does not say; LCase both sides for the other).
Values of two types are compared by reading the text as the other type; a pair that cannot be read is a `FlowError`.
Absent and the empty text are equal to one another and to nothing else; with an absent side the orders are False.
"""

import operator
from collections.abc import Callable
from datetime import datetime
from typing import Any

from mimas.language.coercion import (
    LONGEST,
    absent,
    as_binary,
    as_boolean,
    as_date,
    as_number,
    as_text,
    fits,
    gathered,
    joined,
    one,
    shown,
    sized,
)
from mimas.language.errors import FlowError
from mimas.schema.values import many

_ORDERED = frozenset({int, float, datetime, bytes})
_COMPARABLE = _ORDERED | {str, bool}


def _alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Both values in one type."""
    left, right = one(left), one(right)
    for kinds, convert in (
        ((datetime,), as_date),
        ((bytes,), as_binary),
        ((bool,), as_boolean),
        ((int, float), as_number),
    ):
        if type(left) in kinds or type(right) in kinds:
            return convert(left), convert(right)
    if type(left) is str and type(right) is str:
        return left, right
    raise FlowError(f"{shown(left)} and {shown(right)} cannot be compared")


def equal(left: Any, right: Any) -> bool:
    """``=``: exact for text; two lists are equal when they hold the same values."""
    if type(left) is type(right) and type(left) in _COMPARABLE:
        return bool(left == right)
    if absent(left) or absent(right):
        return absent(left) and absent(right)
    if type(left) is list and type(right) is list:
        return many(left) == many(right)
    left, right = _alike(left, right)
    return bool(left == right)


def unequal(left: Any, right: Any) -> bool:
    """``<>``: not ``=``."""
    return not equal(left, right)


def _order(name: str, compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def ordered(left: Any, right: Any) -> bool:
        if type(left) is type(right) and type(left) in _ORDERED:
            return bool(compare(left, right))
        if absent(left) or absent(right):
            return False
        left, right = _alike(left, right)
        if type(left) is bool:
            raise FlowError("True and False have no order")
        return bool(compare(left, right))

    ordered.__name__ = name
    return ordered


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": equal,
    "<>": unequal,
    "<": _order("less", operator.lt),
    "<=": _order("at_most", operator.le),
    ">": _order("more", operator.gt),
    ">=": _order("at_least", operator.ge),
}


def concatenate(*parts: Any) -> Any:
    """``&``: text in order, an absent part adding nothing; over the values of one multi-valued part, for each."""
    try:
        text = "".join(parts)
    except TypeError:
        return _concatenate(parts)
    if len(text) > LONGEST:
        fits(len(text))
    return text


def _concatenate(parts: tuple[Any, ...]) -> Any:
    lists = [index for index, part in enumerate(parts) if type(part) is list and len(part) > 1]
    if len(lists) > 1:
        raise FlowError("two lists cannot be joined to one text: use Join")
    if lists:
        index = lists[0]
        return gathered(concatenate(*parts[:index], value, *parts[index + 1 :]) for value in parts[index])
    present = [part for part in map(one, parts) if part is not None]
    if present and all(type(part) is bytes for part in present):
        fits(sum(map(len, present)), "bytes")
        return b"".join(present)
    return joined("", map(as_text, present))


def add(*parts: Any) -> Any:
    """``+``: joins when one part is text (MIM), adds numbers otherwise; numbers with an absent one are absent."""
    total = parts[0]
    for part in parts[1:]:
        total = _add(total, part)
    return total


def _add(left: Any, right: Any) -> Any:
    if any(type(side) in (str, list, bytes) for side in (left, right)):
        return concatenate(left, right)
    return _calculate(operator.add, left, right)


def _calculate(compute: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    if absent(left) or absent(right):
        return None
    try:
        return sized(compute(as_number(left), as_number(right)))
    except OverflowError:
        raise FlowError("the number is too large") from None


def subtract(left: Any, right: Any) -> Any:
    """``-``: of numbers; absent when a side is."""
    return _calculate(operator.sub, left, right)


def multiply(left: Any, right: Any) -> Any:
    """``*``: of numbers; absent when a side is."""
    return _calculate(operator.mul, left, right)


OPERATIONS: dict[str, Callable[..., Any]] = {
    **COMPARISONS,
    "&": concatenate,
    "+": add,
    "-": subtract,
    "*": multiply,
}
"""Every operator but the lazy ``&&`` and ``||``."""
