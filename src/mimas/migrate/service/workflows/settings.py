"""What an activity becomes: its settings, and what a person is to know of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from mimas.migrate.drafts import file_name
from mimas.migrate.service.expressions import UntranslatableError
from mimas.migrate.service.workflows.expressions import Expressions
from mimas.migrate.service.workflows.names import Names
from mimas.migrate.service.workflows.xoml import Step


class LaterError(UntranslatableError):
    """There is no such activity yet, and there is to be one."""


@dataclass(slots=True)
class Settings:
    """An activity to be."""

    activity: str
    given: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    """What is another way than it was."""


@dataclass(frozen=True, slots=True)
class Around:
    """What the activities of a workflow are written with."""

    workflow: str
    names: Names
    expressions: Expressions
    scripts: dict[str, str]
    """The files of all workflows' scripts, by their names."""

    def script(self, text: str) -> str:
        """Keep a script; the name of its file."""
        number, name = 1, file_name(self.workflow)
        while f"{name}.ps1" in self.scripts:
            number += 1
            name = f"{file_name(self.workflow)}-{number}"
        self.scripts[f"{name}.ps1"] = text
        return f"{name}.ps1"


Writing: TypeAlias = Callable[[Step, Around], list[Settings]]
"""Writes an activity, which may become several. Raises `UntranslatableError` for one that has no equal."""


def filled(**given: Any) -> dict[str, Any]:
    """The settings that hold something."""
    return {name: value for name, value in given.items() if value not in ("", None, [], {}, False)}
