"""Stratum 1 over a store: pending objects are filtered, joined or projected, and their resources resolved."""

from mimas.runs.candidates import Batch, Pending
from mimas.runs.cases import Case, Part, load_cases
from mimas.runs.counting import Counts, counts, with_counts
from mimas.runs.deciding import decide
from mimas.runs.groups import NONE
from mimas.runs.resolving import Resolver
from mimas.runs.session import Session
from mimas.runs.symbols import INBOUND
from mimas.runs.tally import Kept
from mimas.runs.waking import referrers, wake
from mimas.schema.values import decode
from mimas.store import decisions, facts, holds, objects, resources, tables
from mimas.store.database import Transaction
from mimas.store.objects import ABSENT
from mimas.sync.linking import Linker

SIZE = 10_000
AMBIGUOUS = "ambiguous"
"""The kind of hold for objects that a person is to join."""


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
        again = again or _clear_unruled(session, connector)


def _clear_unruled(session: Session, connector: str | None) -> bool:
    """Objects of types without linking rules have nothing to be processed; whether others have become pending."""
    known = list(session.symbols.linkers)
    woken = False
    with session.store.transaction() as tx:
        if tx.value("SELECT 1 FROM pending_import LIMIT 1") is None:
            return False
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
            groups = session.symbols.groups.get(symbol)
            woken = (groups is not None and groups.gone(tx, gone)) or woken
            touched = [row[0] for row in tx.rows("SELECT resource FROM link WHERE object IN IDS", gone)]
            tx.delete(tables.link, "object", [(id_,) for id_ in gone])
            resources.mark_dirty(tx, [*touched, *referrers(tx, gone)])
            objects.purge(tx, symbol, gone)
            _cut(tx, session, symbol, types)
            # What was seen for the first time may be governed otherwise from now on: flows that happen once only.
            tx.run(
                "INSERT INTO dirty (resource) SELECT l.resource FROM pending_import p"
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
    return woken


def _cut(tx: Transaction, session: Session, connector: int, types: list[int]) -> None:
    """Links of objects that no rule looks at: by hand, or as the last inbound rule of their type is no more.

    Those that an outbound rule has made stay: when it comes back, it has to know what is its own.
    """
    symbols, decided = session.symbols, session.decided(tx)
    written = [slot.type for slots in symbols.targets.values() for slot in slots if slot.connector == connector]
    rows = tx.rows(
        "SELECT p.object, l.resource, coalesce(o.name, o.anchor) FROM pending_import p"
        " JOIN object o ON o.id = p.object JOIN link l ON l.object = p.object"
        " WHERE p.connector = ? AND (o.type IS NULL OR o.type NOT IN IDS)"
        " AND (p.object IN IDS OR l.rule NOT IN IDS AND o.type NOT IN IDS AND EXISTS"
        " (SELECT 1 FROM symbol r JOIN symbol i ON i.name = ? || r.name WHERE r.id = l.rule))",
        connector,
        types,
        [object_ for object_, resource in decided.items() if resource is None],
        sorted(symbols.rules),
        written,
        INBOUND,
    )
    cut = [row for row in rows if decided.get(row[0]) is None]
    ids = [row[0] for row in cut]
    tx.delete(tables.link, "object", [(id_,) for id_ in ids])
    objects.leave_alone(tx, connector, ids)
    resources.mark_dirty(tx, {*(row[1] for row in cut), *referrers(tx, ids)})
    session.counters.note("disconnected", cut, lambda row: Kept(connector, *row))


def _group(session: Session, resolver: Resolver, connector: int, type_: int, linker: Linker) -> bool:
    """All pending objects of one type; whether other objects have become pending by it."""
    last, found = 0, False
    while True:
        session.pulse()
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
            groups = session.symbols.groups[connector].of(tx, [row[0] for row in rows])
            pending = [
                Pending(
                    id_,
                    anchor or name or "",
                    presence,
                    decode(seen) if seen else {},
                    resource,
                    rule,
                    name or anchor or "",
                    groups.get(id_, NONE),
                )
                for id_, anchor, name, presence, seen, resource, rule in rows
                if not session.is_withheld(linker.connector, (anchor, name), resource)
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
    batch = decide(tx, session, linker, pending)
    session.counters.note("joined", batch.linked, lambda join: Kept(connector, join[0].id, join[1], join[0].name))
    _keep_for_a_person(tx, session, connector, pending, batch)
    cut = [object_ for object_ in [*batch.gone, *batch.unlinked] if object_.resource is not None]
    tx.delete(tables.link, "object", [(object_.id,) for object_ in cut])
    batch.touched.update(object_.resource for object_ in cut if object_.resource is not None)
    session.counters.note("disconnected", cut, lambda o: Kept(connector, o.id, o.resource, o.name))
    if linker.connector in session.symbols.indispensable:
        facts.leave(tx, linker.connector, [o.resource for o in cut if o.resource is not None], session.now)
        facts.come_back(tx, linker.connector, [resource for _, resource, _ in batch.linked])
    cases = _cases(tx, session, connector, type_, linker, batch)
    outcome = resolver.resolve(tx, cases)
    failed = batch.failed | batch.deferred | _behind(pending, batch, cases, outcome.failed)
    linked = _write_links(tx, connector, batch, cases, outcome.failed)
    objects.leave_alone(tx, connector, [object_.id for object_ in batch.unlinked if object_.id not in linked])
    woken = session.symbols.groups[connector].gone(tx, [object_.id for object_ in batch.gone])
    objects.purge(tx, connector, [object_.id for object_ in batch.gone])
    decisions.forget(tx, [object_.id for object_ in batch.gone if object_.id in session.decided(tx)])
    tied = set[str]().union(*session.symbols.tied.values())
    facts.forget_offers(tx, tied, [object_.id for object_ in batch.gone])
    done = [object_.id for object_ in pending if object_.id not in failed]
    tx.run("DELETE FROM pending_import WHERE connector = ? AND object IN IDS", connector, done)
    if not session.sweep:
        moved = [object_.id for object_ in cut] + [object_.id for object_, _, _ in batch.linked]
        moved += [case.parts[0].object for case in cases if case.before is None]
        resources.mark_dirty(tx, {*outcome.written, *batch.touched, *referrers(tx, moved)})
    woken = (bool(cut) and _retry_held(tx, connector, {object_.id for object_ in pending})) or woken
    return wake(tx, outcome.keys) or woken or bool(batch.deferred)


def _retry_held(tx: Transaction, connector: int, just_seen: set[int]) -> bool:
    """An object has gone: another one that was held may have its place; whether any becomes pending."""
    rows = [(connector, object_) for object_ in sorted(holds.held(tx, connector, AMBIGUOUS) - just_seen)]
    tx.insert(tables.pending_import, "connector, object", rows, ignore=True)
    return bool(rows)


def _keep_for_a_person(tx: Transaction, session: Session, connector: int, pending: list[Pending], batch: Batch) -> None:
    """Ambiguous objects are held; those that have been looked at again and are not any more are let go."""
    looked_at = {object_.id for object_ in pending} - batch.ambiguous
    holds.answer(tx, connector, AMBIGUOUS, looked_at.__contains__)
    if batch.ambiguous:
        reason = "objects that no join criterion gives to one resource alone, or gives to one that has another"
        holds.add(tx, AMBIGUOUS, connector, session.step, sorted(batch.ambiguous), reason, session.now)
        session.held += len(batch.ambiguous)


def _behind(pending: list[Pending], batch: Batch, cases: list[Case], failed: set[int]) -> set[int]:
    """The pending objects whose resource could not be resolved: they stay pending."""
    joined = {object_.id: resource for object_, resource, _ in batch.linked}
    made = {case.parts[0].object: case.resource for case in cases if case.before is None}
    return {
        object_.id
        for object_ in pending
        if (made.get(object_.id) or joined.get(object_.id) or object_.resource) in failed
    }


def _cases(tx: Transaction, session: Session, connector: int, type_: int, linker: Linker, batch: Batch) -> list[Case]:
    """The resources to resolve: new ones with the one object they come from, known ones with all their objects."""
    cases: list[Case] = []
    looked_at = [object_.id for object_, _ in batch.projected] + [object_.id for object_, *_ in batch.linked]
    counted = counts(tx, session.symbols, [(id_, connector, type_) for id_ in looked_at])
    if batch.projected:
        first = tx.allocate("resource", len(batch.projected))
        session.fresh_from = session.fresh_from or first
        symbol = session.store.symbol
        numbers = [(symbol(rule.name), symbol(rule.resource_type)) for rule in linker.rules]
        for resource, (object_, place) in enumerate(batch.projected, first):
            rule, resource_type = numbers[place]
            cases.append(Case(resource, resource_type, None, [_part(connector, type_, object_, rule, counted)]))
    if batch.touched:
        joining: dict[int, list[Part]] = {}
        for object_, resource, rule_ in batch.linked:
            joining.setdefault(resource, []).append(_part(connector, type_, object_, rule_, counted))
        rows = resources.load(tx, sorted(batch.touched))
        cases += load_cases(tx, session, rows, "IN IDS", [row.id for row in rows], joining=joining)
    return cases


def _part(connector: int, type_: int, object_: Pending, rule: int, counted: Counts) -> Part:
    """A pending object as a part of the resource that it is going to belong to."""
    values = with_counts(object_.values, object_.id, counted)
    return Part(connector, rule, object_.id, type_, object_.anchor, object_.values, values, object_.groups)


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
