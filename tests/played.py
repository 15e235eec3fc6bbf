"""Pages that are played: their blocks are typed, and of those called ``console`` it is compared what comes of it."""

import re
import shlex
import subprocess
from datetime import UTC, datetime
from typing import Any

import pytest

from mimas.cli import printing
from mimas.runs.engine import Engine
from tests.unit.cli.shell import Shell

_PART = re.compile(
    r"<!-- clock: (?P<clock>\S+) -->|^```(?P<kind>console|sh)\n(?P<block>.*?)^```$", re.MULTILINE | re.DOTALL
)
_SECONDS = re.compile(r"\([0-9]+\.[0-9] s\)")


class Played:
    """A page in a home, with a clock of its own."""

    def __init__(self, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shell = shell
        self.now = datetime.now(UTC)
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
        said: Any = self.shell(*arguments)
        lines = (said.out + said.err).splitlines()
        text = "\n".join(line.rstrip() for line in lines).strip("\n")
        return _SECONDS.sub("(0.1 s)", text) + "\n" if text else ""
