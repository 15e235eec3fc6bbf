"""The connector of LDIF files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from mimas.connectors.files import FileSettings
from mimas.connectors.ldif.objects import LdifObjects
from mimas.connectors.ldif.records import Record, attribute_lines, records
from mimas.connectors.ldif.writing import HEAD, LdifWriter
from mimas.connectors.named.connector import NamedFileConnector
from mimas.connectors.named.values import Line


class LdifSettings(FileSettings):
    """An LDIF file: content records in ``path``, change records in ``changes``."""


class LdifConnector(NamedFileConnector[LdifSettings, Record]):
    """An LDIF file (RFC 2849)."""

    kind = "ldif"
    summary = "LDIF files (RFC 2849): content and change records"
    model = LdifSettings
    objects = LdifObjects
    writer = LdifWriter

    def blocks(self, file: BinaryIO, path: Path, delta: bool) -> Iterator[Sequence[Record]]:  # noqa: ARG002 - alike
        """The records, some at a time. Raises `ConnectorError`."""
        return records(file)

    def lines(self, record: Record) -> Sequence[Line]:
        """The attribute lines of a record. Raises `EntryError`."""
        return attribute_lines(record.flat, record.line)

    def head(self) -> bytes:
        """The version of the format."""
        return HEAD
