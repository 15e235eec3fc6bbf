"""Who may add whom to a group, and take whom out of it."""

from pydantic import Field

from mimas.requests.target import Target, load
from mimas.workflows.activities.contract import Activity
from mimas.workflows.outcome import Done, Outcome, Refused
from mimas.workflows.situation import AUTHORIZATION, Situation


class RequestorValidation(Activity):
    """Let people add themselves to a group, and remove themselves, and nobody else (MIM: *Requestor Validation*)."""

    phases = frozenset({AUTHORIZATION})

    owner_authorization: bool = Field(False, description="Whether owners may add and remove everybody.")
    members: str = Field("ExplicitMember", description="The attribute that holds the members.")
    owners: str = Field("Owner", description="The attribute that holds the owners.")

    def run(self, at: Situation) -> Outcome:
        """Look at each member that comes or goes."""
        request, actor = at.about.request, at.about.requestor
        if request is None or actor is None:
            return Done()
        if self.owner_authorization and actor in at.lookups(f"//Target/{self.owners}"):
            return Done("an owner asks")
        wish = request.wish
        target = load(at.tx, at.store, wish.target, wish.changes) if wish.target is not None else None
        target = target or Target(None, wish.type, at.store.catalogue.get(wish.type, {}))
        concerned = {
            int(value)
            for change in target.telling(wish.changes)
            if change.attribute.casefold() == self.members.casefold()
            for value in change.values
        }
        if not concerned - {actor}:
            return Done()
        others = "only its owners do so with others" if self.owner_authorization else "others do so for themselves"
        return Refused(f"You may add and remove yourself; {others}.")
