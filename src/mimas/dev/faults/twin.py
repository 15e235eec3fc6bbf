"""A company whose runs nobody kills: what must come of those that are killed, and where they can be."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mimas.dev.faults.company import DAYS, Company
from mimas.dev.faults.desk import APPLY, RUN, Command, Desk
from mimas.dev.faults.points import Point
from mimas.dev.faults.process import warm
from mimas.dev.faults.shelf import Shelf
from mimas.dev.faults.state import Journal, Part, contents, files, journal, state


@dataclass(frozen=True, slots=True)
class Passed:
    """A command that was done: where it could have been killed, and how many seconds it took."""

    points: Sequence[Point]
    seconds: float


@dataclass(frozen=True, slots=True)
class Rest:
    """What a day comes to."""

    state: dict[str, Part]
    contents: dict[str, Part]
    journal: Journal

    @classmethod
    def of(cls, shelf: Shelf) -> "Rest":
        """What the home on a shelf has come to."""
        with shelf.store() as store:
            found = {**state(store), "files": files(shelf.home)}
        return cls(found, contents(shelf.home), journal(shelf.home))


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a company: the copy to begin from, what is typed, and what comes of it."""

    copy: str
    commands: dict[Command, Passed]
    rest: Rest


class Twin:
    """The days of one company, each kept on a shelf as it begins."""

    def __init__(self, shelf: Shelf, seed: int, notes: Path | None = None) -> None:
        """``notes``: see `Desk`; the shelf's folder without it."""
        self.shelf = shelf
        self.seed = seed
        self.desk = Desk(shelf, notes or shelf.folder, small=seed % 2 == 0)
        shelf.restore("blank")
        company = Company(seed)
        company.begin(shelf.home)
        _warm_once(shelf)
        self.desk.type(APPLY)
        self.days = [self._day(company, number, f"c{seed}_d{number}") for number in range(DAYS)]

    def _day(self, company: Company, number: int, copy: str) -> Day:
        if number:
            company.day(number, self.shelf.home)
        self.shelf.keep(copy)
        typed = (APPLY, RUN) if number == DAYS - 1 else (RUN,)
        commands = {command: self._pass(command) for command in typed}
        self.desk.come_to_rest()
        return Day(copy, commands, Rest.of(self.shelf))

    def _pass(self, command: Command) -> Passed:
        begin = time.perf_counter()
        self.desk.type(command)
        return Passed(self.desk.passed(), time.perf_counter() - begin)

    def forget(self) -> None:
        """Throw the copies away."""
        for day in self.days:
            self.shelf.forget(day.copy)


@cache
def _warm_once(shelf: Shelf) -> None:
    shelf.keep("begun")
    warm((APPLY, RUN), shelf.environment)
    shelf.restore("begun")
