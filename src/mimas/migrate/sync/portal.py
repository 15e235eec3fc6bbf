"""What a synchronisation server holds of the portal: the agent of its service, and what its rules were made into.

Metaverse and portal are one store in Mimas, so nothing stands between them: the agent becomes no connector.
"""

import re
from pathlib import Path

from mimas.migrate.agents.accounting import account_partitions
from mimas.migrate.agents.agent import Agent, children_of, first_of, guid, text_of
from mimas.migrate.elements import Element, Outcome
from mimas.migrate.migration import Migration
from mimas.migrate.sync.importing import Import
from mimas.migrate.sync.mappings import inputs_of, mapping_of

_ONE_STORE = "portal and metaverse are one store in Mimas"
_SAME = f"{_ONE_STORE}: it is one attribute"
_FROM_RULE = "it was made of a rule of the portal, which is carried from policy.xml"
_NO_POLICY = "it was made of a rule of the portal: export the portal's configuration, too (policy.xml)"
_GUID = re.compile(rb"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def is_portal(agent: Agent) -> bool:
    """Whether it is the agent of the FIM or MIM Service."""
    own = agent.data.first("private-configuration", "fimma-configuration")
    return agent.category.upper() == "FIM" or own is not None


def rules_of(policies: list[Path]) -> frozenset[str]:
    """The GUIDs that stand in the portal's configuration, among them those of its rules."""
    found: set[str] = set()
    for path in policies:
        try:
            # In UTF-16 every other byte of a GUID is nought.
            found |= {guid(one.decode()) for one in _GUID.findall(path.read_bytes().replace(b"\0", b""))}
        except OSError:
            continue
    return frozenset(found)


def account_rule(element: Element, known: frozenset[str]) -> bool:
    """Say of what a portal rule was made into where it went; whether the rule is there."""
    ids = [one.attributes["sync-rule-id"] for one in element.walk() if one.attributes.get("sync-rule-id")]
    there = any(guid(one) in known for one in ids)
    element.whole(*((Outcome.CARRIED, _FROM_RULE) if there else (Outcome.PERSON, _NO_POLICY)))
    return there


def remind(migration: Migration) -> None:
    """Ask for the portal's configuration, where something was made of rules that are not there."""
    elements = (one for root in migration.report.files.values() for one in root.walk())
    if any(one.note == _NO_POLICY for one in elements):
        migration.report.to_do.append(
            "Rules of the portal are in force on the server, and the portal's configuration is not there: export it,"
            " too (policy.xml), and migrate once more."
        )


def carry(migration: Migration, agent: Agent, flows: list[Import]) -> None:
    """Account for the portal's agent; ``flows``: what the metaverse takes from it."""
    _types(migration, agent)
    pressing = sum(_flow(flow.element, flow.attribute, inbound=True) for flow in flows)
    for one in agent.data.all("export-attribute-flow"):
        one.mark(Outcome.CARRIED)
    for set_ in sets_of(agent):
        set_.mark(Outcome.CARRIED)
        for flow in set_.all("export-flow"):
            pressing += _flow(flow, flow.attributes.get("cd-attribute", ""), inbound=False)
    pressing += _filters(agent)
    for one in agent.data.all("extension"):
        if text_of(one, "assembly-name"):
            one.whole(Outcome.PERSON, f"{_ONE_STORE}: no code runs between them")
    for one in agent.data.all("join", "provisioning-cleanup", "extension", "private-configuration", "schema"):
        one.whole(Outcome.NOT_APPLICABLE, _ONE_STORE)
    account_partitions(agent)
    for one in agent.data.all("ma-run-data"):
        one.whole(Outcome.NOT_APPLICABLE, f"{_ONE_STORE}: nothing has to be run between them")
    migration.report.to_do.append(
        f"{agent.name}: {_ONE_STORE}, so it is no connector."
        + (f" {pressing} of its flows and filters need a person: see the report." if pressing else "")
    )


def _types(migration: Migration, agent: Agent) -> None:
    """Which type of the portal and which of the metaverse are the same."""
    for one in agent.data.all("projection"):
        one.mark(Outcome.CARRIED)
        for mapping in one.all("class-mapping"):
            there, here = mapping.attributes.get("cd-object-type", ""), text_of(mapping, "mv-object-type")
            if there and here:
                migration.portal_types[there] = here
            mapping.whole(Outcome.DIFFERENT, f"{_ONE_STORE}: {there} and {here or 'nothing'} are one type")


def _filters(agent: Agent) -> int:
    """How many filters kept resources of the portal out of the metaverse."""
    pressing = 0
    for one in agent.data.all("stay-disconnector"):
        one.mark(Outcome.CARRIED)
        for filter_ in one.all("filter-set"):
            pressing += bool(filter_.children) or filter_.attributes.get("type") == "scripted"
            filter_.whole(Outcome.PERSON, f"{_ONE_STORE}: nothing keeps resources of the portal out of the metaverse")
    return pressing


def _flow(flow: Element, target: str, *, inbound: bool) -> bool:
    """One flow between portal and metaverse; whether it needs a person."""
    mapping = mapping_of(flow, "sync-rule-mapping")
    inputs = inputs_of(mapping) if mapping is not None else []
    direct = mapping is not None and (
        mapping.tag == "direct-mapping" or mapping.attributes.get("mapping-type") == "direct"
    )
    if direct and len(inputs) == 1 and inputs[0].lower() == target.lower():
        flow.whole(Outcome.DIFFERENT, _SAME)
        return False
    from_, to = ("the portal", "the metaverse") if inbound else ("the metaverse", "the portal")
    shown = ", ".join(inputs) or "a constant"
    if direct and len(inputs) == 1 and not inputs[0].startswith("<"):
        said = f"{shown} of {from_} and {target} of {to} held the same: keep one name"
    else:
        said = f"{target} of {to} was made of {shown}: write a rule, or let people set it"
    flow.whole(Outcome.PERSON, f"{_ONE_STORE}. {said}")
    return True


def sets_of(agent: Agent) -> list[Element]:
    """The sets of export flows of an agent."""
    return children_of(first_of(agent.data, "export-attribute-flow"), "export-flow-set")
