"""A folder of exported files as documents: connectors, metaverse, rules, run profiles."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mimas.migrate.agents import connectors, profiles
from mimas.migrate.agents.agent import Agent, children_of
from mimas.migrate.drafts import Draft
from mimas.migrate.elements import Element, MigrationError, Outcome, counted, printable, read
from mimas.migrate.entra.metaverse import Metaverse
from mimas.migrate.entra.rule import Rule, read_flows, read_rule, resources
from mimas.migrate.migration import Migration
from mimas.migrate.report import Report
from mimas.schema.attributes import Attribute

_CLASSIC = (Outcome.PERSON, "a classic rule, which Entra Connect does not use")
_MANY = 100_000
"""So many files are read of a folder at most."""


def carry(folder: Path) -> Migration:
    """All there is in the folder and below. Raises `MigrationError` where it is no configuration at all."""
    migration = Migration(Report(f"Entra Connect: {folder.name}"))
    roots = dict(_files(folder, migration))
    agents = [Agent(root, name) for name, root in roots.items() if root.tag in ("ma-data", "saved-ma-configuration")]
    metaverses = [root for root in roots.values() if root.tag == "saved-mv-configuration"]
    found = [one for root in roots.values() for one in _rules(root)]
    if not found and not agents:
        raise MigrationError(
            f"{folder} holds no configuration of Entra Connect.",
            "It should hold the folders Connectors, GlobalSettings and SynchronizationRules.",
        )
    metaverse = Metaverse(metaverses[0] if metaverses else None)
    for other in metaverses[1:]:
        other.whole(Outcome.PERSON, "the folder holds several metaverses: this one was not read")
    for agent in agents:
        agent.name = " ".join(printable(agent.name).split())
    names = {agent.id: agent.name for agent in agents}
    rules = [read_rule(one, names) for one in found]
    _write(migration, metaverse, agents, rules)
    return migration


def _files(folder: Path, migration: Migration) -> Iterator[tuple[str, Element]]:
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".xml" and path.is_file())
    if not paths:
        raise MigrationError(f"{folder} holds no XML files.", "Name the folder of the export.")
    for path in paths[:_MANY]:
        name = path.relative_to(folder).as_posix()
        try:
            root = read(path)
        except MigrationError as error:
            migration.report.broken[name] = f"{error.message} {error.advice}".rstrip()
            continue
        migration.report.files[name] = root
        yield name, root


def _rules(root: Element) -> Iterator[Element]:
    """The rules of a file: one each, or several below one another."""
    if root.tag == "synchronizationRule":
        yield root
    elif root.tag not in ("ma-data", "saved-ma-configuration", "saved-mv-configuration"):
        yield from (one for one in root.walk() if one.tag == "synchronizationRule")


def _write(migration: Migration, metaverse: Metaverse, agents: list[Agent], rules: list[Rule]) -> None:
    types = {name: metaverse.attributes(name) for name in metaverse.types}
    of_objects: dict[str, dict[str, set[str]]] = {agent.name: {} for agent in agents}
    of_resources: dict[str, set[str]] = {}
    joined: dict[str, set[str]] = {}
    by_name = {agent.name: agent for agent in agents}
    for rule in rules:
        agent = by_name.get(rule.connector)
        sides = (_object(agent, rule.object), types.get(rule.resource, {}))
        read_flows(rule, *(sides if rule.inbound else reversed(sides)))
        for resource in resources(rule, types):
            joined.setdefault(resource, set()).update(right for _, right in rule.joined)
            of_resources.setdefault(resource, set()).update(
                rule.written if rule.inbound else rule.read, (right for _, right in rule.joined)
            )
        if rule.connector in of_objects:
            used = of_objects[rule.connector].setdefault(rule.object, set())
            used.update(rule.read if rule.inbound else rule.written, (left for left, _ in rule.joined))
    metaverse.carry(migration, joined, of_resources)
    deltas: dict[str, bool] = {}
    for agent in agents:
        parameters = _parameters(agent)
        system = connectors.carry(migration, agent, of_objects[agent.name], metaverse.guards(), parameters)
        profiles.carry(migration, agent, delta=system.delta)
        deltas[agent.name] = system.delta
        for one in agent.data.all("join", "projection", "export-attribute-flow", "stay-disconnector", "extension"):
            one.whole(*(_CLASSIC if one.children else (Outcome.NOT_APPLICABLE, "it is empty: the rules say it")))
    for rule in sorted(rules, key=lambda one: (counted(one.element.value("precedence")), one.name)):
        _document(migration, rule, types)
    local = [agent.name for agent in agents if agent.category.upper() == "AD"]
    metaverse.carry_schedule(migration, local, [agent.name for agent in agents if agent.name not in local], deltas)


def _object(agent: Agent | None, class_: str) -> Mapping[str, Attribute]:
    if agent is None:
        return {}
    return {name: type_.attribute for name, type_ in agent.schema.attributes(class_).items()}


def _document(migration: Migration, rule: Rule, types: Mapping[str, Mapping[str, Attribute]]) -> None:
    several = list(resources(rule, types))
    aside = rule.element.value("disabled").lower() == "true" or not rule.connector
    precedence = rule.element.value("precedence")
    for resource in several:
        name = rule.name if len(several) == 1 else f"{rule.name} ({resource})"
        note = "\n".join(rule.notes)
        title = f"{precedence} {name}"
        folder = f"rules/{connectors.folder(rule.connector)}"
        migration.drafts.append(Draft("SyncRule", name, rule.body(resource), note, folder, title, aside=aside))
    if len(several) != 1:
        for one in rule.element.all("targetObjectType", "sourceObjectType"):
            if one.text == "*":
                one.mark(Outcome.DIFFERENT, f"it was for every type: now there are {len(several)} rules")


def _parameters(agent: Agent) -> dict[str, Any]:
    """What `%Domain.FQDN%` and its like stand for in the rules of a connector of Active Directory."""
    if agent.category.upper() != "AD":
        return {}
    domains = [one for one in agent.partitions if (name := one.first("custom-data", "adma-partition-data", "name"))]
    dns = next((name.text for one in domains if (name := one.first("custom-data", "adma-partition-data", "name"))), "")
    own = agent.data.first("private-configuration", "adma-configuration")
    forest = next((one.text for one in children_of(own, "forest-name")), dns)
    return {
        "Connector.ID": agent.id.strip("{}").lower(),
        "Domain.FQDN": dns,
        "Domain.Netbios": dns.partition(".")[0].upper(),
        "Forest.FQDN": forest,
        "Forest.Netbios": forest.partition(".")[0].upper(),
    }
