"""Where commands are typed, to be done or to be killed."""

import time
from pathlib import Path
from typing import TypeAlias

from mimas.dev.faults.batches import shrink
from mimas.dev.faults.points import Point, Points, Reached
from mimas.dev.faults.process import Child, type_anew
from mimas.dev.faults.shelf import Shelf
from mimas.dev.faults.state import Part, asked, dump

Command: TypeAlias = tuple[str, ...]

RUN: Command = ("run", "daily")
APPLY: Command = ("config", "apply")

_AT_MOST = 8
"""Runs until nothing more happens; a company needs three."""
_BUSY = "Another run is under way"
_PATIENCE = 10.0
"""Seconds until a server has noticed that a client of it was killed."""


class UnrestError(Exception):
    """A command does not do what it has to; the message says which."""


class Desk:
    """The commands of one home."""

    def __init__(self, shelf: Shelf, notes: Path, *, small: bool) -> None:
        """``notes``: a folder for what commands say and which points they pass; ``small``: with small batches."""
        self.shelf = shelf
        self.small = small
        self._trace = notes / "trace"
        self._output = notes / "said"

    def child(self, command: Command, reached: Reached = lambda *_: None) -> Child:
        """Begin a command in a process of its own; ``reached`` is told there of each point."""

        def prepare() -> None:
            trace = self._trace.open("w", buffering=1)

            def passed(number: int, point: Point) -> None:
                print(*point, sep="\t", file=trace)
                reached(number, point)

            if self.small:
                shrink()
            Points(passed).install()

        self._output.unlink(missing_ok=True)
        return Child(command, self.shelf.environment, self._output, prepare)

    def attempt(self, command: Command, reached: Reached = lambda *_: None) -> int:
        """Do a command, once a server has noticed that the one before was killed; how it ended."""
        until = time.monotonic() + _PATIENCE
        while (code := self.child(command, reached).wait()) > 0 and _BUSY in self.said() and time.monotonic() < until:
            time.sleep(0.02)
        return code

    def type(self, command: Command) -> None:
        """Do a command to its end. Raises `UnrestError` when it does not end well."""
        if code := self.attempt(command):
            raise UnrestError(f"`mimas {' '.join(command)}` ended with {code}:\n{self.said()}")

    def said(self) -> str:
        """What the last command has said."""
        return self._output.read_text() if self._output.exists() else ""

    def passed(self) -> list[Point]:
        """The points that the last command has passed."""
        return [Point(*line.split("\t")) for line in self._trace.read_text().splitlines()]

    def last(self) -> Point:
        """The last of them."""
        passed = self.passed()
        return passed[-1] if passed else Point("unknown", "unknown")

    def type_anew(self, command: Command, seconds: float) -> int:
        """Begin a command in a process that is no fork, and has no points; kill it after a while. How it ended."""
        self._trace.write_text("")
        return type_anew(command, self.shelf.environment, self._output, seconds)

    def come_to_rest(self) -> None:
        """Run until a run writes nothing any more (law 1). Raises `UnrestError`."""
        before = self._written()
        for _ in range(_AT_MOST):
            self.type(RUN)
            after = self._written()
            if before == after:
                return
            before = after
        raise UnrestError(f"{_AT_MOST} runs, and something still happens")

    def _written(self) -> tuple[dict[str, Part], int]:
        with self.shelf.store() as store:
            return dump(store), asked(self.shelf.home)
