"""Approvals as resources: who is asked over which request, until when, and what they have answered (MIM: Approval)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mimas.language.coercion import as_date
from mimas.requests.target import load as load_target
from mimas.requests.writing import Writer
from mimas.schema.values import decode
from mimas.store import approvals as kept
from mimas.store import letters, resources
from mimas.store.database import Transaction
from mimas.store.instants import stamp
from mimas.store.looking import title
from mimas.store.referring import everything
from mimas.store.resources import LIVE, StoredResource
from mimas.store.store import Store

APPROVAL, RESPONSE = "Approval", "ApprovalResponse"


class Status(StrEnum):
    """How an approval stands (MIM: ApprovalStatus)."""

    PENDING = "Pending"
    APPROVED = "Approved"
    REJECTED = "Rejected"
    EXPIRED = "Expired"
    """Nobody has decided in time, or there was nothing left to decide over."""


class Decision(StrEnum):
    """What somebody answers (MIM: Decision)."""

    APPROVED = "Approved"
    REJECTED = "Rejected"

    @classmethod
    def _missing_(cls, value: object) -> "Decision | None":
        words = {"approve": cls.APPROVED, "approved": cls.APPROVED, "reject": cls.REJECTED, "rejected": cls.REJECTED}
        return words.get(str(value).casefold())


@dataclass(frozen=True, slots=True)
class Response:
    """What somebody has answered."""

    id: int
    person: int | None
    """Who has answered; none: they are not there any more."""
    behalf: int | None
    """The approver for whom they stood in, if they did."""
    decision: Decision
    reason: str
    at: str

    @property
    def voice(self) -> int | None:
        """The approver whose answer this is."""
        return self.behalf if self.behalf is not None else self.person


@dataclass(frozen=True, slots=True)
class Approval:
    """An approval as it stands."""

    id: int
    title: str
    status: Status
    request: int | None
    requestor: int | None
    instance: int | None
    """The workflow that waits for it."""
    approvers: tuple[int, ...]
    """Those of them who are still there."""
    threshold: int
    deadline: datetime
    made: str
    responses: tuple[Response, ...]
    """In the order in which they came."""

    @property
    def consenting(self) -> list[Response]:
        """Those who have agreed."""
        return [one for one in self.responses if one.decision is Decision.APPROVED]

    @property
    def open(self) -> list[int]:
        """The approvers who have not answered."""
        voices = {one.voice for one in self.responses}
        return [id_ for id_ in self.approvers if id_ not in voices]


def begin(
    writer: Writer,
    request: tuple[int, int | None],
    instance: int,
    approvers: Sequence[int],
    threshold: int,
    deadline: datetime,
) -> int:
    """Ask some people over a request, (its id, who made it); the id of the approval."""
    id_, requestor = request
    values = {
        "DisplayName": f"Approval of {_called(writer.tx, id_)}",
        "ApprovalStatus": Status.PENDING.value,
        "ApprovalThreshold": threshold,
        "ApprovalDuration": stamp(deadline),
        "CreatedTime": stamp(writer.context.now),
    }
    references = [("Request", id_), ("WorkflowInstance", instance), *_asked(approvers, requestor)]
    if requestor is not None:
        references.append(("Requestor", requestor))
    _take_part(writer, id_, approvers)
    return writer.create(APPROVAL, values, references, fact=False)


def _called(tx: Transaction, request: int) -> str:
    return next((title(decode(row.doc)) for row in resources.load(tx, [request])), str(request))


def _asked(approvers: Iterable[int], requestor: int | None) -> list[tuple[str, int]]:
    """Who is asked, and who may follow it (MIM: ComputedActor)."""
    some = list(approvers)
    acting = {*some, requestor} - {None}
    return [*(("Approver", id_) for id_ in some), *(("ComputedActor", id_) for id_ in acting if id_ is not None)]


def _take_part(writer: Writer, resource: int, people: Iterable[int]) -> None:
    """Policy lets those who take part in a request follow it (MIM: ComputedActor)."""
    found = load_target(writer.tx, writer.store, resource, ())
    if found is not None:
        writer.change(found, found.values, [("ComputedActor", id_) for id_ in people], [])


def extend(writer: Writer, approval: Approval, approvers: Sequence[int], deadline: datetime) -> None:
    """Ask more people, until another instant."""
    found = load_target(writer.tx, writer.store, approval.id, ())
    assert found is not None
    writer.change(found, {**found.values, "ApprovalDuration": stamp(deadline)}, _asked(approvers, None), [])
    if approval.request is not None:
        _take_part(writer, approval.request, approvers)


def close(writer: Writer, approval: int, status: Status) -> None:
    """It is decided, or will not be any more."""
    found = load_target(writer.tx, writer.store, approval, ())
    if found is not None:
        writer.change(found, {**found.values, "ApprovalStatus": status.value}, [], [])


def abandon(writer: Writer, instance: int) -> None:
    """A workflow asks nobody any more: what still waits is over."""
    tx, store = writer.tx, writer.store
    for one in load(tx, store, kept.of_workflow(tx, store, instance)):
        if one.status is Status.PENDING:
            close(writer, one.id, Status.EXPIRED)
            letters.withdraw(tx, [one.id])


def respond(
    writer: Writer, approval: Approval, person: int, behalf: int | None, decision: Decision, reason: str
) -> Response:
    """Write down what somebody answers."""
    now = stamp(writer.context.now)
    values = {"DisplayName": f"{decision}: {approval.title}", "Decision": decision.value, "CreatedTime": now}
    references = [("Approval", approval.id), ("Creator", person), ("ComputedActor", person)]
    references += [("ComputedActor", id_) for id_ in approval.approvers]
    references += [("OnBehalfOf", behalf)] if behalf is not None else []
    references += [("Requestor", approval.requestor)] if approval.requestor is not None else []
    id_ = writer.create(RESPONSE, values | ({"Reason": reason} if reason else {}), references, fact=False)
    found = load_target(writer.tx, writer.store, approval.id, ())
    assert found is not None
    writer.change(found, found.values, [("ApprovalResponse", id_), ("ComputedActor", person)], [])
    if behalf is not None and approval.request is not None:
        _take_part(writer, approval.request, [person])
    return Response(id_, person, behalf, decision, reason, now)


def load(tx: Transaction, store: Store, ids: Sequence[int]) -> list[Approval]:
    """Those of some approvals that there are, in the order of their ids."""
    type_ = store.known(APPROVAL)
    rows = [row for row in resources.load(tx, ids) if row.state == LIVE and row.type == type_]
    return _read(tx, store, rows)


def locked(tx: Transaction, store: Store, id_: int) -> Approval | None:
    """One of them, kept from other writers until the transaction ends."""
    row = resources.locked(tx, id_)
    found = _read(tx, store, [row]) if row is not None and row.type == store.known(APPROVAL) else []
    return found[0] if found else None


def _read(tx: Transaction, store: Store, rows: Sequence[StoredResource]) -> list[Approval]:
    references = everything(tx, store, [row.id for row in rows])
    answers = _responses(tx, store, [id_ for of in references.values() for id_ in of.get("ApprovalResponse", ())])
    found = []
    for row in rows:
        values, of = decode(row.doc), references.get(row.id, {})
        request, requestor, instance = (
            next(iter(of.get(name, ())), None) for name in ("Request", "Requestor", "WorkflowInstance")
        )
        found.append(
            Approval(
                row.id,
                title(values),
                Status(str(values["ApprovalStatus"])),
                request,
                requestor,
                instance,
                tuple(of.get("Approver", ())),
                int(str(values["ApprovalThreshold"])),
                as_date(str(values["ApprovalDuration"])),
                str(values.get("CreatedTime", "")),
                tuple(answers[id_] for id_ in of.get("ApprovalResponse", ()) if id_ in answers),
            )
        )
    return found


def _responses(tx: Transaction, store: Store, ids: Sequence[int]) -> dict[int, Response]:
    if not ids:
        return {}
    references = everything(tx, store, ids)
    found = {}
    for row in resources.load(tx, sorted(ids)):
        values, of = decode(row.doc), references.get(row.id, {})
        person, behalf = (next(iter(of.get(name, ())), None) for name in ("Creator", "OnBehalfOf"))
        decision, reason = Decision(str(values["Decision"])), str(values.get("Reason", ""))
        found[row.id] = Response(row.id, person, behalf, decision, reason, str(values.get("CreatedTime", "")))
    return found
