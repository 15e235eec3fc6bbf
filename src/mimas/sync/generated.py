"""Rules become Python functions: the builder, and the way back from a failing line to the flow it came from."""

from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from mimas.language.errors import told
from mimas.schema.places import Place


@dataclass(frozen=True, slots=True)
class About:
    """What a line of generated code stands for."""

    rule: str
    attribute: str
    place: Place


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule that failed for one object: which, where it was written, and why."""

    about: About
    message: str

    def __str__(self) -> str:
        if not self.about.rule:
            return self.message
        where = f" ({self.about.place})" if self.about.place.file else ""
        part = f", flow to {self.about.attribute}" if self.about.attribute else ""
        return f"rule “{self.about.rule}”{part}{where}: {self.message}"


class Code:
    """The source of one function, line by line.

    Nothing a person wrote becomes code except through `repr`: expressions arrive as source made from their trees.
    """

    def __init__(self, name: str, parameters: str) -> None:
        self.name = name
        self.names: dict[str, object] = {}
        self._lines = [f"def {name}({parameters}):"]
        self._about: list[About | None] = [None]
        self._indent = 1

    def add(self, line: str, about: About | None = None) -> None:
        """One line at the current depth."""
        self._lines.append("    " * self._indent + line)
        self._about.append(about)

    def enter(self, line: str, about: About | None = None) -> None:
        """A line that opens a block."""
        self.add(line, about)
        self._indent += 1

    def leave(self) -> None:
        """Close a block."""
        self._indent -= 1

    @property
    def source(self) -> str:
        """The text, as a person may want to read it."""
        return "\n".join(self._lines) + "\n"

    def build(self) -> "Generated":
        """Compile it."""
        file = f"<rules:{self.name}>"
        scope: dict[str, Any] = dict(self.names)
        exec(compile(self.source, file, "exec"), scope)  # noqa: S102 - our own source, made from trees
        return Generated(scope[self.name], file, tuple(self._about), self.source)


@dataclass(frozen=True, slots=True)
class Generated:
    """A compiled function and what its lines stand for."""

    call: Callable[..., Any]
    file: str
    about: tuple[About | None, ...]
    source: str

    def failure(self, error: Exception) -> Failure:
        """Which flow an exception raised within `call` came from."""
        about = None
        trace: TracebackType | None = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self.file:
                about = self.about[trace.tb_lineno - 1]
            trace = trace.tb_next
        return Failure(about or About("", "", Place()), told(error))
