"""Who reports to whom, as far as the visitor may see it."""

from collections.abc import Sequence

from starlette.responses import Response

from mimas.language.filters.tree import ID, Comparison, Refers, Selection
from mimas.requests.viewing import View
from mimas.web.portal import kinds
from mimas.web.portal.listing import found
from mimas.web.portal.portal import Way
from mimas.web.portal.visit import RefusedError, Visit

_HIGH = 10
"""So many managers above somebody are shown."""


def chart(visit: Visit) -> Response:
    """Those above somebody, and those who report to them, a page at a time."""
    view = visit.see(visit.parameters["id"])
    manager = kinds.manager(visit.inside.store.catalogue, view.type) if view else None
    if view is None or manager is None:
        raise RefusedError(404)
    to = Selection(None, Comparison(ID, "=", view.id))
    order = kinds.titled(visit.inside.store.catalogue, view.type)
    reports = found(visit, (Selection(view.type, Refers(manager, (to,))),), order)
    return visit.page("organisation.html", view=view, above=_above(visit, view, manager), reports=reports)


def _above(visit: Visit, view: View, manager: str) -> Sequence[View]:
    """The managers, the highest first; a circle ends where it closes."""
    chain = [view]
    while len(chain) <= _HIGH and (ids := chain[0].references.get(manager)):
        above = visit.see(ids[0])
        if above is None or above.id in {one.id for one in chain}:
            break
        chain.insert(0, above)
    return chain[:-1]


WAYS = (Way("/resources/{id:int}/organisation", chart),)
