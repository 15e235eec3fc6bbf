"""The joiner: objects without a link, with whom they may belong to; links made and cut by hand, each shown before."""

from dataclasses import replace

from starlette.responses import Response

from mimas.requests.duties import Duty
from mimas.runs import joiner
from mimas.runs.explaining.preview import preview_decision
from mimas.runs.joiner import Decision, JoinerError, Suggestion
from mimas.store import browsing, objects
from mimas.store.browsing import Scope
from mimas.store.database import BusyError, Transaction
from mimas.store.history.chain import Cause
from mimas.store.objects import Stored
from mimas.store.store import Store
from mimas.web.portal.listing import SIZE, listing
from mimas.web.portal.pages.connectors import called, connector, one, pathway
from mimas.web.portal.portal import Way
from mimas.web.portal.reading import readable
from mimas.web.portal.visit import RefusedError, Visit, name_of

_SUGGESTED, _CHOICES = 3, 8


def listed(visit: Visit) -> Response:
    """The objects without a link, each with why, and who it may be."""
    name, store, engine = connector(visit), visit.inside.store, visit.inside.engine
    symbols = engine.symbols
    with store.reading() as tx:
        page = browsing.browse(tx, store, name, Scope.DISCONNECTORS, visit.query.get("after", ""), SIZE)
        ids = [entry.id for entry in page.entries]
        found = joiner.reasons(tx, symbols, name, ids, engine.clock())
        stored = objects.load(tx, ids)
        rows = [(each, _suggested(visit, tx, stored[each.id], _SUGGESTED)) for each in found]
    people = called(visit, {suggestion.resource for _, some in rows for suggestion in some})
    return visit.page("disconnectors.html", name=name, rows=rows, next=page.next, people=people)


def _suggested(visit: Visit, tx: Transaction, object_: Stored, most: int) -> list[Suggestion]:
    """Who an object may be, by what the visitor may read of them."""
    found = []
    for each in joiner.suggestions(tx, visit.inside.engine.symbols, object_, most):
        may = readable(visit, tx, each.resource, dict(each.shared))
        if shared := tuple(pair for pair in each.shared if pair[0] in may):
            found.append(replace(each, shared=shared))
    return found


def shown(visit: Visit) -> Response:
    """What may be decided over an object; with an answer in the address, what would come of it."""
    return _shown(visit)


def _shown(visit: Visit, problem: str = "", status: int = 200) -> Response:
    found, engine = one(visit), visit.inside.engine
    symbols, object_ = engine.symbols, found.entry.id
    with visit.inside.store.reading() as tx:
        some = _suggested(visit, tx, objects.load(tx, [object_])[object_], _CHOICES)
        reasons = joiner.reasons(tx, symbols, found.connector, [object_], engine.clock())
    said = visit.query.get("to", "") or visit.given("to")
    decision, way = _decision(said), None
    if decision is not None and decision.resource is not None and visit.see(decision.resource) is None:
        raise RefusedError(404)
    if decision is not None and not problem:
        try:
            way = pathway(visit, preview_decision(engine, object_, decision))
        except JoinerError as error:
            problem, status = str(error), 409
    text = visit.query.get("q", "").strip()
    types = [type_ for type_ in engine.setup.rules.types if _may_feed(visit, found, type_)]
    chosen = {decision.resource} if decision is not None else set()
    return visit.page(
        "joining.html",
        status,
        found=found,
        reason=reasons[0] if reasons and found.entry.resource is None else None,
        some=some,
        people=called(visit, {one.resource for one in some} | {found.entry.resource} | chosen),
        others=listing(visit, types, text).views[:_CHOICES] if text and types else [],
        types=types,
        text=text,
        to=said,
        decision=decision,
        way=way,
        problem=problem,
    )


def _may_feed(visit: Visit, found: browsing.Object, type_: str) -> bool:
    store: Store = visit.inside.store
    number = store.known
    return (
        visit.inside.engine.symbols.rule_by_hand(number(found.connector), number(found.entry.type), number(type_))
        is not None
    )


def _decision(said: str) -> Decision | None:
    """``nobody``, ``rules``, ``new/TYPE``, or the id of a resource. Raises `RefusedError` for anything else."""
    if said.startswith("new/"):
        return Decision(type=said.removeprefix("new/"))
    if said in ("nobody", "rules"):
        return Decision(normal=said == "rules")
    if said and not (said.isascii() and said.isdigit() and len(said) < 16):
        raise RefusedError(400)
    return Decision(int(said)) if said else None


def decide(visit: Visit) -> Response:
    """Decide whose an object is. The next sync makes it so."""
    found, engine = one(visit), visit.inside.engine
    decision = _decision(visit.given("to"))
    if decision is None:
        raise RefusedError(400)
    if decision.resource is not None and visit.see(decision.resource) is None:
        raise RefusedError(404)
    symbols, store = engine.symbols, visit.inside.store
    what = f"link of {found.connector} {found.entry.key}"
    try:
        with store.database.alone(), store.caused_by(Cause(visit.called, what)), store.transaction(durable=True) as tx:
            stored = objects.load(tx, [found.entry.id])[found.entry.id]
            joiner.decide(tx, symbols, stored, decision, engine.clock())
    except (JoinerError, BusyError) as error:
        return _shown(visit, str(error), 409)
    _ = visit.words
    said = _("{object} is decided by the rules again. The next sync makes it so.")
    if not decision.normal:
        said = _("{object} belongs to nobody, whatever the rules say. The next sync makes it so.")
    if decision.type:
        said = _("{object} is a new {type} of its own. The next sync makes it so.")
    if decision.resource is not None:
        said = _("{object} belongs to {resource}. The next sync makes it so.")
    view = visit.see(decision.resource) if decision.resource is not None else None
    resource = name_of(view) if view is not None else ""
    return visit.go(visit.path, said.format(object=found.entry.key, resource=resource, type=decision.type))


WAYS = (
    Way("/connectors/{name}/joiner", listed, duty=Duty.JOIN),
    Way("/connectors/{name}/joiner/{id:int}", shown, duty=Duty.JOIN),
    Way("/connectors/{name}/joiner/{id:int}", decide, "POST", duty=Duty.JOIN),
)
