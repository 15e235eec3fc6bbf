"""Checks of values that come back to where they began: through one connector, or through several.

What Mimas puts into a system is no contribution when it is read again (see `mimas.runs.echoes`). A value that flows
out where it came in is the system's own and stays, in whatever form. One that returns through another system replaces
its own source, and is lost with the next runs.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from mimas.configuration.problem import Problem, Severity
from mimas.configuration.world import World
from mimas.language.expressions import parse
from mimas.language.expressions.tree import Attribute, Call, Literal, Node, Operation, attributes, walk
from mimas.schema.attributes import NAME
from mimas.sync.rules import Computed, Direct, Direction, Flow, SyncRule

Spot: TypeAlias = tuple[str, str, str]
"""An attribute: (connector, object type, attribute), or ("", resource type, attribute)."""

_CHOOSING = frozenset({"IIF", "Switch", "Coalesce", "IgnoreFlowIfNullOrEmpty"})
"""With these there may be another value, and nothing is certain."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A flow from one attribute to another."""

    rule: SyncRule
    flow: Flow
    source: Spot
    target: Spot

    @property
    def plain(self) -> bool:
        """Whether the value stays as it is."""
        origin = self.flow.origin
        return isinstance(origin, Direct) or (
            isinstance(origin, Computed) and isinstance(parse(origin.text), Attribute)
        )

    @property
    def growing(self) -> bool:
        """Whether it is another value each time."""
        return isinstance(self.flow.origin, Computed) and _grows(parse(self.flow.origin.text))


def _grows(node: Node) -> bool:
    match node:
        case Operation(operator="&" | "+", operands=parts) | Call(function="Append" | "Concatenate", arguments=parts):
            written = any(isinstance(part, Literal) and part.value not in (None, "", 0) for part in parts)
            return written and any(isinstance(part, Attribute) or _grows(part) for part in parts)
    return False


def check_echoes(world: World) -> Iterator[Problem]:
    """Each circle once, with all its rules."""
    steps = _steps(world)
    told: set[frozenset[Spot]] = set()
    for begin in sorted(steps):
        for circle in _circles(steps, begin, (), begin):
            spots = frozenset(step.target for step in circle)
            if spots not in told and (len(circle) > 2 or any(step.growing for step in circle)):
                told.add(spots)
                yield _told(circle)


def _steps(world: World) -> Mapping[Spot, list[_Step]]:
    """The flows to each attribute that one flow only writes, whatever the object: others might give another value."""
    written: dict[Spot, list[_Step]] = defaultdict(list)
    writers: dict[Spot, int] = defaultdict(int)
    for rule in world.setup.rules.rules:
        inbound = rule.direction is Direction.INBOUND
        there, here = (rule.connector, rule.object_type), ("", rule.resource_type)
        source, target = (there, here) if inbound else (here, there)
        for flow in rule.flows:
            spot = (*target, flow.target)
            writers[spot] += 1
            if flow.target != NAME and not (flow.once or (rule.scope and not inbound)):
                written[spot] += [_Step(rule, flow, (*source, name), spot) for name in sorted(_carried(flow))]
    for membership in world.setup.rules.memberships:
        writers["", membership.resource_type, membership.attribute] += 1
    return {spot: steps for spot, steps in written.items() if writers[spot] == 1}


def _carried(flow: Flow) -> frozenset[str]:
    match flow.origin:
        case Direct(name):
            return frozenset([name]) - {NAME}
        case Computed(text):
            tree = parse(text)
            sure = not any(isinstance(node, Call) and node.function in _CHOOSING for node in walk(tree))
            return attributes(tree) - {NAME} if sure else frozenset()
    return frozenset()


def _circles(
    steps: Mapping[Spot, list[_Step]], begin: Spot, after: tuple[_Step, ...], at: Spot
) -> Iterator[tuple[_Step, ...]]:
    """The ways back from an attribute to itself, in the order in which the values flow."""
    for step in steps.get(at, ()):
        if step.source == begin:
            yield (step, *after)
        elif step.source not in (passed.source for passed in after):
            yield from _circles(steps, begin, (step, *after), step.source)


def _told(circle: tuple[_Step, ...]) -> Problem:
    outbound = next(step for step in circle if step.rule.direction is Direction.OUTBOUND)
    worst = next((step for step in circle if step.growing), None)
    blamed = worst or next((step for step in circle if not step.plain), outbound)
    way = " → ".join(f"{_named(step.source)} → '{step.rule.name}' ({step.flow.place})" for step in circle)
    what = "it is another value each time" if worst else "it would be lost, or never rest"
    message = f"'{outbound.flow.target}' comes back to itself, {way} → {_named(circle[-1].target)}: {what}"
    hint = "take one of these flows out, or let another system give the value"
    severity = Severity.ERROR if worst else Severity.WARNING
    return Problem(blamed.flow.place, message, hint, blamed.rule.name, severity)


def _named(spot: Spot) -> str:
    connector, type_, attribute = spot
    return " ".join([*([connector] if connector else []), f"{type_}.{attribute}"])
