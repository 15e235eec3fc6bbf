"""What came of the checks, for people and for programs."""

import textwrap
from collections import Counter
from dataclasses import dataclass
from typing import Any

from mimas.connectors.testing.check import Verdict

_MARKS = {
    Verdict.PASSED: "ok",
    Verdict.FAILED: "FAILED",
    Verdict.KNOWN: "known",
    Verdict.INAPPLICABLE: "-",
    Verdict.UNTRIED: "?",
}
_WIDTH = 110


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one check ended: ``said`` is what was expected and seen, or why it was not made."""

    check: str
    proves: str
    verdict: Verdict
    said: str = ""
    seconds: float = 0.0
    title: str = ""

    def raise_if_failed(self) -> None:
        """Raises ``AssertionError`` with what was expected and seen."""
        if self.verdict is Verdict.FAILED:
            raise AssertionError(f"{self.check}: {self.proves} {self.said}")

    def __str__(self) -> str:
        line = f"{_MARKS[self.verdict]:<8}{self.check:<44}"
        if len(line) + len(self.said) <= _WIDTH:
            return f"{line}{self.said}".rstrip()
        indent = " " * 10
        return "\n".join(
            [line.rstrip(), *textwrap.wrap(self.said, _WIDTH, initial_indent=indent, subsequent_indent=indent)]
        )


@dataclass(frozen=True, slots=True)
class Report:
    """The grade of a connector."""

    title: str
    outcomes: tuple[Outcome, ...]

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The checks that failed, without known shortfalls."""
        return tuple(one for one in self.outcomes if one.verdict is Verdict.FAILED)

    @property
    def summary(self) -> str:
        """How many checks ended in which way."""
        counts = Counter(one.verdict for one in self.outcomes)
        return ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict])

    def raise_if_failed(self) -> None:
        """Raises ``AssertionError`` that names every failed check."""
        if self.failed:
            lines = (f"{one.check}: {one.proves} {one.said}" for one in self.failed)
            raise AssertionError("\n".join((f"{self.title}: {self.summary}", *lines)))

    def __str__(self) -> str:
        """For people: a line for each check, and below it what is to be said."""
        return "\n".join((self.title, "", *map(str, self.outcomes), "", self.summary))

    @property
    def json(self) -> dict[str, Any]:
        """For programs."""
        checks = [
            {
                "check": one.check,
                "proves": one.proves,
                "verdict": one.verdict.value,
                "said": one.said,
                "seconds": round(one.seconds, 3),
            }
            for one in self.outcomes
        ]
        return {"connector": self.title, "failed": len(self.failed), "checks": checks}
