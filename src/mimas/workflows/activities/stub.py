"""What stands in the place of an activity of an old product that is still to be written."""

from collections.abc import Iterator

from pydantic import Field

from mimas.workflows.activities.contract import Activity
from mimas.workflows.outcome import ActivityError, Outcome, Refused
from mimas.workflows.situation import ACTION, AUTHENTICATION, AUTHORIZATION, Situation


class Stub(Activity):
    """An activity that was not carried over: a migration writes it, and a person writes another one in its place.

    It lets nothing through: a request that comes to it is refused, and what follows a request waits for a person.
    """

    phases = frozenset({AUTHENTICATION, AUTHORIZATION, ACTION})
    repeats = False

    why: str = Field("", description="Why it was not carried over.")
    was: str = Field("", description="What stood there, as the old product had it.")

    def run(self, at: Situation) -> Outcome:
        """Nobody knows what it was to do."""
        what = f"The step {self.title or 'without a name'} of the workflow '{at.about.workflow}' is yet to be written"
        if at.about.phase != ACTION:
            return Refused(f"{what}, and until then the workflow lets nothing through: tell an administrator.")
        advice = "Write another activity in its place; for what has begun, do by hand what it did, and skip it."
        raise ActivityError(f"{what}. {advice}", final=True)

    def texts(self) -> Iterator[str]:
        """What stood there is no text of ours."""
        yield from (self.when, self.for_each, *self.queries.values())
