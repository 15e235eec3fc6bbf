"""The connector of delimited files, and what it shares with that of fixed-width files."""

from abc import abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

from xxhash import xxh3_64_intdigest

from mimas.connectors import encodings
from mimas.connectors.contract import ConnectorError, Entry, EntryError, Export, Page, Problem, Result, Schema
from mimas.connectors.delimited.keys import DelimitedKeyer, Keyer
from mimas.connectors.delimited.layout import DelimitedLayout, Layout, read_layout
from mimas.connectors.delimited.records import Batch, batches, problem
from mimas.connectors.delimited.rows import Rows
from mimas.connectors.delimited.settings import DelimitedSettings, RowSettings
from mimas.connectors.delimited.writing import DelimitedWriter, Writer
from mimas.connectors.files import FileConnector, opened, without_repeats
from mimas.schema.attributes import Attribute, ObjectType

RowSettingsT = TypeVar("RowSettingsT", bound=RowSettings)
LayoutT = TypeVar("LayoutT", bound=Layout)
_CHANGES = ("add", "modify", "delete")


@dataclass(slots=True)
class DelimitedPage:
    """Some records of a delimited file (see `mimas.connectors.contract.Page`)."""

    keys: Sequence[str]
    fingerprints: Sequence[int]
    deleted: frozenset[int]
    problems: Sequence[Problem]
    records: Sequence[bytes]
    lines: Sequence[int]
    parse: Callable[[bytes, int, str], Entry]

    def entry(self, index: int) -> Entry:
        """The record parsed. Raises `EntryError`."""
        return self.parse(self.records[index], self.lines[index], self.keys[index])


class RowConnector(FileConnector[RowSettingsT], Generic[RowSettingsT, LayoutT]):
    """A file of rows. It has one object type; columns that are not configured are ignored.

    In a change file every row of the kind add or modify shows its whole object (MIM's delimited management agent), and
    the order of the rows counts. In one that Mimas writes, a modify row has the anchor and the columns that changed: an
    empty column was cleared or has not changed.
    """

    @abstractmethod
    def begin(self, lines: Iterator[bytes], path: Path, encoding: str) -> tuple[LayoutT | None, Iterator[bytes]]:
        """The layout of a file, none when it is empty, and the lines behind its header. Raises `ConnectorError`."""

    def batches(self, lines: Iterator[bytes], layout: LayoutT) -> Iterator[Batch]:
        """The records, some at a time."""
        return batches(lines, layout)

    @abstractmethod
    def keyer(self, layout: LayoutT, object_type: ObjectType) -> Keyer:
        """What takes keys out of the records."""

    @abstractmethod
    def alike(self, layout: LayoutT, lines: Iterator[bytes], writer: Writer) -> bool:
        """Whether a file has the columns that a change file of this writer has."""

    @abstractmethod
    def writer(self, object_type: ObjectType) -> Writer:
        """What writes rows. Raises `ConnectorError`."""

    def discover(self) -> Schema:
        """One type with every column as text; ``row``, known by its first column, until one is configured."""
        path = self.located("path" if self.settings.path else "changes")
        with opened(path, self.name) as file:
            layout, _ = self._begin(file, path)
        if layout is None:
            raise ConnectorError(f"{path} is empty.", "Its first row names the columns, or is the first object.")
        names = [name for name in layout.columns if name and name != self.settings.change_type]
        known = next(iter(self.schema.values()), ObjectType("row", {}, tuple(names[:1])))
        return {known.name: ObjectType(known.name, {name: Attribute(name) for name in names}, known.anchor)}

    def pages(self, file: BinaryIO, path: Path, delta: bool) -> Generator[Page, None, str]:
        """Records in batches; every attribute of the configured type must have its column."""
        layout, lines = self._begin(file, path)
        if layout is None:
            return "" if delta else f"{path} is empty, without even a header"
        layout.require(self.type)
        if delta:
            layout.position(self.settings.change_type)
        keyer = self.keyer(layout, self.type)
        parse = Rows(layout, self.type).entry
        seed, cut, bad, first = layout.seed, "", 0, ""
        for batch in self.batches(lines, layout):
            keys = keyer.keys(batch)
            deleted = self._changes(batch, keys, layout) if delta else frozenset()
            prints = [xxh3_64_intdigest(record, seed) >> 1 for record in batch.records]
            cut = cut or batch.cut
            if batch.problems:
                bad, first = bad + len(batch.problems), first or batch.problems[0].message
            page = DelimitedPage(keys, prints, deleted, batch.problems, batch.records, batch.lines, parse)
            yield from _in_order(page) if delta else (page,)
        return cut or (f"{bad} of its records could not be told apart, the first: {first}" if bad else "")

    def listing(self, out: BinaryIO, exports: Iterable[Export]) -> Iterator[Result]:
        """Every object as a row."""
        return self.writer(self.type).listing(out, exports)

    def head(self) -> bytes:
        """The header, if there is one."""
        return self.writer(self.type).head()

    def check(self, changes: Path) -> None:
        """The columns must be the same."""
        writer = self.writer(self.type)
        with opened(changes, self.name) as file:
            layout, lines = self._begin(file, changes)
            if layout is None or not self.alike(layout, lines, writer):
                raise ConnectorError(
                    f"{changes} has other columns than connector {self.name} writes: {', '.join(writer.header)}.",
                    "Move the file away; a new one is made.",
                )

    def records(self, out: BinaryIO, exports: Iterable[Export]) -> Iterator[Result]:
        """One row for each object, with its kind of change."""
        return self.writer(self.type).changes(out, exports)

    def _begin(self, file: BinaryIO, path: Path) -> tuple[LayoutT | None, Iterator[bytes]]:
        lines, encoding = encodings.lines(file, self.settings.encoding, path)
        return self.begin(lines, path, encoding)

    @cached_property
    def type(self) -> ObjectType:
        """The one that is configured. Raises `ConnectorError`."""
        if len(self.schema) != 1:
            raise ConnectorError(
                f"Connector {self.name} has {len(self.schema)} object types; such a file has exactly one.",
                "Configure one object type; `mimas connector discover` proposes it.",
            )
        (object_type,) = self.schema.values()
        if not object_type.anchor:
            raise ConnectorError(
                f"The object type {object_type.name} of connector {self.name} has no anchor.",
                "Name the columns that tell its objects apart as 'anchor'.",
            )
        for name in object_type.anchor:
            if name in object_type.attributes and object_type.attributes[name].multivalued:
                raise ConnectorError(f"Connector {self.name}: the anchor '{name}' is multi-valued.", "Choose another.")
        return object_type

    def _changes(self, batch: Batch, keys: list[str], layout: LayoutT) -> frozenset[int]:
        """Which records are deletes; takes records with an unknown kind of change out of the batch and the keys."""
        position = layout.position(self.settings.change_type)
        kept: list[int] = []
        deleted: list[int] = []
        for index, (record, line) in enumerate(zip(batch.records, batch.lines, strict=True)):
            try:
                kind = _change(layout.row(record, line)[position], line)
            except EntryError as error:
                batch.problems.append(problem(layout, line, error))
                continue
            if kind == "delete":
                deleted.append(len(kept))
            kept.append(index)
        if len(kept) < len(keys):
            keys[:] = [keys[index] for index in kept]
            batch.records = [batch.records[index] for index in kept]
            batch.lines = [batch.lines[index] for index in kept]
        return frozenset(deleted)


class DelimitedConnector(RowConnector[DelimitedSettings, DelimitedLayout]):
    """A CSV file with a header."""

    kind = "delimited"
    summary = "Delimited text files (CSV): listings and change files"
    model = DelimitedSettings

    def begin(
        self, lines: Iterator[bytes], path: Path, encoding: str
    ) -> tuple[DelimitedLayout | None, Iterator[bytes]]:
        """The columns, from the header."""
        return read_layout(lines, path, self.settings.delimiter, self.settings.separator, encoding, self.salt), lines

    def keyer(self, layout: DelimitedLayout, object_type: ObjectType) -> Keyer:
        """One that takes a batch's keys all together."""
        return DelimitedKeyer(layout, object_type)

    def alike(self, layout: DelimitedLayout, lines: Iterator[bytes], writer: Writer) -> bool:  # noqa: ARG002
        """By its header."""
        return layout.columns == writer.header

    def writer(self, object_type: ObjectType) -> Writer:
        """One that writes CSV, by the csv module."""
        return DelimitedWriter(object_type, self.settings)


def _change(text: str, line: int) -> str:
    kind = text.strip().lower()
    if kind not in _CHANGES:
        code = "invalid-change-type" if kind else "missing-change-type"
        raise EntryError(code, f"line {line} has the change type '{text[:20]}'", f"Use one of {', '.join(_CHANGES)}.")
    return kind


def _in_order(page: DelimitedPage) -> Iterator[DelimitedPage]:
    """A page of changes as pages in which no object comes twice; problems go with the first."""
    problems = page.problems
    if not page.keys:
        yield page
    for part in without_repeats(page.keys):
        deleted = frozenset(index - part.start for index in page.deleted if part.start <= index < part.stop)
        yield DelimitedPage(
            page.keys[part],
            page.fingerprints[part],
            deleted,
            problems,
            page.records[part],
            page.lines[part],
            page.parse,
        )
        problems = ()
