"""Waiting for some time, or until a point in time."""

from datetime import datetime

from pydantic import Field

from mimas.language.coercion import as_date, iso
from mimas.workflows.activities.contract import Activity
from mimas.workflows.outcome import Done, Outcome, Waits
from mimas.workflows.situation import Situation


class AddDelay(Activity):
    """Wait (MIMWAL: *Add Delay*). What waits is a row: every process may end meanwhile."""

    duration: str = Field("", description="How long: `3 days`, `2 hours`.")
    until: str = Field("", description="Or until when: a look-up that finds a point in time, or an expression.")

    def run(self, at: Situation) -> Outcome:
        """Wait once; when the time has come, the next activity follows."""
        if at.state is not None:
            end: datetime | None = as_date(str(at.state["until"]))
        else:
            end = at.instant(self.until) if self.until else at.now + at.duration(self.duration)
            end = end.replace(microsecond=0) if end is not None else None  # as precise as the queue is
        if end is None or end <= at.now:
            return Done()
        return Waits(end, {"until": iso(end)}, f"until {iso(end)}")
