"""The agent of Azure Active Directory (Entra ID), for which Mimas has no connector yet: a file stands in its place."""

from mimas.migrate.agents.agent import Agent, System
from mimas.migrate.drafts import file_name
from mimas.migrate.elements import Outcome

_INSTEAD = "a file stands in the place of Entra ID"


def system(agent: Agent) -> System:
    """A connector of the kind ldif: the names and attributes are those of the cloud."""
    path = f"exports/{file_name(agent.name)}.ldif"
    for tag in ("private-configuration", "ma-partition-data"):
        for one in agent.data.all(tag):
            for inner in one.walk():
                if inner.tag in ("object-class", "primary_class", "oc-value"):
                    inner.mark(Outcome.CARRIED)
            one.whole(Outcome.PERSON, _INSTEAD)
    note = "Mimas has no connector for Entra ID (Azure Active Directory) yet: what would be sent stands in a file,\n"
    note += (
        "with the names, types and attributes of the cloud. Compare it with the old product: `mimas shadow compare`."
    )
    settings = {"path": path, "export": "listing"}
    return System("ldif", settings, note=note, to_do=[f"{agent.name}: {_INSTEAD} ({path})."])
