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
    """A request comes to nothing, or has to wait: what was done for it is undone."""

    def __init__(
        self, status: Status, message: str, *, faults: Sequence[Fault] = (), rules: Sequence[PolicyRule] = ()
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.faults = tuple(faults)
        self.rules = tuple(rules)


@dataclass(slots=True)
class Course:
    """One wish on its way."""

    wish: Wish
    target: Target
    actor: int | None
    standing: Standing | None
    """None for whoever needs no rights: the owner of the machine."""
    needs: list[Need]
    among: list[list[PolicyRule]] = field(default_factory=list)
