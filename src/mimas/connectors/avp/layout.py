"""The layout of a file of attribute-value pairs: where records end, and how one is taken apart."""

from collections.abc import Iterator
from dataclasses import dataclass

from mimas.connectors.contract import ConnectorError, EntryError
from mimas.connectors.delimited.layout import Layout
from mimas.schema.attributes import ObjectType

BETWEEN = "\n"
"""What stands between several values once a record is a row: none of them can hold it."""


@dataclass(frozen=True, slots=True)
class AvpLayout(Layout):
    """The configured attributes as columns. Their names are the same in any case."""

    single: frozenset[str]
    """The columns that have one value, in lower case."""
    anchor: tuple[str, ...]

    def records(self, lines: Iterator[bytes]) -> Iterator[tuple[int, bytes]]:
        """Each with the number of its first line.

        An empty line ends one, and so does its first attribute again, if that has one value.
        """
        record: list[bytes] = []
        start, first = 0, ""
        for number, line in enumerate(lines, self.first):
            name = line.partition(b":")[0].decode(self.encoding, "replace").strip().lower()
            blank = not line.strip()
            if record and (blank or (name == first and name in self.single)):
                yield start, b"".join(record)
                record = []
            if not blank:
                if not record:
                    start, first = number, name
                record.append(line)
        if record:
            yield start, b"".join(record)

    def pairs(self, record: bytes, line: int) -> Iterator[tuple[str, str]]:
        """Names, as the file spells them, and values. Raises `EntryError`."""
        for number, text in enumerate(self.text(record, line).split("\n"), line):
            name, colon, value = text.removesuffix("\r").partition(":")
            if colon and name.strip():
                yield name.strip(), value.lstrip(" ")
            elif text.strip():
                raise EntryError(
                    "parse-error",
                    f"line {number} is '{text[:40]}', which is not 'attribute: value'",
                    "A value cannot go over lines. Correct the line, or the setting 'encoding'.",
                )

    def split(self, record: bytes) -> list[str]:  # noqa: ARG002 - no record is that plain
        """Nothing."""
        return []

    def fields(self, record: bytes, line: int) -> list[str]:
        """All columns. Raises `EntryError`, also for an anchor that has several values."""
        found: dict[str, list[str]] = {column.lower(): [] for column in self.columns}
        for name, value in self.pairs(record, line):
            if value and name.lower() in found:
                found[name.lower()].append(value)
        for column in self.anchor:
            if len(found[column.lower()]) > 1:
                text = f"the record in line {line} has '{column}' twice, which is the anchor"
                raise EntryError("multi-valued-anchor-component", text, "End every record with an empty line.")
        return [BETWEEN.join(values) for values in found.values()]

    def row(self, record: bytes, line: int) -> list[str]:
        """All columns. Raises `EntryError`, also for several values of a single-valued attribute."""
        cells = self.fields(record, line)
        for column, cell in zip(self.columns, cells, strict=True):
            if BETWEEN in cell and column.lower() in self.single:
                count = cell.count(BETWEEN) + 1
                text = f"the record in line {line} has {count} values of '{column}', which is single-valued"
                raise EntryError("multi-single-mismatch", text, "Configure it as multi-valued, or correct the file.")
        return cells

    def require(self, object_type: ObjectType) -> None:
        """Check the names. Raises `ConnectorError`."""
        require_names(object_type, str(self.path))

    def _doubt(self) -> str:
        return ""


def require_names(object_type: ObjectType, where: str) -> None:
    """Check that the attributes can stand in such a file. Raises `ConnectorError`."""
    for name in (*object_type.anchor, *object_type.attributes):
        if ":" in name or "\n" in name or name != name.strip():
            raise ConnectorError(
                f"The attribute '{name}' cannot be in {where}: there a name ends at the first colon.",
                "Configure a name without colons, and without blanks around it.",
            )
