"""Inbound rules: one for each agent, object type and type of resources; further ones where precedence asks for them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from mimas.migrate.agents.agent import text_of
from mimas.migrate.drafts import Draft
from mimas.migrate.elements import Element, Outcome
from mimas.migrate.sync import joins, mappings, portal
from mimas.migrate.sync.importing import Import, Ranked, is_of_portal
from mimas.migrate.sync.plan import Plan
from mimas.migrate.sync.ranking import Node, Ranking
from mimas.migrate.sync.scripts import CHOOSE, IMPORT, PROJECT, Use
from mimas.migrate.sync.sides import Side
from mimas.migrate.sync.views import Objects, Resources
from mimas.migrate.sync.wording import scope

Key: TypeAlias = tuple[str, str, str]
"""GUID of an agent, object type, type of resources."""

_FILTERED = "The connector filter of the old product stops every one of these objects, so the rule is not in force."
_LINKS = "It links only. What flows from these objects stands in their other rules, if there are any."
_STUB = "a Python function is to be written"
_STAYS = "it is asked again: who it no longer takes is unlinked"
_RANKED = "the portal, or its rules, ranked among these: compare the precedence of the rules that write it"
_IGNORED = "what it projects keeps resources alive here, though its agent was not to count"


@dataclass(slots=True)
class Rule:
    """An inbound rule to be."""

    flows: dict[str, Any] = field(default_factory=dict)
    criteria: list[Any] = field(default_factory=list)
    choose: str = ""
    link: str = ""
    asked: list[Any] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


class Inbound:
    """All inbound rules of a configuration."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._ranking: Ranking[Key] = Ranking()
        self._rules: dict[Node[Key], Rule] = {}

    def carry(self, lists: Sequence[Ranked]) -> int:
        """Write the rules; the highest precedence among them."""
        self._flows(lists)
        for side in self._plan.sides.values():
            related = self._related(side, lists)
            for class_ in side.classes("join", "join-profile"):
                self._join(side, side.objects(class_), related.get(class_.lower(), []))
            for class_ in side.classes("projection", "class-mapping"):
                self._project(side, side.objects(class_), related.get(class_.lower(), []))
        numbers = self._ranking.numbers()
        counted: Counter[Key] = Counter()
        for node in sorted(self._rules, key=lambda one: (numbers[one], one.place)):
            counted[node.source] += 1
            self._write(node.source, self._rules[node], numbers[node], counted[node.source])
        return max(numbers.values(), default=0)

    def _flows(self, lists: Sequence[Ranked]) -> None:
        """Put each flow into a rule; lists that are alike go first, so that those that stand alone are split off."""
        found = [(one, self._readable(one)) for one in lists]
        alike = Counter(tuple(key for key, _, _ in some) for _, some in found)
        found.sort(key=lambda item: -alike[tuple(key for key, _, _ in item[1])])
        for one, some in found:
            keys = [key for key, _, _ in some]
            if one.kind == "manual":
                nodes = self._ranking.loose(keys)
                if keys:
                    self._choose(one)
            else:
                nodes = self._ranking.chain(keys, equal=one.kind == "equal")
            for node, (_, target, form) in zip(nodes, some, strict=True):
                self._rule(node).flows[target] = form

    def _readable(self, one: Ranked) -> list[tuple[Key, str, Any]]:
        """The flows of a list that can be carried: whose they are, their target and origin."""
        found = []
        others = [flow for flow in one.flows if is_of_portal(flow.element) or flow.agent not in self._plan.sides]
        if others and len(others) < len(one.flows):
            one.element.mark(Outcome.DIFFERENT, _RANKED)
        for flow in one.flows:
            side = self._plan.sides.get(flow.agent)
            if not (flow.class_ and flow.type and flow.attribute):
                flow.element.whole(Outcome.PERSON, "it does not say which type or attribute it is for")
            elif is_of_portal(flow.element):
                portal.account_rule(flow.element, self._plan.portal_rules)
            elif side is not None:
                objects, resources = side.objects(flow.class_), Resources(self._plan.metaverse, flow.type)
                key = (flow.agent, objects.class_, resources.type)
                target = resources.attribute(flow.attribute)
                origin = self._origin(side, flow, objects, resources)
                mappings.account(flow.element, origin)
                if origin.form is None:
                    self._rule(self._ranking.first(key)).lost.append(f"{target.name}: {origin.note}")
                else:
                    found.append((key, target.name, origin.form))
        return found

    def _origin(self, side: Side, flow: Import, objects: Objects, resources: Resources) -> mappings.Origin:
        target = resources.attribute(flow.attribute)
        of = f"{target.name} of {resources.type}"

        def script(context: str, inputs: list[str], element: Element) -> str:
            return side.stub(IMPORT, context, of, inputs, element)

        return mappings.origin(flow.element, objects, target, script)

    def _choose(self, one: Ranked) -> None:
        """Manual precedence: a function is given what all flows offer."""
        metaverse = self._plan.metaverse
        type_ = metaverse.type(one.type)
        attribute = metaverse.attribute(type_, one.attribute).name
        context = f"choose {attribute} of {type_}"
        reference = self._plan.scripts.stub(self._plan.module, CHOOSE, context, f"{attribute} of {type_}")
        metaverse.kept[type_].chosen[attribute] = reference
        one.element.mark(Outcome.PERSON, f"{_STUB}, which chooses: {reference}")

    def _rule(self, node: Node[Key]) -> Rule:
        return self._rules.setdefault(node, Rule())

    def _related(self, side: Side, lists: Sequence[Ranked]) -> dict[str, list[str]]:
        """Object type → the types of resources that it has to do with."""
        found: dict[str, dict[str, None]] = {}

        def add(class_: str, type_: str) -> None:
            if class_.strip() and type_.strip():
                found.setdefault(class_.strip().lower(), {})[self._plan.metaverse.type(type_.strip())] = None

        data = side.agent.data
        for mapping in (one for outer in data.all("projection") for one in outer.all("class-mapping")):
            add(mapping.attributes.get("cd-object-type", ""), text_of(mapping, "mv-object-type"))
        for flow in (flow for one in lists for flow in one.flows if flow.agent == side.agent.id):
            add(flow.class_, flow.type)
        for profile in (one for outer in data.all("join") for one in outer.all("join-profile")):
            for search in (one for one in profile.walk() if one.tag == "search"):
                add(profile.attributes.get("cd-object-type", ""), search.attributes.get("mv-object-type", ""))
        for set_ in portal.sets_of(side.agent):
            add(set_.attributes.get("cd-object-type", ""), set_.attributes.get("mv-object-type", ""))
        return {class_: list(types) for class_, types in found.items()}

    def _join(self, side: Side, objects: Objects, related: list[str]) -> None:
        """The criteria of one object type. Later ones that ask another type, or another function, stand apart."""
        criteria = []
        for profile in side.within("join", "join-profile", objects.class_):
            profile.mark(Outcome.CARRIED)
            for one in profile.all("join-criterion"):
                if joins.is_portal(one):
                    portal.account_rule(one, self._plan.portal_rules)
                else:
                    criteria.append(one)
        types = [Resources(self._plan.metaverse, one) for one in related or self._plan.metaverse.types]

        def script(use: Use, context: str, of: str, inputs: list[str], element: Element) -> str:
            return side.stub(use, context, of, inputs, element)

        before: Node[Key] | None = None
        seen: set[str] = set()
        for run in joins.runs(criteria, objects, types, script):
            key = (side.agent.id, objects.class_, run.type)
            node = self._ranking.further(key) if run.type in seen else self._ranking.first(key)
            seen.add(run.type)
            if before is not None:
                self._ranking.before(before, node)
            before, rule = node, self._rule(node)
            rule.criteria, rule.choose = run.criteria, run.choose
            ending = self._plan.ending(run.type)
            if not rule.link and ending.by_last and side.agent.id not in ending.ignored:
                # Any connector keeps a resource alive, to the old product.
                rule.link = "sticky"

    def _project(self, side: Side, objects: Objects, related: list[str]) -> None:
        for one in side.within("projection", "class-mapping", objects.class_):
            kind = one.attributes.get("type", "")
            types = [text.text for text in one.all("mv-object-type") if text.text] or related
            if joins.is_portal(one):
                portal.account_rule(one, self._plan.portal_rules)
            elif kind == "declared" and types:
                type_ = self._plan.metaverse.type(types[0])
                self._rule(self._ranking.first((side.agent.id, objects.class_, type_))).link = "provision"
                ignored = side.agent.id in self._plan.ending(type_).ignored
                one.whole(*((Outcome.DIFFERENT, _IGNORED) if ignored else (Outcome.CARRIED, "")))
            elif kind == "scripted" and types:
                one.mark(Outcome.PERSON, f"{_STUB}: {', '.join(self._scripted(side, objects, types, one))}; {_STAYS}")
                one.whole(Outcome.CARRIED)
            else:
                one.whole(Outcome.PERSON, f"nothing says what type a {objects.class_} becomes")

    def _scripted(self, side: Side, objects: Objects, types: Iterable[str], element: Element) -> list[str]:
        """Projection by code: a rule of its own, so that the code decides over nothing else."""
        references = []
        for type_ in types:
            key = (side.agent.id, objects.class_, self._plan.metaverse.type(type_))
            first, node = self._ranking.first(key), self._ranking.further(key)
            self._ranking.before(first, node)
            self._rule(first)
            context = f"project {objects.class_} as {key[2]}"
            references.append(side.stub(PROJECT, context, objects.class_, [], element))
            self._rules[node] = Rule(link="provision", asked=[{"extension": references[-1]}])
        return references

    def _write(self, key: Key, rule: Rule, number: int, count: int) -> None:
        agent, class_, type_ = key
        self._plan.metaverse.kept[type_].used = True
        side = self._plan.sides[agent]
        objects = side.objects(class_)
        body: dict[str, Any] = {
            "direction": "inbound", "connector": side.agent.name, "object": objects.object,
            "resource": type_, "precedence": number,
        }  # fmt: skip
        if rule.link:
            body["link"] = rule.link
        groups = side.scope(objects)
        if groups or rule.asked:
            body["scope"] = scope([[*group, *rule.asked] for group in groups or [[]]])
        if rule.criteria:
            body["join"] = rule.criteria
        if rule.choose:
            body["choose"] = rule.choose
        if rule.flows:
            body["flows"] = rule.flows
        notes = [] if rule.flows else [_LINKS]
        if groups is None:
            notes.append(_FILTERED)
            self._plan.migration.report.to_do.append(f"{side.agent.name}: its filter stops every {class_}: see aside.")
        notes += [f"Left out: {one}" for one in rule.lost]
        name = f"{side.agent.name} - {class_} to {type_}" + (f" ({count})" if count > 1 else "")
        self._plan.add(Draft("SyncRule", name, body, "\n".join(notes), "rules", aside=groups is None))
