"""Printing: JSON for programs, Rich for people."""

import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mimas.runs.telling.texts import cell as cell
from mimas.runs.telling.texts import instant as instant

_WIDE = 160
"""Columns of a table that goes to a file or a pipe, where lines are searched and should be whole."""

_terminal = sys.stdout.isatty() or "COLUMNS" in os.environ
out = Console(highlight=False, soft_wrap=not sys.stdout.isatty(), width=None if _terminal else _WIDE)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def as_json(value: Any) -> None:
    """One JSON document."""
    print(msgspec.json.format(msgspec.json.encode(value)).decode())


def table(columns: Iterable[str], rows: Iterable[Iterable[Any]], *, title: str = "") -> None:
    """A table; numbers to the right."""
    grid = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    cells = [list(row) for row in rows]
    for index, column in enumerate(columns):
        numeric = bool(cells) and all(isinstance(row[index], int | float) for row in cells)
        grid.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in cells:
        grid.add_row(*(Text(cell(value)) for value in row))
    out.print(grid)


def print_note(note: Mapping[str, Any], indent: str, *, code: bool = False) -> None:
    """What a person should know about one object: which, what happened, what to do; ``code`` is MIM's term for it."""
    term = f"{note['code']}: " if code else ""
    # A name that says which system the object is in, unless it is a place in a file already.
    where = f"{note['connector']} {note['name']}" if note["connector"] else note["name"]
    out.print(f"{indent}{term}{where}: {note['message']}", markup=False)
    if note["advice"]:
        out.print(f"{indent}  → {note['advice']}", style="dim", markup=False)
