"""Pages that are played: their blocks are typed, and of those called ``console`` it is compared what comes of it.

The ids on a page go on from that of ``<!-- ids after: N -->``, however many resources Mimas itself ships by now.
"""

import re
import shlex
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest

from mimas.cli import printing
from mimas.runs.engine import Engine
from tests.unit.cli.shell import Shell

_PART = re.compile(
    r"<!-- clock: (?P<clock>\S+) -->|<!-- ids after: (?P<ids>\d+) -->|^```(?P<kind>console|sh)\n(?P<block>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_NUMBER = re.compile(r"(?<!\w)\d{3}(?!\w)")
_SECONDS = re.compile(r"\([0-9]+\.[0-9] s\)")


class Played:
    """A page in a home, with a clock of its own."""

    def __init__(self, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shell = shell
        self.now = datetime.now(UTC)
        self.ids = 1000
        self.more = 0
        for place in ("mimas.store.runs.now", "mimas.store.store.now", "mimas.cli.scheduling.instant_now"):
            monkeypatch.setattr(place, lambda: self.now)
        # Nor does it matter how wide the terminal is from which the tests are run.
        monkeypatch.setattr(printing.out, "width", printing._WIDE)
        # The engine may have been imported before, and has the clock as a default by then.
        defaults = Engine.__init__.__kwdefaults__
        assert defaults is not None
        monkeypatch.setitem(defaults, "clock", lambda: self.now)

    def play(self, page: str) -> str:
        """The page with what its commands say."""
        return _PART.sub(self._part, page)

    def _part(self, part: re.Match[str]) -> str:
        if part["clock"]:
            self.now = datetime.fromisoformat(part["clock"]).replace(tzinfo=UTC)
            return part[0]
        if part["ids"]:
            self.ids = int(part["ids"])
            with closing(sqlite3.connect(self.shell.home / "mimas.db")) as store:
                self.more = store.execute("SELECT max(id) FROM resource").fetchone()[0] - self.ids
            return part[0]
        if part["kind"] == "sh":
            for command in part["block"].splitlines():
                self._typed(command)
            return part[0]
        commands = [line.removeprefix("$ ") for line in part["block"].splitlines() if line.startswith("$ ")]
        return "```console\n" + "".join(f"$ {one}\n{self._typed(one)}" for one in commands) + "```"

    def _typed(self, command: str) -> str:
        program, *arguments = shlex.split(command)
        if program != "mimas":
            subprocess.run([program, *arguments], cwd=self.shell.home, check=True)
            return ""
        said: Any = self.shell(*(self._renumbered(argument, self.more) for argument in arguments))
        lines = (said.out + said.err).splitlines()
        text = "\n".join(line.rstrip() for line in lines).strip("\n")
        text = self._renumbered(_SECONDS.sub("(0.1 s)", text), -self.more)
        return text + "\n" if text else ""

    def _renumbered(self, text: str, more: int) -> str:
        """Ids of the page instead of the store's, or the other way round; other numbers are smaller than any id."""
        first = self.ids + max(-more, 0)
        return _NUMBER.sub(lambda found: str(int(found[0]) + more if int(found[0]) > first else found[0]), text)
