"""Asking for consent: the activity Approval, as MIM has it and MIMWAL extends it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from mimas.language.coercion import as_date, as_integer, iso
from mimas.language.errors import FlowError
from mimas.requests.writing import Writer
from mimas.workflows.activities.contract import Activity
from mimas.workflows.approving import approvals
from mimas.workflows.approving.approvals import Approval, Status
from mimas.workflows.approving.effect import Effect, effect, seen
from mimas.workflows.approving.telling import Telling, Templates
from mimas.workflows.durations import duration
from mimas.workflows.outcome import ActivityError, Done, Outcome, Refused, Waits
from mimas.workflows.people import expanded
from mimas.workflows.situation import AUTHORIZATION, Phase, Situation

_OFTEN = timedelta(minutes=5)
"""Nobody is reminded more often."""


class Reminders(BaseModel):
    """When those who have not decided are reminded."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    every: str = Field("", description="Again and again after so long: `1 day`.")
    before: list[str] = Field(default_factory=list, description="So long before the end: `2 days`, `4 hours`.")

    def next(self, at: Situation, since: datetime, until: datetime) -> datetime | None:
        """When they are reminded next, of a time that began and ends at these instants; none: not any more."""
        found = [until - at.duration(text) for text in self.before]
        if self.every:
            pause = max(at.duration(self.every), _OFTEN)
            found.append(since + pause * ((at.now - since) // pause + 1))
        return min((one for one in found if at.now < one < until), default=None)


_NEVER, _STANDARD = Reminders.model_validate({}), Templates.model_validate({})


class ApprovalActivity(Activity):
    """Have somebody consent before the request is done (MIM: *Approval*; MIMWAL: *Request Approval*).

    The first who rejects rejects. Where nobody has decided in time, others are asked, and then it is denied; where too
    few can be asked, it is denied at once.
    """

    phases: ClassVar[frozenset[Phase]] = frozenset({AUTHORIZATION})
    repeats: ClassVar[bool] = False

    approvers: str = Field(
        min_length=1, description="Who is asked: look-ups, people, groups and sets, separated by `;`."
    )
    threshold: int | str = Field(1, description="How many of them have to agree.")
    duration: str = Field("7 days", description="How long they have, and so long again those who are asked next.")
    escalation: str = Field("", description="Who is asked besides when the time is over.")
    reminders: Reminders = Field(_NEVER, description="When they are reminded.")
    self_approval: bool = Field(False, description="Whether whoever makes the request may be among those asked.")
    templates: Templates = Field(_STANDARD, description="The letters, by the names of EmailTemplates.")

    def run(self, at: Situation) -> Outcome:
        """Ask; and then see what has become of it."""
        if at.state is None:
            return self._ask(at)
        found = approvals.locked(at.tx, at.store, int(at.state["approval"]))
        if found is None:
            return Refused("The approval was deleted, so nobody can consent any more.")
        telling = Telling(at, found, dict(at.state["marks"]), _effect(at))
        match found.status:
            case Status.APPROVED:
                return self._approved(at, telling)
            case Status.REJECTED:
                return self._rejected(at, telling)
            case Status.EXPIRED:
                return Refused(_LATE)
        return self._late(at, telling) if at.now >= found.deadline else self._remind(at, telling)

    def mistakes(self) -> Iterator[str]:
        """Times and numbers that are none."""
        yield from super().mistakes()
        for text in filter(_plain, (self.duration, self.reminders.every, *self.reminders.before)):
            try:
                if duration(text) <= timedelta():
                    yield f"'{text}' is no time to wait"
            except FlowError as error:
                yield str(error)
        if isinstance(self.threshold, int) or _plain(self.threshold):
            try:
                if as_integer(self.threshold) < 1:
                    yield "'threshold' has to be 1 at least: nobody's consent is none"
            except FlowError as error:
                yield f"'threshold': {error}"

    def _ask(self, at: Situation) -> Outcome:
        threshold, time = self._threshold(at), self._time(at)
        people, left_out = self._people(at, self.approvers)
        escalated = False
        if len(people) < threshold and self.escalation:
            more, others = self._people(at, self.escalation)
            people, left_out, escalated = list(dict.fromkeys([*people, *more])), left_out or others, True
        if len(people) < threshold:
            return Refused(_too_few(threshold, len(people), left_out=left_out))
        request = at.about.request
        assert request is not None
        deadline = at.now + time
        writer = _writer(at)
        id_ = approvals.begin(
            writer, (request.request, at.about.requestor), at.about.instance, people, threshold, deadline
        )
        (approval,) = approvals.load(at.tx, at.store, [id_])
        telling = Telling(at, approval, {}, _effect(at))
        telling.ask(people, self.templates.pending, self._last(at, deadline, escalated=escalated))
        return self._wait(at, telling, at.now, deadline, escalated=escalated)

    def _threshold(self, at: Situation) -> int:
        values = at.values(self.threshold) if isinstance(self.threshold, str) else [self.threshold]
        try:
            found = as_integer(values[0] if values else 0)
        except FlowError as error:
            raise ActivityError(f"How many have to agree, {self.threshold}, is no number: {error}.") from None
        if found < 1:
            raise ActivityError(f"{found} have to agree ({self.threshold}): it has to be 1 at least.")
        return found

    def _time(self, at: Situation) -> timedelta:
        found = at.duration(self.duration)
        if found <= timedelta():
            raise ActivityError(f"'{self.duration}' leaves no time to decide.")
        return found

    def _last(self, at: Situation, deadline: datetime, *, escalated: bool) -> datetime:
        """The last instant at which somebody who is asked now may still decide."""
        return deadline + self._time(at) if self.escalation and not escalated else deadline

    def _people(self, at: Situation, text: str) -> tuple[list[int], bool]:
        """Whom a text names, and whether whoever has made the request was left out of them."""
        found = expanded(at.tx, at.store, at.resources(text))
        if self.self_approval or at.about.requestor not in found:
            return found, False
        return [id_ for id_ in found if id_ != at.about.requestor], True

    def _wait(self, at: Situation, telling: Telling, since: datetime, deadline: datetime, *, escalated: bool) -> Waits:
        reminder = self.reminders.next(at, since, deadline)
        state = {
            "approval": telling.approval.id,
            "since": iso(since),
            "reminder": iso(reminder) if reminder is not None else None,
            "escalated": escalated,
            "marks": telling.marks,
        }
        return Waits(min(deadline, reminder or deadline), state, f"for consent, until {iso(deadline)}")

    def _remind(self, at: Situation, telling: Telling) -> Outcome:
        """It has been looked at before its time is over: somebody has agreed, or is to be reminded."""
        assert at.state is not None
        approval, reminder = telling.approval, at.state["reminder"]
        if reminder is not None and as_date(str(reminder)) <= at.now:
            until = self._last(at, approval.deadline, escalated=at.state["escalated"])
            telling.ask(approval.open, self.templates.reminder, until)
        since = as_date(str(at.state["since"]))
        return self._wait(at, telling, since, approval.deadline, escalated=at.state["escalated"])

    def _late(self, at: Situation, telling: Telling) -> Outcome:
        """The time is over: others are asked besides, for as long again; or it is denied."""
        assert at.state is not None
        approval = telling.approval
        if self.escalation and not at.state["escalated"]:
            people = [id_ for id_ in self._people(at, self.escalation)[0] if id_ not in approval.approvers]
            if people:
                deadline = at.now + self._time(at)
                approvals.extend(_writer(at), approval, people, deadline)
                (telling.approval,) = approvals.load(at.tx, at.store, [approval.id])
                telling.ask(people, self.templates.escalated, deadline)
                return self._wait(at, telling, at.now, deadline, escalated=True)
        approvals.close(_writer(at), approval.id, Status.EXPIRED)
        telling.tell(_somebody(at.about.requestor), self.templates.timed_out)
        return Refused(_LATE)

    def _approved(self, at: Situation, telling: Telling) -> Outcome:
        approval = telling.approval
        agreed = approval.consenting
        before = [int(id_) for id_ in at.data.get("Approvers", ())]
        at.data["Approvers"] = [*before, *(one.person for one in agreed if one.person is not None)]
        if reasons := [one.reason for one in agreed if one.reason]:
            at.data["Reason"] = reasons
        telling.tell(approval.approvers, self.templates.completed, agreed[-1] if agreed else None)
        return Done(f"approved by {', '.join(_said(telling, approval))}")

    def _rejected(self, at: Situation, telling: Telling) -> Outcome:
        last = telling.approval.responses[-1]
        at.data["Reason"] = [last.reason] if last.reason else []
        telling.tell(_somebody(at.about.requestor), self.templates.denied, last)
        by = f"Rejected by {telling.name(last.person)}"
        return Refused(f"{by}: {last.reason}" if last.reason else f"{by}.")


_LATE = "Nobody has decided in time."


def _said(telling: Telling, approval: Approval) -> Iterator[str]:
    for one in approval.consenting:
        behalf = f" for {telling.name(one.behalf)}" if one.behalf is not None else ""
        yield f"{telling.name(one.person)}{behalf}"


def _effect(at: Situation) -> Callable[[int], list[str]]:
    """What would come of the request, as somebody sees it, in lines: worked out once, and only if somebody is told."""
    request = at.about.request
    found = cache(lambda: effect(at.requests, request.request) if request is not None else Effect())
    return lambda person: seen(at.requests, found(), person).lines()


def _too_few(threshold: int, several: int, *, left_out: bool) -> str:
    own = "; whoever asks for something does not decide over it" if left_out else ""
    if not several:
        return f"There is nobody who could be asked for consent{own}."
    return f"{threshold} people have to consent, and only {several} can be asked{own}."


def _somebody(person: int | None) -> list[int]:
    return [] if person is None else [person]


def _writer(at: Situation) -> Writer:
    return Writer(at.tx, at.requests.symbols)


def _plain(text: str) -> bool:
    """Whether a text is what it says, without look-ups."""
    return bool(text) and not text.startswith("=") and "[//" not in text
