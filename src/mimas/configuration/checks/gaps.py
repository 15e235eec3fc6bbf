"""Checks of names, anchors, joins and unique values that are made of what may be absent.

Whether a value may be absent is only known where the configuration says so: a rule that makes resources and does not
write the attribute, a flow with NULL in a branch, or another rule that asks whether it is there.
"""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from mimas.configuration.checks.nulls import asked_for, considered, leaks, may_be_none
from mimas.configuration.problem import Problem, Severity
from mimas.configuration.world import World
from mimas.language.expressions import parse
from mimas.language.scope import Operator, Scope
from mimas.schema.attributes import NAME
from mimas.schema.places import Place
from mimas.sync.rules import Computed, Direct, Direction, Flow, LinkType, SyncRule, Unique

Doubts: TypeAlias = Mapping[str, str]
"""Attribute → why it may be absent."""

_NULL_TESTS = (Operator.ISNULL, Operator.ISNOTNULL)


def check_gaps(world: World) -> Iterator[Problem]:
    """All of them."""
    rules = world.setup.rules.rules
    for rule in rules:
        if rule.direction is Direction.OUTBOUND:
            yield from _outbound(world, rule)
        else:
            yield from _inbound(world, rule)


def _outbound(world: World, rule: SyncRule) -> Iterator[Problem]:
    anchor = world.setup.connectors[rule.connector].schema[rule.object_type].anchor
    doubts = {**_asked(world, _same_type(rule)), **_unwritten(world, rule.resource_type)}
    there = asked_for(rule.scope)
    for flow in rule.flows:
        if flow.once or flow.target not in (NAME, *anchor):
            continue
        what = "the name" if flow.target == NAME else f"'{flow.target}', which is in the anchor,"
        for name in sorted(_gaps(flow) - there):
            if name in doubts:
                message = f"{what} needs '{name}', which may be absent: {doubts[name]}"
                hint = f"add `{name} ISNOTNULL` to the scope, or give a value instead with Coalesce"
                yield Problem(flow.place, message, hint, rule.name, Severity.WARNING)


def _gaps(flow: Flow) -> frozenset[str]:
    match flow.origin:
        case Direct(name):
            return frozenset([name])
        case Computed(text):
            return leaks(parse(text))
    return frozenset()


def _inbound(world: World, rule: SyncRule) -> Iterator[Problem]:
    anchor = world.setup.connectors[rule.connector].schema[rule.object_type].anchor
    doubts = _asked(world, _same_objects(rule))
    there = asked_for(rule.scope).union(anchor)
    document = world.documents["SyncRule", rule.name]
    made: list[tuple[Place, str, str]] = [
        (document.at("join", index), "the join", condition.origin.text)
        for index, criterion in enumerate(rule.join)
        for condition in criterion
        if isinstance(condition.origin, Computed)
    ]
    for flow in rule.flows:
        if isinstance(flow.origin, Unique):
            made += [(flow.place, f"the unique value of '{flow.target}'", text) for text in flow.origin.candidates]
    for place, what, text in made:
        for name in sorted(leaks(parse(text)) - there):
            if name in doubts:
                message = f"{what} has a gap where '{name}' is absent, as it may be: {doubts[name]}"
                hint = "give nothing instead with IIF(IsPresent([…]), …, NULL), or another value with Coalesce"
                yield Problem(place, message, hint, rule.name, Severity.WARNING)


def _same_type(rule: SyncRule) -> tuple[str, ...]:
    return (rule.direction, rule.resource_type)


def _same_objects(rule: SyncRule) -> tuple[str, ...]:
    return (rule.direction, rule.connector, rule.object_type)


def _asked(world: World, about: tuple[str, ...]) -> Doubts:
    """Attributes of which a rule about the same things asks whether they are there."""
    found: dict[str, str] = {}
    for rule in world.setup.rules.rules:
        if about not in (_same_type(rule), _same_objects(rule)):
            continue
        for flow in rule.flows:
            if isinstance(flow.origin, Computed):
                for name in considered(parse(flow.origin.text)):
                    found.setdefault(name, f"'{rule.name}' reckons with it at {flow.place}")
        for name, place in _tested(rule.scope):
            found.setdefault(name, f"'{rule.name}' asks for it at {place}")
    return found


def _tested(scope: Scope) -> Iterator[tuple[str, Place]]:
    for clause in (clause for group in scope for clause in group):
        if clause.operator in _NULL_TESTS:
            yield clause.attribute, clause.place


def _unwritten(world: World, type_: str) -> Doubts:
    """Attributes that other rules write, and that a rule which makes resources of the type leaves out."""
    inbound = [r for r in world.setup.rules.rules if r.direction is Direction.INBOUND and r.resource_type == type_]
    written: dict[tuple[str, ...], dict[str, bool]] = {}
    for rule in inbound:
        sure = written.setdefault(_same_objects(rule), {})
        for flow in rule.flows:
            sure[flow.target] = sure.get(flow.target, False) or not may_be_none(flow.origin)
    found: dict[str, str] = {}
    for rule in inbound:
        if rule.link is not LinkType.PROVISION:
            continue
        mine = written[_same_objects(rule)]
        for name in {name for sure in written.values() for name in sure}:
            if not mine.get(name):
                found.setdefault(name, f"'{rule.name}' ({rule.place}) makes resources without it")
    return found
