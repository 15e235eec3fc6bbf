"""A workflow of the portal as the list of activities that it is here.

What has no equal becomes a `Stub`, which lets nothing through: a workflow never does less than it did without a word.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from mimas.migrate.drafts import Noted
from mimas.migrate.elements import Element, Outcome, printable
from mimas.migrate.service.expressions import UntranslatableError
from mimas.migrate.service.markup import laid_out
from mimas.migrate.service.objects import Exported, line
from mimas.migrate.service.workflows import builtin, library
from mimas.migrate.service.workflows.expressions import Expressions
from mimas.migrate.service.workflows.names import Names
from mimas.migrate.service.workflows.settings import Around, LaterError, Settings, Writing
from mimas.migrate.service.workflows.xoml import Step, steps
from mimas.requests.documents import structured
from mimas.workflows.definition import look
from mimas.workflows.situation import ACTION, AUTHENTICATION, AUTHORIZATION

KIND, XOML, ACTIVITIES = "WorkflowDefinition", "XOML", "Activities"
STUB = "Stub"
PHASES = (AUTHENTICATION, AUTHORIZATION, ACTION)
_LIBRARIES: Mapping[str, Mapping[str, Writing]] = {
    builtin.LIBRARY: builtin.ACTIVITIES,
    library.LIBRARY: library.ACTIVITIES,
}
_TITLES = ("ActivityDisplayName", "Description")
_EMPTY = "it has no activities: here, such a workflow lets nothing through"


class Lost(NamedTuple):
    """An activity that becomes a stub."""

    step: Step
    why: str
    later: bool
    """Whether there is to be one."""


class Workflows:
    """Writes the activities of workflows."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.scripts: dict[str, str] = {}
        """Files of scripts, by their names."""
        self.to_do: list[str] = []
        """What is left to a person: which activities of which workflow, and where they stand in the file."""

    def activities(self, one: Exported) -> list[Any]:
        """The activities of a workflow. What became of its XOML is said of it."""
        element = one.held[XOML].values[0]
        # With the empty lines before it: lines are counted from where the value begins.
        xoml = "".join(part for part in element.parts if isinstance(part, str))
        found = steps(xoml)
        if found is None:
            return [self._unreadable(one, element)]
        around = Around(one.title, self._names, Expressions(xoml), self.scripts)
        lost: list[Lost] = []
        phase = one.text("RequestPhase")
        written = [each for step in found for each in self._activity(step, around, phase, lost)]
        if lost:
            self._tell(one, element, lost)
        elif any(isinstance(each, Noted) for each in written):
            element.mark(Outcome.DIFFERENT, "some of its activities do it in another way")
        elif not found and phase != ACTION:
            element.mark(Outcome.DIFFERENT, _EMPTY)
        element.mark(Outcome.CARRIED)
        return written

    def _activity(self, step: Step, around: Around, phase: str, lost: list[Lost]) -> list[Any]:
        title = line(next(filter(None, map(step.text, _TITLES)), ""))
        try:
            return [_form(one, title, phase) for one in _settings(step, around)]
        except UntranslatableError as error:
            lost.append(Lost(step, line(f"{error}"), isinstance(error, LaterError)))
            return [{"activity": STUB, "title": title or step.name, "why": lost[-1].why, "was": _shown(step)}]

    def _tell(self, one: Exported, element: Element, lost: list[Lost]) -> None:
        """Say what has become stubs, and why."""
        ways: dict[str, list[str]] = {}
        for each in lost:
            at = f"{each.step.name} (line {element.line + each.step.element.line - 1})"
            ways.setdefault(each.why, []).append(at)
        told = "; ".join(f"{', '.join(some)}: {why}" for why, some in ways.items())
        what = "a stub, which lets" if len(lost) == 1 else f"{len(lost)} stubs, which let"
        self.to_do.append(f"The workflow “{one.title}” ({one.file}) holds {what} nothing through. {told}.")
        if all(each.later for each in lost):
            element.mark(Outcome.KEPT, "what it needs is of a later version: stubs hold it")
        else:
            element.mark(Outcome.PERSON, "what has no equal stands in stubs")

    def _unreadable(self, one: Exported, element: Element) -> dict[str, str]:
        why = "its XOML cannot be read"
        element.mark(Outcome.PERSON, why)
        place = f"{one.file}, line {element.line}"
        self.to_do.append(f"The workflow “{one.title}” ({place}) is a stub, which lets nothing through: {why}.")
        return {"activity": STUB, "why": why, "was": laid_out(printable(element.text))}


def _settings(step: Step, around: Around) -> list[Settings]:
    write = _LIBRARIES.get(step.library, {}).get(step.name)
    if write is None:
        raise UntranslatableError(f"there is no activity {line(step.name)} of {line(step.library) or 'no library'}")
    found = write(step, around)
    unread = [f"{line(name)} was {line(step.text(name))}: nothing here is like it." for name in step.unread()]
    found[-1].notes += unread
    return found


def _form(settings: Settings, title: str, phase: str) -> Any:
    """The activity as it stands in the document. Raises `UntranslatableError` where it could not be run."""
    form = {"activity": settings.activity, **({"title": title} if title else {}), **settings.given}
    _, mistakes = look(structured([form]), phase if phase in PHASES else "")
    for one in mistakes:
        raise UntranslatableError(f"what it would be cannot be run: {line(one.message)}")
    return Noted(form, "\n".join(settings.notes)) if settings.notes else form


def _shown(step: Step) -> str:
    """The activity as it was, without what may be a password."""
    for inner in step.element.walk():
        inner.attributes = {
            name: "…" if "password" in name.lower() and value != "{x:Null}" else value
            for name, value in inner.attributes.items()
            if value != "{x:Null}"
        }
    return laid_out(printable(step.element.xml()))
