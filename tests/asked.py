"""Approvals that are kept in memory, and the words with which somebody decides over them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from mimas.mail import links
from mimas.mail.deciding import Matter
from mimas.mail.layout import Changed
from mimas.mail.links import Asked
from mimas.secrets.sealing import Keys

KEYS = Keys([bytes(range(32))], "k")
APPROVAL, APPROVER = 77, 8
LATER = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
MATTER = Matter(
    "Ann Example",
    "Finance <Reports>",
    "Month end is near.\nThank you!",
    [Changed("Member", [], ["Ann Example"]), Changed("Cost centre", ["4711"], ["4712", "4713"])],
    ["app: the account ann is made", "directory: ann becomes a member of fin-reports"],
    LATER,
)


@dataclass
class Kept:
    """Approvals in memory: one decision each, as those who keep the real ones hold it."""

    matter: Matter = MATTER
    decided: list[tuple[int, int, str, str]] = field(default_factory=list)
    opened: int = 0
    breaks: bool = False

    @contextmanager
    def open(self) -> Iterator["Kept"]:
        self.opened += 1
        if self.breaks:
            raise RuntimeError("the database is away")
        yield self

    def describe(self, approval: int, approver: int) -> Matter | None:
        if (approval, approver) != (APPROVAL, APPROVER):
            return None
        return replace(self.matter, over="You have decided already.") if self.decided else self.matter

    def decide(self, approval: int, approver: int, decision: str, comment: str) -> str:
        if self.decided:
            return "You have decided already."
        self.decided.append((approval, approver, decision, comment))
        return ""


def word(approval: int = APPROVAL, approver: int = APPROVER, until: datetime = LATER) -> str:
    return links.word(KEYS, Asked(approval, approver, until))
