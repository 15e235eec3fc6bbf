"""One kind of value where another is asked for.

Within an expression a value is None (absent), text, a number, a boolean, a date (an aware ``datetime`` in UTC), binary
(``bytes``) or a list of these. Values of objects come in their stored form (see `mimas.schema.values`), where dates
are ISO text and binary is base64 text, so each function here takes both. Entra Connect's functions are strongly typed;
connected systems are not, so what can be read without doubt is read, and everything else is a `FlowError`.
"""

import base64
import binascii
import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from mimas.language.errors import FlowError

LONGEST = 1 << 20
"""Characters of a text, or bytes, that an expression may make: nested functions can double one at every level."""
MOST = 100_000
"""Values of a list that an expression may make."""
LARGEST = 10**300
"""Where numbers end that an expression may make."""

_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,300}\s*")
_DECIMAL = re.compile(r"\s*[+-]?([0-9]{1,300}\.[0-9]{0,300}|\.[0-9]{1,300}|[0-9]{1,300})([eE][+-]?[0-9]{1,3})?\s*")


def absent(value: Any) -> bool:
    """No value, the empty text or no values at all: connected systems use them for the same thing."""
    return value is None or (type(value) in (str, list) and not value)


def shown(value: Any) -> str:
    """A value as an error shows it: never long."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def fits(length: int, what: str = "characters", most: int = LONGEST) -> None:
    """Raises `FlowError` when a result would have so many characters, or whatever it has, that it is not to be made."""
    if length > most:
        raise FlowError(f"the result would have {length:,} {what}; {most:,} are the most")


def joined(separator: str, texts: Iterable[str]) -> str:
    """The texts with a separator between them. Raises `FlowError` before it becomes larger than may be."""
    parts = list(texts)
    fits(sum(map(len, parts)) + len(separator) * max(len(parts) - 1, 0))
    return separator.join(parts)


def gathered(values: Iterable[Any]) -> list[Any]:
    """The values as a list. Raises `FlowError` as soon as it becomes larger than may be."""
    kept: list[Any] = []
    room = 16 * LONGEST
    for value in values:
        kept.append(value)
        room -= len(value) if type(value) in (str, bytes) else 1
        if len(kept) > MOST or room < 0:
            raise FlowError(f"the result would be a list of more than {MOST:,} values, or of values that are too long")
    return kept


def sized(number: float) -> float:
    """A number that was computed, if it is no larger than may be. Raises `FlowError`."""
    if -LARGEST < number < LARGEST:
        return number
    raise FlowError("the number is too large")


def one(value: Any) -> Any:
    """The value of a list of one; a list of more is an error."""
    if type(value) is not list:
        return value
    if len(value) > 1:
        raise FlowError(f"one value is needed, there are {len(value)}: use Item, Join or Contains")
    return value[0] if value else None


def as_text(value: Any) -> str:
    """Text of any single value: ``True``, ``42``, ``2026-11-23T08:00:00Z``, base64 of binary."""
    value = one(value)
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise FlowError(f"{shown(value)} is not text")


def iso(value: datetime) -> str:
    """The stored form of an instant: ISO 8601 in UTC, ending in ``Z``."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def as_number(value: Any) -> int | float:
    """A number, also from its text."""
    value = one(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        if _INTEGER.fullmatch(value):
            return int(value)
        if _DECIMAL.fullmatch(value) and math.isfinite(float(value)):
            return float(value)
    raise FlowError(f"{shown(value)} is not a number")


def as_integer(value: Any) -> int:
    """A whole number, also from its text."""
    number = as_number(value)
    if isinstance(number, float):
        if not number.is_integer():
            raise FlowError(f"{number} is not a whole number")
        return int(number)
    return number


def as_boolean(value: Any) -> bool:
    """True or False, also from their names in any case."""
    value = one(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.casefold() in ("true", "false"):
        return value.casefold() == "true"
    raise FlowError(f"{shown(value)} is not True or False")


def as_date(value: Any) -> datetime:
    """An instant in UTC, also from ISO 8601 text; what names no zone is UTC."""
    if type(value) is str:
        return _date_of(value)
    value = one(value)
    if isinstance(value, str):
        return _date_of(value)
    if not isinstance(value, datetime):
        raise FlowError(f"{shown(value)} is not a date")
    if value.tzinfo is UTC:
        return value
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        raise FlowError(f"{value.isoformat()} lies outside the years 1 to 9999") from None


@lru_cache(maxsize=16_384)
def _date_of(text: str) -> datetime:
    """Dates repeat from person to person; reading one costs more than remembering it."""
    try:
        return as_date(datetime.fromisoformat(text.strip()))
    except ValueError:
        raise FlowError(f"{shown(text)} is not a date: ISO 8601 is read as it is, CDate reads more forms") from None


def as_binary(value: Any) -> bytes:
    """Bytes, also from base64 text."""
    value = one(value)
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise FlowError(f"{shown(value)} is not base64") from None
    raise FlowError(f"{shown(value)} is not binary")


def as_list(value: Any) -> list[Any]:
    """The values of an attribute, however many there are."""
    if type(value) is list:
        return value
    return [] if absent(value) else [value]


def as_condition(value: Any) -> bool:
    """What decides an IIF: a boolean; an absent value decides as False."""
    if value is True or value is False:
        return bool(value)
    return False if absent(value) else as_boolean(value)
