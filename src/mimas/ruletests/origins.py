"""Which rule gave a value, or could have: for whoever asks why a test has failed."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from mimas.ruletests.difference import Origin
from mimas.ruletests.form import START
from mimas.ruletests.scopes import keeps_out
from mimas.runs.setup import Setup
from mimas.schema.attributes import NAME, Attribute
from mimas.sync.context import Context
from mimas.sync.flows import is_reference
from mimas.sync.outbound import Target, compile_target
from mimas.sync.rules import Direct, Direction, Flow, LinkType, SyncRule
from mimas.testing import Stored

_SOME = 3


class Origins:
    """Looks for the rules of a setup. Outbound, each rule is asked by itself, in order of precedence."""

    def __init__(self, setup: Setup, extensions: Callable[[str], object]) -> None:
        self.setup = setup
        self.extensions = extensions
        self.now = START
        self._targets: dict[str, Target] = {}

    @cached_property
    def rules(self) -> Mapping[str, SyncRule]:
        """By name."""
        return {rule.name: rule for rule in self.setup.rules.rules}

    @cached_property
    def ordered(self) -> list[SyncRule]:
        """In order of precedence."""
        return sorted(self.setup.rules.rules, key=lambda rule: (rule.precedence, rule.name))

    def of_value(self, type_: str, attribute: str, shown: Mapping[str, Any]) -> tuple[Origin, ...]:
        """What gave an attribute of a resource its value, by its lineage; else the rules that could have."""
        givers = [one["from"] for one in shown["references"] if one["attribute"] == attribute]
        if (lineage := shown["lineage"].get(attribute)) is not None:
            givers.append(lineage["rule"])
        found = tuple(self._giver(name, attribute) for name in dict.fromkeys(givers))
        if found:
            return found
        could = [(rule, flow) for rule in self._inbound(type_) for flow in rule.flows if flow.target == attribute]
        members = tuple(
            Origin("no value by", membership.name, membership.place)
            for membership in self.setup.rules.memberships
            if (membership.resource_type, membership.attribute) == (type_, attribute)
        )
        return (*members, *_could(could)) or (Origin(f"no rule flows to {attribute}"),)

    def of_absent_resource(self, type_: str, candidates: Iterable[tuple[str, Stored, str]]) -> tuple[Origin, ...]:
        """Why the objects that may stand for it make none: (connector, object, what it is called); else who makes such.

        That somebody is out of a scope is said of what systems show.
        """
        makers = [rule for rule in self._inbound(type_) if rule.link is LinkType.PROVISION]
        out = [
            self._kept_out(rule, self._values(rule, stored), f"{connector} {label}")
            for connector, stored, label in candidates
            for rule in makers
            if (rule.connector, rule.object_type) == (connector, stored.type)
        ]
        found = tuple(origin for origin in out if origin is not None)
        return found or tuple(Origin("made by", rule.name, rule.place) for rule in makers[:_SOME])

    def of_absent_object(
        self, connector: str, type_: str, living: Iterable[tuple[str, Mapping[str, Any], str]]
    ) -> tuple[Origin, ...]:
        """The rules that make objects of a type, and who is out of their scope: (type, values, what it is called)."""
        makers = [rule for rule in self._outbound(connector, type_) if rule.link is LinkType.PROVISION]
        out = [
            self._kept_out(rule, values, f"{of} {label}")
            for of, values, label in living
            for rule in makers
            if rule.resource_type == of
        ]
        if kept := tuple(origin for origin in out if origin is not None)[:_SOME]:
            return kept
        named = [
            (rule, next((flow.place for flow in rule.flows if flow.target == NAME), rule.place)) for rule in makers
        ]
        found = tuple(Origin("made and named by", rule.name, place) for rule, place in named[:_SOME])
        return found or (Origin(f"no rule makes objects of {connector}"),)

    def of_links(self, shown: Mapping[str, Any]) -> tuple[Origin, ...]:
        """The rules that have linked a resource with its objects."""
        inbound = [one for one in shown["objects"] if self._is_inbound(one["linked-by"])]
        return tuple(
            Origin(f"linked to {one['connector']} by", one["linked-by"], self.rules[one["linked-by"]].place)
            for one in inbound
        )

    def of_presence(self, connector: str, stored: Stored, owner: Mapping[str, Any]) -> tuple[Origin, ...]:
        """The rules in scope that want an object."""
        wanting = [
            rule
            for rule in self._outbound(connector, stored.type, owner["type"])
            if rule.link is LinkType.PROVISION and self._asked(rule, owner)[0]
        ]
        return tuple(Origin("wanted by", rule.name, rule.place) for rule in wanting) or (
            Origin("no rule wants it, and none takes it away"),
        )

    def of_object_value(
        self, connector: str, stored: Stored, attribute: str, owner: Mapping[str, Any] | None
    ) -> tuple[Origin, ...]:
        """What gave an attribute of an object its value; else the rules that could have."""
        if owner is None:
            return (Origin("the object belongs to nobody"),)
        rules = self._outbound(connector, stored.type, owner["type"])
        flows = [(rule, flow) for rule in rules for flow in rule.flows if flow.target == attribute]
        for rule, flow in self._leaving(rules, owner, attribute):
            return (_gave(rule, flow),)
        for rule, flow in flows:
            _, scope, values = self._asked(rule, owner)
            if scope and (self._points(rule, flow) or values.get(attribute) is not None):
                return (_gave(rule, flow),)
        return _could(flows) or (Origin(f"no rule flows to {attribute}"),)

    def _kept_out(self, rule: SyncRule, values: Mapping[str, Any], who: str) -> Origin | None:
        return keeps_out(rule, values, who, self.now, self.extensions)

    def _values(self, rule: SyncRule, stored: Stored) -> dict[str, Any]:
        known = self.setup.connectors[rule.connector].schema[stored.type].attributes
        return {
            name: values if name in known and known[name].multivalued else values[0]
            for name, values in stored.values.items()
        }

    def _leaving(
        self, rules: Iterable[SyncRule], owner: Mapping[str, Any], attribute: str
    ) -> Iterable[tuple[SyncRule, Flow]]:
        provisioning = [rule for rule in rules if rule.link is LinkType.PROVISION]
        if not provisioning or (owner["state"] == "live" and any(self._asked(rule, owner)[0] for rule in provisioning)):
            return []
        return [(rule, flow) for rule in provisioning for flow in rule.deprovision_flows if flow.target == attribute]

    def _asked(self, rule: SyncRule, owner: Mapping[str, Any]) -> tuple[bool, bool, Mapping[str, Any]]:
        """What one outbound rule says of a resource: whether it wants an object, whether it is in scope, its values."""
        target = self._targets.get(rule.name)
        if target is None:
            type_ = self.setup.rules.types[rule.resource_type]
            object_type = self.setup.connectors[rule.connector].schema[rule.object_type]
            target = self._targets[rule.name] = compile_target(0, [rule], type_, object_type, self.extensions)
        try:
            provision, scope, values = target.function.call(owner["values"], Context(self.now))
        except Exception:  # noqa: BLE001 - that a rule fails is told among the errors
            return False, False, {}
        return provision, scope, values

    def _points(self, rule: SyncRule, flow: Flow) -> bool:
        sources = self.setup.rules.types[rule.resource_type].attributes
        targets: Mapping[str, Attribute] = self.setup.connectors[rule.connector].schema[rule.object_type].attributes
        return isinstance(flow.origin, Direct) and is_reference(flow, sources, targets)

    def _giver(self, name: str, attribute: str) -> Origin:
        rule = self.rules.get(name)
        if rule is not None:
            flow = next((flow for flow in rule.flows if flow.target == attribute), None)
            return _gave(rule, flow) if flow else Origin("given by", name, rule.place)
        place = next((one.place for one in self.setup.rules.memberships if one.name == name), None)
        return Origin("given by", name, place) if place else Origin(f"given by {name}")

    def _inbound(self, type_: str) -> list[SyncRule]:
        return [r for r in self.ordered if r.direction is Direction.INBOUND and r.resource_type == type_]

    def _outbound(self, connector: str, type_: str, resource_type: str | None = None) -> list[SyncRule]:
        return [
            rule
            for rule in self.ordered
            if rule.direction is Direction.OUTBOUND
            and (rule.connector, rule.object_type) == (connector, type_)
            and resource_type in (None, rule.resource_type)
        ]

    def _is_inbound(self, name: str) -> bool:
        return name in self.rules and self.rules[name].direction is Direction.INBOUND


def _gave(rule: SyncRule, flow: Flow) -> Origin:
    return Origin("given by", rule.name, flow.place if flow.place.file else rule.place)


def _could(flows: Iterable[tuple[SyncRule, Flow]]) -> tuple[Origin, ...]:
    found = [Origin("no value by", rule.name, flow.place if flow.place.file else rule.place) for rule, flow in flows]
    return tuple(found[:_SOME])
