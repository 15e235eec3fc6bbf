"""Answers of whoever asks for something, by which they prove who they are: a code, and whatever gates there may be."""

from datetime import datetime

from mimas.requests import waiting
from mimas.requests.journal import Status
from mimas.requests.processing import Requests
from mimas.store import facts, outbox, workflows
from mimas.store.workflows import Progress
from mimas.workflows import definition, instances
from mimas.workflows.activities.gates import Gate
from mimas.workflows.activities.lockout import LockoutGate
from mimas.workflows.situation import AUTHENTICATION

_NOBODY = "There is no request of yours with the number {} that waits for an answer."


def answer(requests: Requests, request: int, text: str, actor: int) -> str:
    """Give an answer to the gate that a request waits at; empty if it was taken, else why not.

    The workflow is awake then: see `mimas.workflows.worker.Worker.authorize`. Only whoever has made the request may
    answer; anybody else is told that there is none.
    """
    store = requests.store
    with store.transaction() as tx:
        found = waiting.read(tx, store, request)
        if found is None or found.actor != actor or found.status is not Status.AUTHENTICATING:
            return _NOBODY.format(request)
        now = store.clock()
        for begun in workflows.of_request(tx, request):
            progress = workflows.load(tx, begun.instance)
            if progress is None or progress.ended or progress.phase != AUTHENTICATION or progress.state is None:
                continue
            activities = definition.read(workflows.body(tx, progress.version))
            gate = activities[progress.place]
            if not isinstance(gate, Gate):
                continue
            failed = facts.failures(tx, instances.about(tx, store, progress).definition, actor)
            for one in activities:
                if isinstance(one, LockoutGate) and (said := one.locked(*failed, now)):
                    return said
            said = _answered(gate, progress, text, now)
            workflows.save(tx, progress)
            outbox.wake(tx, progress.instance, now)
            return said
    return _NOBODY.format(request)


def _answered(gate: Gate, progress: Progress, text: str, now: datetime) -> str:
    assert progress.state is not None
    progress.state, said = gate.answered(progress.state, text, now)
    return said
