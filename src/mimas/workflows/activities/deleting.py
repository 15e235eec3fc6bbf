"""Ending resources."""

from pydantic import Field

from mimas.requests.wishes import Operation, Wish
from mimas.workflows.activities.contract import Activity
from mimas.workflows.outcome import Done, Outcome
from mimas.workflows.situation import SERVICE, Situation


class DeleteResources(Activity):
    """Delete resources (MIMWAL: *Delete Resources*): all of them, or none."""

    resources: str = Field("[//Target]", description="Which: look-ups with `;` between them, or a filter.")
    actor: str = Field(SERVICE, description="As whom it is asked: `service`, `requestor`, or a look-up.")
    apply_authorization: bool = Field(False, description="Whether the requests may have to wait for consent.")

    def run(self, at: Situation) -> Outcome:
        """Delete those that are still there."""
        found = at.lookups.subjects.load(at.resources(self.resources))
        wishes = [Wish(Operation.DELETE, one.type, one.id) for one in found]
        outcomes = at.submit(wishes, self.actor, authorize=self.apply_authorization) if wishes else []
        return Done(", ".join(f"request {one.request}" for one in outcomes) or "nobody was there")
