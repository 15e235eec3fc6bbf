"""Checks of flows that meet at one attribute: nobody knows which wins, or one of them never does."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import TypeAlias

from mimas.configuration.checks.nulls import always_given
from mimas.configuration.checks.scopes import exclusive
from mimas.configuration.problem import Problem, Severity
from mimas.configuration.world import Attributes, World
from mimas.language.scope import Scope
from mimas.sync.rules import Constant, Direction, Flow, Merge, SyncRule

Writer: TypeAlias = tuple[SyncRule, Flow]


def check_precedence(world: World) -> Iterator[Problem]:
    """Ties, mixed merges, and flows that never win."""
    for writers in _meeting(world):
        yield from _ties(world, writers)
        yield from _mixed(writers)
        yield from _beaten(writers)


def _meeting(world: World) -> list[list[Writer]]:
    """The flows to each attribute of resources, and of each target, in order of precedence.

    Where a function chooses between what is contributed, precedence does not.
    """
    types = world.setup.rules.types
    found: dict[tuple[str, ...], list[Writer]] = defaultdict(list)
    for rule in world.setup.rules.rules:
        inbound = rule.direction is Direction.INBOUND
        place = ("",) if inbound else (rule.connector, rule.object_type, rule.intent)
        for flow in rule.flows:
            if not (inbound and flow.target in types[rule.resource_type].chosen):
                found[(*place, rule.resource_type, flow.target)].append((rule, flow))
    return list(found.values())


def _source(world: World, rule: SyncRule) -> Attributes:
    if rule.direction is Direction.INBOUND:
        return world.setup.connectors[rule.connector].schema[rule.object_type].attributes
    return world.setup.rules.types[rule.resource_type].attributes


def _same_objects(one: SyncRule, other: SyncRule) -> bool:
    return (one.connector, one.object_type) == (other.connector, other.object_type)


def _ties(world: World, writers: list[Writer]) -> Iterator[Problem]:
    """Rules of one precedence.

    Of two kinds of objects the later change wins (MIM: equal precedence), which may be meant; else the names of the
    rules decide, which is not.
    """
    told: set[str] = set()
    for (first, earlier), (rule, flow) in combinations(writers, 2):
        if rule.precedence != first.precedence or earlier.merge.unites or flow.merge.unites or rule.name in told:
            continue
        if isinstance(flow.origin, Constant) and flow.origin == earlier.origin:
            continue
        if _same_objects(first, rule) and exclusive(first.scope, rule.scope, _source(world, rule)):
            continue
        told.add(rule.name)
        message = f"writes '{flow.target}' with precedence {rule.precedence}, as '{first.name}' does"
        hint = f"give one of them another precedence (the other is at {earlier.place})"
        severity = Severity.WARNING
        if rule.direction is Direction.INBOUND and not _same_objects(first, rule):
            message, severity = f"{message}: the later change wins", Severity.HINT
            hint = f"if that is not meant, {hint}"
        yield Problem(flow.place, message, hint, rule.name, severity)


def _mixed(writers: list[Writer]) -> Iterator[Problem]:
    """One attribute is merged or it is not (Entra Connect: different merge types are an error)."""
    (first, earlier), *others = writers
    if first.direction is not Direction.INBOUND:
        return
    for rule, flow in others:
        if flow.merge is not earlier.merge:
            message = f"writes '{flow.target}' with `merge: {flow.merge}`, and '{first.name}' with {_named(earlier)}"
            hint = f"write the same in all of them (the other is at {earlier.place})"
            yield Problem(flow.place, message, hint, rule.name, Severity.WARNING)
            return


def _named(flow: Flow) -> str:
    return "none" if flow.merge is Merge.UPDATE else f"`merge: {flow.merge}`"


def _beaten(writers: list[Writer]) -> Iterator[Problem]:
    """Flows behind one that always gives something to the same objects."""
    for index, (rule, flow) in enumerate(writers):
        for better, by in writers[:index]:
            sure = always_given(by.origin) and not by.once and not by.merge.unites and not flow.merge.unites
            if (
                sure
                and better.precedence < rule.precedence
                and _same_objects(better, rule)
                and _covers(better.scope, rule.scope)
            ):
                what = "the constant" if isinstance(by.origin, Constant) else "the value"
                message = f"never writes '{flow.target}': {what} of '{better.name}' ({by.place}) always wins"
                yield Problem(flow.place, message, "take one of them out", rule.name, Severity.WARNING)
                break


def _covers(wide: Scope, narrow: Scope) -> bool:
    """Whether whatever is in the one scope is obviously in the other: each list asks for all that one of it asks."""

    def asked(scope: Scope) -> list[set[tuple[str, ...]]]:
        return [{(c.attribute, c.operator, c.value.casefold(), c.function) for c in group} for group in scope]

    return not wide or (bool(narrow) and all(any(one <= other for one in asked(wide)) for other in asked(narrow)))
