"""Functions that test and decide.

IIF, Switch, Select, Where and With are special: the generator and the evaluator treat them by name. The functions here
are what they call at run time.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mimas.language.coercion import absent, as_condition, as_list, as_text, gathered, shown
from mimas.language.errors import FlowError
from mimas.language.functions.registry import function
from mimas.language.operations import equal
from mimas.language.results import Outcome

_BARE = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_GUID = re.compile(r"\{" + _BARE + r"\}|" + _BARE, re.IGNORECASE)


@function("IIF", special=True)
def iif(condition: Any, then: Any, otherwise: Any) -> Any:
    """One value or the other; only the one chosen is computed. An absent condition counts as False.

    ``IIF(1 < 2, "yes", Error("never"))`` -> ``"yes"``
    """
    return then if as_condition(condition) else otherwise


@dataclass(frozen=True, slots=True)
class Failure:
    """An Error that stands as a value in a Switch: it happens only when it is chosen."""

    message: Any


@function("Switch", special=True)
def switch(first: Any, second: Any, *rest: Any) -> Any:
    """The value behind the first condition that is True; absent when none is. Everything is computed.

    With a value first that is no condition it is cloud provisioning's form: source, default, then keys and values.

    ``Switch(1 > 2, "a", 2 > 1, "b", True, Error("neither"))`` -> ``"b"``
    ``Switch("it", "none", "en", "England", "it", "Italy")`` -> ``"Italy"``
    """
    arguments = (first, second, *rest)
    pairs = list(zip(arguments[::2], arguments[1::2], strict=True))
    if all(condition is None or type(condition) is bool for condition, _ in pairs):
        chosen = next((value for condition, value in pairs if condition), None)
    else:
        chosen = next((value for key, value in pairs[1:] if equal(first, key)), second)
    return error(chosen.message) if type(chosen) is Failure else chosen


@function("Select", special=True)
def select(_: Any, values: Any, compute: Callable[[Any], Any]) -> list[Any]:
    """An expression for each value of a list; absent results are dropped.

    ``Join(Select($phone, Split("1-2,3-4", ","), Replace($phone, "-", "")), " ")`` -> ``"12 34"``
    """
    return gathered(result for value in as_list(values) if (result := compute(value)) is not None)


@function("Where", special=True)
def where(_: Any, values: Any, condition: Callable[[Any], Any]) -> list[Any]:
    """The values of a list for which a condition holds.

    ``Join(Where($a, Split("a,bb,ccc", ","), Len($a) > 1))`` -> ``"bb ccc"``
    """
    return [value for value in as_list(values) if as_condition(condition(value))]


@function("With", special=True)
def with_(_: Any, value: Any, compute: Callable[[Any], Any]) -> Any:
    """An expression with a name for a part of it that is computed once.

    ``With($name, Trim(" Ann "), $name & "." & $name)`` -> ``"Ann.Ann"``
    """
    return compute(value)


@function("ImportedValue", special=True)
def imported_value(attribute: Any) -> Any:
    """The value of an attribute, named in quotes, as the connected system has confirmed it (Entra Connect).

    What Mimas lets inbound rules see is always confirmed, so this is the attribute.
    """
    return attribute


@function("Error")
def error(message: Any) -> Any:
    """Fail the object with a message."""
    raise FlowError(as_text(message) if message is not None else "Error() in a rule")


@function("IsPresent")
def is_present(value: Any) -> bool:
    """There is a value, and it is not the empty text.

    ``IsPresent("")`` -> ``False``
    ``IsPresent(0)`` -> ``True``
    """
    return not absent(value)


@function("IsNullOrEmpty")
def is_null_or_empty(value: Any) -> bool:
    """There is no value, or the empty text.

    ``IsNullOrEmpty("")`` -> ``True``
    """
    return absent(value)


@function("IsNull")
def is_null(value: Any) -> bool:
    """There is no value.

    ``IsNull(NULL)`` -> ``True``
    ``IsNull("")`` -> ``False``
    """
    return value is None or value == []


@function("IsEmpty")
def is_empty(value: Any) -> bool:
    """There is a value, and it is the empty text.

    ``IsEmpty("")`` -> ``True``
    ``IsEmpty(NULL)`` -> ``False``
    """
    return type(value) is str and not value


@function("IsString")
def is_string(value: Any) -> bool:
    """The value is text, as opposed to a number, a boolean, binary or a list.

    ``IsString("a")`` -> ``True``
    ``IsString(1)`` -> ``False``
    """
    return type(value) is str


@function("IsGuid")
def is_guid(value: Any) -> bool:
    """The text has the form of a GUID, with or without braces.

    ``IsGuid("{6a2f1b8e-0c4d-4f7a-9b1e-2d3c4b5a6978}")`` -> ``True``
    ``IsGuid("6a2f1b8e")`` -> ``False``
    """
    return type(value) is str and _GUID.fullmatch(value) is not None


@function("Not")
def not_(value: Any) -> bool:
    """The opposite of a condition (cloud provisioning); an absent one counts as False.

    ``Not(IsPresent(""))`` -> ``True``
    """
    return not as_condition(value)


@function("Coalesce")
def coalesce(first: Any, *rest: Any) -> Any:
    """The first value that is there (cloud provisioning).

    ``Coalesce(NULL, "", "a", "b")`` -> ``"a"``
    """
    return next((value for value in (first, *rest) if not absent(value)), None)


@function("IgnoreFlowIfNullOrEmpty")
def ignore_flow_if_null_or_empty(value: Any) -> Any:
    """The value; when there is none, the target keeps what it has (cloud provisioning).

    ``IgnoreFlowIfNullOrEmpty("a")`` -> ``"a"``
    """
    return Outcome.IGNORE if absent(value) else value


def condition_or_fail(value: Any) -> bool:
    """What an IIF, ``&&`` or ``||`` decides by. Raises `FlowError`."""
    try:
        return as_condition(value)
    except FlowError:
        raise FlowError(f"{shown(value)} decides nothing: a condition is True or False") from None
