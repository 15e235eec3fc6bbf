"""The letters of an approval: to those who are asked, who stand in for them, and who has asked for the change."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from mimas.mail import layout
from mimas.store import letters as post
from mimas.store.letters import Letter
from mimas.workflows.approving.approvals import Approval, Response
from mimas.workflows.approving.deputies import among, deputies
from mimas.workflows.letters import Given, Letters
from mimas.workflows.lookups import Id
from mimas.workflows.situation import Situation
from mimas.workflows.wording import shown


class Templates(BaseModel):
    """The names of the templates; without one, Mimas's own is taken."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pending: str = Field("approval", description="To whoever is asked.")
    reminder: str = Field("reminder", description="To whoever has not decided yet.")
    escalated: str = Field("escalated", description="To those who are asked when nobody has decided in time.")
    completed: str = Field("decided", description="To those who were asked, when it is approved.")
    denied: str = Field("denied", description="To whoever has made the request, when it is rejected.")
    timed_out: str = Field("timed-out", description="To them when nobody has decided in time.")


@dataclass(slots=True)
class Telling:
    """Writes the letters of one approval, within one turn of its workflow.

    ``marks``: person → the mark of the first letter that they got, to which later ones belong.
    """

    at: Situation
    approval: Approval
    marks: dict[str, str] = field(default_factory=dict)
    effect: Callable[[int], Sequence[str]] = lambda _: ()
    """What would come of it, as somebody sees it, in lines: asked only where a template tells of it."""
    _letters: Letters = field(init=False)

    def __post_init__(self) -> None:
        self._letters = Letters(self.at)

    def ask(self, people: Iterable[int], template: str, until: datetime) -> None:
        """Ask some approvers, and whoever stands in for them now."""
        several = dict.fromkeys(people)
        for deputy in self._deputies(list(several)):
            several.setdefault(deputy)
        for person in several:
            self._send(person, template, self._given(person), until=until)

    def tell(self, people: Iterable[int], template: str, response: Response | None = None) -> None:
        """Tell some people what has become of it; whoever was to be asked meanwhile is asked no more."""
        post.withdraw(self.at.tx, [self.approval.id])
        for person in dict.fromkeys(people):
            self._send(person, template, self._given(person, response))

    def _send(self, person: int, template: str, given: Given, until: datetime | None = None) -> None:
        before = self.marks.get(str(person))
        letter = self._letters.to(person, template, about=self.approval.id, given=given, until=until, follows=before)
        if letter is not None:
            self.marks.setdefault(str(person), letter.mark)
            self._put(letter)

    def _put(self, letter: Letter) -> None:
        post.put(self.at.tx, [letter], self.at.now)

    def _deputies(self, people: Sequence[int]) -> list[int]:
        """Whoever stands in for some approvers; never whoever has made the request."""
        request = self.at.about.request
        type_ = request.wish.type if request is not None else ""
        found = among(deputies(self.at.tx, self.at.store, people, self.at.now), type_)
        every = dict.fromkeys(deputy for some in found.values() for deputy in some)
        return [deputy for deputy in every if deputy != self.approval.requestor]

    def _given(self, person: int, response: Response | None = None) -> Given:
        """What look-ups below ``Approval`` find."""
        said = response.reason if response is not None else ""
        return {
            "deadline": lambda: [self.approval.deadline],
            "effect": lambda: [layout.lines(self.effect(person))],
            "reason": lambda: [said] if said else [],
            "decider": lambda: [self.name(response.person)] if response is not None else [],
            "onbehalfof": lambda: [self.name(response.behalf)] if response is not None and response.behalf else [],
        }

    def name(self, person: int | None) -> str:
        """What somebody is called."""
        return shown([Id(person)], self.at.lookups) if person is not None else "somebody who is not there any more"
