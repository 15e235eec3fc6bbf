"""Making a resource."""

from collections.abc import Iterator
from enum import StrEnum

from pydantic import Field

from mimas.requests.wishes import Mode, Operation, Wish
from mimas.workflows.activities.contract import Activity
from mimas.workflows.lookups import Id
from mimas.workflows.outcome import ActivityError, Done, Outcome
from mimas.workflows.roots import kept
from mimas.workflows.situation import SERVICE, Situation


class Conflict(StrEnum):
    """What is done where such a resource is there already."""

    FAIL = "fail"
    USE = "use"


class CreateResource(Activity):
    """Make a resource (MIMWAL: *Create Resource*)."""

    type: str = Field(description="Of which type: `person`, or a look-up.")
    attributes: dict[str, str] = Field(
        description="Its attributes and their values. What comes to nothing is left out."
    )
    conflict: str = Field("", description="A filter: where it finds somebody, nothing is made.")
    on_conflict: Conflict = Field(
        Conflict.FAIL, description="`fail`, or `use`: go on with the resource that the filter has found."
    )
    result: str = Field("", description="The name under which the resource is kept: `[//WorkflowData/NAME]`.")
    actor: str = Field(SERVICE, description="As whom it is asked: `service`, `requestor`, or a look-up.")
    apply_authorization: bool = Field(False, description="Whether the request may have to wait for consent.")

    def run(self, at: Situation) -> Outcome:
        """Ask for it, unless it is there."""
        if self.conflict and (found := at.lookups.select(self.conflict)):
            named = ", ".join(map(str, found[:5]))
            if self.on_conflict is Conflict.FAIL:
                raise ActivityError(f"Nothing was made: there is {named} already, by {self.conflict}.")
            if len(found) > 1:
                raise ActivityError(f"{self.conflict} finds {len(found)} resources, and one is to be used: {named}.")
            self._keep(at, found[0])
            return Done(f"there is {named} already")
        type_ = at.text(self.type)
        if type_ not in at.store.catalogue:
            raise ActivityError(f"There is no type '{type_}' of which a resource could be made.", final=True)
        made = [(name, at.values(text)) for name, text in self.attributes.items()]
        changes = [at.changed(type_, name, Mode.REPLACE, values) for name, values in made]
        wish = Wish(Operation.CREATE, type_, None, tuple(change for change in changes if change.values))
        (outcome,) = at.submit([wish], self.actor, authorize=self.apply_authorization)
        if outcome.target is None or not outcome.status.done:
            return Done(f"request {outcome.request} waits for consent")
        self._keep(at, outcome.target)
        return Done(f"{type_} {outcome.target} by request {outcome.request}")

    def _keep(self, at: Situation, id_: int) -> None:
        if self.result:
            at.data[self.result] = [kept(Id(id_))]

    def mistakes(self) -> Iterator[str]:
        """What it is to be found by has to be a filter."""
        yield from super().mistakes()
        if self.conflict and not self.conflict.startswith("/"):
            yield f"'{self.conflict}' is no filter: write it as in `/person[accountName = '[//Target/accountName]']`"
