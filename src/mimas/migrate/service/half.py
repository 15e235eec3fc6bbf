"""One direction of a portal sync rule on its way to a document of the kind SyncRule.

What an outbound rule is for is either a filter on the metaverse, which is a scope, or policy: workflows add the rule to
resources. The latter has no place yet, so such a rule stands aside.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mimas.migrate.agents.agent import guid
from mimas.migrate.drafts import Draft, Noted
from mimas.migrate.elements import Element, Outcome, counted
from mimas.migrate.migration import Migration
from mimas.migrate.service import clauses
from mimas.migrate.service.flows import PortalFlow, origin
from mimas.migrate.service.fragments import fragment
from mimas.migrate.service.known import Known
from mimas.migrate.service.objects import Exported, identifier, line, paragraphs
from mimas.migrate.service.policy import Policy

Flows = Mapping[str, list[tuple[Element, PortalFlow]]]
"""By the attribute of the rule that lists them: each with its element."""
FLOW_LISTS = ("PersistentFlow", "InitialFlow", "ExistenceTest")

_LAST = 1000
"""The precedence of a rule that has none."""
_IN_CLEAR = "a password in clear stood here, which is written nowhere: let a function give one"
_BY_POLICY = "policy adds the rule: give it a scope"
NO_PARAMETERS = "a rule has no parameters of a workflow"


@dataclass(frozen=True, slots=True)
class Around:
    """What is around a rule."""

    migration: Migration
    known: Known
    agents: Mapping[str, str]
    """The connectors that management agents became, by the agents' GUIDs in capitals and braces."""
    policy: Policy
    rules: Mapping[str, Exported]
    """All sync rules, by their GUIDs."""


class Half:
    """A rule in one direction."""

    def __init__(self, rule: Exported, around: Around, name: str, flows: Flows, *, inbound: bool) -> None:
        self.rule, self.name, self.inbound = rule, name, inbound
        self.object, self.resource = line(rule.text("ConnectedObjectType")), line(rule.text("ILMObjectType"))
        self.secret = False
        """Whether it holds a password in clear."""
        self._around = around
        self._given = flows
        self._notes: list[str] = []
        self._why_aside = ""
        self._flows: dict[str, Any] = {}

    def draft(self) -> Draft:
        """The document. What becomes of the rule's values is said of them."""
        rule = self.rule
        self.connector = self._connector()
        for name in ("ConnectedObjectType", "ILMObjectType"):
            if not rule.text(name):
                self._set_aside(f"It has no {name}.")
        makes = rule.is_true("CreateILMObject" if self.inbound else "CreateConnectedSystemObject")
        body: dict[str, Any] = {
            "description": paragraphs(rule.text("Description")),
            "direction": "inbound" if self.inbound else "outbound",
            "connector": self.connector,
            "object": self.object or "unknown",
            "resource": self.resource or "unknown",
            "precedence": self._precedence(),
            "link": "provision" if makes else "join",
            "scope": self._scope(),
            "join": self._join(),
        }
        self._fill()
        body["flows"] = self._flows
        if makes and not self.inbound:
            body["deprovision"] = self._deprovision()
        if self._why_aside:
            self._around.migration.report.to_do.append(f"The sync rule “{self.name}” stands aside. {self._why_aside}")
        written = {key: value for key, value in body.items() if value not in ("", [], {})}
        return Draft("SyncRule", self.name, written, "\n".join(self._notes), "rules", aside=bool(self._why_aside))

    def _set_aside(self, why: str) -> None:
        self._why_aside = self._why_aside or why
        self._notes.append(why)

    def _connector(self) -> str:
        rule = self.rule
        agent = self._around.policy.agent(rule)
        for given in (agent, rule.text("ConnectedSystem"), rule.text("ManagementAgentID")):
            if (name := self._around.agents.get(guid(identifier(given)))) is not None:
                return name
        name = self._around.policy.agent_name(rule)
        if name in self._around.agents.values():
            return name
        self._set_aside("Its management agent is not among the files that were read: name its connector.")
        rule.mark("ManagementAgentID", Outcome.PERSON, "the management agent is not among the files")
        return name or "unknown"

    def _precedence(self) -> int:
        text = self.rule.text("Precedence")
        if (number := counted(text)) > 0:
            return number
        self._notes.append(f"It had no precedence, so it comes behind the others: {_LAST}.")
        return _LAST

    def _scope(self) -> list[Any]:
        """Which objects or resources it is for."""
        rule = self.rule
        if self.inbound:
            return self._clauses(rule, "ConnectedSystemScope")
        if not rule.is_true("msidmOutboundIsFilterBased"):
            self._by_policy()
            return []
        items: list[Any] = []
        for one in self._line_of(rule):
            if one is not rule:
                self._notes.append(f"It depends on “{one.title}”, whose scope it shares.")
                if not one.is_true("msidmOutboundIsFilterBased"):
                    self._by_policy()
            items += self._clauses(one, "msidmOutboundScopingFilters")
        return items

    def _line_of(self, rule: Exported) -> list[Exported]:
        """The rules it depends on, the first one first, and itself."""
        found = [rule]
        while (one := self._around.rules.get(identifier(found[0].text("Dependency")))) is not None and one not in found:
            found.insert(0, one)
        return found

    def _clauses(self, rule: Exported, name: str) -> list[Any]:
        found = clauses.scope(rule.texts(name))
        self._say(rule, name, found)
        return found.items

    def _say(self, rule: Exported, name: str, found: clauses.Clauses) -> None:
        """Tell a person what of a filter is wrong; a rule whose filter is not whole would reach too far."""
        for note in found.notes:
            self._notes.append(f"{note}.")
            rule.mark(name, Outcome.DIFFERENT, note)
        for wrong in found.wrong:
            self._set_aside(f"Not carried: {line(wrong)}.")
            rule.mark(name, Outcome.PERSON, "a condition could not be carried")

    def _by_policy(self) -> None:
        self._set_aside("Policy adds it to resources; there is no place for that yet. Give it a scope.")
        self._notes += self._around.policy.adding(self.rule)
        told = "msidmOutboundIsFilterBased" if "msidmOutboundIsFilterBased" in self.rule.held else "FlowType"
        self.rule.mark(told, Outcome.PERSON, _BY_POLICY)
        for name, type_ in _parameters(self.rule):
            self._notes.append(f"A workflow gives it the parameter {name} ({type_}).")
        self.rule.mark("SynchronizationRuleParameters", Outcome.PERSON, NO_PARAMETERS)

    def _join(self) -> list[Any]:
        found = clauses.join(self.rule.texts("RelationshipCriteria"))
        self._say(self.rule, "RelationshipCriteria", found)
        for name in found.joined_by:
            self._around.known.index(self.resource, name)
        return found.items

    def _fill(self) -> None:
        persistent = {
            one.target: one
            for _, one in self._given["PersistentFlow"]
            if one.outbound is not self.inbound and one.source is not None and not one.hides
        }
        for name in FLOW_LISTS:
            for value, one in self._given[name]:
                if one.outbound is self.inbound and one.target:
                    continue
                if one.hides:
                    self._hide(value, one)
                elif name == "ExistenceTest":
                    self._remember(value, one, "it was an existence test, and there are no detected rules")
                elif one.source is None:
                    self._remember(value, one, one.wrong)
                elif name == "InitialFlow" and one.target in persistent:
                    self._twice(value, one, persistent[one.target])
                elif one.target in self._flows:
                    self._remember(value, one, "another flow of the rule has the same target")
                else:
                    self._flow(value, one, once=name == "InitialFlow")

    def _flow(self, value: Element, one: PortalFlow, *, once: bool) -> None:
        assert one.source is not None
        source = one.source.attribute
        ends = (source, one.target) if self.inbound else (one.target, source)
        object_ = self._around.known.attribute(self.connector, self.object, ends[0])
        resource = self._around.known.resource(self.resource, ends[1])
        refers = bool(source) and one.target != "dn" and self._around.known.refers((object_, resource), ends)
        form, note = origin(one, resource if self.inbound else object_, once=once, reference=refers)
        self._flows[one.target] = Noted(form, f"{note[0].upper()}{note[1:]}.") if note else form
        value.mark(Outcome.DIFFERENT if note else Outcome.CARRIED, note)

    def _hide(self, value: Element, one: PortalFlow) -> None:
        self._notes.append(f"{line(one.target)}: {_IN_CLEAR}.")
        value.mark(Outcome.PERSON, _IN_CLEAR)
        self.secret = True
        self._around.migration.report.to_do.append(
            f"The sync rule “{self.name}” needs a password for {line(one.target)}."
        )

    def _twice(self, value: Element, one: PortalFlow, persistent: PortalFlow) -> None:
        """An initial flow beside a persistent one, which does the same from the beginning."""
        if one.source == persistent.source:
            value.mark(Outcome.CARRIED)
            return
        self._notes.append(f"{one.target} got another value when the object was made: {line(one.text)}")
        value.mark(Outcome.DIFFERENT, "the persistent flow of the same attribute holds from the beginning")

    def _remember(self, value: Element, one: PortalFlow, why: str) -> None:
        self._notes.append(f"Not carried, for {why}: {paragraphs(one.text)}")
        value.mark(Outcome.PERSON, why)

    def _deprovision(self) -> Any:
        """What becomes of an object that the rule has left: nothing, or what its management agent says."""
        if not self.rule.is_true("DisconnectConnectedSystemObject"):
            return "keep"
        return self._around.migration.endings.get(self.connector, "disconnect")


def _parameters(rule: Exported) -> Iterator[tuple[str, str]]:
    for text in rule.texts("SynchronizationRuleParameters"):
        outer = fragment(text)
        for one in outer.walk() if outer is not None else ():
            if one.tag == "sync-parameter":
                yield line(one.value("name")), line(one.value("type"))
