"""Checks of workflows: activities that cannot be, look-ups of what nobody has, and rules that name another phase."""

from collections.abc import Iterator, Sequence
from typing import Any

from mimas.configuration.problem import Problem, suggest
from mimas.configuration.reading import Document
from mimas.configuration.world import World
from mimas.language.errors import ExpressionError
from mimas.language.filters.binding import IMPLICIT, understood
from mimas.language.filters.variables import look_ups_filled
from mimas.requests.documents import structured
from mimas.requests.meaning import guid
from mimas.requests.policy import RULE
from mimas.schema.values import as_list
from mimas.workflows import definition, wording
from mimas.workflows.activities.contract import Activity
from mimas.workflows.activities.scripts import RunScript
from mimas.workflows.activities.stub import Stub
from mimas.workflows.instances import DEFINITION
from mimas.workflows.lookups import parts
from mimas.workflows.situation import ACTION, AUTHENTICATION, AUTHORIZATION

_PHASES = (AUTHENTICATION, AUTHORIZATION, ACTION)
_SKIPPED = {
    "target": 0, "requestor": 0, "request": 0, "effective": 0, "value": 0, "approvers": 0, "comparedrequest": 0,
    "delta": 0, "workflowdata": 1, "queries": 1,
}  # fmt: skip
"""Roots below which attributes stand → how many names stand before the first of them."""
_WORDS = {"delta", "added", "removed"}
"""Names within look-ups that are none of attributes."""
_ANYTHING = ("1", "2026-01-01T00:00:00Z", "true")
"""What a look-up in a filter may find: it has to fit what it is compared with."""
_EXPORTED = ("XOML", "Rules")


def check_workflows(world: World) -> Iterator[Problem]:
    """Problems of the documents of kind WorkflowDefinition, and of rules that name one."""
    for (kind, _), document in world.documents.items():
        if kind == DEFINITION:
            yield from _workflow(world, document)
        elif kind == RULE:
            yield from _rule(world, document)


def _workflow(world: World, document: Document) -> Iterator[Problem]:
    phase = str(document.body.get("RequestPhase", ""))
    if phase and phase not in _PHASES:
        yield document.problem(("RequestPhase",), f"'{phase}' is no phase", suggest(phase, _PHASES))
    given = document.body.get("Activities")
    if not given:
        if phase in (AUTHENTICATION, AUTHORIZATION) and not any(document.body.get(key) for key in _EXPORTED):
            yield document.warning((), "has no activities: whatever waits for it is denied", "write `Activities: …`")
        return
    activities, mistakes = definition.look(structured(given), phase if phase in _PHASES else "")
    for one in mistakes:
        yield document.problem(_path(one.place, one.setting), one.message)
    if len(activities) != len(as_list(given)):
        return  # which of them is which is not known then
    yield from _stubs(document, activities)
    for place, activity in enumerate(activities):
        yield from _named(world, document, place, activity)
        for setting, text in _texts(activity):
            path = _path(place, setting)
            for name in _strange(world, text):
                hint = suggest(name, _attributes(world)) if len(name) > 1 else ""
                yield document.warning(path, f"no type has the attribute '{name}', which it looks up", hint)
            if text.startswith("/") and (error := _misunderstood(world, text)) is not None:
                hint = f"did you mean {error.suggestion}?" if error.suggestion else f"it is in: {text[:200]}"
                yield document.problem(path, f"a filter cannot be understood: {error.message.rstrip('.')}", hint)


def _stubs(document: Document, activities: Sequence[Activity]) -> Iterator[Problem]:
    """What a migration has left to a person."""
    places = [place for place, activity in enumerate(activities) if isinstance(activity, Stub)]
    if places:
        what = "one of its activities is a stub" if len(places) == 1 else f"{len(places)} of its activities are stubs"
        hint = "write others in their place; each says what stood there"
        yield document.warning(_path(places[0], "activity"), f"lets nothing through: {what}", hint)


def _path(place: int | None, setting: str) -> tuple[str | int, ...]:
    if place is None:
        return ("Activities",)
    return ("Activities", place, setting) if setting else ("Activities", place)


def _named(world: World, document: Document, place: int, activity: Activity) -> Iterator[Problem]:
    """Documents that are not there may be resources, so this is no error."""
    for setting, kind, name in activity.names():
        known = [other for of, other in world.documents if of == kind]
        if "[//" in name or name.startswith("=") or guid(name) or name in known:
            continue
        message = f"there is no document of kind {kind} named '{name}'"
        yield document.warning(_path(place, setting), message, suggest(name, known))
    if isinstance(activity, RunScript) and not (world.setup.home / definition.SCRIPTS / activity.script).is_file():
        message = f"there is no file {definition.SCRIPTS}/{activity.script}"
        yield document.warning(_path(place, "script"), message, "put it into the home of every machine with a worker")


def _texts(activity: Activity) -> Iterator[tuple[str, str]]:
    """(setting, text) of whatever may hold look-ups."""
    wanted = set(activity.texts())
    for setting, value in activity.model_dump().items():
        yield from ((setting, text) for text in _within(value) if text in wanted)


def _within(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _within(one)


def _strange(world: World, text: str) -> Iterator[str]:
    """The names in look-ups that no type has as an attribute."""
    if any(wording.mistakes(text)):
        return  # that is told already
    known = {name.casefold() for name in _attributes(world)}
    for found in wording.paths(text):
        root, *names = parts(found) or ("",)
        skipped = _SKIPPED.get(root.casefold())
        for name in names[skipped:] if skipped is not None else ():
            if name.casefold() not in known and name.casefold() not in _WORDS:
                yield name


def _attributes(world: World) -> set[str]:
    return {name for attributes in world.setup.catalogue.values() for name in attributes} | IMPLICIT.keys()


def _misunderstood(world: World, text: str) -> ExpressionError | None:
    """Why a filter cannot be understood, whatever its look-ups find."""
    errors = [error for anything in _ANYTHING if (error := _refused(world, text, anything)) is not None]
    return errors[0] if len(errors) == len(_ANYTHING) else None


def _refused(world: World, text: str, found: str) -> ExpressionError | None:
    try:
        understood(text, world.setup.catalogue, lambda _: 1, lambda one: look_ups_filled(one, lambda _: [found]))
    except ExpressionError as error:
        return error
    return None


def _rule(world: World, rule: Document) -> Iterator[Problem]:
    phases = {
        name: str(one.body.get("RequestPhase", ""))
        for (kind, title), one in world.documents.items()
        if kind == DEFINITION
        for name in (title, f"{DEFINITION}/{title}", guid(str(one.body.get("ObjectID", ""))))
        if name
    }
    for wanted in _PHASES:
        key = f"{wanted}WorkflowDefinition"
        for index, name in enumerate(map(str, as_list(rule.body.get(key)))):
            phase = phases.get(guid(name) or name, wanted)
            if phase != wanted and phase in _PHASES:
                message = f"the workflow '{name}' is one of the phase {phase}, and is to be run as one of {wanted}"
                yield rule.problem((key, index), message, f"write it under `{phase}WorkflowDefinition`")
