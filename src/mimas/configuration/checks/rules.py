"""Checks of sync rules: what they name, what they compute, and how they meet one another."""

from collections.abc import Iterator

from mimas.configuration.checks.flows import check_flow, check_origin
from mimas.configuration.checks.scopes import check_members, check_scope
from mimas.configuration.problem import Problem, suggest
from mimas.configuration.reading import Document
from mimas.configuration.world import Attributes, World, look_up, readable
from mimas.schema.attributes import NAME, Attribute
from mimas.sync.rules import Deprovision, Direct, Direction, LinkType, ResourceType, SyncRule


def check_rules(world: World) -> Iterator[Problem]:
    """Problems of every rule by itself, then of rules together."""
    for rule in world.setup.rules.rules:
        yield from _rule(world, rule, world.documents["SyncRule", rule.name])
    yield from _names(world)


def _rule(world: World, rule: SyncRule, document: Document) -> Iterator[Problem]:
    yield from world.named(document, ("connector",), "Connector", rule.connector)
    yield from world.named(document, ("resource",), "ObjectType", rule.resource_type)
    if not rule.flows:
        yield document.warning((), "has no flows", "write `flows:`, with `target: origin` in each line")
    if rule.direction is Direction.INBOUND and rule.deprovision is not Deprovision.DISCONNECT:
        hint = "write it in the outbound rule that provisions"
        yield document.warning(("deprovision",), "does nothing in an inbound rule", hint)
    yield from _idle(rule, document)
    yield from _able(world, rule, document)
    connector = world.setup.connectors.get(rule.connector)
    resource_type = world.setup.rules.types.get(rule.resource_type)
    if connector is None:
        return
    if rule.object_type not in connector.schema:
        hint = suggest(rule.object_type, connector.schema)
        yield document.problem(("object",), f"connector {connector.name} has no object '{rule.object_type}'", hint)
        return
    if resource_type is None:
        return
    objects = dict(connector.schema[rule.object_type].attributes)
    if rule.connector not in world.capabilities or world.capabilities[rule.connector].named:
        objects.setdefault(NAME, Attribute(NAME))
    yield from _join(world, rule, document, objects, resource_type)
    inbound = rule.direction is Direction.INBOUND
    source, target = (objects, resource_type.attributes) if inbound else (resource_type.attributes, objects)
    yield from world.scope(document, rule.scope, source)
    yield from check_scope(document, rule.scope, source)
    groups = (type_.attributes for type_ in connector.schema.values()) if inbound else None
    yield from check_members(document, rule.scope, groups)
    for flow in rule.flows:
        yield from check_flow(world.setup.home, rule, document, flow, source, target)
    for flow in rule.deprovision_flows:
        yield from check_flow(world.setup.home, rule, document, flow, source, target, ("deprovision", "flows"))


def _idle(rule: SyncRule, document: Document) -> Iterator[Problem]:
    """What has no meaning in the rule's direction."""
    for flow in rule.flows:
        if rule.direction is Direction.OUTBOUND and flow.merge.unites:
            hint = "merge what rules give to the resource, in the inbound rules"
            yield document.warning(("flows", flow.target), "`merge` does nothing in an outbound rule", hint)


def _able(world: World, rule: SyncRule, document: Document) -> Iterator[Problem]:
    able = world.capabilities.get(rule.connector)
    if able and not (able.read if rule.direction is Direction.INBOUND else able.write):
        wrong = "is not read" if rule.direction is Direction.INBOUND else "is not written to"
        yield document.problem(
            ("connector",), f"connector {rule.connector} {wrong}", "look at its settings, or turn the direction round"
        )


def _join(
    world: World, rule: SyncRule, document: Document, objects: Attributes, resource: ResourceType
) -> Iterator[Problem]:
    for index, criterion in enumerate(rule.join):
        path = ("join", index)
        for condition in criterion:
            name = condition.resource_attribute
            if isinstance(condition.origin, Direct):
                yield from look_up(document, path, condition.origin.attribute, objects)
                yield from readable(document, path, condition.origin.attribute, objects)
            else:
                yield from check_origin(world.setup.home, document, path, condition.origin, objects)
            yield from look_up(document, path, name, resource.attributes)
            yield from readable(document, path, name, resource.attributes)
            if name in resource.attributes and name not in resource.indexed:
                hint = f"declare it in the object type {resource.name}: `{name}: …, indexed`"
                yield document.problem(path, f"joins by '{name}', which is not indexed", hint)


def _names(world: World) -> Iterator[Problem]:
    """Objects of a system with distinguished names cannot be created without one."""
    outbound = [rule for rule in world.setup.rules.rules if rule.direction is Direction.OUTBOUND]
    given = {rule.governs for rule in outbound if any(flow.target == NAME for flow in rule.flows)}
    for rule in outbound:
        able = world.capabilities.get(rule.connector)
        if not (able and able.named and rule.link is LinkType.PROVISION):
            continue
        if rule.governs not in given:
            hint = f'add a flow to `{NAME}`, as in ="uid=" & [accountName] & ",ou=People,dc=example,dc=com"'
            document = world.documents["SyncRule", rule.name]
            yield document.problem((), f"provisions objects of {rule.connector} without a name", hint)
