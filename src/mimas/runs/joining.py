"""Joins: the criteria in order, exactly one match, else the next."""

from itertools import product
from typing import Any, TypeAlias

from mimas.runs.candidates import Batch, Pending, SymbolKeys
from mimas.runs.session import Session
from mimas.store import resources
from mimas.store.database import Transaction
from mimas.store.resources import LIVE
from mimas.store.runs import Note
from mimas.sync.linking import Linker

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
        bit = 1 << criterion.rule
        symbols = [session.symbols.key_symbol(rule.resource_type, c.resource_attribute) for c in criterion.conditions]
        keys: dict[int, list[SymbolKeys]] = {}
        for object_ in left:
            if masks[object_.id] & bit:
                found = criterion.keys(object_.values)
                if found is not None:
                    keys[object_.id] = list(zip(symbols, found, strict=True))
        matches = _matches(tx, keys)
        _prefer_living(tx, matches, restores=number in session.symbols.keeps_alive)
        still = []
        for object_ in left:
            candidates = matches.get(object_.id, set())

            if len(candidates) == 1:
                resource = candidates.pop()
                batch.linked.append((object_, resource, number))
                batch.touched.add(resource)
                session.counters["joined"] += 1
                notes.pop(object_.id, None)
                continue
            if len(candidates) > 1:
                notes.setdefault(object_.id, _ambiguous(linker.connector, object_, rule.name, candidates))
            if object_.id in keys:
                sought.setdefault(object_.id, []).append(keys[object_.id])
            still.append(object_)
        left = still
    batch.ambiguous = set(notes)
    session.notes += notes.values()
    session.counters["ambiguous-join"] += len(notes)
    return left, sought


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
