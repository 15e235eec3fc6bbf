"""People, groups and all other resources: lists, and what somebody may see of one."""

from collections.abc import Callable, Sequence

from starlette.responses import Response

from mimas.requests.duties import Duty
from mimas.schema.attributes import Attribute
from mimas.schema.system import SYSTEM
from mimas.store import looking
from mimas.store.referring import OWN
from mimas.web.portal import kinds
from mimas.web.portal.belonging import belonging
from mimas.web.portal.forms.form import deletable, form
from mimas.web.portal.listing import listing
from mimas.web.portal.portal import Way
from mimas.web.portal.visit import RefusedError, Visit, names

_CHOICES = 8
"""So many are proposed for a field."""


def people(visit: Visit) -> Response:
    """Everybody whom the visitor may see, or whom a few letters mean."""
    return _listed(visit, visit.words("People"), kinds.people)


def groups(visit: Visit) -> Response:
    """The groups."""
    return _listed(visit, visit.words("Groups"), kinds.groups)


def _listed(visit: Visit, title: str, some: Callable[..., Sequence[str]]) -> Response:
    types = some(visit.inside.store.catalogue)
    text = visit.query.get("q", "").strip()
    found = listing(visit, types, text) if types else None
    template = "resource_rows.html" if visit.partial else "resources.html"
    return visit.page(template, title=title, found=found, text=text)


def resource(visit: Visit) -> Response:
    """What the visitor may see of a resource."""
    return _shown(visit, visit.parameters["id"])


def me(visit: Visit) -> Response:
    """The visitor."""
    if visit.actor is None:
        raise RefusedError(404)
    return _shown(visit, visit.actor)


def _shown(visit: Visit, id_: int) -> Response:
    store = visit.inside.store
    view = visit.see(id_)
    if view is None:
        raise RefusedError(404)
    attributes = store.catalogue.get(view.type, {})
    with store.reading() as tx:
        others = names(visit.viewer.see(tx, {one for some in view.references.values() for one in some}))
    shown = sorted({*view.values, *view.references}, key=lambda name: _order(attributes.get(name), name))
    with store.reading() as tx:
        may_change, may_delete = bool(form(visit, tx, view.type, view).fields), deletable(visit, tx, view)
        stands = belonging(visit, tx, view)
    return visit.page(
        "resource.html",
        view=view,
        shown=shown,
        attributes=attributes,
        others=others,
        may_change=may_change,
        may_delete=may_delete,
        stands=stands,
        sources=_sources(visit, id_),
        has_chart=kinds.manager(store.catalogue, view.type) is not None,
    )


def _sources(visit: Visit, id_: int) -> dict[str, dict[str, str]]:
    """Of the visitor's own values, and for whoever sees accounts: which rule they come from, and which connector."""
    if visit.actor != id_ and Duty.ACCOUNTS not in visit.duties:
        return {}
    of = looking.lineage(visit.inside.store, id_)
    return {name: origin for name, origin in of.items() if origin["rule"] not in ("", OWN)}


def _order(attribute: Attribute | None, name: str) -> tuple[bool, str]:
    return attribute is not None and attribute.multivalued, name.casefold()


def choices(visit: Visit) -> Response:
    """Whom a few letters mean, to be chosen for a field."""
    catalogue, type_ = visit.inside.store.catalogue, visit.query.get("type", "")
    types = [type_] if type_ in catalogue else [one for one in catalogue if one not in SYSTEM]
    found = listing(visit, types, visit.query.get("q", "").strip())
    return visit.page("choices.html", views=found.views[:_CHOICES])


WAYS = (
    Way("/choices", choices),
    Way("/people", people),
    Way("/groups", groups),
    Way("/resources/{id:int}", resource),
    Way("/me", me),
)
