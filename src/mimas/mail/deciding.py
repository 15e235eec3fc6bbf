"""A decision that comes by a signed word: from a link in a letter, or from the answer to one.

The word says who decides, so nobody signs in, and nothing else that comes with it is believed: not who an answer is
from. It is good for one decision, since whoever has decided once, or comes too late, is refused by those who keep the
approvals.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from mimas.mail.layout import Changed

Decision: TypeAlias = Literal["approve", "reject"]
DECISIONS: tuple[Decision, ...] = ("approve", "reject")
LONGEST_COMMENT = 2_000
"""Characters of a comment; what is longer is cut."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What somebody is asked to decide over, as far as they may see it.

    ``over`` says why there is nothing to decide (any more), in a sentence; while it is empty, the decision is open.
    """

    requestor: str
    target: str
    why: str = ""
    changes: Sequence[Changed] = ()
    effects: Sequence[str] = ()
    deadline: datetime | None = None
    over: str = ""
    language: str = ""
    """In which the one who is asked reads, if that is known: ``de``."""


class Approvals(Protocol):
    """Those who keep the approvals. Both are ids of resources."""

    def describe(self, approval: int, approver: int) -> Matter | None:
        """What somebody is asked; none if there is no such approval, or they are not asked."""

    def decide(self, approval: int, approver: int, decision: str, comment: str) -> str:
        """Write down what somebody has decided; empty, or in a sentence why it cannot be.

        Whoever has decided already is refused, and so is everybody when the approval is over.
        """


class Opens(Protocol):
    """Opens an installation for one look or decision: in any thread, and with the documents that are in force then."""

    def __call__(self) -> AbstractContextManager[Approvals]:
        """The approvals, until it is left."""
