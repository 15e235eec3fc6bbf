"""Checks of rules that can never do anything: nobody comes to them, or nobody is in their scope."""

from collections.abc import Iterator

from mimas.configuration.checks.scopes import check_contradictions
from mimas.configuration.problem import Problem
from mimas.configuration.world import World
from mimas.sync.rules import Direction, LinkType, SyncRule


def check_reach(world: World) -> Iterator[Problem]:
    """All of them."""
    rules = world.setup.rules.rules
    yield from _unlinked(world, rules)
    yield from _contradictions(world)


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


def _inbound(rule: SyncRule) -> bool:
    return rule.direction is Direction.INBOUND


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
