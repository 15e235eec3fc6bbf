"""Records: lines, or several where a quoted value goes over lines.

Nothing is decoded here while there is no quote in a batch, so a batch costs little more than its reading.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, islice

from mimas.connectors.contract import EntryError, Problem
from mimas.connectors.delimited.layout import DelimitedLayout, Layout

ROWS = 10_000
"""Lines of a batch: enough for set-based work, few enough to stay small in memory."""


@dataclass(slots=True)
class Batch:
    """Some records, the line that each begins in, and what was wrong."""

    records: list[bytes]
    lines: Sequence[int]
    quoted: bool = False
    problems: list[Problem] = field(default_factory=list)
    cut: str = ""
    """Set when the file ends within a record."""


def batches(lines: Iterator[bytes], layout: Layout, size: int = ROWS) -> Iterator[Batch]:
    """The records after the header."""
    line = layout.first
    while chunk := list(islice(lines, size)):
        if isinstance(layout, DelimitedLayout) and b'"' in b"".join(chunk):
            batch = _joined(chunk, lines, line, layout)
        else:
            batch = Batch(chunk, range(line, line + len(chunk)))
        line += len(chunk)
        if not chunk[-1].endswith(b"\n"):
            _check_end(batch, line - 1, layout)
        yield batch


def problem(layout: Layout, line: int, error: EntryError) -> Problem:
    """An error of a record that has no key, with its place."""
    return Problem(error.code, _place(layout, line), error.message, error.advice)


def _place(layout: Layout, line: int) -> str:
    return f"{layout.path}:{line}"


def _joined(chunk: list[bytes], lines: Iterator[bytes], line: int, layout: DelimitedLayout) -> Batch:
    """Records of lines with quotes; ``chunk`` grows when the last record goes on behind it.

    Only a line with an odd number of quotes can leave a value open. Whether it does is left to the csv reader, and
    believed when the lines together have all the columns: a stray quote must not swallow the rows that follow.
    """
    if not any(record.count(b'"') & 1 for record in chunk):
        return Batch(chunk, range(line, line + len(chunk)), quoted=True)
    batch = Batch([], [], quoted=True)
    starts: list[int] = []
    index = 0
    while index < len(chunk):
        extent, width = _extent(chunk, index, lines, layout) if chunk[index].count(b'"') & 1 else (1, 0)
        if extent != 1 and width != len(layout.columns):
            text = f"a quoted value that begins in line {line + index} is not closed as it should be"
            error = EntryError("parse-error", text, "Close it; a quote within a quoted value is doubled.")
            batch.problems.append(problem(layout, line + index, error))
            extent = 1
        else:
            batch.records.append(b"".join(chunk[index : index + extent]))
            starts.append(line + index)
        index += extent
    batch.lines = starts
    return batch


def _extent(chunk: list[bytes], start: int, lines: Iterator[bytes], layout: DelimitedLayout) -> tuple[int, int]:
    """Over how many lines the record at ``start`` goes, and how many columns it has then; none when it never ends."""

    def texts() -> Iterator[str]:
        for index in count(start):
            if index == len(chunk):
                following = next(lines, None)
                if following is None:
                    return
                chunk.append(following)
            yield chunk[index].decode(layout.encoding, "replace")

    reader = csv.reader(texts(), delimiter=layout.delimiter, strict=True)
    try:
        width = len(next(reader))
    except csv.Error:  # the file ends first, or the value is longer than csv.field_size_limit()
        return (1, 0) if reader.line_num == 1 and start + 1 < len(chunk) else (0, 0)
    return reader.line_num, width


def _check_end(batch: Batch, line: int, layout: Layout) -> None:
    """Tell a file that was cut off in mid-row from one whose last line, of this number, only lacks its end."""
    batch.cut = f"the file ends in the middle of line {line}"
    if batch.problems and batch.problems[-1].place == _place(layout, line):
        return  # within a quoted value, which has been told
    try:
        fields = layout.fields(batch.records[-1], line)
    except EntryError:
        fields = []  # within a character, or in a damaged tail
    if len(fields) >= len(layout.columns) or fields == [""]:
        batch.cut = ""
        return
    batch.records.pop()
    batch.lines = batch.lines[:-1]
    error = EntryError(
        "parse-error",
        f"{batch.cut}: it was cut off",
        "Have the file delivered again, whole; until then nothing that it does not show counts as gone.",
    )
    batch.problems.append(problem(layout, line, error))
