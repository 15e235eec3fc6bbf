"""Who decides for the visitor while they are away, and for whom the visitor decides."""

from starlette.responses import Response

from mimas.language.filters.tree import ID, Comparison, Refers, Selection
from mimas.requests.viewing import View
from mimas.web.portal.forms.form import form
from mimas.web.portal.listing import found
from mimas.web.portal.portal import Way
from mimas.web.portal.visit import RefusedError, Visit, names

TYPE, AWAY, DEPUTY = "Delegation", "Delegator", "Delegate"


def listed(visit: Visit) -> Response:
    """Both, as far as the visitor may see them."""
    if visit.actor is None:
        raise RefusedError(404)
    mine, others = _some(visit, visit.actor, AWAY), _some(visit, visit.actor, DEPUTY)
    people = {id_ for view in (*mine, *others) for name in (AWAY, DEPUTY) for id_ in view.references.get(name, ())}
    with visit.inside.store.reading() as tx:
        known = names(visit.viewer.see(tx, people))
        may_name = bool(form(visit, tx, TYPE, None).fields)
    return visit.page("deputies.html", mine=mine, others=others, known=known, may_name=may_name)


def _some(visit: Visit, actor: int, attribute: str) -> list[View]:
    me = Selection(None, Comparison(ID, "=", actor))
    return list(found(visit, (Selection(TYPE, Refers(attribute, (me,))),), descending=True).views)


WAYS = (Way("/deputies", listed),)
