"""The first page: what waits for the visitor, and what they wait for."""

from starlette.responses import Response

from mimas.language.filters.tree import ID, All, Any, Comparison, Refers, Selection
from mimas.requests.journal import WAITING
from mimas.web.portal.listing import found
from mimas.web.portal.portal import Way
from mimas.web.portal.visit import Visit
from mimas.workflows.approving import waiting

_SHOWN = 5


def home(visit: Visit) -> Response:
    """What waits."""
    store = visit.inside.store
    with store.reading() as tx:
        if visit.actor is None:
            asked = waiting.waiting(tx, store, _SHOWN + 1)
        else:
            asked = waiting.waiting_for(tx, store, visit.actor, store.clock(), _SHOWN + 1)
    requests = found(visit, (Selection("Request", _open(visit)),), descending=True).views
    return visit.page(
        "home.html",
        asked=asked[:_SHOWN],
        more_asked=len(asked) > _SHOWN,
        requests=requests[:_SHOWN],
        more_requests=len(requests) > _SHOWN,
    )


def _open(visit: Visit) -> All | Any:
    """Of requests those that wait; the visitor's, or, of the owner of the machine, everybody's."""
    waits = Any(tuple(Comparison("RequestStatus", "=", status.value) for status in WAITING))
    if visit.actor is None:
        return waits
    return All((Refers("Creator", (Selection(None, Comparison(ID, "=", visit.actor)),)), waits))


WAYS = (Way("/", home),)
