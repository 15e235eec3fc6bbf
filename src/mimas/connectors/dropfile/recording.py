"""Writing down what a connector reads, or what it is given to send. No secret value is."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal, TypeVar

from mimas.connectors.around import Around
from mimas.connectors.contract import (
    Change,
    Connector,
    ConnectorError,
    End,
    Entry,
    EntryError,
    Export,
    Operation,
    Page,
    Problem,
    Result,
)
from mimas.connectors.disk import refused
from mimas.connectors.dropfile.lines import (
    BEGIN,
    FORMAT,
    BeginLine,
    ChangeLine,
    EndLine,
    EntryLine,
    ExportLine,
    FaultLine,
    GoneLine,
    Line,
    PageLine,
    ProblemLine,
    RecordLine,
    encode,
)
from mimas.connectors.files import replaced
from mimas.schema.attributes import secrets

V = TypeVar("V")


class Sheet:
    """A drop file that is being written."""

    def __init__(self, path: Path, out: BinaryIO, now: datetime) -> None:
        self._path = path
        self._out = out
        self._now = now
        self.count = 0
        """How many entries or exports have been written."""
        self.end: End | None = None

    def begin(self, of: Literal["import", "export"], connector: str, *, delta: bool = False) -> None:
        """The first line."""
        at = self._now.isoformat(timespec="seconds").replace("+00:00", "Z")
        self.write(BeginLine(FORMAT, of, connector, at, delta))

    def write(self, line: Line) -> None:
        """One more line. Raises `ConnectorError`."""
        try:
            self._out.write(encode(line))
            self._out.write(b"\n")
        except OSError as error:
            raise refused(self._path, error) from error

    def record(self, line: RecordLine | ExportLine) -> None:
        """One more entry or export. Raises `ConnectorError`."""
        self.write(line)
        self.count += 1

    def finish(self, failure: Exception | None) -> None:
        """The last line. Raises `ConnectorError`."""
        why = getattr(failure, "message", type(failure).__name__) if failure else "it was not read to its end"
        end = self.end or End(complete=False, reason=why)
        self.write(EndLine(end.complete, end.watermark, end.reason, list(end.parts)))


@contextmanager
def recording(path: Path, now: datetime) -> Iterator[Sheet]:
    """A drop file that takes the place of ``path`` when the block ends, and nobody else may read.

    When the block breaks off, the file holds what came until then, and its end says so; where nothing came, the file of
    before stays. Raises `ConnectorError`, also where there is something that is no drop file.
    """
    _spare(path)
    failure: Exception | None = None
    with replaced(path, private=True) as out:
        sheet = Sheet(path, out, now)
        try:
            yield sheet
        except Exception as error:
            if not sheet.count:
                raise
            failure = error
        sheet.finish(failure)
    if failure is not None:
        raise failure


def _spare(path: Path) -> None:
    """Whoever mistypes a name loses nothing. Raises `ConnectorError`."""
    try:
        with path.open("rb") as file:
            before = file.read(len(BEGIN))
    except FileNotFoundError:
        return
    except OSError as error:
        raise refused(path, error) from error
    if before not in (b"", BEGIN):
        raise ConnectorError(f"{path} is there already, and is no drop file.", "Name another one, or move it away.")


@dataclass(slots=True)
class RecordedPage:
    """A page, all of whose records have been parsed."""

    keys: Sequence[str]
    fingerprints: Sequence[int]
    deleted: frozenset[int]
    problems: Sequence[Problem]
    entries: Sequence[Entry | EntryError | None]

    def entry(self, index: int) -> Entry:
        """The record parsed. Raises `EntryError`."""
        found = self.entries[index]
        if isinstance(found, EntryError):
            raise found
        assert found is not None, "what is deleted has no entry"
        return found


class ReadRecorder(Around):
    """Writes down what is read."""

    def __init__(self, inner: Connector[Any], sheet: Sheet) -> None:
        super().__init__(inner)
        self._sheet = sheet
        self._secrets = secrets(inner.schema)

    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        """As the inner one. Raises `ConnectorError`, also for what cannot be written."""
        self._sheet.begin("import", self.name, delta=watermark is not None)
        for part in self.inner.read(watermark):
            if isinstance(part, End):
                self._sheet.end = part
                yield part
            else:
                yield self._page(part)

    def _page(self, page: Page) -> RecordedPage:
        write, record = self._sheet.write, self._sheet.record
        write(PageLine())
        for problem in page.problems:
            write(ProblemLine(problem.code, problem.place, problem.message, problem.advice))
        entries: list[Entry | EntryError | None] = []
        for index, (key, fingerprint) in enumerate(zip(page.keys, page.fingerprints, strict=True)):
            found: Entry | EntryError | None = None
            if index in page.deleted:
                record(GoneLine(key, fingerprint))
            else:
                try:
                    found = page.entry(index)
                    record(self._line(found, fingerprint))
                except EntryError as error:
                    found = error
                    record(FaultLine(key, fingerprint, error.code, error.message, error.advice))
            entries.append(found)
        return RecordedPage(page.keys, page.fingerprints, page.deleted, page.problems, entries)

    def _line(self, entry: Entry, fingerprint: int) -> EntryLine:
        hidden = self._secrets.get(entry.type, self._secrets[""])
        return EntryLine(
            entry.anchor,
            fingerprint,
            entry.type,
            entry.name,
            without(entry.values, hidden),
            entry.references,
            entry.partial,
            sorted(entry.cleared),
            without(entry.added, hidden),
            without(entry.removed, hidden),
        )


class WriteRecorder(Around):
    """Writes down what is to be sent, before it is; or instead, unless it ``sends``: then all of it counts as done."""

    def __init__(self, inner: Connector[Any], sheet: Sheet, *, sends: bool) -> None:
        super().__init__(inner)
        self._sheet = sheet
        self._sends = sends
        self._secrets = secrets(inner.schema)
        sheet.begin("export", self.name)

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        """As the inner one. Raises `ConnectorError`, also for what cannot be written."""
        if self._sends:
            yield from self.inner.write(self._recorded(exports))
        else:
            for export in self._recorded(exports):
                yield Result(export.id)

    def _recorded(self, exports: Iterable[Export]) -> Iterator[Export]:
        for export in exports:
            self._sheet.record(self._line(export))
            yield export

    def _line(self, export: Export) -> ExportLine:
        hidden = self._secrets.get(export.type, self._secrets[""])
        # The changes of an add are its values once more.
        changes: Mapping[str, Change] = {} if export.operation is Operation.ADD else export.changes
        return ExportLine(
            str(export.operation),
            export.type,
            export.anchor,
            export.name,
            export.new_name,
            without(export.values, hidden),
            {
                name: ChangeLine(change.values, change.added, change.removed, change.until)
                for name, change in without(changes, hidden).items()
            },
            sorted(hidden.intersection([*export.values, *changes])),
        )


def without(values: Mapping[str, V], hidden: frozenset[str]) -> dict[str, V]:
    """Values by attribute, but for some."""
    return {name: value for name, value in values.items() if name not in hidden}
