"""Bringing a value to the type of the attribute it flows to."""

from typing import Any

from mimas.language.errors import FlowError
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import many


def text(value: Any) -> str | None:
    """Text of a single value; an empty text is no value."""
    if value.__class__ is str:
        return value or None
    if value is None:
        return None
    if isinstance(value, list):
        return text(single(value))
    return str(value) or None


def integer(value: Any) -> int | None:
    """A whole number, from a number or its text."""
    if isinstance(value, list):
        value = single(value)
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return int(value)
    try:
        return int(value)
    except (TypeError, ValueError):
        raise FlowError(f"“{value}” is not a whole number") from None


_BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def boolean(value: Any) -> bool | None:
    """True or false, from a boolean or its text."""
    if isinstance(value, list):
        value = single(value)
    if value is None or value == "" or isinstance(value, bool):
        return None if value == "" else value
    found = _BOOLEANS.get(str(value).casefold())
    if found is None:
        raise FlowError(f"“{value}” is neither true nor false")
    return found


def single(values: list[Any]) -> Any:
    """The only value of a list (MIM: flow-multi-values-to-single-value)."""
    if len(values) > 1:
        raise FlowError(f"{len(values)} values flow to an attribute that holds one; use Item() or Join()")
    return values[0] if values else None


_SINGLE = {Kind.INTEGER: integer, Kind.BOOLEAN: boolean}


def converter(attribute: Attribute) -> Any:
    """The function that makes any value one for this attribute; it gives None for no value."""
    one = _SINGLE.get(attribute.kind, text)
    if not attribute.multivalued:
        return one

    def several(value: Any) -> Any:
        values = value if isinstance(value, list) else [value]
        converted = [item for item in map(one, values) if item is not None]
        return many(converted) or None

    return several
