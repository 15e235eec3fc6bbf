"""What is to happen to each pending object: gone, decided by a person, joined, projected, or left waiting."""

from mimas.runs.candidates import Batch, Pending, SymbolKeys
from mimas.runs.dues import LINK, write_dues
from mimas.runs.joining import Sought, is_twin, join
from mimas.runs.session import Session
from mimas.runs.tally import Kept
from mimas.store.database import Transaction
from mimas.store.objects import ABSENT
from mimas.store.runs import Note
from mimas.sync.linking import Linker


def decide(tx: Transaction, session: Session, linker: Linker, pending: list[Pending]) -> Batch:
    """Sort a batch out; nothing is written but what is due."""
    batch = Batch()
    decided = session.decided(tx)
    open_: list[Pending] = []
    for object_ in pending:
        if object_.presence == ABSENT:
            batch.gone.append(object_)
        elif object_.id in decided:
            _obey(tx, session, linker, object_, decided[object_.id], batch)
        else:
            open_.append(object_)
    masks = _masks(tx, session, linker, open_, batch)
    seekers: list[Pending] = []
    for object_ in open_:
        if object_.id not in masks:
            continue
        if object_.resource is None:
            seekers.append(object_)
        elif session.symbols.has_left(linker, object_.rule, masks[object_.id]):
            batch.unlinked.append(object_)
            seekers.append(object_)
        else:
            batch.touched.add(object_.resource)
    left, sought = join(tx, session, linker, seekers, masks, batch)
    _project(session, linker, left, sought, masks, batch)
    return batch


def _masks(tx: Transaction, session: Session, linker: Linker, pending: list[Pending], batch: Batch) -> dict[int, int]:
    """Object → the rules in scope, as bits; without those for which a scope fails."""
    if linker.scopes is None:
        return {object_.id: -1 for object_ in pending}
    context = session.context()
    masks: dict[int, int] = {}
    dues = {}
    for object_ in pending:
        context.begin()
        context.groups = object_.groups
        try:
            masks[object_.id] = linker.scope(object_.values, context)
        except Exception as error:  # noqa: BLE001 - a rule may raise anything; only its object fails
            batch.failed.add(object_.id)
            session.failed(linker.scopes.failure(error), object_.anchor, object_.id)
            continue
        dues[object_.id] = context.due
    write_dues(tx, LINK, dues)
    return masks


def _project(
    session: Session,
    linker: Linker,
    left: list[Pending],
    sought: dict[int, list[list[SymbolKeys]]],
    masks: dict[int, int],
    batch: Batch,
) -> None:
    """Whoever has not been joined becomes a resource, or waits for one with the right keys."""
    taken: set[Sought] = set()
    for object_ in left:
        place = linker.projection(masks[object_.id])
        criteria = sought.get(object_.id, ())
        if place is not None and criteria and is_twin(session, object_, criteria, taken):
            batch.deferred.add(object_.id)
        elif place is not None and object_.id not in batch.ambiguous:
            batch.projected.append((object_, place))
        else:
            batch.waiting += [
                (symbol, key, object_.id) for conditions in criteria for symbol, keys in conditions for key in keys
            ]
            session.counters["disconnector-remains"] += 1


def _obey(
    tx: Transaction, session: Session, linker: Linker, object_: Pending, resource: int | None, batch: Batch
) -> None:
    """A person has decided which resource the object belongs to; none: to nobody."""
    if object_.resource is not None and object_.resource != resource:
        batch.unlinked.append(object_)
    if resource is None:
        number = session.store.symbol(linker.connector)
        session.counters.note("disconnector-explicit", [object_], lambda o: Kept(number, o.id, o.resource, o.name))
        return
    batch.touched.add(resource)
    if object_.resource != resource:
        symbol, type_ = session.store.symbol, tx.value("SELECT type FROM resource WHERE id = ?", resource)
        rule = session.symbols.rule_by_hand(symbol(linker.connector), symbol(linker.object_type), type_)
        if rule is None:
            batch.failed.add(object_.id)
            session.notes.append(_no_rule(session, object_, type_))
            return
        batch.linked.append((object_, resource, rule))


def _no_rule(session: Session, object_: Pending, type_: int) -> Note:
    return Note(
        "join-by-hand",
        object_.anchor,
        f"it was joined by hand, and no rule lets it contribute to a {session.store.name(type_)} any more",
        "Write such a rule, or let the rules decide again with `mimas disconnect CONNECTOR KEY --normal`.",
        object_.id,
    )
