"""Checks of secret attributes: they are written when an object is made, never read, and kept nowhere."""

from collections.abc import Iterator

from mimas.configuration.problem import Problem
from mimas.configuration.world import World
from mimas.language.scope import scope_attributes
from mimas.schema.attributes import Kind
from mimas.sync.flows import reads
from mimas.sync.rules import Direction, Enforce, SyncRule


def check_secrets(world: World) -> Iterator[Problem]:
    """Secrets of resources, of whole listings, of the wrong kind, and rules that read them."""
    for name, type_ in world.setup.rules.types.items():
        for attribute in type_.attributes.values():
            if attribute.secret:
                message = "a resource has no secrets: what it holds is shown and searched"
                path = ("attributes", attribute.name)
                yield world.documents["ObjectType", name].problem(path, message, "compute it in the outbound flow")
    for connector in world.setup.connectors:
        yield from _declared(world, connector)
    for rule in world.setup.rules.rules:
        yield from _used(world, rule)


def _declared(world: World, name: str) -> Iterator[Problem]:
    able, document = world.capabilities.get(name), world.documents["Connector", name]
    for type_, object_type in world.setup.connectors[name].schema.items():
        for attribute in object_type.attributes.values():
            path = ("objects", type_, "attributes", attribute.name)
            if attribute.secret and able and able.listing:
                message = "a system that is written as a whole listing cannot be told a secret just once"
                yield document.problem(path, message, "leave it out")
            elif attribute.secret and (attribute.kind is Kind.REFERENCE or attribute.name in object_type.anchor):
                yield document.problem(path, "neither references nor anchors are secret", "leave out `secret`")


def _used(world: World, rule: SyncRule) -> Iterator[Problem]:
    connector = world.setup.connectors.get(rule.connector)
    type_ = connector.schema.get(rule.object_type) if connector else None
    secret = {name for name, attribute in type_.attributes.items() if attribute.secret} if type_ else set()
    document = world.documents["SyncRule", rule.name]
    if rule.direction is Direction.OUTBOUND:
        again: list[tuple[str, ...]] = [
            ("flows", flow.target) for flow in rule.flows if flow.enforce is not Enforce.ALWAYS
        ]
        again += [("deprovision", "flows", flow.target) for flow in rule.deprovision_flows]
        for path in again:
            if path[-1] in secret:
                yield document.problem(
                    path, "a secret is given when the object is made, and never again", "leave it out"
                )
        return
    for name in sorted(secret & scope_attributes(rule.scope)):
        yield document.problem(("scope",), f"'{name}' is secret, and never read", "compare another attribute")
    for flow in rule.flows:
        for name in sorted(secret & (reads(flow.origin) or frozenset())):
            yield document.problem(("flows", flow.target), f"'{name}' is secret, and never read", "leave it out")
