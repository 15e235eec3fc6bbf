"""Why a value of a resource is what it is, what has happened to it, and what the next sync would make of it."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from mimas.requests.duties import Duty
from mimas.runs.explaining.preview import preview
from mimas.runs.explaining.why import Why, why
from mimas.runs.telling import history as sentences
from mimas.runs.telling import why as telling
from mimas.store.history import biography
from mimas.web.portal.pages.accounts import subject
from mimas.web.portal.pages.connectors import pathway
from mimas.web.portal.portal import Way
from mimas.web.portal.reading import readable
from mimas.web.portal.visit import RefusedError, Visit

_ENTRIES, _MOST = 20, 500
"""So many entries of a history are shown, and at most."""
_OF_SYSTEMS = frozenset({"presence", "link made", "link broken", "to be deleted", "left alone"}) | {
    *("sent", "confirmed", "withdrawn", "not kept", "decided")
}
"""What is told of objects without a value."""
_OF_ITSELF = frozenset({"made", "deleted", "restored", "erased"})


def reason(visit: Visit) -> Response:
    """Where a value comes from and where it goes to, as far as the visitor may read."""
    view, engine, attribute = subject(visit), visit.inside.engine, visit.parameters["attribute"]
    known = visit.inside.store.catalogue.get(view.type, {})
    with visit.inside.store.reading() as tx:
        if attribute not in known or not readable(visit, tx, view.id, [attribute]):
            raise RefusedError(404)
    synchronised = view.type in engine.setup.rules.types
    answer = why(engine, view.id, attribute) if synchronised else None
    whole = answer is not None and Duty.BROWSE in visit.duties
    return visit.page(
        "why_part.html" if visit.partial else "why.html",
        view=view,
        attribute=attribute,
        known=known[attribute],
        why=answer,
        references=_seen(visit, answer) if answer is not None else [],
        trees=telling.trees(answer, past=False) if answer is not None and whole else [],
    )


def _seen(visit: Visit, answer: Why) -> list[Any]:
    """Of references those to whom the visitor may see."""
    with visit.inside.store.reading() as tx:
        seen = {one.id for one in visit.viewer.see(tx, [proof.target for proof in answer.references])}
    return [proof for proof in answer.references if proof.target in seen]


def past(visit: Visit) -> Response:
    """Who changed what, when, and by which request or run; only of what the visitor may read."""
    view, store = subject(visit), visit.inside.store
    many = visit.query.get("many", "")
    limit = min(int(many), _MOST) if many.isdigit() else _ENTRIES
    entries = biography.of_resource(store, view.id, limit + 1)
    told = [(entry, list(sentences.lines(some))) for entry, some in _readable(visit, view.id, entries[:limit])]
    further = limit + _ENTRIES if len(entries) > limit and limit < _MOST else None
    return visit.page("history.html", view=view, told=told, further=further)


def _readable(visit: Visit, id_: int, entries: list[dict[str, Any]]) -> list[tuple[dict[str, Any], list[Any]]]:
    browse = Duty.BROWSE in visit.duties
    own = [change for entry in entries for change in entry["changes"] if "connector" not in change]
    with visit.inside.store.reading() as tx:
        seen = {one.id for one in visit.viewer.see(tx, {change["target"] for change in own if "target" in change})}
        wanted = {(_holder(change, id_), _attribute(change)) for change in own}
        may = {(holder, name) for holder, name in wanted if name and readable(visit, tx, holder, [name])}

    def shown(change: Mapping[str, Any]) -> bool:
        if "connector" in change:
            return browse or change["what"] in _OF_SYSTEMS
        if change["what"] in _OF_ITSELF:
            return True
        return (_holder(change, id_), _attribute(change)) in may and change.get("target", id_) in {*seen, id_}

    kept = ((entry, [change for change in entry["changes"] if shown(change)]) for entry in entries)
    return [(entry, some) for entry, some in kept if some]


def _holder(change: Mapping[str, Any], id_: int) -> int:
    """Whose attribute a change is about: this resource's, or that of another one, which has been granted this one."""
    return int(change["target"]) if change.get("of") == "target" else id_


def _attribute(change: Mapping[str, Any]) -> str:
    """The attribute of a resource that a change is about; empty: of none."""
    if change["what"] == "fact":
        kind, _, about = change["kind"].partition(":")
        return about if kind == "unique" else ""
    return str(change.get("attribute", "")) if "connector" not in change else ""


def ahead(visit: Visit) -> Response:
    """What the next sync and the next exports would make of it."""
    view, engine = subject(visit), visit.inside.engine
    if view.type not in engine.setup.rules.types:
        raise RefusedError(404)
    found = preview(engine, view.id)
    return visit.page("preview.html", view=view, way=pathway(visit, found))


WAYS = (
    Way("/resources/{id:int}/why/{attribute}", reason, duty=Duty.ACCOUNTS),
    Way("/resources/{id:int}/history", past, duty=Duty.ACCOUNTS),
    Way("/resources/{id:int}/preview", ahead, duty=Duty.BROWSE),
)
