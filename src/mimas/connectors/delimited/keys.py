"""The keys (anchors) of records, taken from their bytes.

A whole batch is done with one pass of list comprehensions a column, and its texts are decoded together. Whatever does
not fit - a row that is too short, a blank line, a missing anchor, bad bytes - is noticed for the batch, which is then
done again record by record.
"""

from collections.abc import Callable

from mimas.connectors.contract import EntryError, Problem
from mimas.connectors.delimited.layout import LINE_END, DelimitedLayout, Layout
from mimas.connectors.delimited.records import Batch, problem
from mimas.connectors.texts import reader
from mimas.schema.attributes import ObjectType
from mimas.schema.values import Scalar, Values


class Keyer:
    """Takes keys out of the records of one file, one by one."""

    def __init__(self, layout: Layout, object_type: ObjectType) -> None:
        self._layout = layout
        self._type = object_type
        self._positions = [layout.position(name) for name in object_type.anchor]
        self._readers: list[Callable[[str], Scalar] | None] = [
            reader(object_type.attributes[name]) if name in object_type.attributes else None
            for name in object_type.anchor
        ]

    def keys(self, batch: Batch) -> list[str]:
        """The keys of the batch, from which records without one are taken out as problems; blank lines go as well."""
        keys: list[str] = []
        records: list[bytes] = []
        lines: list[int] = []
        problems: list[Problem] = []
        for record, line in zip(batch.records, batch.lines, strict=True):
            if not record.strip(LINE_END):
                continue
            try:
                keys.append(self._key(record, line))
            except EntryError as error:
                problems.append(problem(self._layout, line, error))
            else:
                records.append(record)
                lines.append(line)
        batch.records, batch.lines = records, lines
        batch.problems = [*batch.problems, *problems]
        return keys

    def _key(self, record: bytes, line: int) -> str:
        try:
            fields = self._layout.fields(record, line)
        except EntryError:
            fields = self._undamaged(record)
            if len(fields) <= max(self._positions):
                raise
        values: Values = {}
        for name, position, read in zip(self._type.anchor, self._positions, self._readers, strict=True):
            text = fields[position] if position < len(fields) else ""
            if not text:
                raise EntryError(
                    "missing-anchor-component",
                    f"line {line} has no '{name}', which is the anchor",
                    f"Give it a value for '{name}', or remove it.",
                )
            values[name] = read(text) if read else text
        return self._type.key(values) or ""

    def _undamaged(self, record: bytes) -> list[str]:  # noqa: ARG002 - for those that can
        """The columns before what cannot be read: an anchor there still tells which object it is."""
        return []


class DelimitedKeyer(Keyer):
    """Takes the keys of a whole batch at once, where nothing in it is special."""

    def __init__(self, layout: DelimitedLayout, object_type: ObjectType) -> None:
        super().__init__(layout, object_type)
        self._delimiter = layout.delimiter.encode()

    def keys(self, batch: Batch) -> list[str]:
        """The keys of the batch, as of any keyer."""
        found = self._together(batch)
        return super().keys(batch) if found is None else found

    def _together(self, batch: Batch) -> list[str] | None:
        if any(self._readers) or (batch.quoted and self._positions != [0]):
            return None
        try:
            columns = [self._column(batch.records, position) for position in self._positions]
        except (IndexError, UnicodeDecodeError):
            return None
        for column in columns:
            together = "\n".join(column)
            if len(column) != len(batch.records) or "" in column or "\0" in together:
                return None
            if batch.quoted and '"' in together:
                return None
            if len(columns) > 1 and ("+" in together or "\\" in together):
                return None
        return columns[0] if len(columns) == 1 else list(map("+".join, zip(*columns, strict=True)))

    def _column(self, records: list[bytes], position: int) -> list[str]:
        """One column of all records; not as many as records when one of them has a line end in it."""
        delimiter = self._delimiter
        if position == len(self._layout.columns) - 1:
            raw = [record.rstrip(LINE_END).split(delimiter, position + 1)[position] for record in records]
        elif position == 0:
            raw = [record.partition(delimiter)[0] for record in records]
        else:
            count = position + 1
            raw = [record.split(delimiter, count)[position] for record in records]
        return b"\n".join(raw).decode(self._layout.encoding).split("\n")

    def _undamaged(self, record: bytes) -> list[str]:
        """The columns before a byte that cannot be read: an anchor there still tells which object it is."""
        if b'"' in record:
            return []
        fields = []
        for field in record.rstrip(LINE_END).split(self._delimiter):
            try:
                text = field.decode(self._layout.encoding)
            except UnicodeDecodeError:
                break
            if "\0" in text:
                break
            fields.append(text)
        return fields
