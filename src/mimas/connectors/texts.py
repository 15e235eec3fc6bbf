"""Values as text: what files hold, made into typed values."""

import base64
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache

from mimas.connectors.contract import EntryError
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Scalar

DIGITS = 300
"""Of a whole number: as many as expressions reckon with."""

_BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def reader(attribute: Attribute) -> Callable[[str], Scalar] | None:
    """The function that makes a text a value of the attribute, or none where the text is the value.

    It raises `EntryError`. Booleans are true, 1, yes, false, 0 and no; datetimes and days ISO 8601, where a time
    without an offset is UTC.
    """
    parse = _PARSERS.get(attribute.kind)
    if parse is None:
        return None

    def read(text: str) -> Scalar:
        try:
            return parse(text)
        except (ValueError, KeyError):
            code, wanted = _FAULTS[attribute.kind]
            raise EntryError(
                code, f"'{text[:60]}' in '{attribute.name}' is not {wanted}", "Correct it, or change the schema."
            ) from None

    return read


@lru_cache(maxsize=4096)
def moment(text: str) -> str:
    """A datetime or a day in canonical form (see `mimas.schema.values`). Raises ``ValueError``.

    Generalized time (RFC 4517 section 3.3.13, as directories have it) is understood as well as ISO 8601.
    """
    if text[:14].isdigit() and len(text) > 14:
        text = f"{text[:8]}T{text[8:]}"
    if len(text) == 10 and text[4] == "-":
        return date.fromisoformat(text).isoformat()
    return in_utc(datetime.fromisoformat(text)).isoformat().replace("+00:00", "Z")


def as_key(text: str, what: str) -> str:
    """A text that is kept as a key, as anchors, names and references are. Raises `EntryError`."""
    if "\0" in text:  # PostgreSQL keeps none
        raise EntryError("invalid-attribute-value", f"{what} holds a NUL character", "Correct it at its source.")
    return text


def in_utc(when: datetime) -> datetime:
    """The instant in UTC, where it is already when it names no zone. Raises ``ValueError`` beyond the calendar."""
    try:
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the years 1 to 9999") from None


def integer(text: str) -> int:
    """A whole number. Raises ``ValueError``."""
    if "_" in text or len(text) > DIGITS:
        raise ValueError("is no whole number")
    return int(text)


def _boolean(text: str) -> Scalar:
    return _BOOLEANS[text.strip().lower()]


def _base64(text: str) -> Scalar:
    return base64.b64encode(base64.b64decode(text, validate=True)).decode()


def _moment(text: str) -> Scalar:
    return moment(text.strip())


_PARSERS: dict[Kind, Callable[[str], Scalar]] = {
    Kind.INTEGER: integer,
    Kind.BOOLEAN: _boolean,
    Kind.DATETIME: _moment,
    Kind.BINARY: _base64,
}
_FAULTS = {
    Kind.INTEGER: ("invalid-numeric-value", "an integer"),
    Kind.BOOLEAN: ("invalid-boolean-value", "a boolean (true, false, yes, no, 1, 0)"),
    Kind.DATETIME: ("invalid-attribute-value", "a date or time like 2026-11-23 or 2026-11-23T08:00:00Z"),
    Kind.BINARY: ("invalid-base64-value", "base64"),
}
