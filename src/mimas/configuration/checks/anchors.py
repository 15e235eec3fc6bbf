"""Checks of what identifies the objects that are made: it is given, and it stays."""

from collections.abc import Iterator

from mimas.configuration.problem import Problem, Severity
from mimas.configuration.world import World
from mimas.language.expressions import parse, uses_now
from mimas.schema.attributes import NAME
from mimas.sync.rules import Computed, Direction, Flow, LinkType, SyncRule


def check_anchors(world: World) -> Iterator[Problem]:
    """Anchors without a value, and anchors and names that change by themselves."""
    outbound = [rule for rule in world.setup.rules.rules if rule.direction is Direction.OUTBOUND]
    given: dict[tuple[str, ...], set[str]] = {}
    for rule in outbound:
        targets = given.setdefault(rule.governs, set())
        targets.update(flow.target for flow in rule.flows)
    for rule in outbound:
        anchor = world.setup.connectors[rule.connector].schema[rule.object_type].anchor
        targets = given[rule.governs]
        if rule.link is LinkType.PROVISION and NAME not in targets:
            for name in anchor:
                if name not in targets:
                    document = world.documents["SyncRule", rule.name]
                    message = f"provisions objects of {rule.connector} without '{name}', which is in their anchor"
                    yield document.problem((), message, f"add a flow to '{name}'")
        for flow in rule.flows:
            if flow.target in (NAME, *anchor):
                yield from _timed(rule, flow)


def _timed(rule: SyncRule, flow: Flow) -> Iterator[Problem]:
    """Guid, RandomNum and their like are told where flows are checked, for every attribute."""
    if flow.once or not isinstance(flow.origin, Computed) or not uses_now(parse(flow.origin.text)):
        return
    if flow.target == NAME:
        message, severity = "the name changes by itself as time goes by, for it reads Now()", Severity.WARNING
        hint = "make it of something that stays"
    else:
        message = f"'{flow.target}' is in the anchor, which never changes, and reads Now()"
        hint, severity = "make it of something that stays, or write the long form with `once: true`", Severity.ERROR
    yield Problem(flow.place, message, hint, rule.name, severity)
