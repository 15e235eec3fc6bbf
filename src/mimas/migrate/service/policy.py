"""What the objects of an export say of one another: agents of sync rules, and the policy that adds rules to resources.

A rule by policy is added by a workflow (SynchronizationRuleActivity), which policy rules start for the resources that
enter or leave a set. A person who gives the rule a scope wants to see that set.
"""

from collections.abc import Iterable, Iterator, Mapping

from mimas.migrate.elements import Element
from mimas.migrate.service.filters import xpath
from mimas.migrate.service.fragments import fragment
from mimas.migrate.service.objects import Exported, identifier, line

_SETS = ("ResourceFinalSet", "ResourceCurrentSet")


class Policy:
    """The objects of all files, by their GUIDs."""

    def __init__(self, found: Iterable[Exported]) -> None:
        self._found: Mapping[str, Exported] = {one.id: one for one in found if one.id}

    def agent(self, rule: Exported) -> str:
        """The GUID of a sync rule's management agent, empty where its ma-data is not there."""
        data = self._agent(rule)
        return data.text("SyncConfig-id") if data is not None else ""

    def agent_name(self, rule: Exported) -> str:
        """What its management agent is called, empty where nothing says it."""
        data = self._agent(rule)
        return data.title if data is not None else line(rule.text("ConnectedSystem"))

    def _agent(self, rule: Exported) -> Exported | None:
        return self._found.get(identifier(rule.text("ManagementAgentID")))

    def adding(self, rule: Exported) -> list[str]:
        """How policy adds a rule to resources: a sentence for each workflow and policy rule."""
        return [sentence for workflow in self._of("WorkflowDefinition") for sentence in self._added(workflow, rule)]

    def _added(self, workflow: Exported, rule: Exported) -> Iterator[str]:
        for activity in activities(workflow) or ():
            if identifier(activity.attributes.get("SynchronizationRuleId", "")) == rule.id:
                action = line(activity.attributes.get("Action", "")) or "Add"
                starts = [one for one in self._of("ManagementPolicyRule") if self._starts(one, workflow)]
                yield f"The workflow “{workflow.title}” does it ({action}); {len(starts)} policy rules start it."
                for one in starts:
                    off = ", which is disabled" if one.is_true("Disabled") else ""
                    yield f"The policy rule “{one.title}”{off}: {self._when(one)}."

    def _starts(self, one: Exported, workflow: Exported) -> bool:
        return workflow.id in map(identifier, one.texts("ActionWorkflowDefinition"))

    def _when(self, one: Exported) -> str:
        actions = ", ".join(map(line, one.texts("ActionType"))) or "no action"
        sets = [found for name in _SETS if (found := self._found.get(identifier(one.text(name)))) is not None]
        shown = [f"“{found.title}”, {xpath(found.text('Filter')) or 'listed by hand'}" for found in sets]
        return f"{actions} of the set {' and '.join(shown)}" if shown else actions

    def _of(self, kind: str) -> Iterator[Exported]:
        return (one for one in self._found.values() if one.kind == kind)


def activities(workflow: Exported) -> list[Element] | None:
    """The activities of a workflow in their order; nothing where its XOML cannot be read."""
    outer = fragment(workflow.text("XOML"))
    if outer is None or not outer.children:
        return None
    # The outermost element is the workflow; an element with a dot is a property of the one around it.
    return [one for child in outer.children[0].children for one in _activities(child)]


def _activities(element: Element) -> Iterator[Element]:
    if "." in element.tag:
        return
    yield element
    for child in element.children:
        yield from _activities(child)
