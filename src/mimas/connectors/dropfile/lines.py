"""The lines of a drop file: a JSON object each, told apart by ``line``. The page ``docs/drop-files.md`` describes them.

Values stand in their one form (see `mimas.schema.values`), so that what is read again is what was written.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

from mimas.schema.values import Scalar

FORMAT = 1
"""Raised when a line changes its meaning."""

BEGIN = b'{"line":"begin",'
"""How every drop file begins."""

Key: TypeAlias = Annotated[str, msgspec.Meta(min_length=1)]
Fingerprint: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Several: TypeAlias = dict[str, list[Scalar]]


class Line(msgspec.Struct, frozen=True, tag_field="line", omit_defaults=True, forbid_unknown_fields=True):
    """One line; what is empty is left out."""


class BeginLine(Line, frozen=True, tag="begin"):
    """The first one: what was recorded, of which connector, when."""

    format: int
    of: Literal["import", "export"]
    connector: str
    at: str
    delta: bool = False


class PageLine(Line, frozen=True, tag="page"):
    """The beginning of a page: what a connector hands over at once."""


class EntryLine(Line, frozen=True, tag="entry"):
    """An `Entry`, with the fingerprint of its record; ``key`` is its anchor."""

    key: Key
    fingerprint: Fingerprint
    type: str
    name: str | None = None
    values: dict[str, Scalar | list[Scalar]] = {}
    references: dict[str, list[str]] = {}
    partial: bool = False
    cleared: list[str] = []
    added: Several = {}
    removed: Several = {}


class GoneLine(Line, frozen=True, tag="gone"):
    """A record that says that its object is gone (deltas only)."""

    key: Key
    fingerprint: Fingerprint


class FaultLine(Line, frozen=True, tag="fault"):
    """A record that could not be parsed: an `EntryError`."""

    key: Key
    fingerprint: Fingerprint
    code: str
    message: str
    advice: str = ""


class ProblemLine(Line, frozen=True, tag="problem"):
    """A record that could not even be keyed: a `Problem`."""

    code: str
    place: str
    message: str
    advice: str = ""


class ChangeLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A `Change`."""

    values: Sequence[Any]
    added: Sequence[Any]
    removed: Sequence[Any]
    until: Mapping[str, datetime] = {}


class ExportLine(Line, frozen=True, tag="export"):
    """An `Export`. Of ``secrets`` only the names are told."""

    operation: str
    type: str
    anchor: str | None = None
    name: str | None = None
    new_name: str | None = None
    values: dict[str, Any] = {}
    changes: dict[str, ChangeLine] = {}
    secrets: list[str] = []


class EndLine(Line, frozen=True, tag="end"):
    """The last one, an `End`: without it, or not complete, nothing that is not in the file counts as gone."""

    complete: bool
    watermark: str | None = None
    reason: str = ""
    parts: list[str] = []


RecordLine: TypeAlias = EntryLine | GoneLine | FaultLine
AnyLine: TypeAlias = BeginLine | PageLine | RecordLine | ProblemLine | ExportLine | EndLine

encode = msgspec.json.Encoder().encode
decode: Callable[[bytes], AnyLine] = msgspec.json.Decoder(AnyLine).decode
"""A line of text. Raises `msgspec.DecodeError`."""
