"""An agent as a document of the kind Connector."""

from collections.abc import Callable, Mapping
from typing import Any

from mimas.migrate.agents import active_directory, cloud, unknown
from mimas.migrate.agents.agent import Agent, System
from mimas.migrate.drafts import Draft, Noted, file_name
from mimas.migrate.dsml import Type
from mimas.migrate.migration import Migration
from mimas.schema.attributes import Kind

Used = Mapping[str, set[str]]
"""Object type → the attributes that rules read or write."""

_TRANSLATORS: Mapping[str, Callable[[Agent], System]] = {"AD": active_directory.system}
"""By the category of an agent, in capitals."""


def folder(connector: str) -> str:
    """The folder of what belongs to a connector."""
    return file_name(connector or "without a connector")


def carry(
    migration: Migration,
    agent: Agent,
    used: Used,
    guards: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> System:
    """Write the connector of an agent, and account for every element of its schema."""
    system = _translator(agent)(agent)
    names = list({name.lower(): name for name in (*agent.selected, *used, *system.classes)}.values())
    objects: dict[str, Any] = {}
    carried: dict[str, set[str]] = {}
    for class_ in sorted(names, key=str.lower):
        types = agent.types(class_, used.get(class_, ()))
        attributes = {name: _attribute(type_) for name, type_ in types.items()} | dict(system.classes.get(class_, {}))
        anchor = [name for name in system.anchors.get(class_, ()) if name in attributes]
        objects[class_] = ({"anchor": anchor} if anchor else {}) | {"attributes": attributes}
        carried[class_] = set(attributes)
    agent.schema.account(carried, "the connector does not use it")
    body: dict[str, Any] = {"description": agent.description} if agent.description else {}
    body |= {"type": system.type, "settings": system.settings, "objects": objects}
    if guards:
        body["guards"] = dict(guards)
    if parameters:
        body["parameters"] = dict(parameters)
    migration.drafts.append(Draft("Connector", agent.name, body, system.note, "connectors"))
    migration.report.to_do += system.to_do
    return system


def _translator(agent: Agent) -> Callable[[Agent], System]:
    if agent.subtype.startswith("Windows Azure Active Directory"):
        return cloud.system
    return _TRANSLATORS.get(agent.category.upper(), unknown.system)


def _attribute(type_: Type | None) -> Any:
    if type_ is None:
        return Noted("string", "Rules name it; the schema of the file does not have it.")
    said = str(type_.attribute.kind)
    if type_.attribute.multivalued and not type_.written_only:
        said += ", multivalued"
    if type_.written_only and type_.attribute.kind is not Kind.REFERENCE:
        said += ", secret"
    return said
