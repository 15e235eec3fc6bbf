"""Reading a drop file instead of the connected system it was recorded from."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from mimas.connectors.around import Around
from mimas.connectors.contract import Capabilities, Connector, ConnectorError, End, Entry, EntryError, Page, Problem
from mimas.connectors.dropfile.entries import Entries
from mimas.connectors.dropfile.lines import (
    FORMAT,
    AnyLine,
    BeginLine,
    EndLine,
    EntryLine,
    ExportLine,
    FaultLine,
    GoneLine,
    PageLine,
    ProblemLine,
    RecordLine,
    decode,
)


@dataclass(slots=True)
class ReplayedPage:
    """Some records of a drop file (see `mimas.connectors.contract.Page`)."""

    keys: Sequence[str]
    fingerprints: Sequence[int]
    deleted: frozenset[int]
    problems: Sequence[Problem]
    lines: Sequence[RecordLine]
    entries: Entries

    def entry(self, index: int) -> Entry:
        """The record parsed. Raises `EntryError`."""
        line = self.lines[index]
        if isinstance(line, FaultLine):
            raise EntryError(line.code, line.message, line.advice)
        assert isinstance(line, EntryLine), "what is gone has no entry"
        return self.entries.of(line)


class Replay(Around):
    """Reads a drop file of an import; everything else is that of the connector it was recorded from.

    A delta leaves the watermark where it is: whatever the file does not tell is still to be read.
    """

    def __init__(self, inner: Connector[Any], path: Path) -> None:
        super().__init__(inner)
        self._path = path
        self._entries = Entries(inner.schema)

    @property
    def capabilities(self) -> Capabilities:
        """Those of the inner one, but what is there now is no part of the file."""
        return replace(self.inner.capabilities, fetch=False)

    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        """The pages of the file, as they were read then. Raises `ConnectorError`."""
        delta = watermark is not None
        try:
            with self._path.open("rb", buffering=1 << 20) as file:
                self._begin(file.readline(), delta=delta)
                end = yield from self._pages(file, delta=delta)
        except OSError as error:
            raise ConnectorError(
                f"The drop file {self._path} cannot be read: {error.strerror or error}.",
                "Name one that an import has written with `to`.",
            ) from error
        yield End(end.complete, watermark if delta else end.watermark, end.reason, end.parts)

    def _begin(self, raw: bytes, *, delta: bool) -> None:
        line = self._line(raw, 1)
        if not isinstance(line, BeginLine) or line.of != "import":
            raise ConnectorError(
                f"{self._path} is no drop file of an import: it does not begin like one.",
                "Name one that an import has written with `to`.",
            )
        if line.format != FORMAT:
            raise ConnectorError(
                f"{self._path} is a drop file of the format {line.format}; this program knows {FORMAT}.",
                "Read it with the release that wrote it, or record it again.",
            )
        if line.connector != self.name:
            raise ConnectorError(
                f"{self._path} was recorded from connector {line.connector}; what it does not show would count as gone "
                f"from {self.name}.",
                "Name the connector that it belongs to.",
            )
        if line.delta and not delta:
            raise ConnectorError(
                f"{self._path} holds a delta, which does not show everything.",
                "Read it as a delta import, once the connector has been read as a whole.",
            )
        if delta and not line.delta:
            raise ConnectorError(f"{self._path} holds a full import.", "Read it as one, not as a delta.")

    def _pages(self, file: BinaryIO, *, delta: bool) -> Generator[Page, None, End]:
        lines: list[RecordLine] = []
        problems: list[Problem] = []
        seen: set[str] = set()
        end = None
        for number, raw in enumerate(file, 2):
            if end is not None:
                return End(complete=False, reason=f"{self._path} goes on after its end, in line {number}")
            line = self._line(raw, number)
            # A page of a delta says one thing about each object.
            if isinstance(line, PageLine) or (delta and isinstance(line, RecordLine) and line.key in seen):
                yield from self._page(lines, problems)
                lines, problems, seen = [], [], set()
            if isinstance(line, RecordLine):
                lines.append(line)
                seen.add(line.key)
            elif isinstance(line, ProblemLine):
                problems.append(Problem(line.code, line.place, line.message, line.advice))
            elif isinstance(line, EndLine):
                end = End(line.complete, line.watermark, line.reason, line.parts)
        yield from self._page(lines, problems)
        return end or End(complete=False, reason=f"{self._path} has no end: it was cut off")

    def _line(self, raw: bytes, number: int) -> AnyLine:
        try:
            line = decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            wrong = f"it is no line of a drop file: {error}"
        else:
            if number == 1 or not isinstance(line, BeginLine | ExportLine):
                return line
            wrong = "such a line does not stand here"
        advice = "Have the file recorded again, or correct the line; until then nothing counts as gone."
        return ProblemLine("parse-error", f"{self._path}:{number}", wrong, advice)

    def _page(self, lines: Sequence[RecordLine], problems: Sequence[Problem]) -> Iterator[Page]:
        if lines or problems:
            gone = frozenset(index for index, line in enumerate(lines) if isinstance(line, GoneLine))
            keys, fingerprints = [line.key for line in lines], [line.fingerprint for line in lines]
            yield ReplayedPage(keys, fingerprints, gone, problems, lines, self._entries)
