"""Whether a request may be let through: by conditions, by what there is, and by what else is being asked."""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field

from mimas.workflows.activities.contract import Activity
from mimas.workflows.lookups import Id
from mimas.workflows.outcome import Done, Outcome, Refused
from mimas.workflows.situation import AUTHORIZATION, Situation


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    message: str = Field(description="What whoever asks is told otherwise: text with look-ups.")


class Condition(_Said):
    """What has to hold."""

    condition: str = Field(description="An expression: `=IsPresent([//Effective/manager])`.")


class Unique(_Said):
    """What nobody may be, but the target itself."""

    filter: str = Field(description="A filter: `/person[accountName = '[//Effective/accountName]']`.")


class Rival(_Said):
    """What no other request that waits for consent, and was asked before, may be."""

    condition: str = Field(
        description="A condition about the other one: `[//ComparedRequest/…]`, `[//ComparedRequest/Delta/…]`."
    )


class VerifyRequest(Activity):
    """Deny what should not be asked (MIMWAL: *Verify Request*).

    Other requests are those about resources of the same type. Of two that stand in each other's way the one that was
    asked first goes on.
    """

    phases = frozenset({AUTHORIZATION})

    conditions: list[Condition] = Field(default_factory=list, description="What has to hold.")
    unique: list[Unique] = Field(default_factory=list, description="Filters that may find nobody but the target.")
    conflicts: list[Rival] = Field(default_factory=list, description="What no other waiting request may be.")

    def run(self, at: Situation) -> Outcome:
        """The first that does not hold is told."""
        for one in (*self._wrong(at), *self._taken(at)):
            return Refused(at.text(one.message))
        for request in self._others(at) if self.conflicts else ():
            at.lookups.given["ComparedRequest"] = [Id(request)]
            if (rival := next((one for one in self.conflicts if at.holds(one.condition)), None)) is not None:
                return Refused(at.text(rival.message))
        return Done()

    def _wrong(self, at: Situation) -> list[Condition]:
        return [one for one in self.conditions if not at.holds(one.condition)]

    def _taken(self, at: Situation) -> list[Unique]:
        return [one for one in self.unique if set(at.lookups.select(one.filter)) - {at.about.target}]

    def _others(self, at: Situation) -> list[int]:
        request = at.about.request
        if request is None:
            return []
        type_ = request.wish.type
        found = at.lookups.select(f"/Request[RequestStatus = 'Authorizing' and TargetObjectType = '{type_}']")
        return [id_ for id_ in found if id_ < request.request and not self._same(at, id_)]

    def _same(self, at: Situation, other: int) -> bool:
        """Whether another request was asked together with this one."""
        assert at.about.request is not None
        parents = [int(found) for found in at.lookups.along([other], ["parentrequest"]) if isinstance(found, Id)]
        own = at.lookups.along([at.about.request.request], ["parentrequest"])
        return other in own or bool({*parents} & {int(found) for found in own if isinstance(found, Id)})

    def mistakes(self) -> Iterator[str]:
        """It has to say something."""
        yield from super().mistakes()
        if not (self.conditions or self.unique or self.conflicts):
            yield "it verifies nothing: write `conditions`, `unique` or `conflicts`"
