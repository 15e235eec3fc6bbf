"""Stratum 4 over a store: what every object should hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mimas.runs.births import write_births
from mimas.runs.changes import write_changes
from mimas.runs.dues import OUTBOUND, write_dues
from mimas.runs.endings import write_ends
from mimas.runs.plan import Birth, Plan
from mimas.runs.session import Session
from mimas.schema import names
from mimas.schema.attributes import NAME
from mimas.schema.values import decode, encode
from mimas.store.database import Transaction
from mimas.store.objects import NONE, WANTED_ABSENT
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
        write_births(tx, session, plan)
    if plan.changes:
        write_changes(tx, session.counters, plan)
    if plan.deletes or plan.disconnects or plan.releases:
        write_ends(tx, session, plan)
