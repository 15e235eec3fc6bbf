"""Checks of what is made for a resource, in which order, and what becomes of it."""

from collections.abc import Iterator

from mimas.configuration.problem import Problem, suggest
from mimas.configuration.reading import Document
from mimas.configuration.world import World
from mimas.schema.attributes import Kind
from mimas.sync.rules import Direction, LinkType, SyncRule


def check_provisioning(world: World) -> Iterator[Problem]:
    """Rules that wait for others, intents that nobody has, flows of objects that are kept."""
    rules = {rule.name: rule for rule in world.setup.rules.rules}
    for rule in rules.values():
        document = world.documents["SyncRule", rule.name]
        if rule.after:
            yield from _after(rule, document, rules)
        yield from _intents(world, rule, document, rules)
        for flow in rule.deprovision_flows:
            path = ("deprovision", "flows", flow.target)
            if flow.once or _refers(world, rule, flow.target):
                yield document.problem(path, "an object that is kept gets values only", "write a plain flow")


def _after(rule: SyncRule, document: Document, rules: dict[str, SyncRule]) -> Iterator[Problem]:
    makers = [name for name, other in rules.items() if _makes(other) and other.resource_type == rule.resource_type]
    if rule.direction is Direction.INBOUND or rule.link is not LinkType.PROVISION:
        yield document.problem(("after",), "only a rule that makes objects can wait", "leave out `after`")
    elif rule.after not in makers or rule.after == rule.name:
        message = f"no rule '{rule.after}' makes objects for a {rule.resource_type}"
        yield document.problem(("after",), message, suggest(rule.after, makers))
    else:
        seen, at = [rule.name], rule.after
        while at and at not in seen and at in rules:
            seen.append(at)
            at = rules[at].after
        if at == rule.name:
            message = f"waits for itself: {' → '.join([*seen, at])}"
            yield document.problem(("after",), message, "let one of them wait for nobody")


def _makes(rule: SyncRule) -> bool:
    return rule.direction is Direction.OUTBOUND and rule.link is LinkType.PROVISION


def _intents(world: World, rule: SyncRule, document: Document, rules: dict[str, SyncRule]) -> Iterator[Problem]:
    known = {other.intent for other in rules.values() if other.connector == rule.connector}
    for flow in rule.flows:
        if flow.intent and not _refers(world, rule, flow.target):
            yield document.problem(("flows", flow.target), "only a reference has an intent", "leave out `intent`")
        elif flow.intent not in known | {""}:
            message = f"no rule of {rule.connector} has the intent '{flow.intent}'"
            yield document.problem(("flows", flow.target), message, suggest(flow.intent, known - {""}))


def _refers(world: World, rule: SyncRule, name: str) -> bool:
    connector = world.setup.connectors.get(rule.connector)
    type_ = connector.schema.get(rule.object_type) if connector else None
    return type_ is not None and name in type_.attributes and type_.attributes[name].kind is Kind.REFERENCE
