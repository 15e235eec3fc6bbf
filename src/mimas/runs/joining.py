"""Joins: the criteria in order, exactly one match, else the next."""

from collections import Counter
from itertools import product
from types import MappingProxyType
from typing import Any, TypeAlias

from mimas.runs.candidates import Batch, Pending, SymbolKeys
from mimas.runs.session import Session
from mimas.runs.tally import Kept
from mimas.schema.values import decode
from mimas.store import resources
from mimas.store.database import Transaction
from mimas.store.resources import LIVE
from mimas.store.runs import Note
from mimas.sync.generated import About, Failure
from mimas.sync.linking import Criterion, Linker
from mimas.sync.rules import SyncRule

Sought: TypeAlias = tuple[Any, ...]
"""An (attribute, key) that an object looks for, or several that it looks for together."""


def is_twin(session: Session, object_: Pending, criteria: list[list[SymbolKeys]], taken: set[Sought]) -> bool:
    """Whether an object looks for what an earlier one of its batch may become: it waits once, for the next round."""
    own: set[Sought] = set()
    for conditions in criteria:
        if len(conditions) == 1:
            ((symbol, keys),) = conditions
            own.update([(symbol, key) for key in keys])
        else:
            own.update(product(*([(symbol, key) for key in keys] for symbol, keys in conditions)))
    if object_.id not in session.deferred and not own.isdisjoint(taken):
        session.deferred.add(object_.id)
        return True
    taken |= own
    return False


def join(
    tx: Transaction, session: Session, linker: Linker, seekers: list[Pending], masks: dict[int, int], batch: Batch
) -> tuple[list[Pending], dict[int, list[list[SymbolKeys]]]]:
    """Join by the criteria in order: exactly one match, else the next. Those without a link, and what they look for.

    An object that several resources match, and that no later criterion joins, is kept for a person.
    """
    left = seekers
    notes: dict[int, Note] = {}
    sought: dict[int, list[list[SymbolKeys]]] = {}
    for criterion in linker.criteria:
        if not left:
            break
        rule = linker.rules[criterion.rule]
        number = session.store.symbol(rule.name)
        keys = _keys(session, linker, criterion, left, masks, batch)
        matches = _matches(tx, keys)
        keeps_alive = number in session.symbols.keeps_alive
        _prefer_living(tx, matches, restores=keeps_alive)
        if criterion.choose is not None:
            _choose(tx, session, rule, criterion, left, matches, batch)
        # Nobody ends while somebody is left to claim them.
        shared = _shared(tx, session, rule, matches, batch, first=keeps_alive)
        still = []
        for object_ in left:
            candidates = matches.get(object_.id, set())
            if object_.id in batch.failed:
                continue
            if len(candidates) == 1 and candidates <= shared:
                notes.setdefault(object_.id, _one_too_many(linker.connector, object_, rule.name, min(candidates)))
            elif len(candidates) == 1:
                resource = candidates.pop()
                batch.linked.append((object_, resource, number))
                batch.touched.add(resource)
                shared.add(resource)
                notes.pop(object_.id, None)
                continue
            elif len(candidates) > 1:
                notes.setdefault(object_.id, _ambiguous(linker.connector, object_, rule.name, candidates))
            if object_.id in keys:
                sought.setdefault(object_.id, []).append(keys[object_.id])
            still.append(object_)
        left = still
    batch.ambiguous = set(notes)
    session.notes += notes.values()
    symbol = session.store.symbol(linker.connector)
    session.counters.note("ambiguous-join", list(notes.values()), lambda n: Kept(symbol, n.object, None, n.name))
    return left, sought


def _shared(
    tx: Transaction, session: Session, rule: SyncRule, matches: dict[int, set[int]], batch: Batch, *, first: bool
) -> set[int]:
    """Resources that have an object of this kind already, of which they may have one.

    So are those that several objects find at once, unless the ``first`` of them is to be linked.
    """
    found = Counter(resource for candidates in matches.values() if len(candidates) == 1 for resource in candidates)
    if not found:
        return set()
    rivals = [number for number, other in session.symbols.rules.items() if _same_place(rule, other)]
    rows = tx.rows("SELECT resource, object FROM link WHERE resource IN IDS AND rule IN IDS", sorted(found), rivals)
    leaving = {object_.id for object_ in [*batch.gone, *batch.unlinked]}
    taken = {resource for resource, object_ in rows if object_ not in leaving}
    taken |= {resource for _, resource, number in batch.linked if number in rivals}
    return taken if first else taken | {resource for resource, count in found.items() if count > 1}


def _same_place(rule: SyncRule, other: SyncRule) -> bool:
    place = (rule.connector, rule.object_type, rule.resource_type, rule.intent)
    return (other.connector, other.object_type, other.resource_type, other.intent) == place


def _keys(
    session: Session, linker: Linker, criterion: Criterion, left: list[Pending], masks: dict[int, int], batch: Batch
) -> dict[int, list[SymbolKeys]]:
    """What the objects in scope look for by one criterion; those that miss a value look for nothing."""
    type_, bit = linker.rules[criterion.rule].resource_type, 1 << criterion.rule
    symbols = [session.symbols.key_symbol(type_, c.resource_attribute) for c in criterion.conditions]
    context = session.context()
    keys: dict[int, list[SymbolKeys]] = {}
    for object_ in left:
        if masks[object_.id] & bit:
            try:
                found = criterion.keys(object_.values, context)
            except Exception as error:  # noqa: BLE001 - a rule may raise anything; only its object fails
                assert criterion.values is not None
                batch.failed.add(object_.id)
                session.failed(criterion.values.failure(error), object_.anchor, object_.id)
                continue
            if found is not None:
                keys[object_.id] = list(zip(symbols, found, strict=True))
    return keys


def _choose(
    tx: Transaction,
    session: Session,
    rule: SyncRule,
    criterion: Criterion,
    left: list[Pending],
    matches: dict[int, set[int]],
    batch: Batch,
) -> None:
    """Where several resources match, a function says which one is meant, or none of them."""
    assert criterion.choose is not None
    several = [object_ for object_ in left if len(matches.get(object_.id, ())) > 1]
    ids = sorted({resource for object_ in several for resource in matches[object_.id]})
    values = {row.id: MappingProxyType(decode(row.doc)) for row in resources.load(tx, ids)} if ids else {}
    for object_ in several:
        candidates = sorted(matches[object_.id])
        try:
            place = criterion.choose(MappingProxyType(object_.values), [values[id_] for id_ in candidates])
            if place is not None:
                matches[object_.id] = {candidates[place]}
        except Exception as error:  # noqa: BLE001 - a function may raise anything; only its object fails
            batch.failed.add(object_.id)
            about = About(rule.name, "choice", rule.place)
            session.failed(Failure(about, str(error) or repr(error)), object_.anchor, object_.id)


def _matches(tx: Transaction, keys: dict[int, list[SymbolKeys]]) -> dict[int, set[int]]:
    """Object → the resources that fulfil every condition."""
    wanted: dict[int, set[str]] = {}
    for conditions in keys.values():
        for symbol, texts in conditions:
            wanted.setdefault(symbol, set()).update(texts)
    found = {symbol: resources.find(tx, symbol, sorted(texts)) for symbol, texts in wanted.items()}
    result: dict[int, set[int]] = {}
    if not any(found.values()):
        return result
    for object_, conditions in keys.items():
        sets = [{r for key in texts for r in found[symbol].get(key, ())} for symbol, texts in conditions]
        result[object_] = set.intersection(*sets)
    return result


def _prefer_living(tx: Transaction, matches: dict[int, set[int]], *, restores: bool) -> None:
    """The living come first; only a link that keeps a resource alive ``restores`` a deleted one."""
    found = sorted({resource for candidates in matches.values() for resource in candidates})
    rows = tx.rows(f"SELECT id FROM resource WHERE id IN IDS AND state <> {LIVE}", found) if found else []
    deleted = {row[0] for row in rows}
    if deleted:
        for object_, candidates in matches.items():
            matches[object_] = (candidates - deleted) or (candidates if restores else set())


def _ambiguous(connector: str, object_: Pending, rule: str, candidates: set[int]) -> Note:
    return Note(
        "ambiguous-join",
        object_.anchor,
        f"{len(candidates)} resources match the join of rule “{rule}”: {', '.join(map(str, sorted(candidates)[:5]))}",
        f"It waits for a person: `mimas join {connector} {object_.anchor} TYPE KEY` says whom it belongs to. Or make "
        "the values differ at their source.",
        object_.id,
    )


def _one_too_many(connector: str, object_: Pending, rule: str, resource: int) -> Note:
    return Note(
        "ambiguous-join",
        object_.anchor,
        f"rule “{rule}” finds resource {resource} for it, as it does for another object of {connector}; of this kind a "
        "resource may have one",
        f"It waits for a person: `mimas join {connector} {object_.anchor} TYPE KEY` says whom it belongs to, `mimas "
        f"disconnect {connector} {object_.anchor}` that it is nobody's. Or make the values differ.",
        object_.id,
    )
