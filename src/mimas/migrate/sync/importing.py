"""The import attribute flows of the metaverse: which flows give an attribute its value, and in what order."""

from collections.abc import Mapping
from dataclasses import dataclass

from mimas.migrate.agents.agent import children_of, guid
from mimas.migrate.elements import Element, Outcome
from mimas.migrate.sync.mappings import PORTAL

_NOBODY = "its management agent is not among the files"
_RECALL = "Mimas withdraws what a connector gave when it leaves: `deletion: never` and `grace` keep values"


@dataclass(frozen=True, slots=True)
class Import:
    """One flow: from objects of one type of an agent (its GUID) to one attribute."""

    agent: str
    class_: str
    type: str
    attribute: str
    element: Element


@dataclass(frozen=True, slots=True)
class Ranked:
    """The flows to one attribute in their order; ``equal`` and ``manual`` are the other kinds of precedence."""

    type: str
    attribute: str
    kind: str
    flows: tuple[Import, ...]
    element: Element


def lists(data: Element | None) -> list[Ranked]:
    """All lists of flows of ``mv-data``; those of portal rules are among them."""
    found = []
    flows = data.first("import-attribute-flow") if data is not None else None
    for one in children_of(flows, "import-flow-set"):
        type_ = one.attributes.get("mv-object-type", "").strip()
        for inner in one.all("import-flows"):
            attribute = inner.attributes.get("mv-attribute", "").strip()
            some = tuple(
                Import(
                    guid(flow.attributes.get("src-ma", "")),
                    flow.attributes.get("cd-object-type", "").strip(),
                    type_,
                    attribute,
                    flow,
                )
                for flow in inner.all("import-flow")
            )
            found.append(Ranked(type_, attribute, inner.attributes.get("type", "ranked"), some, inner))
    return found


def is_of_portal(flow: Element) -> bool:
    """Whether a flow was made of a synchronization rule of the portal."""
    return flow.first(PORTAL) is not None


def account(data: Element, names: Mapping[str, str]) -> None:
    """What holds the flows, and the options of each agent; ``names``: GUID → agent, of those that are there."""
    for flows in data.all("import-attribute-flow"):
        flows.mark(Outcome.CARRIED)
        for one in flows.all("import-flow-set"):
            one.mark(Outcome.CARRIED)
            for inner in one.all("import-flows"):
                inner.mark(Outcome.CARRIED)
                for flow in inner.all("import-flow"):
                    if guid(flow.attributes.get("src-ma", "")) not in names:
                        flow.whole(Outcome.PERSON, _NOBODY)
        for options in flows.all("per-ma-options"):
            options.mark(Outcome.CARRIED)
            for one in options.all("ma-options"):
                for recall in one.all("enable-recall"):
                    kept = recall.text.lower() in ("false", "0")
                    recall.mark(*((Outcome.DIFFERENT, _RECALL) if kept else (Outcome.CARRIED, "")))
                one.mark(Outcome.CARRIED)
