"""The turn of a workflow's next activity, and what follows of it for the workflow and for its request.

What an activity does in the database, that it is done, and whose turn it is next are one transaction. So a process may
die at any instruction: what is done is not done again, and what is not is begun anew by whoever takes it up.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from mimas.requests import waiting
from mimas.requests.journal import Status as Request
from mimas.requests.processing import Requests
from mimas.requests.writing import Writer
from mimas.store import outbox, resources, workflows
from mimas.store.database import Transaction
from mimas.store.history.chain import Cause
from mimas.store.instants import stamp
from mimas.store.outbox import Entry
from mimas.store.workflows import Progress
from mimas.workflows import definition, instances, starting
from mimas.workflows.activities.contract import Activity
from mimas.workflows.approving import approvals
from mimas.workflows.definition import DefinitionError
from mimas.workflows.instances import Status
from mimas.workflows.outcome import ActivityError, Done, Ends, Outcome, Refused, Waits
from mimas.workflows.roots import Roots
from mimas.workflows.situation import ACTION, AUTHENTICATION, About, Situation

_FIRST, _LONGEST = timedelta(seconds=30), timedelta(hours=1)
"""So long after a failure it is tried again, and twice as long after each other one, at most."""
_DEATHS = 5
"""So often whoever sees to an entry may die of it, or lose the database, before it is put aside."""
_UNKNOWN = (
    "It is not known how far it came: the process died meanwhile. Look, then `mimas workflows retry` or `skip` it."
)


@dataclass(frozen=True, slots=True)
class Acting:
    """An activity that is to touch what is outside of the database, between two transactions."""

    activity: Activity
    prepared: dict[str, Any]


class Advancing:
    """Gives workflows their turns."""

    def __init__(self, requests: Requests) -> None:
        self.requests = requests
        self.store = requests.store
        self._bodies: dict[int, str] = {}
        """The activities of versions, which never change."""

    def body(self, tx: Transaction, version: int) -> str:
        """The activities of a version, as text."""
        if version not in self._bodies:
            self._bodies[version] = workflows.body(tx, version)
        return self._bodies[version]

    def advance(self, entry: Entry, *, rehearsed: bool = False) -> None:
        """Go on with a workflow until it waits or has come to its end. Never raises for what an activity does."""
        going, result, attempts = True, None, entry.attempts
        acting: Acting | None = None
        while going:
            try:
                acting = None
                with self.store.transaction() as tx:
                    turn = self._turn(tx, entry, attempts, rehearsed=rehearsed)
                    if turn is None:
                        return
                    going, acting = turn.take(result)
                if acting is not None:
                    result = acting.activity.act(acting.prepared)
                else:
                    result, attempts = None, 1
            except Exception as error:  # noqa: BLE001 - whatever an activity raises is told, and no reason to end
                self.put_off(entry, attempts, error, acting)
                return

    def _turn(self, tx: Transaction, entry: Entry, attempts: int, *, rehearsed: bool) -> "_Turn | None":
        now = self.store.clock()
        with tx.foreseeing():
            outbox.renew(tx, entry, now, attempts)
            workflows.load(tx, entry.resource)
            instances.foresee(tx, self.store, entry.resource)
        if not outbox.renew(tx, entry, now, attempts):
            return None
        progress = workflows.load(tx, entry.resource)
        if progress is None or progress.ended:
            outbox.done(tx, entry)
            return None
        about = instances.about(tx, self.store, progress)
        self.store.cause = Cause(entry.person, f"workflow {about.workflow} ({about.instance})")
        if about.phase != ACTION and (about.request is None or not about.request.status.waits):
            writer = Writer(tx, self.requests.symbols)
            approvals.abandon(writer, progress.instance)
            instances.move(writer, progress, Status.CANCELED, "The request has ended.")
            outbox.done(tx, entry)
            return None
        return _Turn(self.requests, tx, entry, progress, self.body(tx, progress.version), about, now, rehearsed)

    def put_off(self, entry: Entry, attempts: int, error: Exception, acting: Acting | None = None) -> None:
        """Something has failed, perhaps outside of the database: try again later, or leave it to a person."""
        note = str(error) if isinstance(error, ActivityError | DefinitionError) else _unexpected(error)
        note = note[:1_000]
        with self.store.transaction() as tx:
            progress = workflows.load(tx, entry.resource) if entry.kind == outbox.TURN else None
            tries = _tries(tx, progress) if progress is not None else _DEATHS
            final = isinstance(error, DefinitionError) or (isinstance(error, ActivityError) and error.final)
            if acting is not None and progress is not None:
                # How far it came is known now; whether it may be done again, it says itself.
                progress.state = None
                workflows.save(tx, progress)
                final = final or not acting.activity.repeatable
            now = self.store.clock()
            if final or attempts >= tries:
                self._suspend(tx, entry, progress, note)
            else:
                pause = min(_FIRST * 2 ** (attempts - 1), _LONGEST)
                outbox.delay(tx, entry, now + pause, note, attempts=attempts)

    def _suspend(self, tx: Transaction, entry: Entry, progress: Progress | None, note: str) -> None:
        if not outbox.delay(tx, entry, None, note) or progress is None:
            return
        writer = Writer(tx, self.requests.symbols)
        instances.move(writer, progress, Status.SUSPENDED, note)
        if progress.phase == ACTION and progress.request is not None:
            starting.ended(writer, progress.request, [note])

    def give_up(self, entry: Entry) -> bool:
        """Put aside what whoever has seen to it has died of; whether it was."""
        if entry.attempts <= _DEATHS or entry.note:
            return False
        note = f"Whoever saw to it {entry.attempts - 1} times has died, or has lost the database."
        with self.store.transaction() as tx:
            progress = workflows.load(tx, entry.resource) if entry.kind == outbox.TURN else None
            self._suspend(tx, entry, progress, note)
        return True


def _unexpected(error: Exception) -> str:
    """Of an error of a library: its first line, as the others may hold values."""
    return f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}"


def _tries(tx: Transaction, progress: Progress) -> int:
    try:
        return definition.read(workflows.body(tx, progress.version))[progress.place].tries
    except (DefinitionError, IndexError):
        return 1


@dataclass(slots=True)
class _Turn:
    """One turn of one workflow, within one transaction."""

    requests: Requests
    tx: Transaction
    entry: Entry
    progress: Progress
    body: str
    """Its activities, as text."""
    about: About
    now: datetime
    rehearsed: bool

    def take(self, result: dict[str, Any] | None) -> tuple[bool, Acting | None]:
        """Take it; whether the workflow goes on at once, and what is to be done outside before that."""
        activities = definition.read(self.body)
        if self.progress.place >= len(activities):
            # Nothing is let through by a workflow that does nothing.
            if not activities and self.about.phase != ACTION:
                return self._end(Refused(f"The workflow '{self.about.workflow}' has no activities."))
            return self._end(Ends())
        activity = activities[self.progress.place]
        roots = Roots(self.tx, self.requests, self.about, self.progress, self.now)
        roots.queries = activity.queries
        at = Situation(
            self.tx, self.requests, self.about, self.progress, self.now, roots.lookups, rehearsed=self.rehearsed
        )
        if self.progress.state is None and not at.holds(activity.when):
            return self._next(Done("passed over"), len(activities))
        if activity.outside and not self.rehearsed:
            if result is None:
                return self._begin(activity, at)
            self.progress.state = result
        return self._next(_run(activity, at, roots), len(activities))

    def _begin(self, activity: Activity, at: Situation) -> tuple[bool, Acting | None]:
        """Write down that it is begun before anything is touched."""
        if self.progress.state is not None and not activity.repeatable:
            raise ActivityError(_UNKNOWN, final=True)
        self.progress.state = activity.prepare(at)
        workflows.save(self.tx, self.progress)
        workflows.begin(self.tx, self.progress.instance, self.progress.place, stamp(self.now))
        outbox.renew(self.tx, self.entry, self.now + activity.longest, self.entry.attempts)
        return True, Acting(activity, self.progress.state)

    def _next(self, outcome: Outcome, several: int) -> tuple[bool, Acting | None]:
        progress, place = self.progress, self.progress.place
        if isinstance(outcome, Waits):
            progress.state = outcome.state
            workflows.save(self.tx, progress)
            outbox.delay(self.tx, self.entry, outcome.until)
            return False, None
        progress.state = None
        note = outcome.message if isinstance(outcome, Refused) else outcome.note
        workflows.end(self.tx, progress.instance, place, stamp(self.now), note[:1_000])
        if isinstance(outcome, Done):
            progress.place += 1
            if progress.place < several:
                workflows.save(self.tx, progress)
                return True, None
            outcome = Ends()
        return self._end(outcome)

    def _end(self, outcome: Refused | Ends) -> tuple[bool, Acting | None]:
        """The workflow has come to its end, and perhaps what its request waits for."""
        writer = Writer(self.tx, self.requests.symbols)
        refused = outcome.message if isinstance(outcome, Refused) else ""
        instances.move(writer, self.progress, Status.TERMINATED if refused else Status.COMPLETED, refused)
        outbox.done(self.tx, self.entry)
        if (request := self.progress.request) is None:
            return False, None
        if self.about.phase == ACTION:
            self._action_ended(writer, request, refused)
        elif refused:
            waiting.end(writer, request, Request.DENIED, refused)
        else:
            self._let_through(writer, request)
        return False, None

    def _action_ended(self, writer: Writer, request: int, refused: str) -> None:
        with self.tx.foreseeing():
            workflows.of_request(self.tx, request)
            outbox.waits(self.tx, outbox.FOLLOWS, request)
            resources.locked(self.tx, request)
        others = [one for one in workflows.of_request(self.tx, request) if not one.ended]
        if refused or not (others or outbox.waits(self.tx, outbox.FOLLOWS, request)):
            starting.ended(writer, request, [refused] if refused else [])

    def _let_through(self, writer: Writer, request: int) -> None:
        """Where this was the last of them, the next phase begins, or the request is done."""
        family = waiting.family(self.tx, writer.store, request)
        for one in family:
            open_ = [each for each in workflows.of_request(self.tx, one) if not each.ended]
            if open_ or outbox.waits(self.tx, outbox.AUTHORIZES, one):
                return
        if self.about.phase == AUTHENTICATION and waiting.authorize(writer, self.requests.policies, family):
            return
        self.requests.resume(request)


def _run(activity: Activity, at: Situation, roots: Roots) -> Outcome:
    """Do it, once or for each of its values."""
    if not activity.for_each:
        return activity.run(at)
    notes: list[str] = []
    for value in at.values(activity.for_each):
        roots.lookups.given["Value"] = [value]
        outcome = activity.run(replace(at))
        if not isinstance(outcome, Done):
            return outcome
        notes.append(outcome.note)
    return Done("; ".join(filter(None, notes)))
