"""All rule tests of a home, and how they are run: the rules are compiled once, each test begins with nothing."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mimas.configuration.build import ConfigurationError, setup
from mimas.configuration.check import check
from mimas.configuration.problem import Problem, errors
from mimas.configuration.reading import Document, read_folder
from mimas.ruletests.case import Case
from mimas.ruletests.comparing import differences
from mimas.ruletests.coverage import Coverage
from mimas.ruletests.difference import Difference
from mimas.ruletests.origins import Origins
from mimas.ruletests.reading import files, read_tests
from mimas.ruletests.systems import Systems
from mimas.ruletests.traits import traits
from mimas.ruletests.watching import watch
from mimas.ruletests.world import World
from mimas.runs.extensions import Extensions
from mimas.runs.setup import Guard, Setup
from mimas.sync.compiling import compile_rules

_OPEN = Guard(1_000_000_000, 1.0)


@dataclass(frozen=True, slots=True)
class Result:
    """How a test ended; ``notes`` is what was said of single objects meanwhile, as `mimas runs` tells it."""

    case: Case
    differences: Sequence[Difference]
    seconds: float
    notes: Sequence[dict[str, Any]] = field(default=())

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.differences


class Suite:
    """The rule tests of a home, under the documents of its folder (not those in force).

    Raises `ConfigurationError` for documents that cannot be used; what the rules' functions raise at their loading
    (`ExtensionError`).
    """

    def __init__(self, home: Path, documents: Sequence[Document] = ()) -> None:
        """``documents``: those of the home, where they have been read and checked already."""
        home = home.resolve()
        if not documents:
            documents, problems = read_folder(home)
            if wrong := errors([*problems, *check(home, documents)]):
                raise ConfigurationError(wrong)
        self.setup = _harmless(setup(home, documents))
        extensions = Extensions(home)
        schemas = {name: connector.schema for name, connector in self.setup.connectors.items()}
        self.coverage = Coverage(self.setup.rules)
        self._traits = traits(self.setup)
        self._compiled = watch(compile_rules(self.setup.rules, schemas, extensions), self.coverage.watched)
        self._extensions = extensions
        self._origins = Origins(self.setup, extensions)
        self._world: World | None = None
        self._at: Case | None = None
        self._ends: dict[str, World] = {}
        """Where tests have ended that several go on from, by name."""
        self._followers: Counter[str] = Counter()
        self._read: tuple[set[Path], list[Case], list[Problem]] | None = None

    def read(self, paths: Sequence[Path] = ()) -> list[Case]:
        """The tests of some files, or all. A test may go on from one of a file that is not asked for.

        Raises `ConfigurationError` when something is wrong with these files.
        """
        asked = [path.resolve() for path in paths]
        if self._read is None or not self._read[0].issuperset(asked):
            known = dict.fromkeys([*files(self.setup.home), *asked])
            self.close()
            self._read = {*known}, *read_tests(self.setup, known)
            self._followers = Counter(case.after.name for case in self._read[1] if case.after is not None)
        _, cases, problems = self._read
        chosen = {self._shown(path) for path in asked}
        if wrong := [one for one in problems if not chosen or one.place.file in chosen]:
            raise ConfigurationError(wrong)
        return [case for case in cases if not chosen or case.place.file in chosen]

    def run(self, case: Case) -> Result:
        """Run one test, and before it those that it goes on from, unless their end is at hand."""
        begin = time.monotonic()
        world = self._lived(case)
        self._origins.now = case.now
        found = differences(case, world, self._origins)
        return Result(case, found, time.monotonic() - begin, world.notes)

    def close(self) -> None:
        """Forget where tests have ended."""
        for world in (*self._ends.values(), *([self._world] if self._world is not None else [])):
            world.close()
        self._ends.clear()
        self._world = self._at = None

    def _lived(self, case: Case) -> World:
        """The world in which a test has been lived through."""
        world = self._before(case)
        if self._world is not None and self._world is not world:
            self._world.close()
        self._world, self._at = world, case
        world.live(case)
        self.coverage.look(world.store)
        if self._followers[case.name] > 1 and case.name not in self._ends:
            self._ends[case.name] = world.copy()
        return world

    def _before(self, case: Case) -> World:
        """The world in which it begins: an empty one, the one that was left last, a copy, or one to be lived first."""
        if case.after is None:
            return World(self.setup, self._compiled, self._extensions, Systems(self.setup, self._traits))
        if case.after is self._at and self._world is not None:
            return self._world
        if case.after.name in self._ends:
            return self._ends[case.after.name].copy()
        return self._lived(case.after)

    def _shown(self, path: Path) -> str:
        home = self.setup.home
        return (path.relative_to(home) if path.is_relative_to(home) else path).as_posix()


def _harmless(setup: Setup) -> Setup:
    """Without guards, which a handful of people cannot trip, and without functions that tell others of an export."""
    connectors = {
        name: replace(one, missing=_OPEN, deletes=_OPEN, changes={}, before_export="", after_export="")
        for name, one in setup.connectors.items()
    }
    return replace(setup, connectors=connectors)
