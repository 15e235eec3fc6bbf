"""A folder of exports of MIM's Synchronization Service becomes connectors, types, rules and run profiles."""

from dataclasses import dataclass, field
from pathlib import Path

from mimas.migrate.agents import connectors, profiles
from mimas.migrate.agents.agent import FILES, Agent, System, text_of
from mimas.migrate.elements import Element, Outcome, printable
from mimas.migrate.migration import Migration
from mimas.migrate.sync import deleting, importing, metaverse, outbound, portal, reading
from mimas.migrate.sync.inbound import Inbound
from mimas.migrate.sync.metaverse import Metaverse
from mimas.migrate.sync.plan import Plan
from mimas.migrate.sync.scripts import Scripts, module_of
from mimas.migrate.sync.sides import Side

_AGAIN = "the same agent stands in {0}"
_SECOND = "a metaverse stands in {0} already: there can be one only"


@dataclass(slots=True)
class Found:
    """What the files hold."""

    agents: list[Agent] = field(default_factory=list)
    metaverse: Element | None = None


def carry(migration: Migration, folder: Path) -> dict[str, str]:
    """Carry what the files of a folder, or of its subfolder SyncConfig, hold of a synchronisation server.

    Returns GUID (in capitals and braces) → name of the connector; the agent of the portal has none. A file that is
    broken stands in the report and stops nothing. Raises `MigrationError` when the folder cannot be read.
    """
    found = _found(migration, folder)
    data = found.metaverse
    scripts = Scripts(migration)
    module = module_of(text_of(data, "extension", "assembly-name"), "metaverse extension")
    sides = {agent.id: Side(agent, _system(agent), scripts) for agent in found.agents if not portal.is_portal(agent)}
    plan = Plan(migration, Metaverse(data), sides, scripts, module, outbound.provisioning_of(data))
    plan.portal_rules = portal.rules_of(reading.policies(folder))
    names = {id_: side.agent.name for id_, side in sides.items()}
    plan.endings = deleting.endings(data, plan.metaverse, names, scripts, module)
    lists = importing.lists(data)
    number = Inbound(plan).carry(lists)
    for side in sides.values():
        number = outbound.carry(plan, side, number)
        side.account()
        _finish(migration, side)
    for agent in found.agents:
        if portal.is_portal(agent):
            flows = [flow for one in lists for flow in one.flows if flow.agent == agent.id]
            portal.carry(migration, agent, flows)
    if data is not None:
        asides = any(draft.aside for draft in migration.drafts)
        outbound.account(data, asides)
        importing.account(data, {agent.id: agent.name for agent in found.agents})
        called = _called(migration, module) or plan.provisioning in ("scripted", "both")
        metaverse.account(data, module, called=called)
    migration.drafts += plan.metaverse.drafts()
    portal.remind(migration)
    return names


def _found(migration: Migration, folder: Path) -> Found:
    found = Found()
    seen: dict[str, str] = {}
    taken: set[str] = set()
    where = ""
    for name, root in reading.roots(migration, folder):
        root.mark(Outcome.CARRIED)
        for data in reading.data_of(root, "ma-data"):
            agent = Agent(data, name)
            if agent.id in seen:
                data.whole(Outcome.NOT_APPLICABLE, _AGAIN.format(seen[agent.id]))
                continue
            seen[agent.id] = name
            agent.name = _free(" ".join(printable(agent.name).split()) or "agent", taken)
            found.agents.append(agent)
        for data in reading.data_of(root, "mv-data"):
            if found.metaverse is None:
                found.metaverse, where = data, name
                data.mark(Outcome.CARRIED)
            else:
                data.whole(Outcome.PERSON, _SECOND.format(where))
    return found


def _free(name: str, taken: set[str]) -> str:
    free, number = name, 1
    while free.lower() in taken:
        number += 1
        free = f"{name} {number}"
    taken.add(free.lower())
    return free


def _system(agent: Agent) -> System:
    """The system; a file that stands in a system's place is written as a whole, where the old agent wrote at all."""
    system = connectors.translate(agent)
    if system.type in FILES and agent.exports and not system.writes:
        system.settings["export"] = "listing"
    return system


def _called(migration: Migration, module: str) -> bool:
    return any(stub.module == module for stub in migration.stubs)


def _finish(migration: Migration, side: Side) -> None:
    for one in side.agent.data.all("extension"):
        metaverse.account_extension(one, side.module, called=_called(migration, side.module))
    if side.system.places:
        migration.places[side.agent.name] = side.system.places
    connectors.carry(migration, side.agent, side.used, system=side.system)
    profiles.carry(migration, side.agent, delta=side.system.delta, writes=side.system.writes)
