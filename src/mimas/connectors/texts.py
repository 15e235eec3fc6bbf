"""Values as text: what files hold, made into typed values."""

import base64
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache

from mimas.connectors.contract import EntryError
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Scalar

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
    when = datetime.fromisoformat(text)
    when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    return when.isoformat().replace("+00:00", "Z")


def _integer(text: str) -> Scalar:
    if "_" in text:
        raise ValueError(text)
    return int(text)


def _boolean(text: str) -> Scalar:
    return _BOOLEANS[text.strip().lower()]


def _base64(text: str) -> Scalar:
    return base64.b64encode(base64.b64decode(text, validate=True)).decode()


def _moment(text: str) -> Scalar:
    return moment(text.strip())


_PARSERS: dict[Kind, Callable[[str], Scalar]] = {
    Kind.INTEGER: _integer,
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
