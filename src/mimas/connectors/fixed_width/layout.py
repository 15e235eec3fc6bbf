"""The layout of a fixed-width file: how one line is taken apart."""

from dataclasses import dataclass

from mimas.connectors.contract import EntryError
from mimas.connectors.delimited.layout import Layout

BLANK = " "


@dataclass(frozen=True, slots=True)
class FixedWidthLayout(Layout):
    """The places of the columns, in characters."""

    places: tuple[slice, ...]
    right: frozenset[int]
    """The positions of the columns whose values stand at their end."""

    def split(self, record: bytes) -> list[str]:
        """Of records of the right length."""
        try:
            text = _line(record.decode(self.encoding))
        except UnicodeDecodeError:
            return []
        return self._cells(text) if len(text) == self.width and "\0" not in text else []

    def fields(self, record: bytes, line: int) -> list[str]:
        """All columns: a line of another length has them in other places, so none is believed. Raises `EntryError`."""
        text = _line(self.text(record, line))
        if len(text) != self.width:
            raise EntryError(
                "parse-error",
                f"line {line} has {len(text)} characters where the columns have {self.width}",
                "Fill it up with blanks, or correct 'columns' or 'encoding'; characters are counted, not bytes.",
            )
        return self._cells(text)

    def row(self, record: bytes, line: int) -> list[str]:
        """All columns. Raises `EntryError`."""
        return self.fields(record, line)

    @property
    def width(self) -> int:
        """How many characters a line has."""
        return int(self.places[-1].stop)

    def _cells(self, text: str) -> list[str]:
        cells = [text[place].rstrip(BLANK) for place in self.places]
        for position in self.right:
            cells[position] = text[self.places[position]].lstrip(BLANK)
        return cells

    def _doubt(self) -> str:
        return "Add it to the setting 'columns'."


def _line(text: str) -> str:
    return text.removesuffix("\n").removesuffix("\r")
