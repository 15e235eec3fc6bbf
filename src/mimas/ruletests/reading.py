"""Rule tests from the files of a home: read, looked at beside the rules, and put in order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from mimas.configuration.documents import explain
from mimas.configuration.problem import Problem, suggest
from mimas.configuration.reading import Document, read_file
from mimas.ruletests.case import Case
from mimas.ruletests.form import KIND, START, RuleTestBody
from mimas.ruletests.spelling import Spelling
from mimas.runs.setup import Setup

FOLDER = "tests"


def files(home: Path) -> list[Path]:
    """The files of rule tests of a home, in the order of their names."""
    found = (home / FOLDER).rglob("*.y*ml")
    return sorted(path for path in found if path.suffix in (".yaml", ".yml") and not path.name.startswith("."))


def read_tests(setup: Setup, paths: Iterable[Path]) -> tuple[list[Case], list[Problem]]:
    """The rule tests of some files of a home, in their order, and everything that is wrong with them.

    A test with a mistake is left out, and so is whatever goes on from it.
    """
    documents: list[Document] = []
    problems: list[Problem] = []
    for path in paths:
        shown = path.relative_to(setup.home) if path.is_relative_to(setup.home) else path
        found, wrong = read_file(path, shown.as_posix())
        documents += found
        problems += wrong
    reader = _Reader(Spelling(setup), problems)
    for document in documents:
        reader.take(document)
    return reader.cases(), sorted(problems, key=lambda problem: (problem.place.file, problem.place.line))


@dataclass(slots=True)
class _Reader:
    """Takes one document after the other, and finds out what goes on from what."""

    spelling: Spelling
    problems: list[Problem]
    bodies: dict[str, tuple[Document, RuleTestBody | None]] = field(default_factory=dict)
    done: dict[str, Case | None] = field(default_factory=dict)

    def take(self, document: Document) -> None:
        """Look at one document by itself."""
        if document.kind != KIND:
            hint = f"a rule test begins with `kind: {KIND}`; the configuration stands in the folder documents"
            self.problems.append(document.problem(("kind",), f"'{document.kind}' is no kind of test", hint))
            return
        if document.name in self.bodies:
            first = self.bodies[document.name][0].place
            self.problems.append(document.problem(("name",), "there are two tests of this name", f"see {first}"))
            return
        body = None
        try:
            body = RuleTestBody.model_validate(dict(document.body))
        except ValidationError as error:
            self.problems += explain(document, RuleTestBody, error)
        self.bodies[document.name] = document, body

    def cases(self) -> list[Case]:
        """All that are in order."""
        found = [self._case(name, ()) for name in self.bodies]
        return [case for case in found if case is not None]

    def _case(self, name: str, behind: tuple[str, ...]) -> Case | None:
        if name not in self.done:
            self.done[name] = self._made(name, behind)
        return self.done[name]

    def _made(self, name: str, behind: tuple[str, ...]) -> Case | None:
        document, body = self.bodies[name]
        if body is None:
            return None
        before = None
        if body.after is not None:
            problem = next(self._wrong_order(document, body.after, (*behind, name)), None)
            if problem is not None:
                self.problems.append(problem)
                return None
            before = self._case(body.after, (*behind, name))
            if before is None:
                message = f"goes on from '{body.after}', with which something is wrong"
                place = self.bodies[body.after][0].place
                self.problems.append(document.problem(("after",), message, f"see {place}"))
                return None
        now = body.now or (before.now if before else START)
        if before is not None and now < before.now:
            message = f"`now` is earlier than in '{before.name}', which it goes on from ({before.now:%Y-%m-%d %H:%M})"
            self.problems.append(document.problem(("now",), message, "time goes on from test to test"))
        return self._spelled(document, body, before, now)

    def _spelled(self, document: Document, body: RuleTestBody, before: Case | None, now: datetime) -> Case | None:
        spelled = self.spelling.of(document)
        expect = body.expect
        case = Case(
            document,
            now,
            before,
            given=spelled.given(body.given),
            resources=spelled.resources(expect.resources),
            objects=spelled.objects(expect.objects),
            links=spelled.by_connector("links", expect.links),
            sent=spelled.by_connector("sent", expect.sent),
            errors=spelled.errors(expect.errors),
            exactly=expect.exactly,
        )
        self.problems += spelled.problems
        return None if spelled.problems else case

    def _wrong_order(self, document: Document, after: str, behind: tuple[str, ...]) -> Iterator[Problem]:
        if after not in self.bodies:
            yield document.problem(("after",), f"there is no test '{after}'", suggest(after, self.bodies))
        elif after in behind:
            yield document.problem(("after",), "goes on from itself", " → ".join((*behind, after)))
