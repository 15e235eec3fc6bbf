"""Stratum 4 over a store: what every object should hold."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from mimas.runs.births import write_births
from mimas.runs.changes import write_changes
from mimas.runs.dues import OUTBOUND, write_dues
from mimas.runs.endings import drop_unborn, write_ends
from mimas.runs.plan import Birth, Plan
from mimas.runs.session import Session
from mimas.runs.symbols import Slot
from mimas.runs.tally import Kept
from mimas.schema import names
from mimas.schema.attributes import NAME
from mimas.schema.values import decode, encode
from mimas.store.database import Transaction
from mimas.store.objects import NONE, PRESENT, WANTED_ABSENT
from mimas.store.resources import LIVE, StoredResource
from mimas.store.runs import Note
from mimas.sync.generated import About, Failure
from mimas.sync.outbound import Target
from mimas.sync.rules import Deprovision

KEEP = Deprovision.KEEP


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
        keys = session.symbols.slot_keys
        self._linked = {(row[0], row[1], keys.get(row[3], row[2])): Linked(*row) for row in rows}

    def take(self, resource: int, type_: int, values: Mapping[str, Any], live: bool) -> None:
        """One resource: what each target should hold of it."""
        if resource in self.session.withheld.resources:
            self.plan.failed.add(resource)
        elif of_type := self.targets.get(type_):
            self._take(resource, of_type, values, live=live)

    def _take(self, resource: int, of_type: Sequence[Slot], values: Mapping[str, Any], *, live: bool) -> None:
        context = self.context
        earliest: datetime | None = None
        for slot in of_type:
            target = slot.target
            object_ = self._linked.get((resource, slot.connector, slot.key))
            context.begin(new=object_ is None or object_.presence == NONE)
            wanted, scope, result = False, False, {}
            if live:
                try:
                    wanted, scope, result = target.function.call(values, context)
                except Exception as error:  # noqa: BLE001 - a rule may raise anything; only its object fails
                    self.plan.failed.add(resource)
                    self.session.failing.add((slot.connector, resource))
                    self.session.failed(target.function.failure(error), _title(values, resource), None)
                    continue
            if context.due is not None and (earliest is None or context.due < earliest):
                earliest = context.due
            if isinstance(name := result.get(NAME), str) and (part := names.empty_part(name)):
                self.plan.failed.add(resource)
                self._invalid(resource, target, values, name, part)
            elif object_ is not None:
                if wanted or target.provisioning is None:
                    self._compare(target, object_, result, scope=scope)
                else:
                    self._deprovision(target, object_, values, result, live=live, scope=scope)
            elif wanted and self._may_begin(resource, slot):
                self._birth(resource, slot, values, result)
        self._dues[resource] = earliest

    def finish(self) -> Plan:
        """Write it."""
        tx, session, plan = self.tx, self.session, self.plan
        write_dues(tx, OUTBOUND, self._dues)
        if plan.kept:
            drop_unborn(tx, plan)
        if plan.deletes or plan.disconnects or plan.releases:
            write_ends(tx, session, plan)
        # Whoever is made may need a name that another one gives up.
        if plan.births:
            write_births(tx, session, plan)
        if plan.changes:
            write_changes(tx, session, plan)
        return plan

    def _may_begin(self, resource: int, slot: Slot) -> bool:
        """Whether the object that has to be there first is there, as its system has shown."""
        if slot.after is None:
            return True
        first = self._linked.get((resource, *slot.after))
        if first is not None and first.presence == PRESENT:
            return True
        self.session.counters.note("provisioning-waits", [resource], lambda id_: Kept(None, None, id_, ""))
        return False

    def _compare(self, target: Target, object_: Linked, values: dict[str, Any], *, scope: bool) -> None:
        """An object that is there, or on its way, and stays."""
        plan, connector = self.plan, object_.connector
        if not scope:
            if object_.wanted is not None:
                plan.releases.append((connector, object_.id))
                # What was put there is the object's own from now on, and contributes.
                if connector in self.session.symbols.sources:
                    self.session.relinked.add(object_.resource)
            return
        doc = encode(values)
        if doc != object_.wanted:
            if object_.presence == NONE:
                plan.anchors[object_.id] = target.object_type.key(values)
            plan.changes.append((connector, object_.id, doc, object_.wanted))

    def _deprovision(
        self,
        target: Target,
        object_: Linked,
        source: Mapping[str, Any],
        values: dict[str, Any],
        *,
        live: bool,
        scope: bool,
    ) -> None:
        """An object that no rule wants any more."""
        plan, resource = self.plan, object_.resource
        assert target.provisioning is not None
        try:
            what = target.deprovision(source)
            kept = target.leaving.call(source, self.context) if what is KEEP and target.leaving else {}
        except Exception as error:  # noqa: BLE001 - a function may raise anything; the object stays meanwhile
            plan.failed.add(resource)
            about = About(target.provisioning.name, "deprovision", target.provisioning.place)
            self.session.failed(Failure(about, str(error) or repr(error)), _title(source, resource), object_.id)
            return
        end = (object_.connector, object_.id, object_.presence)
        if what is Deprovision.DELETE:
            if object_.wanted != WANTED_ABSENT:
                plan.deletes.append(end)
        elif what is KEEP and (live or kept):
            if object_.presence == NONE:
                plan.kept.append(end)
            self._compare(target, object_, {**values, **kept}, scope=scope or bool(kept))
        else:
            plan.disconnects.append(end)
            if what is Deprovision.EXPLICIT:
                plan.explicit.append(object_.id)
            self.session.relink(object_.connector, resource, object_.id)

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

    def _birth(self, resource: int, slot: Slot, source: Mapping[str, Any], values: dict[str, Any]) -> None:
        """An object to be made."""
        target = slot.target
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
        self.plan.births.append(Birth(resource, slot.connector, slot.type, number, anchor, name, encode(values), named))


def _title(values: Mapping[str, Any], resource: int) -> str:
    return str(values.get("displayName") or values.get("accountName") or f"resource {resource}")


def provision(tx: Transaction, session: Session, rows: Sequence[StoredResource], where: str, *parameters: Any) -> Plan:
    """The outbound stratum for some resources as they are stored."""
    provisioner = Provisioner(tx, session, where, *parameters)
    for row in rows:
        provisioner.take(row.id, row.type, decode(row.doc), row.state == LIVE)
    return provisioner.finish()
