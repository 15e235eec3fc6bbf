"""Stratum 1 over a store: pending objects are filtered, joined or projected, and their resources resolved."""

from dataclasses import dataclass, field
from itertools import product
from typing import TypeAlias

from mimas.runs.dues import LINK, write_dues
from mimas.runs.resolving import Case, Part, Resolver, load_parts
from mimas.runs.session import Session
from mimas.schema.values import Values, decode
from mimas.store import objects, resources, tables
from mimas.store.database import Transaction
from mimas.store.objects import ABSENT, PRESENT
from mimas.store.resources import LIVE
from mimas.store.runs import Note
from mimas.sync.linking import Linker

SIZE = 10_000

SymbolKeys: TypeAlias = tuple[int, list[str]]
"""An indexed attribute of a resource type, and the keys looked for in it."""


@dataclass(slots=True)
class Pending:
    """A pending object."""

    id: int
    anchor: str
    presence: int
    values: Values
    resource: int | None
    rule: int | None


@dataclass(slots=True)
class Batch:
    """What linking decided about one batch."""

    gone: list[Pending] = field(default_factory=list)
    unlinked: list[Pending] = field(default_factory=list)
    linked: list[tuple[Pending, int, int]] = field(default_factory=list)
    """(object, resource, rule)."""
    projected: list[tuple[Pending, int]] = field(default_factory=list)
    """(object, rule's place in the linker)."""
    waiting: list[tuple[int, str, int]] = field(default_factory=list)
    """Join keys of objects that stay without a link."""
    failed: set[int] = field(default_factory=set)
    deferred: set[int] = field(default_factory=set)
    """Objects that may join what this batch projects."""
    touched: set[int] = field(default_factory=set)


def link_pending(session: Session, resolver: Resolver, connector: str | None) -> None:
    """Link everything that is pending, group by group, until no new key finds anybody."""
    symbols = session.symbols
    groups = sorted(symbols.linkers.items(), key=lambda item: (item[1].order, item[1].connector, item[1].object_type))
    again = True
    while again:
        again = False
        for (symbol, type_), linker in groups:
            if connector is None or linker.connector == connector:
                again = _group(session, resolver, symbol, type_, linker) or again
    _clear_unruled(session, connector)


def _clear_unruled(session: Session, connector: str | None) -> None:
    """Objects of types without linking rules have nothing to be processed."""
    known = list(session.symbols.linkers)
    with session.store.transaction() as tx:
        if tx.value("SELECT 1 FROM pending_import LIMIT 1") is None:
            return
        for (symbol,) in tx.rows("SELECT DISTINCT connector FROM pending_import"):
            if connector is not None and session.store.name(symbol) != connector:
                continue
            types = [type_ for connector_, type_ in known if connector_ == symbol]
            absent = tx.rows(
                "SELECT p.object FROM pending_import p JOIN object o ON o.id = p.object WHERE p.connector = ?"
                " AND o.presence = ? AND (o.type IS NULL OR o.type NOT IN IDS)",
                symbol,
                ABSENT,
                types,
            )
            gone = [row[0] for row in absent]
            touched = [row[0] for row in tx.rows("SELECT resource FROM link WHERE object IN IDS", gone)]
            tx.delete(tables.link, "object", [(id_,) for id_ in gone])
            resources.mark_dirty(tx, [*touched, *referrers(tx, gone)])
            objects.purge(tx, symbol, gone)
            # What was seen for the first time may be governed otherwise from now on: flows that happen once only.
            tx.run(
                "INSERT INTO dirty (resource, reason) SELECT l.resource, 0 FROM pending_import p"
                " JOIN object o ON o.id = p.object JOIN link l ON l.object = p.object"
                " WHERE p.connector = ? AND (o.type IS NULL OR o.type NOT IN IDS) ON CONFLICT DO NOTHING",
                symbol,
                types,
            )
            tx.run(
                "DELETE FROM pending_import WHERE connector = ? AND object IN (SELECT id FROM object"
                " WHERE type IS NULL OR type NOT IN IDS)",
                symbol,
                types,
            )


def _group(session: Session, resolver: Resolver, connector: int, type_: int, linker: Linker) -> bool:
    """All pending objects of one type; whether other objects have become pending by it."""
    last, found = 0, False
    while True:
        with session.store.transaction() as tx:
            rows = tx.rows(
                "SELECT o.id, o.anchor, o.name, o.presence, o.seen, l.resource, l.rule FROM pending_import p"
                " JOIN object o ON o.id = p.object LEFT JOIN link l ON l.object = p.object"
                " WHERE p.connector = ? AND p.object > ? AND o.type = ? ORDER BY p.object LIMIT ?",
                connector,
                last,
                type_,
                SIZE,
            )
            if not rows:
                return found
            last = rows[-1][0]
            pending = [
                Pending(id_, anchor or name or "", presence, decode(seen) if seen else {}, resource, rule)
                for id_, anchor, name, presence, seen, resource, rule in rows
            ]
            found = _process(tx, session, resolver, connector, type_, linker, pending) or found
            session.write_notes(tx)
        if len(rows) < SIZE:
            return found


def _process(
    tx: Transaction,
    session: Session,
    resolver: Resolver,
    connector: int,
    type_: int,
    linker: Linker,
    pending: list[Pending],
) -> bool:
    batch = _decide(tx, session, linker, pending)
    cut = [object_ for object_ in [*batch.gone, *batch.unlinked] if object_.resource is not None]
    tx.delete(tables.link, "object", [(object_.id,) for object_ in cut])
    batch.touched.update(object_.resource for object_ in cut if object_.resource is not None)
    session.counters["disconnected"] += len(cut)
    cases = _cases(tx, session, connector, type_, linker, batch)
    outcome = resolver.resolve(tx, cases)
    failed = batch.failed | batch.deferred | _behind(pending, batch, cases, outcome.failed)
    linked = _write_links(tx, connector, batch, cases, outcome.failed)
    objects.leave_alone(tx, connector, [object_.id for object_ in batch.unlinked if object_.id not in linked])
    objects.purge(tx, connector, [object_.id for object_ in batch.gone])
    done = [object_.id for object_ in pending if object_.id not in failed]
    tx.run("DELETE FROM pending_import WHERE connector = ? AND object IN IDS", connector, done)
    if not session.sweep:
        moved = [object_.id for object_ in cut] + [object_.id for object_, _, _ in batch.linked]
        moved += [case.parts[0].object for case in cases if case.before is None]
        resources.mark_dirty(tx, {*outcome.written, *batch.touched, *referrers(tx, moved)})
    return _wake(tx, outcome.keys) or bool(batch.deferred)


def _behind(pending: list[Pending], batch: Batch, cases: list[Case], failed: set[int]) -> set[int]:
    """The pending objects whose resource could not be resolved: they stay pending."""
    joined = {object_.id: resource for object_, resource, _ in batch.linked}
    made = {case.parts[0].object: case.resource for case in cases if case.before is None}
    return {
        object_.id
        for object_ in pending
        if (made.get(object_.id) or joined.get(object_.id) or object_.resource) in failed
    }


def _decide(tx: Transaction, session: Session, linker: Linker, pending: list[Pending]) -> Batch:
    """What is to happen to each object."""
    batch = Batch()
    context = session.context()
    masks: dict[int, int] = {}
    seekers: list[Pending] = []
    dues = {}
    for object_ in pending:
        if object_.presence == ABSENT:
            batch.gone.append(object_)
            continue
        mask = -1
        if linker.scopes is not None:
            context.begin()
            try:
                mask = linker.scope(object_.values, context)
            except Exception as error:  # noqa: BLE001 - a rule may raise anything; only its object fails
                batch.failed.add(object_.id)
                session.failed(linker.scopes.failure(error), object_.anchor, object_.id)
                continue
            dues[object_.id] = context.due
        masks[object_.id] = mask
        if object_.resource is None:
            seekers.append(object_)
        elif session.symbols.has_left(linker, object_.rule, mask):
            batch.unlinked.append(object_)
            seekers.append(object_)
        else:
            batch.touched.add(object_.resource)
    write_dues(tx, LINK, dues)
    left, sought = _join(tx, session, linker, seekers, masks, batch)
    taken: set[tuple[tuple[int, str], ...]] = set()
    for object_ in left:
        place = linker.projection(masks[object_.id])
        criteria = sought.get(object_.id, ())
        if place is not None and criteria and _is_twin(session, object_, criteria, taken):
            batch.deferred.add(object_.id)
        elif place is not None:
            batch.projected.append((object_, place))
        else:
            batch.waiting += [
                (symbol, key, object_.id) for conditions in criteria for symbol, keys in conditions for key in keys
            ]
            session.counters["disconnector-remains"] += 1
    return batch


def _is_twin(
    session: Session, object_: Pending, criteria: list[list[SymbolKeys]], taken: set[tuple[tuple[int, str], ...]]
) -> bool:
    """Whether an object looks for what an earlier one of its batch may become: it waits once, for the next round."""
    own = {
        combination
        for conditions in criteria
        for combination in product(*([(symbol, key) for key in keys] for symbol, keys in conditions))
    }
    if object_.id not in session.deferred and not own.isdisjoint(taken):
        session.deferred.add(object_.id)
        return True
    taken |= own
    return False


def _join(
    tx: Transaction, session: Session, linker: Linker, seekers: list[Pending], masks: dict[int, int], batch: Batch
) -> tuple[list[Pending], dict[int, list[list[SymbolKeys]]]]:
    """Join by the criteria in order: exactly one match, else the next. Those without a link, and what they look for."""
    left = seekers
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
                continue
            if len(candidates) > 1:
                session.notes.append(_ambiguous(object_, rule.name, candidates))
                session.counters["ambiguous-join"] += 1
            if object_.id in keys:
                sought.setdefault(object_.id, []).append(keys[object_.id])
            still.append(object_)
        left = still
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


def _ambiguous(object_: Pending, rule: str, candidates: set[int]) -> Note:
    return Note(
        "ambiguous-join",
        object_.anchor,
        f"{len(candidates)} resources match the join of rule “{rule}”: {', '.join(map(str, sorted(candidates)[:5]))}",
        "Nothing was joined by this criterion. Make the values differ at their source, or join by something unique.",
        object_.id,
    )


def _cases(tx: Transaction, session: Session, connector: int, type_: int, linker: Linker, batch: Batch) -> list[Case]:
    """The resources to resolve: new ones with the one object they come from, known ones with all their objects."""
    cases: list[Case] = []
    if batch.projected:
        first = tx.allocate("resource", len(batch.projected))
        session.fresh_from = session.fresh_from or first
        symbol = session.store.symbol
        numbers = [(symbol(rule.name), symbol(rule.resource_type)) for rule in linker.rules]
        for resource, (object_, place) in enumerate(batch.projected, first):
            rule, resource_type = numbers[place]
            part = Part(connector, rule, object_.id, type_, object_.anchor, object_.values)
            cases.append(Case(resource, resource_type, None, [part]))
    if batch.touched:
        known = {row.id: Case(row.id, row.type, row) for row in resources.load(tx, sorted(batch.touched))}
        load_parts(tx, session, known, "l.resource IN IDS", list(known))
        for object_, resource, rule_ in batch.linked:
            known[resource].parts.append(Part(connector, rule_, object_.id, type_, object_.anchor, object_.values))
        cases += known.values()
    return cases


def _write_links(tx: Transaction, connector: int, batch: Batch, cases: list[Case], failed: set[int]) -> set[int]:
    """Write the new links; the objects that got one."""
    links = [
        (case.resource, connector, case.parts[0].object, case.parts[0].rule)
        for case in cases
        if case.before is None and case.resource not in failed
    ]
    links += [(resource, connector, object_.id, rule) for object_, resource, rule in batch.linked]
    tx.insert(tables.link, "resource, connector, object, rule", links)
    linked = {row[2] for row in links}
    if batch.waiting:
        tx.insert(
            tables.join_key,
            "attribute, value, object",
            sorted({row for row in batch.waiting if row[2] not in linked}),
            ignore=True,
        )
    if linked and tx.value("SELECT 1 FROM join_key LIMIT 1"):
        tx.run("DELETE FROM join_key WHERE object IN IDS", sorted(linked))
    return linked


def referrers(tx: Transaction, moved: list[int]) -> list[int]:
    """The resources whose objects refer to objects that got or lost a link."""
    rows = tx.rows(
        "SELECT DISTINCT l.resource FROM reference r JOIN link l ON l.object = r.object WHERE r.target IN IDS", moved
    )
    return [row[0] for row in rows]


def _wake(tx: Transaction, keys: list[tuple[int, str]]) -> bool:
    """Objects that have been waiting for one of these keys become pending again."""
    if not keys or tx.value("SELECT 1 FROM join_key LIMIT 1") is None:
        return False
    wanted: dict[int, list[str]] = {}
    for symbol, key in keys:
        wanted.setdefault(symbol, []).append(key)
    woken = [
        row
        for symbol, texts in wanted.items()
        for row in tx.rows(
            "SELECT DISTINCT o.connector, o.id, o.seen FROM join_key j JOIN object o ON o.id = j.object"
            " WHERE j.attribute = ? AND j.value IN TEXTS",
            symbol,
            texts,
        )
    ]
    tx.insert(tables.pending_import, "connector, object, synced", woken, ignore=True)
    return bool(woken)


def retry_unlinked(session: Session) -> None:
    """A full sync looks at every object without a link again (MIM: disconnectors are retried).

    So it does at objects linked by a rule that is no more.
    """
    with session.store.transaction() as tx:
        tx.run(
            "INSERT INTO pending_import (connector, object) SELECT connector, object FROM link WHERE rule NOT IN IDS"
            " ON CONFLICT DO NOTHING",
            sorted(session.symbols.rules),
        )
        for connector in {connector for connector, _ in session.symbols.linkers}:
            # The keys lie close together; the objects, with their documents, do not.
            rows = tx.rows(
                "SELECT k.object FROM object_key k WHERE k.connector = ? AND k.fingerprint IS NOT NULL"
                " AND NOT EXISTS (SELECT 1 FROM link l WHERE l.object = k.object)",
                connector,
            )
            tx.run(
                "INSERT INTO pending_import (connector, object, synced) SELECT connector, id, seen FROM object"
                " WHERE id IN IDS AND presence = ? ON CONFLICT DO NOTHING",
                [row[0] for row in rows],
                PRESENT,
            )
