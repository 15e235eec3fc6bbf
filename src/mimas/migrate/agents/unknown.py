"""Agents of systems that Mimas has no connector for: a file stands in their place, and the report says so."""

from mimas.migrate.agents.agent import Agent, System
from mimas.migrate.drafts import file_name
from mimas.migrate.elements import Outcome


def system(agent: Agent) -> System:
    """A connector of the kind ldif, until a person has chosen another one."""
    what = " ".join(filter(None, (agent.category, agent.subtype and f"({agent.subtype})"))) or "an unknown kind"
    why = f"there is no connector for {what}: a file stands in its place"
    for tag in ("private-configuration", "ma-partition-data"):
        for one in agent.data.all(tag):
            one.whole(Outcome.PERSON, why)
    path = f"data/{file_name(agent.name)}.ldif"
    note = f"The old agent was of the kind {what}, for which there is no connector: a file stands in its place."
    to_do = [f"{agent.name}: {why}. Choose a connector, or write one."]
    return System("ldif", {"path": path, "export": "listing"}, note=note, to_do=to_do, delta=False)
