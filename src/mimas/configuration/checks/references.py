"""Checks of references: whether what they point to can be what the target may point to."""

from collections.abc import Iterator

from mimas.configuration.problem import Problem, Severity
from mimas.configuration.world import World
from mimas.schema.attributes import Kind
from mimas.sync.rules import Direct, Direction, SyncRule


def check_references(world: World) -> Iterator[Problem]:
    """References between types that no rule brings together: what they would need to point to is never there."""
    together = {(rule.connector, rule.object_type, rule.resource_type): rule.name for rule in world.setup.rules.rules}
    for rule in world.setup.rules.rules:
        objects = world.setup.connectors[rule.connector].schema[rule.object_type].attributes
        resources = world.setup.rules.types[rule.resource_type].attributes
        for flow in rule.flows:
            if not isinstance(flow.origin, Direct):
                continue
            there, here = _ends(rule, flow.origin.attribute, flow.target)
            one, other = objects.get(there), resources.get(here)
            if one is None or other is None or one.kind is not Kind.REFERENCE or other.kind is not Kind.REFERENCE:
                continue
            if one.to and other.to and (rule.connector, one.to, other.to) not in together:
                message = (
                    f"'{there}' points to {one.to} of {rule.connector} and '{here}' to {other.to},"
                    " which no rule brings together: there is nothing of that type to point to"
                )
                hint = "correct one of the types, or write a rule for these objects"
                yield Problem(flow.place, message, hint, rule.name, Severity.WARNING)


def _ends(rule: SyncRule, origin: str, target: str) -> tuple[str, str]:
    """The attribute of the object, and the one of the resource."""
    return (origin, target) if rule.direction is Direction.INBOUND else (target, origin)
