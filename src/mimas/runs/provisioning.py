"""Stratum 4 over a store: what every object should hold; objects made, changed, and no longer wanted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mimas.runs.dues import OUTBOUND, write_dues
from mimas.runs.images import SENDING, SENT, WAITING, differences, overlay
from mimas.runs.pointing import withdraw
from mimas.runs.session import Session
from mimas.schema import names
from mimas.schema.attributes import NAME
from mimas.schema.values import decode, decode_wanted, encode
from mimas.store import objects, tables
from mimas.store.database import Transaction
from mimas.store.objects import NONE, PRESENT, WANTED_ABSENT
from mimas.store.resources import LIVE, StoredResource
from mimas.store.runs import Note
from mimas.sync.outbound import Target
from mimas.sync.rules import Deprovision


@dataclass(slots=True)
class Linked:
    """An object that belongs to a resource."""

    id: int
    rule: int
    presence: int
    wanted: str | None


@dataclass(slots=True)
class Birth:
    """An object to be made."""

    resource: int
    connector: int
    type: int
    rule: int
    anchor: str | None
    name: str | None
    doc: str
    named: str


@dataclass(slots=True)
class Plan:
    """What one batch of resources asks for."""

    births: list[Birth] = field(default_factory=list)
    changes: list[tuple[int, int, str, str | None]] = field(default_factory=list)
    """(connector, object, wanted, wanted before)."""
    deletes: list[tuple[int, int, int]] = field(default_factory=list)
    """(connector, object, presence)."""
    releases: list[tuple[int, int]] = field(default_factory=list)
    """(connector, object) that no rule governs any more; the link stays."""
    disconnects: list[tuple[int, int, int]] = field(default_factory=list)
    """(connector, object, presence)."""
    anchors: dict[int, str | None] = field(default_factory=dict)
    """The anchors of objects that do not exist yet, as the rules now have them."""
    failed: set[int] = field(default_factory=set)


def provision(
    tx: Transaction,
    session: Session,
    rows: Sequence[StoredResource],
    known: Mapping[int, Mapping[str, Any]],
    where: str,
    *parameters: Any,
) -> Plan:
    """Compute the outbound stratum for some resources and write what changes.

    ``known`` holds values that have been resolved just now, so that their documents need not be read again.
    """
    linked = _linked(tx, session, where, *parameters)
    plan = Plan()
    context = session.context()
    dues: dict[int, Any] = {}
    targets = session.symbols.targets
    for row in rows:
        of_type = targets.get(row.type)
        if not of_type:
            continue
        values = known.get(row.id) or decode(row.doc)
        earliest = None
        for connector, type_, target in of_type:
            object_ = linked.get((row.id, connector, type_))
            context.begin(new=object_ is None or object_.presence == NONE)
            try:
                wanted, scope, result = target.function.call(values, context) if row.state == LIVE else (0, 0, {})
            except Exception as error:  # noqa: BLE001 - a rule may raise anything; only its object fails
                plan.failed.add(row.id)
                session.failed(target.function.failure(error), _title(values, row.id), None)
                continue
            if context.due is not None and (earliest is None or context.due < earliest):
                earliest = context.due
            _decide(session, plan, row, connector, type_, target, object_, bool(wanted), bool(scope), result)
        dues[row.id] = earliest
    write_dues(tx, OUTBOUND, dues)
    _write(tx, session, plan)
    return plan


def _title(values: Any, resource: int) -> str:
    return str(values.get("displayName") or values.get("accountName") or f"resource {resource}")


def _linked(tx: Transaction, session: Session, where: str, *parameters: Any) -> dict[tuple[int, int, int], Linked]:
    return {
        (resource, connector, type_): Linked(id_, rule, presence, wanted)
        for resource, connector, type_, rule, id_, presence, wanted in tx.rows(
            "SELECT l.resource, l.connector, o.type, l.rule, o.id, o.presence, o.wanted FROM link l"
            f" JOIN object o ON o.id = l.object WHERE l.resource {where} AND l.connector IN IDS",
            *parameters,
            session.symbols.sinks,
        )
    }


def _decide(
    session: Session,
    plan: Plan,
    row: StoredResource,
    connector: int,
    type_: int,
    target: Target,
    object_: Linked | None,
    wanted: bool,
    scope: bool,
    values: dict[str, Any],
) -> None:
    """One resource and one target."""
    if object_ is None:
        if wanted:
            _birth(session, plan, row, connector, type_, target, values)
        return
    if not wanted and target.provisioning is not None:
        if target.deprovision is Deprovision.DELETE:
            if object_.wanted != WANTED_ABSENT:
                plan.deletes.append((connector, object_.id, object_.presence))
        else:
            plan.disconnects.append((connector, object_.id, object_.presence))
            session.relink(connector, row.id, object_.id)
        return
    if not scope:
        if object_.wanted is not None:
            plan.releases.append((connector, object_.id))
        return
    doc = encode(values)
    if doc != object_.wanted:
        if object_.presence == NONE:
            plan.anchors[object_.id] = target.object_type.key(values)
        plan.changes.append((connector, object_.id, doc, object_.wanted))


def _birth(
    session: Session,
    plan: Plan,
    row: StoredResource,
    connector: int,
    type_: int,
    target: Target,
    values: dict[str, Any],
) -> None:
    rule = target.provisioning
    assert rule is not None
    name = values.get(NAME)
    anchor = target.object_type.key(values)
    if anchor is None and name is None and target.object_type.anchor:
        plan.failed.add(row.id)
        session.errors += 1
        session.notes.append(
            Note(
                "missing-anchor-component",
                _title(decode(row.doc), row.id),
                f"rule “{rule.name}” gives no value for {', '.join(target.object_type.anchor)}, which makes up the "
                f"anchor in {target.connector}",
                "Let the rule's scope leave out resources without that value, or give the value another source.",
            )
        )
        return
    plan.births.append(
        Birth(
            row.id,
            connector,
            type_,
            session.symbols.rule_numbers[rule.name],
            anchor,
            name,
            encode(values),
            names.key(name) if name else "",
        )
    )


def _write(tx: Transaction, session: Session, plan: Plan) -> None:
    if plan.births:
        _write_births(tx, session, plan)
    if plan.changes:
        _write_changes(tx, session.counters, plan)
    if plan.deletes or plan.disconnects or plan.releases:
        _write_ends(tx, session, plan)


def _write_births(tx: Transaction, session: Session, plan: Plan) -> None:
    """Make objects; where the system has one of that anchor or name already, join it instead."""
    plan.births = _meet_existing(tx, session, plan)
    births = plan.births
    if not births:
        return
    first = tx.allocate("object", len(births))
    ids = range(first, first + len(births))
    pairs = list(zip(ids, births, strict=True))
    tx.insert(
        tables.object_,
        "id, connector, type, anchor, name, presence, wanted",
        [(id_, b.connector, b.type, b.anchor, b.name, NONE, b.doc) for id_, b in pairs],
    )
    tx.insert(
        tables.object_key,
        "connector, anchor, object",
        sorted((b.connector, b.anchor, id_) for id_, b in pairs if b.anchor is not None),
    )
    tx.insert(
        tables.object_name,
        "connector, key, object",
        sorted((b.connector, b.named, id_) for id_, b in pairs if b.named),
    )
    tx.insert(
        tables.link, "resource, connector, object, rule", [(b.resource, b.connector, i, b.rule) for i, b in pairs]
    )
    tx.insert(
        tables.pending_export,
        "connector, object, operation, state, attempts",
        [(b.connector, id_, "add", WAITING, 0) for id_, b in pairs],
    )
    session.counters["provisioned"] += len(births)


def _meet_existing(tx: Transaction, session: Session, plan: Plan) -> list[Birth]:
    """Sort out births whose anchor or name is known in the system already; the others come back."""
    existing: dict[int, int] = {}
    by_connector: dict[int, list[int]] = {}
    for index, birth in enumerate(plan.births):
        by_connector.setdefault(birth.connector, []).append(index)
    for connector, indexes in by_connector.items():
        with_anchor = [i for i in indexes if plan.births[i].anchor is not None]
        rows = objects.find(tx, connector, [plan.births[i].anchor or "" for i in with_anchor])
        existing.update({i: row[0] for i, row in zip(with_anchor, rows, strict=True) if row[0] is not None})
        with_name = [i for i in indexes if plan.births[i].named]
        if with_name:
            found = objects.find_names(tx, connector, [plan.births[i].named for i in with_name])
            existing.update({i: found[plan.births[i].named] for i in with_name if plan.births[i].named in found})
    twins = _twins(plan.births)
    if not existing and not twins:
        return plan.births
    stored = objects.load(tx, list(existing.values()))
    taken = {row[0] for row in tx.rows("SELECT object FROM link WHERE object IN IDS", list(existing.values()))}
    free: list[Birth] = []
    for index, birth in enumerate(plan.births):
        object_ = stored.get(existing.get(index, 0))
        if index in twins or (object_ is not None and object_.id in taken):
            _taken(session, plan, birth)
        elif object_ is None:
            free.append(birth)
        else:
            taken.add(object_.id)
            _take_over(tx, session, plan, birth, object_)
    return free


def _twins(births: list[Birth]) -> set[int]:
    """Births of this batch that want a name or an anchor that an earlier one of it has taken."""
    anchors = [(birth.connector, birth.anchor) for birth in births if birth.anchor is not None]
    named = [(birth.connector, birth.named) for birth in births if birth.named]
    if len(set(anchors)) == len(anchors) and len(set(named)) == len(named):
        return set()
    seen: set[tuple[int, str, str]] = set()
    twins = set()
    for index, birth in enumerate(births):
        places = [(birth.connector, "name", birth.named)] if birth.named else []
        places += [(birth.connector, "anchor", birth.anchor)] if birth.anchor is not None else []
        if any(place in seen for place in places):
            twins.add(index)
        seen.update(places)
    return twins


def _taken(session: Session, plan: Plan, birth: Birth) -> None:
    plan.failed.add(birth.resource)
    session.errors += 1
    session.counters["name-taken"] += 1
    what = birth.name or birth.anchor or ""
    session.notes.append(
        Note(
            "cd-existing-object",
            what,
            f"the name or anchor “{what}” that the rules give to resource {birth.resource} belongs to another "
            f"resource's object in {session.store.name(birth.connector)}",
            "Nothing was created. Make the name unique, for instance with a `unique` flow.",
        )
    )


def _take_over(tx: Transaction, session: Session, plan: Plan, birth: Birth, object_: objects.Stored) -> None:
    """A disconnector or a placeholder stands where the rules want an object: it becomes that object."""
    tx.insert(
        tables.link, "resource, connector, object, rule", [(birth.resource, birth.connector, object_.id, birth.rule)]
    )
    tx.delete(tables.join_key, "object", [(object_.id,)])
    if object_.presence == PRESENT:
        plan.changes.append((birth.connector, object_.id, birth.doc, None))
        session.relink(birth.connector, birth.resource, object_.id)
        session.counters["joined"] += 1
        return
    tx.update(
        tables.object_,
        "id, type, anchor, name, wanted",
        [(object_.id, birth.type, birth.anchor or object_.anchor, birth.name, birth.doc)],
    )
    tx.upsert(
        tables.pending_export,
        "connector, object, operation, state, attempts",
        [(birth.connector, object_.id, "add", WAITING, 0)],
        "operation = excluded.operation, state = excluded.state",
    )
    session.counters["provisioned"] += 1


def _write_changes(tx: Transaction, counters: Counter[str], plan: Plan) -> None:
    """New wanted images: pending while the system shows something else."""
    ids = [object_ for _, object_, _, _ in plan.changes]
    stored = objects.load(tx, ids)
    states = {
        object_: (operation, state, sent)
        for object_, operation, state, sent in tx.rows(
            "SELECT object, operation, state, sent FROM pending_export WHERE object IN IDS", ids
        )
    }
    open_, done = [], []
    for connector, id_, doc, before in plan.changes:
        operation, state, sent = states.get(id_, ("", WAITING, None))
        row = stored[id_]
        if state == SENT and operation != "delete":
            sent = before
        if row.presence != PRESENT:
            if state == SENDING:
                # Whether it was made is unknown: the export step looks before it sends anything.
                continue
            open_.append((connector, id_, "update" if sent else "add", WAITING, sent, 0))
            if not sent:
                _rename_unborn(tx, connector, row, doc, plan.anchors.get(id_))
        elif differences(overlay(row.seen, sent), doc):
            open_.append((connector, id_, "update", WAITING, sent, 0))
        elif sent:
            open_.append((connector, id_, "update", SENT, None, 0))
        elif operation and state != SENT:
            done.append((connector, id_))
    if done:
        # What references are to be changed is still to be sent.
        rows = tx.rows("SELECT object FROM reference WHERE object IN IDS AND bits <> 3", [id_ for _, id_ in done])
        unlike = {row[0] for row in rows}
        open_ += [(connector, id_, "update", WAITING, None, 0) for connector, id_ in done if id_ in unlike]
        done = [row for row in done if row[1] not in unlike]
    tx.update(tables.object_, "id, wanted", [(id_, doc) for _, id_, doc, _ in plan.changes])
    tx.upsert(
        tables.pending_export,
        "connector, object, operation, state, sent, attempts",
        open_,
        "operation = excluded.operation, state = excluded.state, sent = excluded.sent, attempts = 0, error = NULL",
    )
    tx.delete(tables.pending_export, "connector, object", done)
    counters["export-flow"] += len(plan.changes)


def _rename_unborn(tx: Transaction, connector: int, row: objects.Stored, doc: str, anchor: str | None) -> None:
    """An object that does not exist yet changes its name or its anchor before it is made."""
    if anchor is not None and anchor != row.anchor and objects.find(tx, connector, [anchor])[0][0] is None:
        tx.delete(tables.object_key, "connector, anchor, object", [(connector, row.anchor, row.id)])
        tx.insert(tables.object_key, "connector, anchor, object", [(connector, anchor, row.id)])
        tx.update(tables.object_, "id, anchor", [(row.id, anchor)])
    name = decode_wanted(doc).get(NAME)
    if isinstance(name, str) and name != row.name:
        if row.name:
            tx.delete(tables.object_name, "connector, key, object", [(connector, names.key(row.name), row.id)])
        tx.insert(tables.object_name, "connector, key, object", [(connector, names.key(name), row.id)], ignore=True)
        tx.update(tables.object_, "id, name", [(row.id, name)])


def _write_ends(tx: Transaction, session: Session, plan: Plan) -> None:
    """Objects that are to go, and objects that are left alone from now on."""
    unborn = _never_made(tx, [*plan.deletes, *plan.disconnects])
    going = [(c, id_) for c, id_, _ in plan.deletes if id_ not in unborn]
    cut = [(c, id_) for c, id_, _ in plan.disconnects if id_ not in unborn]
    withdraw(tx, session, [*unborn, *(id_ for _, id_ in cut)])
    for connector in sorted(set(unborn.values())):
        ids = [id_ for id_, of in unborn.items() if of == connector]
        tx.delete(tables.link, "object", [(id_,) for id_ in ids])
        objects.purge(tx, connector, ids)
    tx.update(tables.object_, "id, wanted", [(id_, WANTED_ABSENT) for _, id_ in going])
    tx.upsert(
        tables.pending_export,
        "connector, object, operation, state, attempts",
        [(connector, id_, "delete", WAITING, 0) for connector, id_ in going],
        "operation = excluded.operation, state = excluded.state, sent = NULL, attempts = 0, error = NULL",
    )
    free = [*cut, *plan.releases]
    tx.update(tables.object_, "id, wanted", [(id_, None) for _, id_ in free])
    tx.delete(tables.pending_export, "connector, object", free)
    tx.delete(tables.link, "object", [(id_,) for _, id_ in cut])
    ids = [id_ for _, id_ in [*free, *going]]
    tx.run("UPDATE reference SET bits = bits & 1 WHERE object IN IDS", ids)
    tx.run("DELETE FROM reference WHERE bits = 0 AND object IN IDS", ids)
    session.counters["deprovisioned"] += len(plan.deletes) + len(plan.disconnects)


def _never_made(tx: Transaction, ends: Sequence[tuple[int, int, int]]) -> dict[int, int]:
    """Those of (connector, object, presence) that no system has been told of yet: object → connector."""
    new = {id_: connector for connector, id_, presence in ends if presence == NONE}
    if new:
        for (object_,) in tx.rows(
            "SELECT object FROM pending_export WHERE object IN IDS AND (state IN (?, ?) OR sent IS NOT NULL)",
            sorted(new),
            SENDING,
            SENT,
        ):
            del new[object_]
    return new
