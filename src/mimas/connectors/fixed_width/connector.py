"""The connector of fixed-width files."""

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from mimas.connectors.contract import ConnectorError, EntryError
from mimas.connectors.delimited.connector import RowConnector
from mimas.connectors.delimited.keys import Keyer
from mimas.connectors.delimited.writing import Writer
from mimas.connectors.fixed_width.layout import FixedWidthLayout
from mimas.connectors.fixed_width.settings import FixedWidthSettings
from mimas.connectors.fixed_width.writing import FixedWidthWriter
from mimas.schema.attributes import ObjectType


class FixedWidthConnector(RowConnector[FixedWidthSettings, FixedWidthLayout]):
    """A file whose columns have places in the line, counted in characters (MIM's fixed-width management agent).

    A line that is too short or too long is a problem of that line, and its reading is not complete: what stands in it
    cannot be told.
    """

    kind = "fixed-width"
    summary = "Fixed-width text files: listings and change files"
    model = FixedWidthSettings

    def begin(
        self, lines: Iterator[bytes], path: Path, encoding: str
    ) -> tuple[FixedWidthLayout | None, Iterator[bytes]]:
        """The layout that the settings tell; the heading is passed over."""
        settings = self.settings
        columns = settings.columns
        first = list(islice(lines, 1))
        if not first:
            return None, lines
        right = frozenset(position for position, column in enumerate(columns) if column.align == "right")
        names = tuple(column.name for column in columns)
        number, rest = (2, lines) if settings.header else (1, chain(first, lines))
        return FixedWidthLayout(
            path, names, encoding, number, self.salt, settings.separator, settings.places, right
        ), rest

    def keyer(self, layout: FixedWidthLayout, object_type: ObjectType) -> Keyer:
        """One that takes the keys line by line."""
        return Keyer(layout, object_type)

    def alike(self, layout: FixedWidthLayout, lines: Iterator[bytes], writer: Writer) -> bool:  # noqa: ARG002
        """By the width of its first line: no file says where its columns begin."""
        try:
            return all(layout.fields(line, layout.first) for line in islice(lines, 1))
        except EntryError:
            return False

    def writer(self, object_type: ObjectType) -> FixedWidthWriter:
        """One that knows the places. Raises `ConnectorError` for an attribute without a column."""
        columns = {column.name for column in self.settings.columns}
        missing = [name for name in (*object_type.anchor, *object_type.attributes) if name not in columns]
        if missing:
            raise ConnectorError(
                f"Connector {self.name} has no column '{missing[0]}' for the attribute of this name.",
                "Add it to the setting 'columns'.",
            )
        return FixedWidthWriter(object_type, self.settings)
