"""Rows: a record made into an entry, by a plan made once for the file."""

from collections.abc import Callable
from itertools import compress
from typing import Any

from mimas.connectors.contract import Entry, EntryError
from mimas.connectors.delimited.layout import Layout
from mimas.connectors.texts import reader
from mimas.schema.attributes import Attribute, Kind, ObjectType
from mimas.schema.values import Value, Values, many


class Rows:
    """Makes entries of the records of one file."""

    def __init__(self, layout: Layout, object_type: ObjectType) -> None:
        self._layout = layout
        self._split = layout.split
        self._width = len(layout.columns)
        self._type = object_type.name
        self._separator = layout.separator
        attributes = object_type.attributes
        mask = [column in attributes for column in layout.columns]
        self._mask = None if all(mask) else mask
        self._names = [column for column in layout.columns if column in attributes]
        present = [attributes[name] for name in self._names]
        self._references = [attribute for attribute in present if attribute.kind is Kind.REFERENCE]
        self._typed = [
            (attribute.name, convert)
            for attribute in present
            if attribute.kind is not Kind.REFERENCE and (convert := self._converter(attribute))
        ]

    def entry(self, record: bytes, line: int, key: str) -> Entry:
        """The entry of a record. Raises `EntryError`."""
        fields = self._split(record)
        if len(fields) != self._width:
            fields = self._layout.row(record, line)
        shown = fields if self._mask is None else compress(fields, self._mask)
        values: Values = dict(zip(self._names, shown, strict=True))
        if "" in fields:
            for name in [name for name, value in values.items() if not value]:
                del values[name]
        if self._typed:
            self._convert(values, line)
        if not self._references:
            return Entry(self._type, key, None, values)
        references = {
            attribute.name: self._parts(attribute, str(values.pop(attribute.name)))
            for attribute in self._references
            if attribute.name in values
        }
        return Entry(self._type, key, None, values, references)

    def _convert(self, values: Values, line: int) -> None:
        """Make texts values of their kinds."""
        try:
            for name, convert in self._typed:
                if name in values:
                    value = values[name] = convert(values[name])
                    if value == []:
                        del values[name]
        except EntryError as error:
            raise EntryError(error.code, f"line {line}: {error.message}", error.advice) from None

    def _parts(self, attribute: Attribute, text: str) -> list[str]:
        if not attribute.multivalued:
            return [text]
        return [part for part in text.split(self._separator) if part]

    def _converter(self, attribute: Attribute) -> Callable[[Any], Value] | None:
        """The function that makes the text of a column the attribute's value, or none where it is that already."""
        read = reader(attribute)
        if not attribute.multivalued:
            return read
        if read is None:
            return lambda text: many(self._parts(attribute, text))
        return lambda text: many(read(part) for part in self._parts(attribute, text))
