"""Changing resources: the target, or whoever a look-up leads to."""

from collections.abc import Iterator
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from mimas.requests.wishes import Change, Mode, Operation, Wish
from mimas.workflows.activities.contract import Activity
from mimas.workflows.lookups import parts
from mimas.workflows.outcome import Done, Outcome
from mimas.workflows.roots import kept
from mimas.workflows.situation import SERVICE, Situation

_DATA = "workflowdata"


class How(StrEnum):
    """What becomes of the values that are there already."""

    SET = "set"
    ADD = "add"
    REMOVE = "remove"


_MODES = {How.SET: Mode.REPLACE, How.ADD: Mode.INSERT, How.REMOVE: Mode.REMOVE}


class Update(BaseModel):
    """A value, and where it goes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    target: str = Field(description="Where: `[//Target/Department]`, `[//WorkflowData/name]`.")
    value: str = Field("", description="What: text with look-ups, or an expression. Nothing clears.")
    how: How = Field(How.SET, description="Whether it takes the place of what is there, or is added to it, or removed.")
    allow_null: bool = Field(True, description="Whether what comes to nothing clears; otherwise it changes nothing.")


class UpdateResources(Activity):
    """Change resources, and what the workflow keeps (MIMWAL: *Update Resources*; MIM: *Function Evaluator*).

    Of one resource there is one request, and none where nothing would change.
    """

    updates: list[Update] = Field(min_length=1, description="What goes where.")
    actor: str = Field(SERVICE, description="As whom it is asked: `service`, `requestor`, or a look-up.")
    apply_authorization: bool = Field(False, description="Whether the requests may have to wait for consent.")

    def run(self, at: Situation) -> Outcome:
        """Change them, as requests of their own."""
        changes: dict[int, list[Change]] = {}
        for update in self.updates:
            found = at.values(update.value) if update.value else []
            if not found and not update.allow_null:
                continue
            *owner, name = parts(update.target.strip()[1:-1])
            if [part.casefold() for part in owner] == [_DATA]:
                at.data[name] = [kept(value) for value in found]
                continue
            for id_ in at.along(owner):
                changes.setdefault(id_, []).append(at.change(id_, name, _MODES[update.how], found))
        wishes = [Wish(Operation.PUT, at.type_of(id_), id_, tuple(some)) for id_, some in changes.items()]
        told = [wish for wish in wishes if at.changes_something(wish)]
        outcomes = at.submit(told, self.actor, authorize=self.apply_authorization) if told else []
        return Done(", ".join(f"request {outcome.request}" for outcome in outcomes))

    def mistakes(self) -> Iterator[str]:
        """Each target has to be an attribute of somebody."""
        yield from super().mistakes()
        for update in self.updates:
            if len(parts(update.target.strip()[1:-1])) < 2 or not update.target.strip().endswith("]"):
                yield f"'{update.target}' is nothing that can be written: write `[//Target/ATTRIBUTE]`"
