"""Values, and their one text form.

An image holds its values as a JSON object: attribute name to value, in the order of the names, with absent
attributes left out. The same values always give the same text, so two images are compared as text.

- A single value is ``str``, ``int`` or ``bool``; a multi-valued attribute holds a sorted list without duplicates.
- ``datetime`` is ISO 8601 text in UTC (``2026-11-23T08:00:00Z``), a day without a time ``2026-11-23``.
- ``binary`` is base64 text.
- References never stand in a document: they are rows (see ``mimas.store``).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import msgspec

Scalar: TypeAlias = str | int | bool
Value: TypeAlias = Scalar | list[Scalar]
Values: TypeAlias = dict[str, Value]

_encoder = msgspec.json.Encoder(order="sorted")
_decoder = msgspec.json.Decoder(dict[str, str | int | bool | list[str | int | bool]])
_nullable = msgspec.json.Decoder(dict[str, str | int | bool | list[str | int | bool] | None])


def encode(values: Mapping[str, Value | None]) -> str:
    """The document of an image: the same values give the same text, whatever order they came in."""
    return _encoder.encode(values).decode()


decode: Callable[[str], Values] = _decoder.decode
"""The values of a document written by `encode`."""

decode_wanted: Callable[[str], dict[str, Value | None]] = _nullable.decode
"""The values of a wanted image, in which a cleared attribute is None."""


def many(values: Iterable[Scalar]) -> list[Scalar]:
    """The canonical form of a multi-valued attribute: sorted, without duplicates."""
    return sorted(set(values), key=lambda value: (str(type(value)), value))


def many_caseless(values: Iterable[Scalar]) -> list[Scalar]:
    """As `many`; of texts that differ in case only, the first counts."""
    first: dict[Scalar, Scalar] = {}
    for value in values:
        first.setdefault(value.casefold() if isinstance(value, str) else value, value)
    return many(first.values())


def as_list(value: Value | None) -> list[Scalar]:
    """A value as a list: none gives no element, a single value one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
