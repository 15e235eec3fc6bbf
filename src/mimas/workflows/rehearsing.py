"""A workflow is tried: everything is done as it would be, looked at, and undone; nothing outside of the database is.

Waits are passed through at once, by a clock that is put forward. Whoever is asked for consent gives it, or does not, as
whoever tries has said. Scripts are told of and not run, and letters are shown and not sent.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mimas.mail.layout import Changed
from mimas.requests import journal, waiting
from mimas.requests.journal import Entry
from mimas.requests.journal import Status as Request
from mimas.requests.processing import Outcome, Requests
from mimas.requests.wishes import Operation, Wish
from mimas.requests.writing import Writer
from mimas.runs.symbols import Symbols
from mimas.schema.values import as_list, decode
from mimas.store import approvals as kept
from mimas.store import letters, outbox, resources, workflows
from mimas.store.database import Transaction
from mimas.store.letters import Kept, State
from mimas.store.looking import title
from mimas.store.store import Store
from mimas.workflows import definition, instances
from mimas.workflows.advancing import Advancing
from mimas.workflows.approving import approvals
from mimas.workflows.approving.approvals import Approval, Decision
from mimas.workflows.approving.approvals import Status as Consent
from mimas.workflows.changes import changed
from mimas.workflows.instances import Definition
from mimas.workflows.situation import ACTION, AUTHENTICATION

FAILED = "Failed"
"""An activity would fail: whether it is tried again by itself, and how often, the workflow says."""
_REQUEST = re.compile(r"\brequest [0-9]+\b")
_PAUSES = 200
"""A workflow that waits more often is not followed to its end."""
_SHOWN = 1_000
_MOMENT = timedelta(seconds=1)
"""Instants in the database are whole seconds, and what waits does not come a part of one too soon."""


@dataclass(frozen=True, slots=True)
class Step:
    """An activity: what it is called, how long it has waited, and what it has told of itself."""

    activity: str
    waited: tuple[datetime, ...]
    """The instants until which it has waited."""
    reached: bool
    note: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that the workflow would make, and what became of it."""

    title: str
    status: str
    detail: str
    changes: tuple[Changed, ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would come of a workflow."""

    workflow: str
    phase: str
    status: str
    detail: str
    request: str
    """How far the request would have come that it is about."""
    steps: tuple[Step, ...]
    asked: tuple[Asked, ...]
    letters: tuple[Kept, ...]


def rehearse(requests: Requests, workflow: int, wish: Wish, actor: int | None, *, rejects: bool = False) -> Rehearsal:
    """Try a workflow as if somebody had wished something; a change of nothing where nothing is wished.

    Raises `DefinitionError` for a workflow whose activities cannot be read, and `ValueError` for what is none, or where
    what is wished cannot be done.
    """
    store = requests.store
    # Of its own, as whoever remembers what is undone would believe it.
    own = Requests(
        store,
        Symbols(store, requests.symbols.compiled),
        requests.owners,
        requests.seal,
        requests.answering,
        requests.scripts,
    )
    with _clock(store) as clock, store.rehearsal() as tx:
        return _Rehearsing(own, tx, clock, rejects=rejects).all(workflow, wish, actor)
    raise AssertionError  # never reached: a rehearsal suppresses its own end only


@dataclass(slots=True)
class _Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


@contextmanager
def _clock(store: Store) -> Iterator[_Clock]:
    before, clock = store.clock, _Clock(store.clock())
    store.clock = clock
    try:
        yield clock
    finally:
        store.clock = before


class _Rehearsing:
    def __init__(self, requests: Requests, tx: Transaction, clock: _Clock, *, rejects: bool) -> None:
        self.requests, self.tx, self.clock = requests, tx, clock
        self.store, self.rejects = requests.store, rejects
        self.advancing = Advancing(requests)
        self.waited: dict[int, list[datetime]] = {}

    def all(self, workflow: int, wish: Wish, actor: int | None) -> Rehearsal:
        found = next(iter(instances.definitions(self.tx, self.store, [workflow])), None)
        if found is None:
            raise ValueError(f"There is no workflow {workflow}.")
        definition.read(found.activities or instances.NOTHING)
        letter = self.tx.allocate("letter", 1)
        request, target = self._request(found, wish, actor)
        (instance,) = instances.begin(Writer(self.tx, self.requests.symbols), found, request, actor, [target])
        self._go(instance)
        values = self._values(instance)
        detail = "; ".join(map(str, as_list(values.get("WorkflowStatusDetail"))))
        about = self._values(request)
        told = "; ".join(map(str, as_list(about.get("RequestStatusDetail"))))
        return Rehearsal(
            found.title,
            found.phase,
            FAILED if outbox.note(self.tx, instance) else str(values["WorkflowStatus"]),
            detail,
            f"{about['RequestStatus']}{f': {told}' if told else ''}",
            tuple(self._steps(found, instance)),
            tuple(self._asked(request)),
            tuple(one for one in letters.listed(self.tx, list(State), _SHOWN)[::-1] if one.id > letter),
        )

    def _request(self, found: Definition, wish: Wish, actor: int | None) -> tuple[int, int | None]:
        """The request that it is about, and what that is about; what it follows from is done before."""
        target, status = wish.target, Request.AUTHORIZING
        if found.phase == ACTION:
            status = Request.POST_PROCESSING
            if wish.changes or wish.operation is not Operation.PUT:
                target = self._done(wish).target
        elif found.phase == AUTHENTICATION:
            status = Request.AUTHENTICATING
        writer = Writer(self.tx, self.requests.symbols)
        values = self._values(target) if target is not None else {}
        return journal.enter(writer, Entry(wish, actor, target, title(values) or wish.type), status), target

    def _done(self, wish: Wish) -> Outcome:
        (outcome,) = self.requests.submit(None, wish, authorized=True)
        if not outcome.status.done:
            raise ValueError(f"What is wished cannot be done: {outcome.message}")
        return outcome

    def _go(self, instance: int) -> None:
        for _ in range(_PAUSES):
            entries = outbox.take_about(self.tx, self.clock.now, [outbox.TURN], instance)
            for entry in entries:
                self.advancing.advance(entry, rehearsed=True)
            progress = workflows.load(self.tx, instance)
            if progress is None or progress.ended:
                return
            due = outbox.due(self.tx, instance)
            if due is None or outbox.note(self.tx, instance):
                return
            if not self._consent(instance):
                until = datetime.fromisoformat(due)
                self.waited.setdefault(progress.place, []).append(until)
                self.clock.now = max(until + _MOMENT, self.clock.now)
            else:
                outbox.wake(self.tx, instance, self.clock.now)

    def _consent(self, instance: int) -> bool:
        """Have whoever is asked answer; whether anybody was."""
        ids = kept.of_workflow(self.tx, self.store, instance)
        found = [one for one in approvals.load(self.tx, self.store, ids) if one.status is Consent.PENDING]
        for one in found:
            self._answer(one)
        return bool(found)

    def _answer(self, approval: Approval) -> None:
        writer = Writer(self.tx, self.requests.symbols)
        decision = Decision.REJECTED if self.rejects else Decision.APPROVED
        for person in approval.open[: 1 if self.rejects else approval.threshold]:
            approvals.respond(writer, approval, person, None, decision, "")
        approvals.close(writer, approval.id, Consent.REJECTED if self.rejects else Consent.APPROVED)

    def _steps(self, found: Definition, instance: int) -> Iterator[Step]:
        progress = workflows.load(self.tx, instance)
        assert progress is not None
        done = {one.place: one.note for one in workflows.steps(self.tx, instance)}
        for place, activity in enumerate(definition.read(found.activities or instances.NOTHING)):
            failed = place == progress.place and place not in done and not progress.ended
            note = outbox.note(self.tx, instance) if failed else done.get(place, "")
            called = f"{activity.activity}: {activity.title}" if activity.title else activity.activity
            waited = tuple(self.waited.get(place, ()))
            # Nobody will find the requests by the numbers that they have now.
            yield Step(called, waited, place in done or failed, _REQUEST.sub("a request", note))

    def _asked(self, request: int) -> Iterator[Asked]:
        children = waiting.children(self.tx, self.store, request)
        for id_ in children:
            found = waiting.read(self.tx, self.store, id_)
            values = self._values(id_)
            if found is not None:
                detail = "; ".join(map(str, as_list(values.get("RequestStatusDetail"))))
                changes = changed(self.tx, self.store, found.wish, done=found.status.done)
                yield Asked(str(values["DisplayName"]), str(found.status), detail, tuple(changes))

    def _values(self, id_: int) -> dict[str, Any]:
        (row,) = resources.load(self.tx, [id_])
        return dict(decode(row.doc))
