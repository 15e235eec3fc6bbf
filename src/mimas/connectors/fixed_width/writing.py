"""Writing lines of fixed-width columns."""

from collections.abc import Iterable, Sequence
from typing import Any

from mimas.connectors.contract import EntryError
from mimas.connectors.delimited.writing import Row, Writer
from mimas.connectors.fixed_width.layout import BLANK
from mimas.connectors.fixed_width.settings import FixedWidthSettings
from mimas.schema.attributes import ObjectType

_UNHELD = frozenset("\r\n\ufeff")
"""Line ends, and what would be taken for a byte order mark."""


class FixedWidthWriter(Writer):
    """Writes every value in its place. One that is too wide is an error: nothing is cut."""

    def __init__(self, object_type: ObjectType, settings: FixedWidthSettings) -> None:
        super().__init__(object_type, settings, (column.name for column in settings.columns), settings.separator)
        self._places = dict(zip(self._columns, settings.places, strict=True))
        self._right = {column.name for column in settings.columns if column.align == "right"}
        self._kind = self._columns.index(settings.change_type) if settings.change_type in self._columns else 0
        self._heading = settings.header

    @property
    def header(self) -> tuple[str, ...]:
        """All columns: a listing has them too."""
        return tuple(self._columns)

    def heading(self, columns: Sequence[str]) -> str:
        """The names of the columns, of those that are too long the beginning; or nothing."""
        if not self._heading:
            return ""
        return self._line(name[: self._width(name)].rstrip(BLANK) for name in columns)

    def text(self, rows: list[Row]) -> str:
        """Lines, filled up with blanks. Raises `EntryError` when a value does not fit."""
        for row in rows:
            for column, cell in zip(self._columns, row, strict=True):
                self.check(column, cell)
        return "".join(self._line(row) for row in rows)

    def check(self, column: str, cell: Any) -> None:
        """Raises `EntryError` when something of a value would be lost in its column."""
        if not cell:
            return
        text, width = str(cell), self._width(column)
        if len(text) > width:
            message = f"'{column}' has {len(text)} characters, its column {width}"
            raise EntryError("insufficient-field-width", message, "Let the rule shorten it, or widen the column.")
        if not _UNHELD.isdisjoint(text):
            message = f"'{column}' has a line end, or a byte order mark"
            raise EntryError("invalid-attribute-value", message, "Let the rule take it out.")
        if text[0 if column in self._right else -1] == BLANK:
            message = f"'{column}' has a blank where its column is filled up with blanks"
            raise EntryError("invalid-attribute-value", message, "Let the rule trim it.")

    def of_kind(self, kind: str, row: Row) -> Row:
        """A row with its kind of change in the column for it."""
        row[self._kind] = kind
        return row

    def _width(self, column: str) -> int:
        place = self._places[column]
        return int(place.stop - place.start)

    def _line(self, cells: Iterable[Any]) -> str:
        line = ""
        for (column, place), cell in zip(self._places.items(), cells, strict=True):
            text = "" if cell is None else str(cell)
            width = self._width(column)
            line = line.ljust(place.start, BLANK) + (text.rjust(width) if column in self._right else text.ljust(width))
        return line + "\n"
