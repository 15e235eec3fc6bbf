"""Looking into connector spaces: which connectors there are, their objects by scopes, one object, its preview."""

from collections.abc import Iterable
from typing import Any

from starlette.responses import Response

from mimas.requests.duties import Duty
from mimas.runs.explaining.belonging import belonging
from mimas.runs.explaining.preview import Preview, explainer_of, preview_object
from mimas.runs.session import Session
from mimas.runs.telling import history as sentences
from mimas.runs.telling import previewing as telling
from mimas.store import browsing
from mimas.store.browsing import Scope
from mimas.store.history import biography
from mimas.web.portal.listing import SIZE
from mimas.web.portal.pathways import Pathway
from mimas.web.portal.portal import Way
from mimas.web.portal.reading import readable
from mimas.web.portal.saying import fault_of
from mimas.web.portal.visit import RefusedError, Visit, name_of

_ENTRIES = 20


def listed(visit: Visit) -> Response:
    """The connectors; how they stand is counted later."""
    return visit.page("connectors.html", connectors=visit.inside.engine.setup.connectors)


def connector(visit: Visit) -> str:
    """The connector that a page is about. Raises `RefusedError`."""
    name = str(visit.parameters["name"])
    if name not in visit.inside.engine.setup.connectors:
        raise RefusedError(404)
    return name


def space(visit: Visit) -> Response:
    """The objects of a connector space, by their scope, or those that a few letters mean."""
    name, store = connector(visit), visit.inside.store
    try:
        scope = Scope(visit.query.get("scope", Scope.ALL))
    except ValueError:
        raise RefusedError(400) from None
    text, after = visit.query.get("q", "").strip(), visit.query.get("after", "")
    if scope not in (Scope.ALL, Scope.CONNECTORS, Scope.DISCONNECTORS) and after and not after.isdigit():
        raise RefusedError(400)
    with store.reading() as tx:
        faults = browsing.faults(tx, store, name, int(after or 0), SIZE) if scope is Scope.IMPORT_ERRORS else []
        if text and scope is not Scope.IMPORT_ERRORS:
            keys = (
                f"{type_}.{one}" for type_, of in visit.inside.engine.setup.rules.types.items() for one in of.indexed
            )
            page = browsing.Listed(browsing.search(tx, store, name, scope, text, keys), None)
        else:
            page = browsing.browse(tx, store, name, scope, "" if faults else after, SIZE)
    rows: dict[str, Any] = {
        "name": name,
        "scope": scope,
        "text": text,
        "page": page,
        "faults": faults[:SIZE],
        "further": str(faults[SIZE - 1].id) if len(faults) > SIZE else None,
        "people": called(visit, (entry.resource for entry in page.entries)),
    }
    return visit.page("space_rows.html" if visit.partial else "space.html", **rows)


def called(visit: Visit, ids: Iterable[int | None]) -> dict[int, str]:
    """What some resources are called, of those that the visitor may see."""
    with visit.inside.store.reading() as tx:
        return {view.id: name_of(view) for view in visit.viewer.see(tx, {id_ for id_ in ids if id_ is not None})}


def one(visit: Visit) -> browsing.Object:
    """The object that a page is about. Raises `RefusedError`."""
    name, store = connector(visit), visit.inside.store
    with store.reading() as tx:
        found = browsing.look(tx, store, name, visit.parameters["id"])
    if found is None:
        raise RefusedError(404)
    return found


def shown(visit: Visit) -> Response:
    """One object: its images side by side, its link and why, references, history."""
    found, engine = one(visit), visit.inside.engine
    symbols = engine.symbols
    with visit.inside.store.reading() as tx:
        session = Session(symbols, 0, engine.clock(), sweep=False)
        proof = belonging(tx, session, explainer_of(engine), found.entry.id)
    entries = biography.of_object(visit.inside.store, found.entry.id, _ENTRIES)
    return visit.page(
        "object.html",
        found=found,
        people=called(visit, [found.entry.resource]),
        proof=proof,
        tree=telling.object_tree(proof) if proof is not None else None,
        fault=fault_of(found.entry.error),
        told=[(entry, list(sentences.lines(entry["changes"]))) for entry in entries],
    )


def ahead(visit: Visit) -> Response:
    """What the next sync would make of an object."""
    found = one(visit)
    return visit.page(
        "object_preview.html", found=found, way=pathway(visit, preview_object(visit.inside.engine, found.entry.id))
    )


def pathway(visit: Visit, found: Preview) -> Pathway:
    """The picture of a preview, as far as the visitor may read."""
    names = found.before.keys() | found.after.keys() | {reference.attribute for reference in found.references}
    with visit.inside.store.reading() as tx:
        there = found.resource is not None and not found.new
        return Pathway(found, readable(visit, tx, found.resource or 0, names) if there else frozenset())


WAYS = (
    Way("/connectors", listed, duty=Duty.BROWSE),
    Way("/connectors/{name}", space, duty=Duty.BROWSE),
    Way("/connectors/{name}/objects/{id:int}", shown, duty=Duty.BROWSE),
    Way("/connectors/{name}/objects/{id:int}/preview", ahead, duty=Duty.BROWSE),
)
