"""Writing rows."""

import codecs
import csv
import io
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO, Literal, TypeAlias

from mimas.connectors.contract import EntryError, Export, Operation, Result
from mimas.connectors.delimited.settings import DelimitedSettings, RowSettings
from mimas.connectors.files import new_values
from mimas.schema.attributes import Attribute, Kind, ObjectType

CHUNK = 2_000
_KINDS = {Operation.ADD: "add", Operation.UPDATE: "modify", Operation.DELETE: "delete"}
_PART = re.compile(r"((?:[^\\+]|\\.)*)(?:\+|$)", re.DOTALL)

ToText: TypeAlias = Callable[[Any], str]
Row: TypeAlias = list[Any]
Faults: TypeAlias = dict[str, EntryError]
"""Column → why its value was left out."""


class Writer(ABC):
    """Writes the rows of one file.

    A value that the file cannot hold is left empty and its object gets an error; the rest of the object is written,
    because an object left out of a listing would count as deleted.
    """

    def __init__(self, object_type: ObjectType, settings: RowSettings, columns: Iterable[str], separator: str) -> None:
        attributes = object_type.attributes
        self._columns = list(columns)
        self._plan = [(name, _to_text(attributes.get(name) or Attribute(name), separator)) for name in self._columns]
        self._typed = [(position, text) for position, (_, text) in enumerate(self._plan) if text is not None]
        self._anchor = [self._columns.index(name) for name in object_type.anchor]
        self._change_type = settings.change_type
        self._encoding = settings.encoding
        self._encoder = codecs.getincrementalencoder(settings.encoding)()

    @property
    @abstractmethod
    def header(self) -> tuple[str, ...]:
        """The columns of a change file."""

    @abstractmethod
    def heading(self, columns: Sequence[str]) -> str:
        """What stands before the rows."""

    @abstractmethod
    def text(self, rows: list[Row]) -> str:
        """Rows of cells, which are text or none. Raises `EntryError`."""

    @abstractmethod
    def check(self, column: str, cell: Any) -> None:
        """Raises `EntryError` when a cell cannot stand in its column."""

    @abstractmethod
    def of_kind(self, kind: str, row: Row) -> Row:
        """A row of a change file."""

    def listing(self, out: BinaryIO, exports: Iterable[Export]) -> Iterator[Result]:
        """A header and a row for each object; results come chunk by chunk."""
        heading = self.heading(self._columns)
        out.write(self._encoded(heading))
        iterator = iter(exports)
        written = bool(heading)
        while chunk := list(islice(iterator, CHUNK)):
            yield from self._write(out, chunk, self._row, self._columns)
            written = True
        if not written:
            out.write(self._encoded("\n"))  # a listing of nothing, which an empty file is not

    def head(self) -> bytes:
        """What a change file begins with."""
        return self._encoded(self.heading(self.header))

    def changes(self, out: BinaryIO, exports: Iterable[Export]) -> Iterator[Result]:
        """A row for each object, with the kind of change before it."""
        self._encoder.encode("")  # takes out the byte order mark, which the file has already
        yield from self._write(out, list(exports), self._change, list(self.header))

    def _write(
        self, out: BinaryIO, chunk: Sequence[Export], row: Callable[[Export, Faults | None], Row], columns: list[str]
    ) -> list[Result]:
        """Rows all together; one by one when a value among them does not fit."""
        try:
            out.write(self._encoded(self.text([row(export, None) for export in chunk])))
        except (EntryError, UnicodeEncodeError):
            return [self._write_one(out, export, row, columns) for export in chunk]
        return [Result(export.id) for export in chunk]

    def _write_one(
        self, out: BinaryIO, export: Export, row: Callable[[Export, Faults | None], Row], columns: list[str]
    ) -> Result:
        faults: Faults = {}
        try:
            cells = row(export, faults)
            for index, cell in enumerate(cells):
                try:
                    self._hold(columns[index], cell)
                except EntryError as error:
                    cells[index] = ""
                    faults[columns[index]] = error
            for position in self._anchor:
                if not cells[len(columns) - len(self._columns) + position]:
                    raise _without_anchor(export, faults.get(self._columns[position]))
            out.write(self._encoded(self.text([cells])))
        except EntryError as error:
            return Result(export.id, error.code, error.message, error.advice)
        if not faults:
            return Result(export.id)
        first = next(iter(faults.values()))
        message = f"{export.anchor or export.id}: {'; '.join(map(str, faults.values()))}; the rest was written"
        return Result(export.id, first.code, message, first.advice)

    def _hold(self, column: str, cell: Any) -> None:
        """Raises `EntryError` when a cell cannot stand in the file."""
        self.check(column, cell)
        try:
            self._encoded(str(cell or ""))
        except (EntryError, UnicodeEncodeError):
            text = f"'{column}' has characters that a {self._encoding} file cannot hold"
            raise EntryError("invalid-attribute-value", text, "Change the value, or the encoding.") from None

    def _row(self, export: Export, faults: Faults | None) -> Row:
        """The cells of an object. Values that do not fit raise `EntryError`, or go into ``faults``."""
        get = new_values(export).get
        if faults is None:
            row = list(map(get, self._columns))  # the csv module writes None as an empty cell
            for position, text in self._typed:
                if row[position] is not None:
                    row[position] = text(row[position])
        else:
            row = [_tried(name, text, get(name), faults) for name, text in self._plan]
        for position in self._anchor:
            if not row[position]:
                self._name(row, export)
        return row

    def _change(self, export: Export, faults: Faults | None) -> Row:
        if export.operation is not Operation.DELETE:
            return self.of_kind(_KINDS[export.operation], self._row(export, faults))
        row = [""] * len(self._columns)
        self._name(row, export)
        return self.of_kind(_KINDS[export.operation], row)

    def _name(self, row: Row, export: Export) -> None:
        """Fill in the anchor by which the system knows the object. Raises `EntryError`."""
        if not export.anchor:
            raise _without_anchor(export)
        if len(self._anchor) == 1:
            row[self._anchor[0]] = export.anchor
            return
        parts = [re.sub(r"\\(.)", r"\1", part, flags=re.DOTALL) for part in _PART.findall(export.anchor)]
        for position, part in zip(self._anchor, parts, strict=False):
            row[position] = row[position] or part

    def _encoded(self, text: str) -> bytes:
        """Raises ``UnicodeEncodeError``, and `EntryError` for NUL characters."""
        if "\0" in text:
            raise EntryError("invalid-attribute-value", "a NUL character cannot stand in the file")
        return self._encoder.encode(text)


class DelimitedWriter(Writer):
    """Writes CSV. The columns are the attributes of the object type, in its order."""

    def __init__(self, object_type: ObjectType, settings: DelimitedSettings) -> None:
        attributes = object_type.attributes
        columns = (*(name for name in object_type.anchor if name not in attributes), *attributes)
        super().__init__(object_type, settings, columns, settings.separator)
        self._delimiter = settings.delimiter

    @property
    def header(self) -> tuple[str, ...]:
        """The kind of change, and the columns of a listing."""
        return (self._change_type, *self._columns)

    def heading(self, columns: Sequence[str]) -> str:
        """A row of their names."""
        return self.text([list(columns)])

    def text(self, rows: list[Row]) -> str:
        """CSV."""
        text = self._text(rows, csv.QUOTE_MINIMAL)
        if "\r" in text:  # the csv module quotes a line feed by itself, a carriage return only in later versions
            text = self._text(rows, csv.QUOTE_ALL)
        return text

    def check(self, column: str, cell: Any) -> None:
        """Quotes hold everything."""

    def of_kind(self, kind: str, row: Row) -> Row:
        """A row behind its kind of change."""
        return [kind, *row]

    def _text(self, rows: list[Row], quoting: Literal[0, 1]) -> str:
        buffer = io.StringIO(newline="")
        csv.writer(buffer, delimiter=self._delimiter, lineterminator="\n", quoting=quoting).writerows(rows)
        return buffer.getvalue()


def _without_anchor(export: Export, fault: EntryError | None = None) -> EntryError:
    who = f"{export.type} {export.anchor or export.id}"
    if fault:
        return EntryError(fault.code, f"{who} was not written, because of its anchor: {fault}", fault.advice)
    return EntryError(
        "missing-anchor-component",
        f"{who} has no value for its anchor and was not written",
        "Let a rule flow a value to every anchor attribute.",
    )


def _tried(name: str, text: ToText | None, value: Any, faults: Faults) -> str:
    try:
        return "" if value is None else text(value) if text else str(value)
    except EntryError as error:
        faults[name] = EntryError(error.code, f"'{name}': {error.message}", error.advice)
        return ""


def _to_text(attribute: Attribute, separator: str) -> ToText | None:
    """The function that makes a value the text of its cell, none for text. It raises `EntryError`."""
    one = _boolean if attribute.kind is Kind.BOOLEAN else str
    if not attribute.multivalued:
        if attribute.kind in (Kind.STRING, Kind.DATETIME, Kind.BINARY):
            return None
        return lambda value: one(value[0] if isinstance(value, list) else value)

    def joined(value: Any) -> str:
        texts = [one(part) for part in value] if isinstance(value, list | tuple) else [one(value)]
        if any(separator in text for text in texts):
            raise EntryError("invalid-attribute-value", f"a value holds the separator {separator!r}", "Change it.")
        return separator.join(texts)

    return joined


def _boolean(value: Any) -> str:
    return "true" if value else "false"
