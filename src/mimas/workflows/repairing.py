"""What a person does about workflows that have failed: try again, leave out an activity, end them."""

from dataclasses import dataclass

from mimas.requests import waiting
from mimas.requests.journal import Status as Request
from mimas.requests.journal import move as move_request
from mimas.requests.writing import Writer
from mimas.runs.symbols import Symbols
from mimas.store import outbox, workflows
from mimas.store.database import Transaction
from mimas.store.instants import stamp
from mimas.store.workflows import Progress
from mimas.workflows import definition, instances
from mimas.workflows.approving import approvals
from mimas.workflows.definition import DefinitionError
from mimas.workflows.instances import Status
from mimas.workflows.situation import ACTION


class RepairError(Exception):
    """It cannot be done; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Repairing:
    """Repairs workflows of one installation."""

    symbols: Symbols

    def retry(self, tx: Transaction, instance: int) -> None:
        """Try the activity again that has failed. Raises `RepairError`."""
        writer, progress = self._open(tx, instance)
        if _outside(tx, progress):
            progress.state = None
        self._on(writer, progress, "tried again")

    def skip(self, tx: Transaction, instance: int, because: str) -> None:
        """Go on with the next activity, as if this one had been done. Raises `RepairError`."""
        writer, progress = self._open(tx, instance)
        approvals.abandon(writer, instance)
        workflows.end(tx, instance, progress.place, stamp(writer.context.now), f"left out: {because}")
        progress.place += 1
        progress.state = None
        self._on(writer, progress, f"activity {progress.place} left out: {because}")

    def end(self, tx: Transaction, instance: int, because: str) -> None:
        """End a workflow; a request that waits for it is denied. Raises `RepairError`."""
        writer, progress = self._open(tx, instance)
        instances.move(writer, progress, Status.TERMINATED, f"ended: {because}")
        outbox.drop(tx, [instance])
        approvals.abandon(writer, instance)
        if progress.request is None:
            return
        if progress.phase == ACTION:
            move_request(writer, progress.request, Request.POST_PROCESSING_ERROR, [f"A workflow was ended: {because}"])
        else:
            waiting.end(writer, progress.request, Request.DENIED, f"A workflow was ended: {because}")

    def _open(self, tx: Transaction, instance: int) -> tuple[Writer, Progress]:
        progress = workflows.load(tx, instance)
        if progress is None:
            raise RepairError(f"There is no workflow under way with the id {instance}; `mimas workflows` lists them.")
        if progress.ended:
            raise RepairError(f"The workflow {instance} has ended: nothing can be done about it any more.")
        return Writer(tx, self.symbols), progress

    def _on(self, writer: Writer, progress: Progress, detail: str) -> None:
        instances.move(writer, progress, Status.RUNNING, detail)
        if not outbox.wake(writer.tx, progress.instance, writer.context.now):
            now = stamp(writer.context.now)
            outbox.put(writer.tx, [(outbox.TURN, 0, progress.instance)], now, writer.store.cause.person)


def _outside(tx: Transaction, progress: Progress) -> bool:
    """Whether an activity that is begun anew has to forget that it was begun; what one waits for, it remembers."""
    try:
        return definition.read(workflows.body(tx, progress.version))[progress.place].outside
    except (DefinitionError, IndexError):
        return False


def described(tx: Transaction, progress: Progress) -> list[tuple[str, str, str]]:
    """The activities of a workflow: (name, when it ended, what became of it, or why it has failed)."""
    ended = {step.place: step for step in workflows.steps(tx, progress.instance)}
    try:
        activities = definition.read(workflows.body(tx, progress.version))
    except DefinitionError as error:
        return [("", "", str(error))]
    found = []
    for place, activity in enumerate(activities):
        step = ended.get(place)
        if step is not None and step.ended is not None:
            found.append((activity.title or activity.activity, step.ended, step.note or "done"))
        elif place == progress.place and not progress.ended:
            failed = outbox.note(tx, progress.instance)
            found.append(
                (activity.title or activity.activity, "", failed or ("waits" if progress.state else "its turn"))
            )
        else:
            found.append((activity.title or activity.activity, "", ""))
    return found
