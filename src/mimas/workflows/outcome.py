"""What comes of an activity's turn."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias


class ActivityError(Exception):
    """An activity cannot do what it is told; the message says what, to which object, and what to do.

    ``final``: another try would come to the same, so a person has to see to it at once.
    """

    def __init__(self, message: str, *, final: bool = False) -> None:
        super().__init__(message)
        self.final = final


@dataclass(frozen=True, slots=True)
class Done:
    """The next activity follows."""

    note: str = ""
    """For people: what was done."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Its turn comes again at an instant, or before when somebody wakes it."""

    until: datetime
    state: dict[str, Any] = field(default_factory=dict)
    """What it has to remember, as JSON can hold it."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The request is not let through. Only before it is done; afterwards the workflow ends with it."""

    message: str
    """For whoever asked: nothing that they may not know."""


@dataclass(frozen=True, slots=True)
class Ends:
    """The workflow ends well here; what follows in it is left out."""

    note: str = ""


Outcome: TypeAlias = Done | Waits | Refused | Ends
