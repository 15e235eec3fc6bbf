"""What the visitor has asked for, and where each of it stands."""

from starlette.responses import Response

from mimas.language.filters.tree import ID, Comparison, Refers, Selection
from mimas.requests.effects import CANCEL
from mimas.requests.journal import Status
from mimas.requests.waiting import read
from mimas.requests.wishes import Change, Mode, Operation, Wish
from mimas.web.portal.listing import found
from mimas.web.portal.portal import Way
from mimas.web.portal.visit import RefusedError, Visit
from mimas.workflows.changes import changed


def listed(visit: Visit) -> Response:
    """The visitor's requests, the last ones first; of the owner of the machine, everybody's."""
    mine = Refers("Creator", (Selection(None, Comparison(ID, "=", visit.actor)),)) if visit.actor is not None else None
    some = found(visit, (Selection("Request", mine),), descending=True)
    rows = [(view, _status(view.plain.get("RequestStatus"))) for view in some.views]
    return visit.page("requests.html", rows=rows, next=some.next)


def shown(visit: Visit) -> Response:
    """One request: what was asked, what has become of it, and who is asked now."""
    view = visit.see(visit.parameters["id"])
    if view is None or view.type != "Request":
        raise RefusedError(404)
    store = visit.inside.store
    status = _status(view.plain.get("RequestStatus"))
    with store.reading() as tx:
        asked = read(tx, store, view.id)
        changes = changed(tx, store, asked.wish, done=status.ended) if asked is not None else []
    return visit.page("request.html", view=view, stands=status, changes=changes)


def cancel(visit: Visit) -> Response:
    """The visitor does not want it any more."""
    change = Change("RequestControl", Mode.REPLACE, (CANCEL,))
    (outcome,) = visit.inside.desk.submit(
        visit.actor, Wish(Operation.PUT, "Request", visit.parameters["id"], (change,))
    )
    if not outcome.status.done:
        raise RefusedError(403, outcome.message)
    return visit.go(visit.path.removesuffix("/cancel"), visit.words("The request was cancelled."))


def _status(text: object) -> Status:
    return Status(str(text))


WAYS = (
    Way("/requests", listed),
    Way("/requests/{id:int}", shown),
    Way("/requests/{id:int}/cancel", cancel, "POST"),
)
