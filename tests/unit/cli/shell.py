"""Typing commands within this process: exit code, what was printed, what was said on standard error."""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mimas.cli.main import main


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON, with nothing beside it."""
        return json.loads(self.out)


class Shell:
    """A person with ``MIMAS_HOME`` set."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home = home
        self.monkeypatch = monkeypatch
        self.set("MIMAS_HOME", str(home))
        monkeypatch.delenv("MIMAS_DATABASE", raising=False)

    def set(self, name: str, value: str) -> None:
        """Set an environment variable."""
        self.monkeypatch.setenv(name, value)

    def __call__(self, *arguments: str) -> Said:
        """Type a command. An exception that nobody explains is the test's failure."""
        out, err = io.StringIO(), io.StringIO()
        self.monkeypatch.setattr(sys, "argv", ["mimas", *arguments])
        code: Any = 0
        with redirect_stdout(out), redirect_stderr(err):
            try:
                main()
            except SystemExit as end:
                code = end.code or 0
        return Said(int(code), out.getvalue(), err.getvalue())

    def done(self, *arguments: str) -> str:
        """Type a command that has to end well; what it printed."""
        said = self(*arguments)
        assert said.code == 0, said
        return said.out

    def write(self, path: str, text: str | bytes) -> None:
        """Write a file of the home."""
        target = self.home / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a text that stands once in a file of the home."""
        text = (self.home / path).read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
        self.write(path, text.replace(old, new))

    def line(self, path: str, text: str) -> int:
        """The number of the first line that holds a text."""
        return (self.home / path).read_text().split(text)[0].count("\n") + 1


HEADER = "Number,First,Last,Department,Status,Manager\n"


def people(count: int, first: int = 0) -> str:
    """The rows of an HR file."""
    return HEADER + "".join(f"{2000 + i},Given{i},Family{i},Sales,active,\n" for i in range(first, first + count))
