"""Single values: a text as each kind of value, as each connector reads it."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from sqlalchemy import Boolean, Column, DateTime, Integer, LargeBinary, Numeric, Uuid

from mimas.connectors.contract import EntryError
from mimas.connectors.ldap import syntax
from mimas.connectors.scim.places import Place, place
from mimas.connectors.sql import cells
from mimas.connectors.texts import moment, reader
from mimas.dev.fuzzing.target import Target, told
from mimas.language.errors import FlowError
from mimas.language.functions import REGISTRY
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Scalar, decode, encode
from mimas.sync.coercion import converter

_ATTRIBUTES = [Attribute("a", kind) for kind in Kind]
_COLUMNS = [
    Column("c", kind) for kind in (Integer, Boolean, DateTime, DateTime(timezone=True), LargeBinary, Numeric, Uuid)
]
_FUNCTIONS = (
    "CDate",
    "CNum",
    "CBool",
    "CGuid",
    "IsDate",
    "StringFromSid",
    "ConvertFromBase64",
    "IsNumeric",
)


def _check(case: str) -> str:
    raw = case.encode("utf-8", "surrogatepass")
    outcome = []
    for one in _ATTRIBUTES:
        instant = one.kind is Kind.DATETIME
        outcome += [
            _outcome(_read(reader(one)), case, instant=instant),
            _outcome(partial(_of_resource, place(one)), case, instant=instant),
            _outcome(partial(cells.read, attribute=one), case, instant=instant),
            _outcome(partial(cells.read, attribute=one), raw),
            _outcome(partial(syntax.decode, kind=one.kind, attribute="a"), raw, instant=instant),
            _outcome(partial(syntax.encode, kind=one.kind), case),
            _outcome(converter(one), case),
        ]
    for column in _COLUMNS:
        _outcome(partial(cells.write, column=column), case)
    for name in _FUNCTIONS:
        _outcome(REGISTRY[name].call, case)
    _outcome(partial(REGISTRY["DateTimeAdd"].call, "2026-11-23"), case)
    _number(case)
    return " ".join(sorted(set(outcome)))


def _of_resource(place: Place, text: str) -> Scalar | None:
    return next(iter(place.read({"a": text})), None)


def _read(read: Callable[[str], Scalar] | None) -> Callable[[str], Scalar]:
    return read or (lambda text: text)


def _outcome(read: Callable[[Any], Any], case: Any, *, instant: bool = False) -> str:
    """A value that can be kept, or an error for one record."""
    try:
        value = read(case)
    except EntryError as error:
        return told(error, error.message, error.advice)[:20]
    except (FlowError, ValueError) as error:
        assert isinstance(error, FlowError) or type(error) in (ValueError, UnicodeEncodeError), repr(
            error
        )  # what `encode` and `write` say
        return "refused"
    if isinstance(value, str | int | bool) and not (isinstance(case, str) and value == case):
        assert decode(encode({"a": value})) == {"a": value}
    if instant and isinstance(value, str):
        assert moment(value) == value, f"{value!a} is read as {moment(value)!a}"
    return type(value).__name__


def _number(case: str) -> None:
    """The same as a number of a database."""
    for make in (Decimal, float):
        try:
            number = make(case)
        except (ValueError, InvalidOperation):
            continue
        if isinstance(number, float) or abs(number.adjusted()) < 200_000:  # PostgreSQL holds no larger ones
            for attribute in _ATTRIBUTES:
                _outcome(partial(cells.read, attribute=attribute), number)


TARGETS = (
    Target(
        "values",
        _check,
        ("2026-11-23", "2026-11-23T08:00:00Z", "2026-11-23T08:00:00.123456+14:00", "20261123080000Z", "20261123080000.0+0100",
         "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "42", "-7", "1_000", "1e5", "12.50", "true", "FALSE", "yes",
         "AAEC", "{6a2f1b8e-0c4d-4f7a-9b1e-2d3c4b5a6978}", "23.11.2026 08:00:00", "12/31/2026", "24 Dec 2026", "1.12:30:00",
         "AQIAAAAAAAUgAAAAIAIAAA==", "a text"),
        ("T", "Z", "+00:00", "-23:59", ":", "-", ".", "/", " ", "W", "0001", "9999", "24:00", "60", "e", "E+", "inf", "nan", "=", "_", "0x",
         "January", "PM"),
        ((" ", " "), ("0", ""), ("9", "")),
        longest=20_000,
        quick=400,
    ),
)  # fmt: skip
