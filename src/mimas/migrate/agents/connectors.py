"""An agent as a document of the kind Connector."""

from collections.abc import Callable, Mapping
from typing import Any

from mimas.migrate.agents import active_directory, cloud, databases, directories, textfiles, unknown
from mimas.migrate.agents.agent import Agent, System
from mimas.migrate.drafts import Draft, Noted, file_name
from mimas.migrate.dsml import Type
from mimas.migrate.migration import Migration
from mimas.schema.attributes import NAME, Kind

Used = Mapping[str, set[str]]
"""Object type → the attributes that rules read or write."""

_TRANSLATORS: Mapping[str, Callable[[Agent], System]] = {
    **dict.fromkeys(("AD", "AD GAL"), active_directory.system),
    **dict.fromkeys(("ADAM", "AD LDS"), directories.lightweight),
    **dict.fromkeys(("IPLANET", "IBM DS", "EDIRECTORY"), directories.classic),
    **dict.fromkeys(("MSSQL", "ORACLE", "DB2"), databases.classic),
    **dict.fromkeys(("DELIMITED", "FIXED", "FIXEDWIDTH", "FIXED WIDTH", "AVP"), textfiles.system),
    **dict.fromkeys(("LDIF", "DSML", "DSMLV2"), textfiles.system),
}
"""By the category of an agent, in capitals."""
_EXTENSIBLE: Mapping[str, Callable[[Agent], System]] = {
    "windows azure active directory": cloud.system,
    "generic ldap": directories.generic,
    "generic sql": databases.generic,
}
"""By how the subtype of an extensible agent begins, in small letters."""
_SECRETS = frozenset({"unicodepwd", "userpassword", "export_password"})


def translate(agent: Agent) -> System:
    """What the system of an agent is to Mimas; its part of the file is accounted for."""
    return _translator(agent)(agent)


def folder(connector: str) -> str:
    """The folder of what belongs to a connector."""
    return file_name(connector or "without a connector")


def carry(
    migration: Migration,
    agent: Agent,
    used: Used,
    guards: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    system: System | None = None,
) -> System:
    """Write the connector of an agent, and account for every element of its schema."""
    system = system or translate(agent)
    names = list({name.lower(): name for name in (*agent.selected, *used, *system.classes)}.values())
    objects: dict[str, Any] = {}
    carried: dict[str, set[str]] = {}
    for class_ in sorted(names, key=str.lower):
        # Where objects have names, the name is no attribute among others.
        types = agent.types(class_, set(used.get(class_, ())) - ({NAME} if system.name is None else set()))
        attributes = {name: _attribute(name, type_) for name, type_ in types.items()}
        attributes |= system.classes.get(class_, {})
        if system.listing:
            # A secret is told once, when an object is made, and a listing is written again and again.
            attributes = {name: said for name, said in attributes.items() if not str(said).endswith(", secret")}
        anchor = [name for name in system.anchors.get(class_, ()) if name in attributes]
        place = system.places.get(class_.lower())
        made = objects.setdefault(place.object if place else class_, {"attributes": {}})
        made["attributes"] |= attributes
        if anchor and "anchor" not in made:
            # The anchor stands first, as people write it.
            objects[place.object if place else class_] = {"anchor": anchor, **made}
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
    for beginning, translator in _EXTENSIBLE.items():
        if agent.subtype.lower().startswith(beginning):
            return translator
    return _TRANSLATORS.get(agent.category.upper(), unknown.system)


def _attribute(name: str, type_: Type | None) -> Any:
    if name.lower() in _SECRETS:
        return "string, secret"
    if type_ is None:
        return Noted("string", "Rules name it; the schema of the file does not have it.")
    said = str(type_.attribute.kind)
    if type_.attribute.multivalued and not type_.written_only:
        said += ", multivalued"
    if type_.written_only and type_.attribute.kind is not Kind.REFERENCE:
        said += ", secret"
    return said
