"""Agents of systems that Mimas has no connector for: a file stands in their place, and the report says so."""

from mimas.migrate.agents.accounting import account_config, account_partitions
from mimas.migrate.agents.agent import Agent, System
from mimas.migrate.agents.parameters import listed, parameters
from mimas.migrate.drafts import file_name
from mimas.migrate.elements import Outcome


def system(agent: Agent) -> System:
    """A connector of the kind ldif, until a person has chosen another one."""
    what = " ".join(filter(None, (agent.category, agent.subtype and f"({agent.subtype})"))) or "an unknown kind"
    why = f"there is no connector for {what}: a file stands in its place"
    some = parameters(agent)
    account_config(agent)
    account_partitions(agent)
    for one in agent.data.all("private-configuration"):
        one.whole(Outcome.PERSON, why)
    path = f"data/{file_name(agent.name)}.ldif"
    note = f"The old agent was of the kind {what}, for which there is no connector: a file stands in its place."
    if lines := listed(some):
        note += f"\nIts parameters were:\n{lines}"
    settings = {"path": path} | ({"export": "listing"} if agent.exports else {})
    return System("ldif", settings, note=note, to_do=[f"{agent.name}: {why}. Choose a connector, or write one."])
