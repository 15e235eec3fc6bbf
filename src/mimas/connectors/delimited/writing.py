"""Writing rows."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO, Literal, TypeAlias

from mimas.connectors.contract import EntryError, Export, Operation, Result
from mimas.connectors.delimited.settings import DelimitedSettings
from mimas.connectors.files import new_values
from mimas.schema.attributes import Attribute, Kind, ObjectType

CHUNK = 2_000
_KINDS = {Operation.ADD: "add", Operation.UPDATE: "modify", Operation.DELETE: "delete"}
_PART = re.compile(r"((?:[^\\+]|\\.)*)(?:\+|$)", re.DOTALL)

ToText: TypeAlias = Callable[[Any], str]
Row: TypeAlias = list[Any]


class Writer:
    """Writes the rows of one file. The columns are the attributes of the object type, in its order.

    A value that the file cannot hold is left empty and its object gets an error; the rest of the object is written,
    because an object left out of a listing would count as deleted.
    """

    def __init__(self, object_type: ObjectType, settings: DelimitedSettings) -> None:
        attributes = object_type.attributes
        self._columns = [*(name for name in object_type.anchor if name not in attributes), *attributes]
        self._plan = [(name, _to_text(attributes.get(name) or Attribute(name), settings)) for name in self._columns]
        self._typed = [(position, text) for position, (_, text) in enumerate(self._plan) if text is not None]
        self._anchor = [self._columns.index(name) for name in object_type.anchor]
        self._change_type = settings.change_type
        self._delimiter = settings.delimiter
        self._encoding = settings.encoding
        self._encoder = codecs.getincrementalencoder(settings.encoding)()

    @property
    def header(self) -> tuple[str, ...]:
        """The columns of a change file."""
        return (self._change_type, *self._columns)

    def listing(self, out: BinaryIO, exports: Iterable[Export]) -> Iterator[Result]:
        """A header and a row for each object; results come chunk by chunk."""
        out.write(self._encoded([self._columns]))
        iterator = iter(exports)
        while chunk := list(islice(iterator, CHUNK)):
            yield from self._write(out, chunk, self._row, self._columns)

    def head(self) -> bytes:
        """The first row of a change file."""
        return self._encoded([list(self.header)])

    def changes(self, out: BinaryIO, exports: Iterable[Export]) -> Iterator[Result]:
        """A row for each object, with the kind of change before it."""
        self._encoder.encode("")  # takes out the byte order mark, which the file has already
        yield from self._write(out, list(exports), self._change, list(self.header))

    def _write(
        self, out: BinaryIO, chunk: Sequence[Export], row: Callable[[Export, list[str] | None], Row], columns: list[str]
    ) -> list[Result]:
        """Rows all together; one by one when a value among them does not fit."""
        try:
            out.write(self._encoded([row(export, None) for export in chunk]))
        except (EntryError, UnicodeEncodeError):
            return [self._write_one(out, export, row, columns) for export in chunk]
        return [Result(export.id) for export in chunk]

    def _write_one(
        self, out: BinaryIO, export: Export, row: Callable[[Export, list[str] | None], Row], columns: list[str]
    ) -> Result:
        faults: list[str] = []
        try:
            cells = row(export, faults)
            for index, cell in enumerate(cells):
                try:
                    self._encoded([[cell]])
                except (EntryError, UnicodeEncodeError):
                    cells[index] = ""
                    faults.append(f"'{columns[index]}' has characters that a {self._encoding} file cannot hold")
            if not all(cells[len(columns) - len(self._columns) + position] for position in self._anchor):
                raise _without_anchor(export)
            out.write(self._encoded([cells]))
        except EntryError as error:
            return Result(export.id, error.code, error.message, error.advice)
        if not faults:
            return Result(export.id)
        message = f"{export.anchor or export.id}: {'; '.join(faults)}; the rest was written"
        return Result(export.id, "invalid-attribute-value", message, "Change the value, the separator or the encoding.")

    def _row(self, export: Export, faults: list[str] | None) -> Row:
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

    def _change(self, export: Export, faults: list[str] | None) -> Row:
        if export.operation is not Operation.DELETE:
            return [_KINDS[export.operation], *self._row(export, faults)]
        row = [""] * len(self._columns)
        self._name(row, export)
        return [_KINDS[export.operation], *row]

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

    def _encoded(self, rows: list[Row]) -> bytes:
        """Raises ``UnicodeEncodeError``, and `EntryError` for NUL characters."""
        text = self._text(rows, csv.QUOTE_MINIMAL)
        if "\r" in text:  # the csv module quotes a line feed by itself, a carriage return only in later versions
            text = self._text(rows, csv.QUOTE_ALL)
        if "\0" in text:
            raise EntryError("invalid-attribute-value", "a NUL character cannot stand in the file")
        return self._encoder.encode(text)

    def _text(self, rows: list[Row], quoting: Literal[0, 1]) -> str:
        buffer = io.StringIO(newline="")
        csv.writer(buffer, delimiter=self._delimiter, lineterminator="\n", quoting=quoting).writerows(rows)
        return buffer.getvalue()


def _without_anchor(export: Export) -> EntryError:
    return EntryError(
        "missing-anchor-component",
        f"{export.type} {export.anchor or export.id} has no value for its anchor and was not written",
        "Let a rule flow a value to every anchor attribute.",
    )


def _tried(name: str, text: ToText | None, value: Any, faults: list[str]) -> str:
    try:
        return "" if value is None else text(value) if text else str(value)
    except EntryError as error:
        faults.append(f"'{name}': {error.message}")
        return ""


def _to_text(attribute: Attribute, settings: DelimitedSettings) -> ToText | None:
    """The function that makes a value the text of its cell, none for text. It raises `EntryError`."""
    one = _boolean if attribute.kind is Kind.BOOLEAN else str
    if not attribute.multivalued:
        if attribute.kind in (Kind.STRING, Kind.DATETIME, Kind.BINARY):
            return None
        return lambda value: one(value[0] if isinstance(value, list) else value)

    def joined(value: Any) -> str:
        texts = [one(part) for part in value] if isinstance(value, list | tuple) else [one(value)]
        if any(settings.separator in text for text in texts):
            raise EntryError("invalid-attribute-value", f"a value holds the separator '{settings.separator}'")
        return settings.separator.join(texts)

    return joined


def _boolean(value: Any) -> str:
    return "true" if value else "false"
