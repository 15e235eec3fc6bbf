"""Portal sync rules (SynchronizationRule) as documents of the kind SyncRule.

A rule in both directions becomes two. What an outbound rule is for is either a filter on the metaverse, which is a
scope, or policy: workflows add the rule to resources. The latter has no place yet, so such a rule stands aside.
Reference: Microsoft's *Understanding Data Synchronization with External Systems*, and the SDK's SynchronizationRule.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mimas.configuration import notation
from mimas.migrate.agents.agent import guid
from mimas.migrate.drafts import Draft, Noted
from mimas.migrate.elements import Element, Outcome
from mimas.migrate.migration import Migration
from mimas.migrate.service import clauses
from mimas.migrate.service.flows import PortalFlow, flow, origin
from mimas.migrate.service.fragments import fragment
from mimas.migrate.service.keeping import kept_file
from mimas.migrate.service.known import Known
from mimas.migrate.service.objects import Exported, Held, identifier, line, paragraphs, settle
from mimas.migrate.service.policy import Policy
from mimas.migrate.service.schema import Use

KIND = "SynchronizationRule"
_OWN = "the Service's own bookkeeping"
_BOOKKEEPING = (
    *("ObjectID", "ObjectType", "CreatedTime", "Creator", "ResourceTime", "MVObjectID", "Locale", "DeletedTime"),
    *("DetectedRulesList", "ExpectedRulesList", "ExpirationTime"),
)
_FLOW_LISTS = ("PersistentFlow", "InitialFlow", "ExistenceTest")
_READ = (
    *("DisplayName", "Description", "FlowType", "ManagementAgentID", "ConnectedSystem", "ConnectedObjectType"),
    *("ILMObjectType", "Precedence", "CreateILMObject", "CreateConnectedSystemObject", "msidmOutboundIsFilterBased"),
    "DisconnectConnectedSystemObject",
)
_LAST = 1000
"""The precedence of a rule that has none."""
_IN_CLEAR = "a password in clear stood here, which is written nowhere: let a function give one"

Flows = Mapping[str, list[tuple[Element, PortalFlow]]]
"""By the attribute of the rule that lists them: each with its element."""


@dataclass(frozen=True, slots=True)
class Agents:
    """The management agents that became connectors, by their GUIDs in capitals and braces."""

    names: Mapping[str, str] = field(default_factory=dict)
    deprovisioning: Mapping[str, Any] = field(default_factory=dict)
    """What each of them does with an object whose rule has ended, as `deprovision` of a document says it."""


@dataclass(slots=True)
class _Half:
    """One direction of a rule on its way to a document."""

    rule: Exported
    inbound: bool
    name: str
    connector: str = ""
    notes: list[str] = field(default_factory=list)
    aside: bool = False
    flows: dict[str, Any] = field(default_factory=dict)

    @property
    def object(self) -> str:
        """The object type of the connected system."""
        return self.rule.text("ConnectedObjectType")

    @property
    def resource(self) -> str:
        """The type of the resources."""
        return self.rule.text("ILMObjectType")


class Rules:
    """All portal sync rules of an export."""

    def __init__(
        self, found: list[Exported], migration: Migration, known: Known, agents: Agents, policy: Policy
    ) -> None:
        self.found = {one.id: one for one in found}
        self.migration, self.known, self.agents, self.policy = migration, known, agents, policy
        self._secret: set[str] = set()
        """Rules that hold a password in clear."""
        self._made: set[str] = set()

    @property
    def uses(self) -> dict[str, Use]:
        """What the rules read and write of resources, by the name of their type in small letters."""
        uses: dict[str, Use] = {}
        for rule in self.found.values():
            if type_ := rule.text("ILMObjectType"):
                use = uses.setdefault(type_.lower(), Use(type_))
                use.joined_by.update(clauses.join(rule.texts("RelationshipCriteria")).joined_by)
                for name in (*use.joined_by, *self._used(rule)):
                    use.attributes.setdefault(name.lower(), name)
        return uses

    def _used(self, rule: Exported) -> Iterator[str]:
        for name in _FLOW_LISTS:
            for _, one in self._flows(rule, name):
                yield from one.resource_attributes
        if rule.is_true("msidmOutboundIsFilterBased"):
            for item in clauses.scope(rule.texts("msidmOutboundScopingFilters")).items:
                yield notation.clause(item)["attribute"]

    def carry(self) -> None:
        """Write them, and account for them."""
        for rule in self.found.values():
            made = list(self._halves(rule))
            self._made |= {one.name for one in made}
            self.migration.drafts += made
            # What stands aside, or in a comment, is better understood with the rule as it was.
            if rule.id not in self._secret:
                self.migration.kept.setdefault(kept_file(KIND), []).append(rule.element)
            self._account(rule)
        shared = self._shared()
        if shared:
            what = ", ".join(line(name) for name in shared[:10]) + (", …" if len(shared) > 10 else "")
            self.migration.report.to_do.append(
                f"Several inbound rules give {what}. MIM ranked their flows attribute by attribute; here the rules'"
                " `precedence` decides: look at it."
            )

    def _shared(self) -> list[str]:
        """What several inbound rules in force give, one of them from the portal: type and attribute."""
        givers: dict[str, set[str]] = {}
        for one in self.migration.drafts:
            if one.kind == "SyncRule" and not one.aside and one.body.get("direction") == "inbound":
                for target in one.body.get("flows", {}):
                    givers.setdefault(f"{one.body.get('resource')}.{target}", set()).add(one.name)
        return sorted(name for name, some in givers.items() if len(some) > 1 and some & self._made)

    def _halves(self, rule: Exported) -> Iterator[Draft]:
        flows = {name: self._flows(rule, name) for name in _FLOW_LISTS}
        directions = _directions(rule, [one for some in flows.values() for _, one in some])
        base = rule.title
        for inbound in directions:
            suffix = f" ({'inbound' if inbound else 'outbound'})" if len(directions) > 1 else ""
            half = _Half(rule, inbound, self.known.free("SyncRule", base + suffix))
            yield self._draft(half, flows)
        stray = [(value, one) for some in flows.values() for value, one in some if one.outbound is directions[0]]
        for value, _ in stray if len(directions) == 1 else []:
            value.mark(Outcome.NOT_APPLICABLE, "it flows in the direction that the rule does not have")

    def _flows(self, rule: Exported, name: str) -> list[tuple[Element, PortalFlow]]:
        held = rule.held.get(name)
        return [(value, flow(value.text)) for value in held.values if value.text] if held is not None else []

    def _draft(self, half: _Half, flows: Flows) -> Draft:
        rule = half.rule
        half.connector = self._connector(half)
        for name in ("ConnectedObjectType", "ILMObjectType"):
            if not rule.text(name):
                half.aside = True
                half.notes.append(f"It has no {name}.")
        makes = rule.is_true("CreateILMObject" if half.inbound else "CreateConnectedSystemObject")
        body: dict[str, Any] = {
            "description": paragraphs(rule.text("Description")),
            "direction": "inbound" if half.inbound else "outbound",
            "connector": half.connector,
            "object": half.object or "unknown",
            "resource": half.resource or "unknown",
            "precedence": self._precedence(half),
            "link": "provision" if makes else "join",
            "scope": self._scope(half),
            "join": self._join(half),
        }
        self._fill(half, flows)
        body["flows"] = half.flows
        if makes and not half.inbound:
            body["deprovision"] = self._deprovision(rule)
        if half.aside:
            self.migration.report.to_do.append(f"The sync rule “{half.name}” stands aside. {half.notes[0]}")
        written = {key: value for key, value in body.items() if value not in ("", [], {})}
        return Draft("SyncRule", half.name, written, "\n".join(half.notes), "rules", aside=half.aside)

    def _connector(self, half: _Half) -> str:
        rule = half.rule
        agent = self.policy.agent(rule)
        for given in (agent, rule.text("ConnectedSystem"), rule.text("ManagementAgentID")):
            if (name := self.agents.names.get(guid(identifier(given)))) is not None:
                return name
        name = self.policy.agent_name(rule)
        if name in self.agents.names.values():
            return name
        half.aside = True
        half.notes.append("Its management agent is not among the files that were read: name its connector.")
        _mark(rule.held.get("ManagementAgentID"), Outcome.PERSON, "the management agent is not among the files")
        return name or "unknown"

    def _precedence(self, half: _Half) -> int:
        text = half.rule.text("Precedence")
        if text.isascii() and text.isdecimal() and int(text[:18]) > 0:
            return int(text[:18])
        half.notes.append(f"It had no precedence, so it comes behind the others: {_LAST}.")
        return _LAST

    def _scope(self, half: _Half) -> list[Any]:
        rule = half.rule
        if half.inbound:
            return self._clauses(half, rule, "ConnectedSystemScope")
        if not rule.is_true("msidmOutboundIsFilterBased"):
            self._by_policy(half)
            return []
        items: list[Any] = []
        for one in self._line_of(rule):
            if one is not rule:
                half.notes.append(f"It depends on “{one.title}”, whose scope it shares.")
                if not one.is_true("msidmOutboundIsFilterBased"):
                    self._by_policy(half)
            items += self._clauses(half, one, "msidmOutboundScopingFilters")
        return items

    def _line_of(self, rule: Exported) -> list[Exported]:
        """The rules it depends on, the first one first, and itself."""
        found = [rule]
        while (one := self.found.get(identifier(found[0].text("Dependency")))) is not None and one not in found:
            found.insert(0, one)
        return found

    def _clauses(self, half: _Half, rule: Exported, name: str) -> list[Any]:
        found = clauses.scope(rule.texts(name))
        self._say(half, rule, name, found)
        return found.items

    def _say(self, half: _Half, rule: Exported, name: str, found: clauses.Clauses) -> None:
        """Tell a person what of a filter is wrong; a rule whose filter is not whole would reach too far."""
        for note in found.notes:
            half.notes.append(f"{note}.")
            _mark(rule.held.get(name), Outcome.DIFFERENT, note)
        for wrong in found.wrong:
            half.aside = True
            half.notes.append(f"Not carried: {line(wrong)}.")
            _mark(rule.held.get(name), Outcome.PERSON, "a condition could not be carried")

    def _by_policy(self, half: _Half) -> None:
        half.aside = True
        half.notes.append("Policy adds it to resources; there is no place for that yet. Give it a scope.")
        half.notes += self.policy.adding(half.rule)
        held = half.rule.held.get("msidmOutboundIsFilterBased") or half.rule.held.get("FlowType")
        _mark(held, Outcome.PERSON, "policy adds the rule: give it a scope")
        for name, type_ in _parameters(half.rule):
            half.notes.append(f"A workflow gives it the parameter {name} ({type_}).")
        _mark(
            half.rule.held.get("SynchronizationRuleParameters"),
            Outcome.PERSON,
            "a rule has no parameters of a workflow",
        )

    def _join(self, half: _Half) -> list[Any]:
        found = clauses.join(half.rule.texts("RelationshipCriteria"))
        self._say(half, half.rule, "RelationshipCriteria", found)
        for name in found.joined_by:
            self.known.index(half.resource, name)
        return found.items

    def _fill(self, half: _Half, flows: Flows) -> None:
        persistent = {one.target: one for _, one in flows["PersistentFlow"] if one.outbound is not half.inbound}
        for name in _FLOW_LISTS:
            for value, one in flows[name]:
                if one.outbound is half.inbound and one.target:
                    continue
                if one.hides:
                    self._hide(half, value, one)
                elif name == "ExistenceTest":
                    self._remember(half, value, one, "it was an existence test, and there are no detected rules")
                elif one.source is None:
                    self._remember(half, value, one, one.wrong)
                elif name == "InitialFlow" and one.target in persistent:
                    self._twice(half, value, one, persistent[one.target])
                elif one.target in half.flows:
                    self._remember(half, value, one, "another flow of the rule has the same target")
                else:
                    self._flow(half, value, one, once=name == "InitialFlow")

    def _flow(self, half: _Half, value: Element, one: PortalFlow, *, once: bool) -> None:
        assert one.source is not None
        source = one.source.attribute
        ends = (source, one.target) if half.inbound else (one.target, source)
        object_ = self.known.attribute(half.connector, half.object, ends[0])
        resource = self.known.resource(half.resource, ends[1])
        refers = bool(source) and one.target != "dn" and self.known.refers((object_, resource), ends)
        form, note = origin(one, resource if half.inbound else object_, once=once, reference=refers)
        half.flows[one.target] = Noted(form, f"{note[0].upper()}{note[1:]}.") if note else form
        value.mark(Outcome.DIFFERENT if note else Outcome.CARRIED, note)

    def _hide(self, half: _Half, value: Element, one: PortalFlow) -> None:
        half.notes.append(f"{line(one.target)}: {_IN_CLEAR}.")
        value.mark(Outcome.PERSON, _IN_CLEAR)
        self._secret.add(half.rule.id)
        self.migration.report.to_do.append(f"The sync rule “{half.name}” needs a password for {line(one.target)}.")

    def _twice(self, half: _Half, value: Element, one: PortalFlow, persistent: PortalFlow) -> None:
        """An initial flow beside a persistent one, which does the same from the beginning."""
        if one.source == persistent.source:
            value.mark(Outcome.CARRIED)
            return
        half.notes.append(f"{one.target} got another value when the object was made: {line(one.text)}")
        value.mark(Outcome.DIFFERENT, "the persistent flow of the same attribute holds from the beginning")

    def _remember(self, half: _Half, value: Element, one: PortalFlow, why: str) -> None:
        half.notes.append(f"Not carried, for {why}: {paragraphs(one.text)}")
        value.mark(Outcome.PERSON, why)

    def _deprovision(self, rule: Exported) -> Any:
        if not rule.is_true("DisconnectConnectedSystemObject"):
            return "keep"
        agent = guid(identifier(self.policy.agent(rule) or rule.text("ConnectedSystem")))
        said = "What became of the object then was the management agent's to say."
        return self.agents.deprovisioning.get(agent) or Noted("disconnect", said)

    def _account(self, rule: Exported) -> None:
        for name in _BOOKKEEPING:
            _mark(rule.held.get(name), Outcome.NOT_APPLICABLE, _OWN)
        dependency = rule.held.get("Dependency")
        if dependency is not None and identifier(rule.text("Dependency")) in self.found:
            dependency.mark(Outcome.DIFFERENT, "a dependent rule has the scope of the other one as well")
        _mark(dependency, Outcome.PERSON, "the rule it depends on is not in the file")
        for name in (
            *_READ,
            *_FLOW_LISTS,
            "ConnectedSystemScope",
            "msidmOutboundScopingFilters",
            "RelationshipCriteria",
        ):
            _mark(rule.held.get(name), Outcome.CARRIED)
        _mark(rule.held.get("SynchronizationRuleParameters"), Outcome.PERSON, "a rule has no parameters of a workflow")
        for held in rule.held.values():
            if held.element.outcome is Outcome.UNKNOWN:
                held.mark(Outcome.KEPT, "an attribute of the sync rule that is not known")
        for one in rule.element.walk():
            if one.tag in ("Source", "ObjectIdentifier", "IsPlaceholder"):
                one.mark(Outcome.NOT_APPLICABLE, _OWN)
        settle(rule.element, Outcome.CARRIED)


def _mark(held: Held | None, outcome: Outcome, note: str = "") -> None:
    if held is not None:
        held.mark(outcome, note)


def _directions(rule: Exported, flows: list[PortalFlow]) -> list[bool]:
    """Whether inbound, for each direction the rule has."""
    known = {"0": [True], "1": [False], "2": [True, False]}.get(rule.text("FlowType"))
    if known is not None:
        return known
    return sorted({not one.outbound for one in flows if one.target}, reverse=True) or [True]


def _parameters(rule: Exported) -> Iterator[tuple[str, str]]:
    for text in rule.texts("SynchronizationRuleParameters"):
        outer = fragment(text)
        for one in outer.walk() if outer is not None else ():
            if one.tag == "sync-parameter":
                yield line(one.value("name")), line(one.value("type"))
