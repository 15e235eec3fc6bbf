"""Gates: activities that wait until whoever asks has proved who they are."""

from abc import abstractmethod
from datetime import datetime
from typing import Any

from mimas.store import facts
from mimas.workflows.activities.contract import Activity
from mimas.workflows.outcome import ActivityError, Refused
from mimas.workflows.situation import AUTHENTICATION, Situation


class Gate(Activity):
    """An activity that is answered: see `mimas.workflows.answering`."""

    phases = frozenset({AUTHENTICATION})
    repeats = False

    @abstractmethod
    def answered(self, state: dict[str, Any], answer: str, now: datetime) -> tuple[dict[str, Any], str]:
        """What it remembers when an answer has come, and for whoever has given it why that was not the right one."""


def person(at: Situation) -> int:
    """Whoever asks. Raises `ActivityError` where nobody does."""
    if at.about.requestor is None:
        raise ActivityError("Nobody has asked for this, so nobody can prove who they are.", final=True)
    return at.about.requestor


def failed(at: Situation, why: str) -> Refused:
    """Whoever asks has not proved who they are: it counts for a lockout."""
    facts.fail(at.tx, at.about.definition, person(at), at.now)
    return Refused(why)
