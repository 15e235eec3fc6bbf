"""Checks of what outbound flows enforce, and of the guards over changes."""

from collections import defaultdict
from collections.abc import Iterator
from typing import TypeAlias

from mimas.configuration.problem import Problem, suggest
from mimas.configuration.world import World
from mimas.schema.attributes import Kind
from mimas.sync.rules import Direction, Enforce, Flow, SyncRule

Written: TypeAlias = tuple[str, ...]
"""What a rule governs, and the attribute."""


def check_enforcing(world: World) -> Iterator[Problem]:
    """`enforce` where it can mean nothing, two rules that contradict each other, guards over unknown attributes."""
    written: dict[Written, list[tuple[SyncRule, Flow]]] = defaultdict(list)
    for rule in world.setup.rules.rules:
        for flow in rule.flows:
            if flow.enforce is not Enforce.ALWAYS:
                yield from _meaningless(world, rule, flow)
            if rule.direction is Direction.OUTBOUND:
                written[(*rule.governs, flow.target)].append((rule, flow))
    for (*_, name), flows in written.items():
        first_rule, first = flows[0]
        for rule, flow in flows[1:]:
            if flow.enforce is not first.enforce and not (flow.once or first.once):
                message = f"enforces '{name}' {flow.enforce}, and rule '{first_rule.name}' enforces it {first.enforce}"
                document = world.documents["SyncRule", rule.name]
                yield document.problem(("flows", name), message, "write the same in both")
    yield from _guards(world)


def _meaningless(world: World, rule: SyncRule, flow: Flow) -> Iterator[Problem]:
    document, path = world.documents["SyncRule", rule.name], ("flows", flow.target)
    connector = world.setup.connectors.get(rule.connector)
    type_ = connector.schema.get(rule.object_type) if connector else None
    attribute = type_.attributes.get(flow.target) if type_ else None
    if rule.direction is Direction.INBOUND:
        yield document.problem(path, "only what flows out is enforced", "leave out `enforce`")
    elif flow.once:
        yield document.problem(path, "what flows once is not enforced", "leave out `enforce` or `once`")
    elif attribute is not None and attribute.kind is Kind.REFERENCE:
        yield document.problem(path, "references are always put right", "leave out `enforce`")
    elif attribute is not None and flow.enforce is Enforce.ADD and not attribute.multivalued:
        yield document.problem(
            path, f"'{flow.target}' holds one value, so nothing is added to it", "leave out `enforce`"
        )


def _guards(world: World) -> Iterator[Problem]:
    for name, connector in world.setup.connectors.items():
        known = {attribute for type_ in connector.schema.values() for attribute in type_.attributes}
        for attribute in connector.changes:
            if attribute not in known:
                yield world.documents["Connector", name].problem(
                    ("guards", "changes", attribute), f"unknown attribute '{attribute}'", suggest(attribute, known)
                )
