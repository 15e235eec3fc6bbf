"""What waits for the visitor's consent: one by one, with what would come of it, or many at once."""

from starlette.responses import Response

from mimas.requests.viewing import Viewer
from mimas.requests.waiting import read
from mimas.store.database import Transaction
from mimas.web.portal.portal import Way
from mimas.web.portal.visit import RefusedError, Visit
from mimas.workflows.approving import approvals, deciding, waiting
from mimas.workflows.approving.approvals import Approval, Decision, Status
from mimas.workflows.approving.consents import described
from mimas.workflows.approving.effect import Effect, effect, seen

_MOST = 100
"""So many that wait are shown at once."""
_DECISIONS = {"approve": Decision.APPROVED, "reject": Decision.REJECTED}


def listed(visit: Visit) -> Response:
    """What waits for the visitor."""
    store = visit.inside.store
    with store.reading() as tx:
        found = _waiting(visit, tx)
        names = {one.id: visit.name_of(one.requestor) if one.requestor else "" for one in found}
    return visit.page("approvals.html", found=found, names=names, full=len(found) == _MOST)


def _waiting(visit: Visit, tx: Transaction) -> list[Approval]:
    store = visit.inside.store
    if visit.actor is None:
        return waiting.waiting(tx, store, _MOST)
    return waiting.waiting_for(tx, store, visit.actor, store.clock(), _MOST)


def shown(visit: Visit) -> Response:
    """One approval: what is asked and why, what would change, who has said what."""
    store = visit.inside.store
    with store.reading() as tx:
        found = _known(visit, tx)
        asked = read(tx, store, found.request) if found.request is not None else None
        told = described(tx, store, found, asked)
        decides = visit.actor is not None and not deciding.over(tx, store, found, visit.actor, store.clock())
    requestor = visit.name_of(found.requestor) if found.requestor else ""
    return visit.page("approval.html", one=found, told=told, decides=decides, requestor=requestor)


def foreseen(visit: Visit) -> Response:
    """What would come of it, which takes its time."""
    store = visit.inside.store
    with store.reading() as tx:
        found = _known(visit, tx)
    lines = _effect(visit, found).lines() if found.status is Status.PENDING else []
    return visit.page("effect.html", lines=lines)


def _effect(visit: Visit, found: Approval) -> Effect:
    if found.request is None:
        return Effect()
    what = effect(visit.inside.requests, found.request, visit.inside.engine.setup)
    return what if visit.actor is None else seen(visit.inside.requests, what, visit.actor)


def decide(visit: Visit) -> Response:
    """What the visitor says to one approval, or to several."""
    _ = visit.words
    decision = _DECISIONS.get(visit.given("decision"))
    numbers = [int(text) for text in visit.form.get("approval", ()) if text.isdecimal()]
    if decision is None or visit.actor is None:
        raise RefusedError(400)
    if not numbers:
        return visit.go("/approvals", _("Nothing was chosen, so nothing was decided."))
    found = deciding.decide_over(visit.inside.requests, numbers, visit.actor, decision, visit.given("comment"))
    problems = [one for one in found if one.problem]
    if problems:
        return visit.page("undecided.html", 409, problems=problems, done=len(found) - len(problems))
    if decision is Decision.APPROVED:
        said = _.many("{count} request was approved.", "{count} requests were approved.", len(found))
    else:
        said = _.many("{count} request was rejected.", "{count} requests were rejected.", len(found))
    return visit.go("/approvals", said)


def _known(visit: Visit, tx: Transaction) -> Approval:
    """The approval, for whoever is asked, or may read it."""
    store, number = visit.inside.store, visit.parameters["id"]
    found = next(iter(approvals.load(tx, store, [number])), None)
    if found is not None and visit.actor is not None:
        asked = deciding.is_asked(tx, store, found, visit.actor, store.clock())
        found = found if asked or Viewer(store, visit.inside.requests.policies, visit.actor).see(tx, [number]) else None
    if found is None:
        raise RefusedError(404)
    return found


WAYS = (
    Way("/approvals", listed),
    Way("/approvals", decide, "POST"),
    Way("/approvals/{id:int}", shown),
    Way("/approvals/{id:int}/effect", foreseen),
)
