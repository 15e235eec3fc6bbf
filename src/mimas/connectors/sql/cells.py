"""Values between a database's columns and the vocabulary's kinds."""

import base64
import binascii
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Column

from mimas.connectors.contract import EntryError
from mimas.connectors.texts import DIGITS, in_utc
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Scalar

_TRUE, _FALSE = frozenset({"1", "t", "true", "y", "yes"}), frozenset({"0", "f", "false", "n", "no"})


def read(cell: Any, attribute: Attribute) -> Scalar | None:
    """What a cell holds, in the attribute's kind; none when it is null or empty. Raises `EntryError`."""
    if cell is None or cell in ("", b""):
        return None
    if attribute.kind is Kind.BINARY:
        return base64.b64encode(cell if isinstance(cell, bytes) else str(cell).encode()).decode()
    text = plain(cell, attribute.name)
    parse = _PARSERS.get(attribute.kind)
    return parse(text, attribute.name) if parse else text


def plain(cell: Any, name: str) -> str:
    """A cell as text: ``true`` and ``false``, numbers without an exponent, instants as ISO 8601 in UTC.

    Raises `EntryError`.
    """
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, datetime):
        try:
            return instant(cell)
        except ValueError as error:
            raise EntryError("invalid-attribute-value", f"{name} {error}: {cell}", "Correct the row.") from None
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bytes):
        try:
            return cell.decode()
        except UnicodeDecodeError:
            raise EntryError("parse-error", f"{name} is not UTF-8 text", "Declare it as binary.") from None
    return str(cell)


def instant(moment: datetime) -> str:
    """ISO 8601 in UTC, to the second. A column without a time zone is taken to hold UTC. Raises ``ValueError``."""
    return in_utc(moment).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def _integer(text: str, name: str) -> int:
    with suppress(ArithmeticError, ValueError):
        # An exponent of nine digits would be reckoned out.
        if (number := Decimal(text)).adjusted() < DIGITS and number == int(number):
            return int(number)
    message, advice = f"{name} is no integer: {text[:40]!r}", "Correct the row, or declare it as string."
    raise EntryError("invalid-numeric-value", message, advice)


def _boolean(text: str, name: str) -> bool:
    if text.lower() not in _TRUE | _FALSE:
        message, advice = (
            f"{name} is neither true nor false: {text[:40]!r}",
            "Correct the row, or declare it as string.",
        )
        raise EntryError("invalid-boolean-value", message, advice)
    return text.lower() in _TRUE


def _instant(text: str, name: str) -> str:
    try:
        if len(text) == len("2026-11-23"):
            return date.fromisoformat(text).isoformat()
        return instant(datetime.fromisoformat(text))
    except ValueError:
        message, advice = f"{name} is no date: {text[:40]!r}", "Write ISO 8601, or declare it as string."
        raise EntryError("invalid-attribute-value", message, advice) from None


_PARSERS: dict[Kind, Callable[[str, str], Scalar]] = {
    Kind.INTEGER: _integer,
    Kind.BOOLEAN: _boolean,
    Kind.DATETIME: _instant,
}


def write(value: Scalar | None, column: Column[Any]) -> Any:
    """A value for a column, in the type that the column has. Raises `ValueError` with the reason."""
    if value is None or value == "":
        return None
    wanted = column_type(column)
    text = plain(value, column.name)
    try:
        if wanted is bool:
            return _boolean(text, column.name)
        if wanted is datetime:
            moment = in_utc(datetime.fromisoformat(text))
            return moment if getattr(column.type, "timezone", False) else moment.replace(tzinfo=None)
        if wanted is date:
            return datetime.fromisoformat(text).date()
        if wanted is bytes:
            return base64.b64decode(text, validate=True)
        return wanted(text) if wanted in (int, float, Decimal, UUID) else text
    except (ValueError, ArithmeticError, EntryError, binascii.Error):
        raise ValueError(f"{text[:40]!r} does not fit the column {column.name} ({column.type})") from None


def column_type(column: Column[Any]) -> type:
    """The Python type of a column's values; text for what SQLAlchemy does not know."""
    try:
        return column.type.python_type
    except NotImplementedError:
        return str
