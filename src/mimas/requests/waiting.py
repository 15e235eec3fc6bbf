"""Requests that wait for workflows to let them through, alone or several that were asked together.

Those that were asked together stay together: the others refer to the first (``WaitsWith``, not in MIM), and they are
done when the workflows of all of them have ended well.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mimas.requests import journal
from mimas.requests.journal import Entry, Status
from mimas.requests.policy import Policies, PolicyRule
from mimas.requests.target import load
from mimas.requests.wishes import Operation, Wish
from mimas.requests.wishes import read as read_changes
from mimas.requests.writing import Writer
from mimas.schema.values import as_list
from mimas.store import outbox
from mimas.store.database import Transaction
from mimas.store.instants import stamp
from mimas.store.referring import everything, referrers, targets
from mimas.store.store import Store
from mimas.store.workflows import of_request

_PARENT, _WITH = "ParentRequest", "WaitsWith"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that waits."""

    request: int
    wish: Wish
    actor: int | None
    status: Status


def enter(writer: Writer, entries: Sequence[Entry]) -> tuple[Status, list[int]]:
    """Write down requests that wait, with the workflows that are to let them through; their status and ids."""
    gates = workflows((rule for entry in entries for rule in entry.rules), Status.AUTHENTICATING)
    status = Status.AUTHENTICATING if gates else Status.AUTHORIZING
    ids: list[int] = []
    for entry in entries:
        ids.append(journal.enter(writer, replace(entry, beside=ids[0] if ids else None), status))
    for id_, entry in zip(ids, entries, strict=True):
        begin(writer, id_, workflows(entry.rules, status))
    return status, ids


def workflows(rules: Iterable[PolicyRule], status: Status) -> list[int]:
    """The workflows of some rules that a request of this status waits for."""
    phases = ((rule.authentication if status is Status.AUTHENTICATING else rule.authorization) for rule in rules)
    return list(dict.fromkeys(id_ for phase in phases for id_ in phase))


def begin(writer: Writer, request: int, some: Iterable[int]) -> None:
    """Workflows are to look at a request."""
    happened = [(outbox.AUTHORIZES, workflow, request) for workflow in some]
    outbox.put(writer.tx, happened, stamp(writer.context.now), writer.store.cause.person)


def authorize(writer: Writer, policies: Policies, requests: Sequence[int]) -> bool:
    """Whoever asks is known by now: begin with the workflows that are to consent; whether there are any."""
    tx = writer.tx
    rules = {rule.id: rule for rule in policies.current(tx).rules}
    some = []
    for request in requests:
        named = everything(tx, writer.store, [request]).get(request, {}).get("ManagementPolicy", ())
        found = workflows((rules[id_] for id_ in named if id_ in rules), Status.AUTHORIZING)
        some += [(request, id_) for id_ in found]
    for request in requests if some else ():
        journal.move(writer, request, Status.AUTHORIZING)
        begin(writer, request, [id_ for of, id_ in some if of == request])
    return bool(some)


def family(tx: Transaction, store: Store, request: int) -> list[int]:
    """A request, and those that wait together with it, in the order in which they were asked."""
    with_ = store.symbol(_WITH)
    first = next(iter(targets(tx, request, with_)), request)
    ids = sorted({first, request, *referrers(tx, first, with_)})
    return [id_ for id_ in ids if (found := read(tx, store, id_)) is not None and found.status.waits]


def children(tx: Transaction, store: Store, request: int) -> list[int]:
    """The requests that workflows of a request have asked."""
    return referrers(tx, request, store.symbol(_PARENT))


def read(tx: Transaction, store: Store, request: int) -> Waiting | None:
    """A request as it was asked; none where there is none that is kept as one."""
    found = load(tx, store, request, ())
    if found is None or found.type != "Request" or found.values.get("Operation") not in list(Operation):
        return None
    references = everything(tx, store, [request]).get(request, {})
    type_ = str(found.values["TargetObjectType"])
    changes = read_changes([str(text) for text in as_list(found.values.get("RequestParameter"))])
    wish = Wish(
        Operation(found.values["Operation"]),
        type_,
        next(iter(references.get("Target", ())), None),
        changes,
        str(found.values.get("Justification", "")),
    )
    return Waiting(
        request, wish, next(iter(references.get("Creator", ())), None), Status(found.values["RequestStatus"])
    )


def end(writer: Writer, request: int, status: Status, detail: str = "") -> None:
    """A request that waits comes to nothing, and what waits together with it; its workflows learn of it at once."""
    beside = f"It waited together with the request {request}, which was not done."
    for id_ in family(writer.tx, writer.store, request):
        own = id_ == request
        details = [detail] * bool(detail) if own else [beside]
        journal.move(writer, id_, status if own else Status.CANCELED, details)
        outbox.drop(writer.tx, [id_], outbox.AUTHORIZES)
        for progress in of_request(writer.tx, id_):
            if not progress.ended:
                outbox.wake(writer.tx, progress.instance, writer.context.now)
