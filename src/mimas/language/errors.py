"""What goes wrong with an expression: when it is written, and when it is run."""

import difflib
from collections.abc import Iterable

from mimas.schema.messages import fit

_AROUND = 100


class ExpressionError(ValueError):
    """An expression or a filter that cannot be understood: its syntax, an unknown name, a wrong number of arguments.

    ``position`` counts characters of ``text`` from 0; ``suggestion`` is what was probably meant, or empty.
    """

    def __init__(self, message: str, text: str = "", position: int = 0, suggestion: str = "") -> None:
        super().__init__(message)
        self.message = fit(message)
        self.text = text
        self.position = position
        self.suggestion = fit(suggestion)

    def __str__(self) -> str:
        shown = self.text
        if len(shown) > 4 * _AROUND:
            start = max(self.position - _AROUND, 0)
            shown = f"{'… ' if start else ''}{shown[start : self.position + _AROUND]} …"
        place = f" At character {self.position + 1} of: {fit(shown)}" if shown else ""
        meant = f" Did you mean {self.suggestion}?" if self.suggestion else ""
        return f"{self.message}{meant}{place}"


class FlowError(Exception):
    """A value cannot be computed for one object: that object fails, the rest go on."""

    def __init__(self, message: str = "") -> None:
        super().__init__(fit(message))


def told(error: Exception) -> str:
    """What an error says: its message, or what it is when it has none that explains itself."""
    if isinstance(error, ZeroDivisionError):
        return "division by zero"
    return str(error) if type(error).__name__.endswith("Error") and str(error) else repr(error)


def closest(name: str, known: Iterable[str]) -> str:
    """The known name that looks most like this one, whatever its case; empty when none does."""
    spelled = {candidate.casefold(): candidate for candidate in known}
    matches = difflib.get_close_matches(name.casefold(), spelled, n=1)
    return spelled[matches[0]] if matches else ""
