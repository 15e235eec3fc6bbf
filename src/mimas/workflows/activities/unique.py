"""Values that nobody else has: account names, mail addresses."""

from collections.abc import Iterator
from itertools import chain, count, islice

from pydantic import BaseModel, ConfigDict, Field

from mimas.language.keys import normal
from mimas.requests.wishes import Mode, Operation, Wish
from mimas.store import facts, naming, objects
from mimas.workflows.activities.contract import Activity
from mimas.workflows.lookups import parts
from mimas.workflows.outcome import ActivityError, Done, Outcome
from mimas.workflows.situation import SERVICE, Situation

_DATA = "workflowdata"
_KEY = "uniquenesskey"
_MOST = 10_000
"""So many candidates are tried at most."""


class Space(BaseModel):
    """A connected system whose objects are asked, too, as they were seen last."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    connector: str = Field(description="The connector.")
    attribute: str = Field(description="The attribute of its objects that would hold the value.")


class GenerateUniqueValue(Activity):
    """Find a value that nobody has, and write it (MIMWAL: *Generate Unique Value*).

    It is given out as sync rules give out unique values: what has been given to one is given to nobody else, whether it
    has been written already or not. Nobody means: no resource whose attribute of that name is indexed, none that the
    filters find, and no object of the connected systems.
    """

    target: str = Field(description="Where it goes: `[//Target/accountName]`, `[//WorkflowData/accountName]`.")
    candidates: list[str] = Field(
        min_length=1, description="What is tried, in this order; the last has `[//UniquenessKey]` in it."
    )
    conflicts: list[str] = Field(
        default_factory=list, description="Filters that may find nobody but the target; the value is `[//Value]`."
    )
    spaces: list[Space] = Field(default_factory=list, description="Connected systems in which nobody may have it.")
    first_key: int = Field(2, ge=0, description="With which number `[//UniquenessKey]` begins.")
    actor: str = Field(SERVICE, description="As whom it is written: `service`, `requestor`, or a look-up.")

    def run(self, at: Situation) -> Outcome:
        """Try the candidates until one is free."""
        *owner, name = parts(self.target.strip()[1:-1])
        kept = [part.casefold() for part in owner] == [_DATA]
        holders = [] if kept else at.along(owner)
        if not kept and len(holders) != 1:
            raise ActivityError(f"{self.target} leads to {len(holders)} resources, and one is to get the value.")
        holder = holders[0] if holders else None
        attribute = self._attribute(at, holder, name)
        value = next((one for one in self._candidates(at) if self._free(at, attribute, holder, one)), None)
        if value is None:
            raise ActivityError(f"None of {_MOST:,} candidates is free for {attribute}.", final=True)
        if holder is None:
            at.data[name] = [value]
            return Done(value)
        wish = Wish(Operation.PUT, at.type_of(holder), holder, (at.change(holder, name, Mode.REPLACE, [value]),))
        outcomes = at.submit([wish], self.actor) if at.changes_something(wish) else []
        return Done("".join([value, *(f" by request {one.request}" for one in outcomes)]))

    def _attribute(self, at: Situation, holder: int | None, name: str) -> str:
        """The attribute whose values it is one of, as it is spelled."""
        if holder is not None:
            return at.change(holder, name, Mode.REPLACE, []).attribute
        return name

    def _candidates(self, at: Situation) -> Iterator[str]:
        at.lookups.given["UniquenessKey"] = [self.first_key]
        before = (at.text(text) for text in self.candidates[:-1])
        return islice(filter(None, chain(before, self._numbered(at))), _MOST)

    def _numbered(self, at: Situation) -> Iterator[str]:
        for number in count(self.first_key):
            at.lookups.given["UniquenessKey"] = [number]
            yield at.text(self.candidates[-1])

    def _free(self, at: Situation, attribute: str, holder: int | None, value: str) -> bool:
        """Whether nobody has a value; then it is given to the holder, or to the workflow, which is to use it."""
        folded = attribute.casefold()
        indexes = [f"{of}.{one}" for of, some in at.store.catalogue.items() for one in some if one.casefold() == folded]
        taken = {id_ for ids in naming.by_key(at.tx, indexes, [normal(value)]).values() for id_ in ids}
        at.lookups.given["Value"] = [value]
        for text in self.conflicts if taken <= {holder} else ():
            taken.update(at.lookups.select(text))
        for space in self.spaces if taken <= {holder} else ():
            connector = at.store.known(space.connector)
            taken.update(id_ or 0 for id_ in objects.holding(at.tx, connector, space.attribute, value).values())
        if not taken <= {holder}:
            return False
        for_whom = holder if holder is not None else at.about.instance
        return facts.claim(at.tx, attribute, normal(value), for_whom, value, at.now)

    def mistakes(self) -> Iterator[str]:
        """The last candidate has to be another one each time."""
        yield from super().mistakes()
        if len(parts(self.target.strip()[1:-1])) < 2 or not self.target.strip().endswith("]"):
            yield f"'{self.target}' is nothing that can be written: write `[//Target/ATTRIBUTE]`"
        if _KEY not in self.candidates[-1].casefold():
            yield "the last of its candidates is tried again and again, and has no `[//UniquenessKey]` in it"
        for text in self.conflicts:
            if not text.startswith("/"):
                yield f"'{text}' is no filter: write it as in `/person[accountName = '[//Value]']`"
