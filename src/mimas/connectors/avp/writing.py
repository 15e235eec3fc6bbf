"""Writing records of attribute-value pairs."""

from collections.abc import Sequence
from typing import Any

from mimas.connectors.avp.layout import BETWEEN
from mimas.connectors.contract import EntryError
from mimas.connectors.delimited.settings import RowSettings
from mimas.connectors.delimited.writing import Row, Writer
from mimas.schema.attributes import ObjectType


class AvpWriter(Writer):
    """Writes a line for each value, and an empty line behind each object."""

    def __init__(self, object_type: ObjectType, settings: RowSettings, columns: Sequence[str]) -> None:
        super().__init__(object_type, settings, columns, BETWEEN)
        self._several = {name for name, one in object_type.attributes.items() if one.multivalued}

    @property
    def header(self) -> tuple[str, ...]:
        """All columns, of which the first is the kind of change."""
        return tuple(self._columns)

    def heading(self, columns: Sequence[str]) -> str:  # noqa: ARG002 - each record names its own
        """Nothing."""
        return ""

    def text(self, rows: list[Row]) -> str:
        """Records. Raises `EntryError` when a value cannot stand in a line."""
        lines: list[str] = []
        for row in rows:
            for column, cell in zip(self._columns, row, strict=True):
                self.check(column, cell)
                lines += [f"{column}: {value}\n" for value in self._values(column, cell)]
            lines.append("\n")
        return "".join(lines)

    def check(self, column: str, cell: Any) -> None:
        """Raises `EntryError` when something of a value would be lost in its line."""
        for value in self._values(column, cell):
            if "\n" in value or "\r" in value:
                raise EntryError("invalid-attribute-value", f"'{column}' has a line end", "Let the rule take it out.")
            if value.startswith(" "):
                raise EntryError("invalid-attribute-value", f"'{column}' begins with a blank", "Let the rule trim it.")

    def of_kind(self, kind: str, row: Row) -> Row:
        """A record that begins with its kind of change."""
        row[0] = kind
        return row

    def _values(self, column: str, cell: Any) -> list[str]:
        text = "" if cell is None else str(cell)
        return [value for value in (text.split(BETWEEN) if column in self._several else [text]) if value]
