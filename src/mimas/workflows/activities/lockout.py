"""Keeping out who has failed too often."""

from collections.abc import Iterator
from datetime import datetime

from pydantic import Field

from mimas.language.errors import FlowError
from mimas.store import facts
from mimas.workflows.activities.contract import Activity
from mimas.workflows.activities.gates import person
from mimas.workflows.durations import duration
from mimas.workflows.outcome import Done, Outcome, Refused
from mimas.workflows.situation import AUTHENTICATION, Situation


class LockoutGate(Activity):
    """Deny whoever has failed too often at the gates of this workflow (MIM: *Lockout Gate*).

    It stands before the gates that it is to guard. Whoever passes one begins anew.
    """

    phases = frozenset({AUTHENTICATION})
    repeats = False

    threshold: int = Field(3, ge=1, description="After so many failures in a row nobody gets through for a while.")
    duration: str = Field("15 minutes", description="For how long.")
    lockouts: int = Field(3, ge=1, description="After so many such times, not before an administrator lets them again.")

    def run(self, at: Situation) -> Outcome:
        """Look at what has been failed."""
        said = self.locked(*facts.failures(at.tx, at.about.definition, person(at)), at.now)
        return Refused(said) if said else Done()

    def locked(self, failures: int, last: datetime | None, now: datetime) -> str:
        """Why somebody is kept out who has failed so often; empty where they are not."""
        if failures >= self.threshold * self.lockouts:
            return "You have failed too often. Ask an administrator to let you in again."
        if failures and failures % self.threshold == 0 and last is not None and now < last + duration(self.duration):
            return f"You have failed too often. Try again in {self.duration}."
        return ""

    def mistakes(self) -> Iterator[str]:
        """How long has to be said so that it can be read."""
        yield from super().mistakes()
        try:
            duration(self.duration)
        except FlowError as error:
            yield str(error)
