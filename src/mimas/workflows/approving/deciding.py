"""Deciding over what waits for consent: by those who are asked, or whoever stands in for them.

The first who rejects rejects, and when as many have agreed as have to, it is approved (MIM's SDK, *Approval*). Nobody
decides over what they have asked for themselves, nobody twice, and nobody for two.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mimas.requests.journal import Status as Request
from mimas.requests.processing import Requests
from mimas.requests.writing import Writer
from mimas.schema.values import as_list, decode
from mimas.store import outbox, resources
from mimas.store.database import Transaction
from mimas.store.history.chain import Cause
from mimas.store.looking import title
from mimas.store.store import Store
from mimas.workflows.approving import approvals
from mimas.workflows.approving.approvals import Approval, Decision, Status
from mimas.workflows.approving.deputies import represented
from mimas.workflows.worker import Worker

_LONGEST = 4_000
"""Characters of a reason."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a decision: ``problem`` says why it cannot be; else what has become of the request by then."""

    approval: int
    problem: str = ""
    request: int | None = None
    status: Request | None = None
    detail: str = ""
    """What there is to say of it besides: that others have to agree, or why it could not be done."""


class _RefusedError(Exception):
    """Somebody cannot decide; the message says why."""


def decide(requests: Requests, approval: int, person: int, decision: str, reason: str = "") -> str:
    """What somebody decides, and what comes of it at once; empty, or why they cannot.

    ``decision`` is ``Approved`` or ``Rejected``, or says so in another form of the word. Raises `ValueError` for
    another one.
    """
    return decide_over(requests, [approval], person, Decision(decision), reason)[0].problem


def decide_over(
    requests: Requests, several: Iterable[int], person: int, decision: Decision, reason: str = ""
) -> list[Decided]:
    """The same of several approvals, each by itself."""
    return [_one(requests, approval, person, decision, reason.strip()[:_LONGEST]) for approval in several]


def _one(requests: Requests, approval: int, person: int, decision: Decision, reason: str) -> Decided:
    store = requests.store
    with store.reading() as tx:
        who = f"{_called(tx, person)} ({person})".lstrip()
    with store.caused_by(Cause(who, f"approval {approval}: {decision.value}{f': {reason}' if reason else ''}")):
        try:
            with store.transaction() as tx:
                request = _answer(Writer(tx, requests.symbols), approval, person, decision, reason)
        except _RefusedError as error:
            return Decided(approval, str(error))
        # Whoever decides sees at once what has become of it, as far as it does not wait for anything else.
        Worker(requests).authorize(request)
    with store.reading() as tx:
        return _become(tx, store, approval, request)


def _answer(writer: Writer, approval: int, person: int, decision: Decision, reason: str) -> int:
    """Write down what somebody decides; the request that it is about. Raises `_RefusedError`."""
    tx, store, now = writer.tx, writer.store, writer.context.now
    found = next(iter(approvals.load(tx, store, [approval])), None)
    if found is None:
        raise _RefusedError(_nobody_asks(approval))
    if found.instance is not None:
        # First of all, as the workflow's own turn does: whoever comes second waits here, and sees what has been done.
        outbox.wake(tx, found.instance, now)
    kept = approvals.locked(tx, store, approval)
    if kept is None:
        raise _RefusedError(_nobody_asks(approval))
    behalf = _voice(tx, store, kept, person, now)
    if ended := _ended(tx, kept):
        raise _RefusedError(ended)
    assert kept.request is not None
    response = approvals.respond(writer, kept, person, behalf, decision, reason)
    agreed = len(kept.consenting) + (response.decision is Decision.APPROVED)
    if decision is Decision.REJECTED:
        approvals.close(writer, approval, Status.REJECTED)
    elif agreed >= kept.threshold:
        approvals.close(writer, approval, Status.APPROVED)
    return kept.request


def _ended(tx: Transaction, approval: Approval) -> str:
    """Why there is nothing left to decide; empty where there is."""
    if approval.status is not Status.PENDING:
        return f"The approval {approval.id} is {_PAST[approval.status]}: there is nothing left to decide."
    if approval.request is None or approval.instance is None:
        return "What it was about is not there any more: there is nothing left to decide."
    status = request_status(tx, approval.request)
    ended = f"The request {approval.request} has ended: {status}. There is nothing left to decide."
    return "" if status.waits else ended


_PAST = {
    Status.APPROVED: "approved already",
    Status.REJECTED: "rejected already",
    Status.EXPIRED: "over, as it was not decided in time or its request has ended",
}


def _voice(tx: Transaction, store: Store, approval: Approval, person: int, now: datetime) -> int | None:
    """The approver for whom somebody decides; none: for themselves. Raises `_RefusedError` where they cannot.

    Whoever is not asked learns no more than if there were no such approval.
    """
    if person in approval.approvers:
        # Whoever has made the request is among them only where the workflow says so.
        if any(person in (one.voice, one.person) for one in approval.responses):
            raise _RefusedError("You have decided over it already, or your deputy has.")
        return None
    if person == approval.requestor:
        raise _RefusedError("You have asked for it yourself: somebody else has to decide.")
    voices = _voices(tx, store, approval, person, now)
    if any(one.person == person for one in approval.responses):
        raise _RefusedError("You have decided over it already, and nobody decides twice.")
    if not voices:
        raise _RefusedError(_nobody_asks(approval.id))
    if not (unheard := voices & set(approval.open)):
        raise _RefusedError("Whoever you stand in for has decided over it already.")
    return min(unheard)


def _voices(tx: Transaction, store: Store, approval: Approval, person: int, now: datetime) -> set[int]:
    """The approvers for whom somebody stands in."""
    type_ = _target_type(tx, approval.request)
    found = {one.delegator for one in represented(tx, store, person, now) if one.covers(type_)}
    return found & set(approval.approvers)


def _nobody_asks(approval: int) -> str:
    return f"No approval {approval} waits for you."


def is_asked(tx: Transaction, store: Store, approval: Approval, person: int, now: datetime) -> bool:
    """Whether somebody is asked, or was, or stands in for somebody who is."""
    answered = any(one.person == person for one in approval.responses)
    return person in approval.approvers or answered or bool(_voices(tx, store, approval, person, now))


def over(tx: Transaction, store: Store, approval: Approval, person: int, now: datetime) -> str:
    """Why somebody cannot decide (any more); empty where they can."""
    try:
        _voice(tx, store, approval, person, now)
    except _RefusedError as error:
        return str(error)
    return _ended(tx, approval)


def _become(tx: Transaction, store: Store, approval: int, request: int) -> Decided:
    """How things stand after a decision."""
    (row,) = resources.load(tx, [request])
    values = decode(row.doc)
    status = Request(str(values["RequestStatus"]))
    detail = " ".join(map(str, as_list(values.get("RequestStatusDetail"))))
    found = next(iter(approvals.load(tx, store, [approval])), None)
    if status.waits and found is not None:
        missing = found.threshold - len(found.consenting)
        others = f"{missing} more {'has' if missing == 1 else 'have'} to agree."
        detail = others if found.status is Status.PENDING else "It waits for more than this."
    return Decided(approval, "", request, status, detail)


def request_status(tx: Transaction, request: int) -> Request:
    """How far a request has come."""
    (row,) = resources.load(tx, [request])
    return Request(str(decode(row.doc)["RequestStatus"]))


def _target_type(tx: Transaction, request: int | None) -> str:
    rows = resources.load(tx, [request]) if request is not None else []
    return str(decode(rows[0].doc).get("TargetObjectType", "")) if rows else ""


def _called(tx: Transaction, person: int) -> str:
    return next((title(decode(row.doc)) for row in resources.load(tx, [person])), "")
