"""A synchronisation rule of Entra Connect as one or more documents of the kind SyncRule."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mimas.language.errors import ExpressionError
from mimas.language.expressions.parser import parse
from mimas.language.expressions.tree import attributes as read_by
from mimas.language.scope import Operator
from mimas.migrate.agents.agent import children_of, guid, text_of
from mimas.migrate.elements import Element, Outcome, counted, printable
from mimas.schema.attributes import Attribute, Kind

_LINKS = {"provision": "provision", "join": "join", "stickyjoin": "sticky"}
_MERGES = {"update": None, "merge": "merge", "mergecaseinsensitive": "merge-caseless"}
_ALWAYS_THERE = frozenset({"objectSid", "objectGUID"})
_CONFLICT = '"\\\\0ACNF:"'
"""What the stock rules look for in the names of conflict objects; the names have one backslash."""
_PLAIN_VALUE = re.compile(r"[\w.@:+\-]+")
_NO_GUID = guid("00000000-0000-0000-0000-000000000000")
_QUOTED = re.compile(r'("(?:[^"\\]|\\.)*")')


@dataclass(slots=True)
class Rule:
    """A rule as it was read. ``sources`` and ``targets``: attributes of the two sides by their names."""

    element: Element
    name: str
    connector: str
    inbound: bool
    object: str
    resource: str
    scope: list[list[Any]] = field(default_factory=list)
    join: list[Any] = field(default_factory=list)
    flows: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    read: set[str] = field(default_factory=set)
    """What it reads: of the object when inbound, of the resource when outbound."""
    written: set[str] = field(default_factory=set)
    joined: list[tuple[str, str]] = field(default_factory=list)
    """Attributes of the object and of the resource that are compared."""

    def body(self, resource: str) -> dict[str, Any]:
        """The document's body, for one type of resources."""
        element = self.element
        body: dict[str, Any] = {}
        if description := element.value("description"):
            body["description"] = " ".join(description.split())
        link = _LINKS.get(element.value("linkType").lower())
        body |= {
            "direction": "inbound" if self.inbound else "outbound",
            "connector": self.connector,
            "object": self.object,
            "resource": resource,
            "precedence": counted(element.value("precedence")) or 1,
        }
        if link and link != "join":
            body["link"] = link
        if scope := self._scope(link):
            body["scope"] = scope if len(scope) > 1 else scope[0]
        if self.join:
            body["join"] = self.join
        if not self.inbound and link == "provision":
            body["deprovision"] = "delete"
        if self.flows:
            body["flows"] = self.flows
        return body

    def _scope(self, link: str | None) -> list[list[Any]]:
        """Its scope. What has nothing to be joined by makes no resource (Microsoft: default configuration)."""
        compared = list(dict.fromkeys(left for left, _ in self.joined))
        if not self.inbound or link != "provision" or not compared or set(compared) & _ALWAYS_THERE:
            return self.scope
        return [[*group, f"{name} ISNOTNULL"] for group in self.scope or [[]] for name in compared]


def read_rule(element: Element, connectors: Mapping[str, str]) -> Rule:
    """What stands in the element ``synchronizationRule``, but for its flows; ``connectors``: names by their GUIDs."""
    element.mark(Outcome.CARRIED)
    inbound = element.value("direction").lower() != "outbound"
    source, target = (element.value(side) or "unnamed" for side in ("sourceObjectType", "targetObjectType"))
    number = guid(element.value("connector"))
    rule = Rule(
        element,
        " ".join(printable(element.value("name")).split()) or f"rule {element.value('id')}".strip(),
        connectors.get(number, ""),
        inbound,
        source if inbound else target,
        target if inbound else source,
    )
    if not rule.connector:
        element.mark(Outcome.PERSON, f"its connector {number} is in none of the files")
    _head(rule)
    _scope(rule)
    _join(rule)
    return rule


def _head(rule: Rule) -> None:
    element = rule.element
    tag = element.value("immutable-tag")
    rule.notes.append(f"{'Stock rule ' + tag if tag else 'A rule of your own'}, {element.value('id')}.")
    for one in element.all("internal-id", "version", "precedence-after", "precedence-before"):
        one.mark(Outcome.NOT_APPLICABLE, "the old product's own bookkeeping")
    if text_of(element, "linkType").lower() not in _LINKS:
        for one in element.all("linkType"):
            one.mark(Outcome.PERSON, f"the link type {one.text} is not known: it only joins now")
    for one in element.all("EnablePasswordSync"):
        if one.text.lower() == "true":
            one.mark(Outcome.DIFFERENT, "Mimas does not synchronise password hashes")
        one.mark(Outcome.NOT_APPLICABLE)
    for one in element.all("softDeleteExpiryInterval"):
        if one.text.strip("0:. "):
            one.mark(Outcome.PERSON, f"deleted objects were kept for {one.text}: see `grace` of an object type")
        one.mark(Outcome.NOT_APPLICABLE)
    if element.value("disabled").lower() == "true":
        rule.notes.append("It was switched off, so it stands aside: move it to the documents to have it in force.")


def _scope(rule: Rule) -> None:
    for criteria in rule.element.all("synchronizationCriteria"):
        criteria.mark(Outcome.CARRIED)
        for conditions in criteria.all("conditions"):
            conditions.mark(Outcome.CARRIED)
            clauses = [clause for one in conditions.all("scope") if (clause := _clause(rule, one)) is not None]
            if clauses:
                rule.scope.append(clauses)


def _clause(rule: Rule, element: Element) -> Any:
    element.mark(Outcome.CARRIED)
    attribute, operator, value = (element.value(f"cs{what}") for what in ("Attribute", "Operator", "Value"))
    word = operator.upper()
    if not attribute or word not in list(Operator):
        element.mark(Outcome.PERSON, f"no such comparison: {attribute} {operator} {value}")
        rule.notes.append(f"To do: the scope also asked for `{attribute} {operator} {value}`.")
        return None
    rule.read.add(attribute)
    if word in ("ISNULL", "ISNOTNULL"):
        return f"{attribute} {word}" if " " not in attribute else {"attribute": attribute, "operator": word}
    if _PLAIN_VALUE.fullmatch(value) and " " not in attribute:
        return f"{attribute} {word} {value}"
    return {"attribute": attribute, "operator": word, "value": value}


def _join(rule: Rule) -> None:
    for criteria in rule.element.all("relationshipCriteria"):
        criteria.mark(Outcome.CARRIED)
        for conditions in criteria.all("conditions"):
            conditions.mark(Outcome.CARRIED)
            pairs = []
            for one in conditions.all("condition"):
                one.mark(Outcome.CARRIED)
                left, right = one.value("csAttribute"), one.value("ilmAttribute")
                for case in one.all("caseSensitive"):
                    case.mark(*_case(case.text))
                if left and right:
                    pairs.append(f"{left} = {right}")
                    rule.joined.append((left, right))
            if pairs:
                rule.join.append(" and ".join(pairs))


def _case(text: str) -> tuple[Outcome, str]:
    if text.lower() == "true":
        return Outcome.DIFFERENT, "joins never look at case in Mimas"
    return Outcome.CARRIED, ""


def read_flows(rule: Rule, sources: Mapping[str, Attribute], targets: Mapping[str, Attribute]) -> None:
    """The flows of a rule; ``sources`` and ``targets``: the attributes of the side that it reads, and it writes."""
    for mappings in rule.element.all("attribute-mappings"):
        mappings.mark(Outcome.CARRIED)
        for mapping in mappings.all("mapping"):
            _flow(rule, mapping, sources, targets)


def _flow(rule: Rule, mapping: Element, sources: Mapping[str, Attribute], targets: Mapping[str, Attribute]) -> None:
    mapping.mark(Outcome.CARRIED)
    target = mapping.value("dest")
    origin = _origin(rule, mapping, sources, targets.get(target))
    if not target or origin is None or target in rule.flows:
        why = mapping.note or ("nothing flows to it" if origin is None else "another flow of the rule writes it too")
        mapping.note = ""
        mapping.mark(Outcome.PERSON, f"{target}: {why}")
        rule.notes.append(f"To do: {target} was written too ({why}):\n  {_said(mapping)}")
        return
    rule.flows[target] = origin
    rule.written.add(target)


def _origin(rule: Rule, mapping: Element, sources: Mapping[str, Attribute], target: Attribute | None) -> Any:
    """Where the value comes from, in the shortest form; None where that cannot be said, with a note at the mapping."""
    expression = mapping.value("expression")
    source = mapping.first("src")
    if source is not None:
        source.mark(Outcome.CARRIED)
    names = [one.mark(Outcome.CARRIED).text for one in children_of(source, "attr")]
    literal = source.text if source is not None else ""
    more: dict[str, Any] = {}
    if mapping.attributes.get("execute-once", "").lower() == "true":
        more["once"] = True
    merge = mapping.value("valueMergeType").lower()
    if word := _MERGES.get(merge):
        # What is merged on its way out is added to what the system has: addresses that a mailbox keeps.
        more |= {"merge": word} if rule.inbound else {"enforce": "add"}
    elif merge not in _MERGES:
        for one in mapping.all("valueMergeType"):
            one.mark(Outcome.DIFFERENT, f"a merge of the kind {one.text} is not known: one rule gives the value")
    if expression:
        text = _one_line(expression).replace(_CONFLICT, _CONFLICT.replace("\\\\", "\\"))
        if why := _wrong(text):
            mapping.note = why
            return None
        rule.read |= read_by(parse(text))
        return {"expression": f"={text}", **more} if more else f"={text}"
    if names and _is_reference(target) is not _is_reference(sources.get(names[0], target)):
        mapping.note = f"{names[0]} is no reference" if _is_reference(target) else f"{names[0]} is a reference"
        return None
    if names:
        rule.read.add(names[0])
        return {"attribute": names[0], **more} if more else names[0]
    return {"constant": _constant(literal, target), **more} if literal else None


def _is_reference(attribute: Attribute | None) -> bool:
    return attribute is not None and attribute.kind is Kind.REFERENCE


def _wrong(text: str) -> str:
    try:
        parse(text)
    except ExpressionError as error:
        return error.message
    return ""


def _one_line(text: str) -> str:
    """An expression in one line; what stands in quotes stays as it is."""
    parts = _QUOTED.split(text.strip())
    return "".join(part if index % 2 else re.sub(r"\s+", " ", part) for index, part in enumerate(parts))


def _constant(text: str, target: Attribute | None) -> Any:
    if target is not None and target.kind is Kind.BOOLEAN and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if target is not None and target.kind is Kind.INTEGER and re.fullmatch(r"-?[0-9]{1,18}", text):
        return int(text)
    return text


def _said(mapping: Element) -> str:
    expression = mapping.first("expression")
    return expression.text if expression is not None else mapping.xml()


def resources(rule: Rule, types: Mapping[str, Mapping[str, Attribute]]) -> Iterator[str]:
    """The types of resources a rule is for: ``*`` stands for every type that has what is compared."""
    if rule.resource != "*":
        yield rule.resource
        return
    compared = {right for _, right in rule.joined}
    yield from (name for name, attributes in types.items() if compared <= attributes.keys())
