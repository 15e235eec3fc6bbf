"""Short forms of documents, where what is meant can be said so; the long ones where it cannot."""

from typing import Any

from mimas.configuration import notation
from mimas.configuration.notation import NotationError
from mimas.language.scope import Operator

_NULL_TESTS = ("ISNULL", "ISNOTNULL")


def direct(attribute: str) -> Any:
    """The origin of a flow that takes an attribute as it is."""
    short = {"attribute": attribute}
    return attribute if notation.flow(attribute) == short and attribute.strip() == attribute else short


def clause(attribute: str, operator: Operator, value: str = "") -> Any:
    """A condition of a scope; a value that would be read as an expression or a parameter is made a text."""
    if value.startswith("=") or (len(value) > 2 and value[0] == value[-1] == "%"):
        value = "=" + quoted(value)
    long: dict[str, Any] = {"attribute": attribute, "operator": str(operator)} | ({"value": value} if value else {})
    for shown in (value, f'"{value}"'):
        short = f"{attribute} {operator}" + ("" if operator in _NULL_TESTS else f" {shown}")
        try:
            if "\n" not in short and notation.clause(short) == {"value": "", **long}:
                return short
        except NotationError:
            continue
    return long


def condition(left: str, right: str) -> Any:
    """A condition of a join; ``left`` may be an expression."""
    long = {"left": left, "right": right}
    short = f"{left} = {right}"
    try:
        return short if notation.condition(short) == long and " and " not in short else long
    except NotationError:
        return long


def criterion(conditions: list[Any]) -> Any:
    """A criterion: conditions that must all hold."""
    if len(conditions) == 1:
        return conditions[0]
    if all(isinstance(one, str) and not one.startswith("=") for one in conditions):
        return " and ".join(conditions)
    return conditions


def scope(groups: list[list[Any]]) -> list[Any]:
    """A scope: lists of which one must hold, or the only one of them."""
    return list(groups[0]) if len(groups) == 1 else [list(group) for group in groups]


def quoted(text: str) -> str:
    """A text as an expression writes it."""
    return '"' + text.replace('"', '""') + '"'


def bracketed(attribute: str) -> str | None:
    """An attribute as an expression reads it; none where its name cannot stand there."""
    return None if set("[]\r\n") & set(attribute) else f"[{attribute}]"
