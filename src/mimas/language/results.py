"""What an expression results in, on its way into an attribute."""

import math
from datetime import datetime
from enum import Enum
from typing import Any

from mimas.language.coercion import as_text
from mimas.language.errors import FlowError
from mimas.schema.values import Value, many


class Outcome(Enum):
    """Results that are no values (Entra Connect: special literals)."""

    IGNORE = "IgnoreThisFlow"
    """As if the flow were not there: the target keeps what it has."""
    AUTHORITATIVE_NULL = "AuthoritativeNull"
    """No value, and flows of lower precedence have no say."""

    def __repr__(self) -> str:
        return self.value


def to_value(result: Any) -> Value | Outcome | None:
    """The stored form of a result: see `mimas.schema.values`. Raises `FlowError` for what cannot be stored.

    Dates become ISO text, binary base64, whole floats integers and other floats text; empty text and empty lists are
    absent; lists are sorted, without duplicates. An `Outcome` is returned as it is.
    """
    kind = type(result)
    if kind is str:
        return result or None
    if result is None or kind is int or kind is bool or kind is Outcome:
        return result  # type: ignore[no-any-return]
    if kind is float:
        if not math.isfinite(result):
            raise FlowError("the number is too large")
        return int(result) if result.is_integer() else repr(result)
    if kind is datetime or kind is bytes:
        return as_text(result) or None
    if kind in (list, tuple, set, frozenset):
        values = [value for value in map(to_value, result) if value is not None]
        if any(isinstance(value, list | Outcome) for value in values):
            raise FlowError("a list may hold values only, no lists and no IgnoreThisFlow")
        return many(values) or None  # type: ignore[arg-type]
    raise FlowError(f"a {kind.__name__} is no value")
