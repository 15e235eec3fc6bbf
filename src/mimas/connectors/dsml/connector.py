"""The connector of DSML files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from mimas.connectors.dsml.objects import DsmlObjects
from mimas.connectors.dsml.records import Record, records
from mimas.connectors.dsml.writing import CHANGES_HEAD, CHANGES_TAIL, DsmlWriter
from mimas.connectors.files import FileSettings
from mimas.connectors.named.connector import NamedFileConnector
from mimas.connectors.named.values import Line


class DsmlSettings(FileSettings):
    """A DSML file: a batchResponse in ``path``, a batchRequest in ``changes``."""


class DsmlConnector(NamedFileConnector[DsmlSettings, Record]):
    """A DSML 2 file (OASIS, 2001); listings of DSML 1 are read as well."""

    kind = "dsml"
    summary = "DSML 2 files: the entries of a search, and batches of changes"
    model = DsmlSettings
    objects = DsmlObjects
    writer = DsmlWriter

    def blocks(self, file: BinaryIO, path: Path, delta: bool) -> Iterator[Sequence[Record]]:
        """The records, some at a time. Raises `ConnectorError`."""
        return records(file, path, delta=delta)

    def lines(self, record: Record) -> Iterator[Line]:
        """The attributes of a record. Raises `EntryError`."""
        return record.lines()

    def head(self) -> bytes:
        """The beginning of a batch of requests."""
        return CHANGES_HEAD

    def tail(self) -> bytes:
        """Its end."""
        return CHANGES_TAIL
