"""What a workflow consists of: the resource WorkflowDefinition, read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import entry_points
from typing import Any

import msgspec
from pydantic import ValidationError

from mimas.language.errors import closest
from mimas.workflows.activities.contract import Activity

GROUP = "mimas.activities"
"""The entry points of activities."""


SCRIPTS = "scripts"
"""The folder of a home with the programs that workflows may run."""
ELSEWHERE: Mapping[str, str] = {
    **dict.fromkeys(
        ("FunctionEvaluator", "Function"),
        'that is UpdateResources here: a list of one update, with `value: "=…"`',
    ),
    **dict.fromkeys(
        ("SendEmailNotification", "EmailNotification"), "that is Notification here"
    ),
    **dict.fromkeys(("RequestApproval",), "that is Approval here"),
    **dict.fromkeys(("RunPowerShellScript", "RunPowerShell"), "that is RunScript here"),
    **dict.fromkeys(
        ("SynchronizationRule",),
        "here a sync rule is not given to people one by one: let the scope of the rule ask for a value, and write that"
        " value with UpdateResources",
    ),
    **dict.fromkeys(
        ("PasswordGate", "PasswordCheckGate", "QAGate", "QAAuthenticationGate", "PhoneGate", "SMSGate",
         "OneTimePasswordSMSGate", "ADPasswordReset", "ActiveDirectoryPasswordReset", "PWReset"),
        "MIM has it for the reset of passwords, which Mimas does not do yet",
    ),
    **dict.fromkeys(
        ("PAMRequestValidation", "PAMRequestAvailabilityWindow", "PAMRequestDelayedValidation", "PAMRequestMFA",
         "PAMRequestApproval", "PAMRequestHandler", "ADAddUserToGroup", "AddUserToGroup"),
        "MIM has it for privileged access, which Mimas does not do yet",
    ),
}  # fmt: skip
"""Activities of MIM and MIMWAL by the names that people look for, and what there is in their place."""


class DefinitionError(Exception):
    """A workflow cannot be run; the message says which of its activities is why."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong with a workflow: in which activity, from 0, at which of its settings, and what."""

    place: int | None
    setting: str
    message: str


@cache
def known() -> Mapping[str, type[Activity]]:
    """The activities that there are, by the names that documents call them by."""
    return {point.name: point.load() for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)}


@lru_cache(maxsize=512)
def read(text: str) -> tuple[Activity, ...]:
    """The activities of a workflow, from their text. Raises `DefinitionError`."""
    activities, mistakes = look(text)
    if mistakes:
        first = mistakes[0]
        where = f"Activity {first.place + 1}: " if first.place is not None else ""
        raise DefinitionError(f"{where}{first.message}.")
    return activities


def look(text: str, phase: str = "") -> tuple[tuple[Activity, ...], list[Mistake]]:
    """The activities of a workflow, and everything that is wrong with them; ``phase``: that they are to serve in."""
    given: Any = msgspec.json.decode(text)
    several = given if isinstance(given, list) else [given]
    mistakes: list[Mistake] = []
    found = [_one(place, one, phase, mistakes) for place, one in enumerate(several)]
    return tuple(one for one in found if one is not None), mistakes


def _one(place: int, given: Any, phase: str, mistakes: list[Mistake]) -> Activity | None:
    name = given.get("activity") if isinstance(given, dict) else None
    kind = known().get(str(name))
    if kind is None:
        if instead := _elsewhere(str(name)):
            mistakes.append(Mistake(place, "activity", f"there is no activity '{name}': {instead}"))
            return None
        hint = closest(str(name), known())
        meant = f"; {hint} was meant, perhaps" if hint and name else f"; there are {', '.join(known())}"
        what = f"there is no activity '{name}'" if name else "it has no key 'activity' that says which one it is"
        mistakes.append(Mistake(place, "activity", what + meant))
        return None
    try:
        made = kind.model_validate(given)
    except ValidationError as error:
        mistakes += _wrong(place, error)
        return None
    if phase and phase not in kind.phases:
        what = f"'{name}' has no place in the phase {phase}: it serves in {' and '.join(sorted(kind.phases))}"
        mistakes.append(Mistake(place, "activity", what))
    mistakes += [Mistake(place, "", message) for message in made.mistakes()]
    if made.for_each and not kind.repeats:
        mistakes.append(Mistake(place, "for_each", f"'{name}' cannot be done for each of several values"))
    return made


def _elsewhere(name: str) -> str:
    folded = name.casefold().removesuffix("activity")
    return next((said for other, said in ELSEWHERE.items() if other.casefold().removesuffix("activity") == folded), "")


def _wrong(place: int, error: ValidationError) -> Iterator[Mistake]:
    for one in error.errors(include_url=False, include_input=False):
        setting = ".".join(map(str, one["loc"]))
        yield Mistake(place, setting.partition(".")[0], f"'{setting}': {one['msg']}")
