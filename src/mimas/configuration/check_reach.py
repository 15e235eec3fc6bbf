"""Checks of rules that can never do anything: nobody comes to them, or nobody writes what they read."""

from collections.abc import Iterator

from mimas.configuration.check_scopes import check_contradictions
from mimas.configuration.problem import Problem, Severity
from mimas.configuration.world import World
from mimas.language.errors import ExpressionError
from mimas.language.scope import Scope, scope_attributes
from mimas.schema.attributes import NAME
from mimas.schema.places import Place
from mimas.sync.flows import reads
from mimas.sync.rules import Direction, Flow, LinkType, SyncRule


def check_reach(world: World) -> Iterator[Problem]:
    """All of them."""
    rules = world.setup.rules.rules
    yield from _unlinked(world, rules)
    yield from _unwritten(world, rules)
    yield from _contradictions(world)
    yield from _anchorless(world, rules)


def _unlinked(world: World, rules: tuple[SyncRule, ...]) -> Iterator[Problem]:
    """Inbound rules that only join, where nothing says how."""
    linked = {
        (rule.connector, rule.object_type)
        for rule in rules
        if rule.join or rule.link is LinkType.PROVISION  # an outbound rule that provisions links what it makes
    }
    for rule in rules:
        if rule.direction is Direction.INBOUND and (rule.connector, rule.object_type) not in linked:
            document = world.documents["SyncRule", rule.name]
            message = (
                f"no object of type {rule.object_type} in {rule.connector} is ever linked, so the rule does nothing"
            )
            yield document.warning((), message, "add `join:`, or `link: provision`")


def _unwritten(world: World, rules: tuple[SyncRule, ...]) -> Iterator[Problem]:
    """Attributes of resources that are read, and that no rule and no membership writes."""
    written = {(rule.resource_type, flow.target) for rule in rules for flow in rule.flows if _inbound(rule)}
    written |= {(m.resource_type, m.attribute) for m in world.setup.rules.memberships}
    for rule in rules:
        type_ = world.setup.rules.types.get(rule.resource_type)
        if type_ is None or _inbound(rule):
            continue
        for flow in rule.flows:
            for name in sorted(_read(flow)):
                if name in type_.attributes and (rule.resource_type, name) not in written:
                    yield _nobody(flow.place, rule, name)
        for name in sorted(_asked(rule.scope)):
            if name in type_.attributes and (rule.resource_type, name) not in written:
                yield _nobody(world.documents["SyncRule", rule.name].at("scope"), rule, name)


def _nobody(place: Place, rule: SyncRule, name: str) -> Problem:
    message = f"reads '{name}', which no rule writes"
    return Problem(place, message, "let an inbound rule write it, or take this out", rule.name, Severity.WARNING)


def _inbound(rule: SyncRule) -> bool:
    return rule.direction is Direction.INBOUND


def _read(flow: Flow) -> frozenset[str]:
    try:
        return reads(flow.origin) or frozenset()
    except ExpressionError:
        return frozenset()  # told where flows are checked


def _asked(scope: Scope) -> frozenset[str]:
    try:
        return scope_attributes(scope) - {""}
    except ExpressionError:
        return frozenset()


def _contradictions(world: World) -> Iterator[Problem]:
    setup = world.setup
    for rule in setup.rules.rules:
        known = setup.rules.types[rule.resource_type].attributes
        if _inbound(rule):
            known = setup.connectors[rule.connector].schema[rule.object_type].attributes
        yield from check_contradictions(world.documents["SyncRule", rule.name], rule.scope, known)
    for membership in setup.rules.memberships:
        known = setup.rules.types[membership.of].attributes
        yield from check_contradictions(world.documents["Membership", membership.name], membership.scope, known)


def _anchorless(world: World, rules: tuple[SyncRule, ...]) -> Iterator[Problem]:
    """Objects cannot be made without a value for what identifies them."""
    given: dict[tuple[str, str, str], set[str]] = {}
    for rule in rules:
        if not _inbound(rule):
            key = (rule.connector, rule.object_type, rule.resource_type)
            given.setdefault(key, set()).update(flow.target for flow in rule.flows)
    for rule in rules:
        if _inbound(rule) or rule.link is not LinkType.PROVISION or rule.connector not in world.setup.connectors:
            continue
        type_ = world.setup.connectors[rule.connector].schema.get(rule.object_type)
        targets = given[rule.connector, rule.object_type, rule.resource_type]
        if type_ is None or NAME in targets:
            continue
        for name in type_.anchor:
            if name not in targets:
                document = world.documents["SyncRule", rule.name]
                message = f"provisions objects of {rule.connector} without '{name}', which is in their anchor"
                yield document.problem((), message, f"add a flow to '{name}'")
