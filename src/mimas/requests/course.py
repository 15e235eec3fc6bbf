"""One wish on its way, and how it may end."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from mimas.requests.journal import Status
from mimas.requests.policy import PolicyRule
from mimas.requests.rights import Need, Standing
from mimas.requests.target import Target
from mimas.requests.validation import Fault
from mimas.requests.wishes import Wish


class EndedError(Exception):
    """A request comes to nothing: what was done for it is undone."""

    def __init__(self, status: Status, message: str, *, faults: Sequence[Fault] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.faults = tuple(faults)


class WaitsError(Exception):
    """Some requests that are done together have to wait for workflows; for each the rules that say so."""

    def __init__(self, rules: Sequence[Sequence[PolicyRule]]) -> None:
        super().__init__("It waits for consent.")
        self.rules = rules


@dataclass(slots=True)
class Course:
    """One wish on its way."""

    wish: Wish
    target: Target
    actor: int | None
    standing: Standing | None
    """None for whoever needs no rights: the owner of the machine."""
    needs: list[Need]
    request: int | None = None
    """Of one that has waited: its id."""
    among: list[list[PolicyRule]] = field(default_factory=list)
    waits: list[PolicyRule] = field(default_factory=list)
    """The rules whose workflows have to let it through first."""
