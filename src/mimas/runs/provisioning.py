"""Stratum 4 over a store: what every object should hold."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

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
from mimas.sync.generated import About, Failure
from mimas.sync.outbound import Target
from mimas.sync.rules import Deprovision


class Linked(NamedTuple):
    """An object that belongs to a resource."""

    resource: int
    connector: int
    type: int
    rule: int
    id: int
    presence: int
    wanted: str | None


class Provisioner:
    """Computes the outbound stratum for a batch of resources, one after the other, and writes what changes.

    ``where`` and ``parameters`` choose the resources of the batch.
    """

    def __init__(self, tx: Transaction, session: Session, where: str, *parameters: Any) -> None:
        self.tx = tx
        self.session = session
        self.targets = session.symbols.targets
        self.context = session.context()
        self.plan = Plan()
        self._dues: dict[int, datetime | None] = {}
        rows = tx.rows(
            "SELECT l.resource, l.connector, o.type, l.rule, o.id, o.presence, o.wanted FROM link l"
            f" JOIN object o ON o.id = l.object WHERE l.resource {where} AND l.connector IN IDS",
            *parameters,
            session.symbols.sinks,
        )
        self._linked = {row[:3]: Linked(*row) for row in rows}

    def take(self, resource: int, type_: int, values: Mapping[str, Any], live: bool) -> None:
        """One resource: what each target should hold of it."""
        of_type = self.targets.get(type_)
        if not of_type:
            return
        context = self.context
        earliest: datetime | None = None
        for connector, object_type, target in of_type:
            object_ = self._linked.get((resource, connector, object_type))
            context.begin(new=object_ is None or object_.presence == NONE)
            wanted, scope, result = False, False, {}
            if live:
                try:
                    wanted, scope, result = target.function.call(values, context)
                except Exception as error:  # noqa: BLE001 - a rule may raise anything; only its object fails
                    self.plan.failed.add(resource)
                    self.session.failed(target.function.failure(error), _title(values, resource), None)
                    continue
            if context.due is not None and (earliest is None or context.due < earliest):
                earliest = context.due
            if isinstance(name := result.get(NAME), str) and (part := names.empty_part(name)):
                self.plan.failed.add(resource)
                self._invalid(resource, target, values, name, part)
            elif object_ is not None:
                self._compare(resource, target, object_, values, result, wanted=wanted, scope=scope)
            elif wanted:
                self._birth(resource, connector, object_type, target, values, result)
        self._dues[resource] = earliest

    def finish(self) -> Plan:
        """Write it."""
        tx, session, plan = self.tx, self.session, self.plan
        write_dues(tx, OUTBOUND, self._dues)
        if plan.births:
            write_births(tx, session, plan)
        if plan.changes:
            write_changes(tx, session, plan)
        if plan.deletes or plan.disconnects or plan.releases:
            write_ends(tx, session, plan)
        return plan

    def _compare(
        self,
        resource: int,
        target: Target,
        object_: Linked,
        source: Mapping[str, Any],
        values: dict[str, Any],
        *,
        wanted: bool,
        scope: bool,
    ) -> None:
        """An object that is there, or on its way."""
        plan, connector = self.plan, object_.connector
        if not wanted and target.provisioning is not None:
            try:
                deprovision = target.deprovision(source)
            except Exception as error:  # noqa: BLE001 - a function may raise anything; the object stays meanwhile
                plan.failed.add(resource)
                about = About(target.provisioning.name, "deprovision", target.provisioning.place)
                self.session.failed(Failure(about, str(error) or repr(error)), _title(source, resource), object_.id)
                return
            if deprovision is Deprovision.DELETE:
                if object_.wanted != WANTED_ABSENT:
                    plan.deletes.append((connector, object_.id, object_.presence))
            else:
                plan.disconnects.append((connector, object_.id, object_.presence))
                self.session.relink(connector, resource, object_.id)
        elif not scope:
            if object_.wanted is not None:
                plan.releases.append((connector, object_.id))
        else:
            doc = encode(values)
            if doc != object_.wanted:
                if object_.presence == NONE:
                    plan.anchors[object_.id] = target.object_type.key(values)
                plan.changes.append((connector, object_.id, doc, object_.wanted))

    def _invalid(self, resource: int, target: Target, source: Mapping[str, Any], name: str, part: str) -> None:
        """A name that no system can take: told here, where the rule is known, and not by the system."""
        self.session.errors += 1
        self.session.notes.append(
            Note(
                "invalid-dn",
                _title(source, resource),
                f"the rules for {target.connector} give the name “{name}”, whose part “{part}” has no value",
                "Give the attribute that it is built from a value, or leave such resources out by ISNOTNULL.",
            )
        )

    def _birth(
        self,
        resource: int,
        connector: int,
        type_: int,
        target: Target,
        source: Mapping[str, Any],
        values: dict[str, Any],
    ) -> None:
        """An object to be made."""
        rule = target.provisioning
        assert rule is not None
        name = values.get(NAME)
        anchor = target.object_type.key(values)
        if anchor is None and name is None and target.object_type.anchor:
            self.plan.failed.add(resource)
            self.session.errors += 1
            self.session.notes.append(
                Note(
                    "missing-anchor-component",
                    _title(source, resource),
                    f"rule “{rule.name}” gives no value for {', '.join(target.object_type.anchor)}, which makes up the "
                    f"anchor in {target.connector}",
                    "Let the rule's scope leave out resources without that value, or give the value another source.",
                )
            )
            return
        number = self.session.symbols.rule_numbers[rule.name]
        named = names.key(name) if name else ""
        self.plan.births.append(Birth(resource, connector, type_, number, anchor, name, encode(values), named))


def _title(values: Mapping[str, Any], resource: int) -> str:
    return str(values.get("displayName") or values.get("accountName") or f"resource {resource}")


def provision(tx: Transaction, session: Session, rows: Sequence[StoredResource], where: str, *parameters: Any) -> Plan:
    """The outbound stratum for some resources as they are stored."""
    provisioner = Provisioner(tx, session, where, *parameters)
    for row in rows:
        provisioner.take(row.id, row.type, decode(row.doc), row.state == LIVE)
    return provisioner.finish()
