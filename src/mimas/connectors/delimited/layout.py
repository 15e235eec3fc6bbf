"""The layout of a file of rows: its columns, and how one record is taken apart."""

import csv
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from xxhash import xxh3_64_intdigest

from mimas.connectors import encodings
from mimas.connectors.contract import ConnectorError, EntryError
from mimas.connectors.registry import suggestion
from mimas.schema.attributes import ObjectType

LINE_END = b"\r\n"


@dataclass(frozen=True, slots=True)
class Layout(ABC):
    """The columns of a file, in order, and what its bytes mean."""

    path: Path
    columns: tuple[str, ...]
    encoding: str
    first: int
    """The number of the line after the header."""
    seed: int
    """Seeds the fingerprints: a record means something else under another header."""
    separator: str
    """What stands between several values of a column."""

    @abstractmethod
    def split(self, record: bytes) -> list[str]:
        """The columns of a record that has nothing special in it; of any other one, not as many as there are."""

    @abstractmethod
    def fields(self, record: bytes, line: int) -> list[str]:
        """The columns of one record, which begins in ``line``. Raises `EntryError`; need not count them."""

    @abstractmethod
    def row(self, record: bytes, line: int) -> list[str]:
        """All columns of one record. Raises `EntryError`."""

    def text(self, record: bytes, line: int) -> str:
        """A record decoded. Raises `EntryError`."""
        try:
            text = record.decode(self.encoding)
        except UnicodeDecodeError as error:
            what, advice = encodings.misfit(record, error, self.encoding)
            raise EntryError("parse-error", f"line {line} cannot be read: {what}", advice) from None
        if "\0" in text:
            raise EntryError(
                "parse-error",
                f"line {line} has a NUL character at position {text.index(chr(0)) + 1}",
                "The file was damaged, or is UTF-16: then set 'encoding' to utf-16.",
            )
        return text

    def position(self, column: str) -> int:
        """Where a column stands. Raises `ConnectorError`."""
        if column in self.columns:
            return self.columns.index(column)
        raise ConnectorError(
            f"{self.path} has no column '{column}'.",
            f"{suggestion(column, list(self.columns))} {self._doubt()}",
        )

    def require(self, object_type: ObjectType) -> None:
        """Check that every configured attribute has its column. Raises `ConnectorError`."""
        for name in (*object_type.anchor, *object_type.attributes):
            self.position(name)

    @abstractmethod
    def _doubt(self) -> str:
        """What else is wrong where a column is missing."""


@dataclass(frozen=True, slots=True)
class DelimitedLayout(Layout):
    """The columns that the header of a delimited file names."""

    delimiter: str

    def split(self, record: bytes) -> list[str]:
        """Of records without quotes and NUL characters."""
        if b'"' in record or b"\0" in record:
            return []
        try:
            return record.decode(self.encoding).rstrip("\r\n").split(self.delimiter)
        except UnicodeDecodeError:
            return []

    def fields(self, record: bytes, line: int) -> list[str]:
        """The columns of one record, uncounted. Raises `EntryError`."""
        text = self.text(record, line)
        if '"' not in text:
            return text.rstrip("\r\n").split(self.delimiter)
        try:
            return next(csv.reader((text,), delimiter=self.delimiter, strict=True))
        except csv.Error as error:
            raise EntryError(
                "parse-error",
                f"line {line} cannot be taken apart: {error}",
                "A quote within a quoted value is doubled.",
            ) from None

    def row(self, record: bytes, line: int) -> list[str]:
        """The columns of one record, as many as the header has. Raises `EntryError`."""
        fields = self.fields(record, line)
        if len(fields) != len(self.columns):
            raise EntryError(
                "parse-error",
                f"line {line} has {len(fields)} columns where the header has {len(self.columns)}",
                f"Put values that hold '{self.delimiter}' in double quotes, and leave no column out.",
            )
        return fields

    def _doubt(self) -> str:
        return f"Otherwise check the delimiter, '{self.delimiter}'."


def read_layout(
    lines: Iterator[bytes], path: Path, delimiter: str, separator: str, encoding: str, salt: int
) -> DelimitedLayout | None:
    """The layout from the header of a file, or none when the file is empty. Raises `ConnectorError`."""
    taken: list[bytes] = []

    def texts() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line.decode(encoding)

    try:
        names = [name.strip() for name in next(csv.reader(texts(), delimiter=delimiter, strict=True), [])]
    except UnicodeDecodeError as error:
        what, advice = encodings.misfit(taken[-1], error, encoding)
        raise ConnectorError(f"The header of {path} cannot be read: {what}.", advice) from None
    except csv.Error as error:
        raise ConnectorError(
            f"The header of {path} cannot be read: {error}.",
            "The first row names the columns; each row ends with a line feed, or with a carriage return and one.",
        ) from None
    if not taken:
        return None
    twice = [name for name, count in Counter(names).items() if name and count > 1]
    if twice:
        raise ConnectorError(f"{path} has the column '{twice[0]}' twice.", "Rename or remove one of them.")
    if not any(names):
        raise ConnectorError(f"{path} has no header.", "The first row must name the columns.")
    if any("\0" in name for name in names):
        raise ConnectorError(
            f"The header of {path} holds NUL characters.", "If it is UTF-16, set 'encoding' to utf-16."
        )
    seed = xxh3_64_intdigest(b"".join(taken).rstrip(LINE_END), salt)
    return DelimitedLayout(path, tuple(names), encoding, len(taken) + 1, seed, separator, delimiter)
