"""What is wrong with a configuration: the place, the document, what happened, what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from mimas.schema.messages import fit
from mimas.schema.places import Place


class Severity(StrEnum):
    """An error keeps the configuration from being applied; a warning does not; a hint may be how it was meant."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. ``about`` names the document it is in; ``hint`` says what was meant or what to do."""

    place: Place
    message: str
    hint: str = ""
    about: str = ""
    severity: Severity = Severity.ERROR

    def __post_init__(self) -> None:
        """Whatever stood in the document, a person can read what is said of it."""
        for name in ("message", "hint", "about"):
            object.__setattr__(self, name, fit(getattr(self, name)))

    def __str__(self) -> str:
        head = [str(self.place)] if self.severity is Severity.ERROR else [str(self.place), str(self.severity)]
        about = [self.about] if self.about else []
        return ": ".join([*head, *about, self.message]) + (f"; {self.hint}" if self.hint else "")


def suggest(name: str, known: Iterable[str]) -> str:
    """What was probably meant by ``name``; else what there is, if that is short; else nothing."""
    names = {candidate.casefold(): candidate for candidate in sorted(known)}
    if close := get_close_matches(name.casefold(), names, n=1):
        return f"did you mean '{names[close[0]]}'?"
    return f"there is: {', '.join(names.values())}" if 0 < len(names) <= 8 else ""


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Those that keep the configuration from being applied."""
    return [problem for problem in problems if problem.severity is Severity.ERROR]
