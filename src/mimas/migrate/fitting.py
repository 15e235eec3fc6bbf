"""Rules of the portal and the connectors of the server are exported apart: what the one names and the other lacks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mimas.configuration.documents import FlowPart, SyncRuleBody, parse
from mimas.configuration.reading import Document
from mimas.language.errors import ExpressionError
from mimas.language.expressions import attributes
from mimas.language.expressions import parse as parse_expression
from mimas.migrate.agents.agent import Place
from mimas.migrate.drafts import Draft, Noted, plain
from mimas.migrate.migration import Migration
from mimas.schema.attributes import NAME
from mimas.sync.rules import Direction

_NOTE = "Rules name it; the export of its agent does not have it."
_NOTE_OF_TYPE = "A rule names it; the export of the metaverse does not have it."


@dataclass(slots=True)
class _Used:
    """The attributes that a rule names on both sides."""

    object: set[str] = field(default_factory=set)
    resource: set[str] = field(default_factory=set)


def fit(migration: Migration) -> None:
    """Let the rules in force fit the connectors and types that there are."""
    found = {(draft.kind, draft.name): draft for draft in migration.drafts if not draft.aside}
    for rule in [draft for draft in migration.drafts if draft.kind == "SyncRule" and not draft.aside]:
        connector = found.get(("Connector", str(rule.body.get("connector"))))
        type_ = found.get(("ObjectType", str(rule.body.get("resource"))))
        body, _ = parse(Document("SyncRule", rule.name, plain(rule.body)))
        if not isinstance(body, SyncRuleBody) or connector is None:
            continue
        used = _used(body)
        place = migration.places.get(connector.name, {}).get(body.object.lower())
        objects = connector.body["objects"]
        if place is not None and body.object not in objects:
            _place(rule, place, inbound=body.direction is Direction.INBOUND)
            used.object.add(place.column)
        object_ = str(rule.body["object"])
        known = next((name for name in objects if name.lower() == object_.lower()), object_)
        rule.body["object"] = known
        _complete(objects.setdefault(known, {"attributes": {}})["attributes"], used.object, _NOTE)
        if type_ is not None:
            _complete(type_.body.setdefault("attributes", {}), used.resource, _NOTE_OF_TYPE)


def _complete(given: dict[str, Any], used: set[str], note: str) -> None:
    known = {name.lower() for name in given}
    for name in sorted(used):
        if name.lower() not in known and name != NAME:
            given[name] = Noted("string", note)


def _place(rule: Draft, place: Place, *, inbound: bool) -> None:
    """Objects of several old types stand in one file or table, in rows that a column tells apart."""
    rule.body["object"] = place.object
    if not place.values:
        return
    if not inbound:
        rule.body["flows"] = {place.column: {"constant": place.values[0]}, **rule.body.get("flows", {})}
        return
    one = len(place.values) == 1
    clause = f"{place.column} {'EQUAL' if one else 'ISIN'} {';'.join(place.values)}"
    scope = rule.body.get("scope", [])
    groups = scope if any(isinstance(plain(group), list) for group in scope) else [scope]
    told = [[clause, *(group.value if isinstance(group, Noted) else group)] for group in groups]
    rule.body["scope"] = told if len(told) > 1 else told[0]


def _used(body: SyncRuleBody) -> _Used:
    used = _Used()
    inbound = body.direction is Direction.INBOUND
    source, target = (used.object, used.resource) if inbound else (used.resource, used.object)
    for name, flow in body.flows.items():
        target.add(name)
        source.update(_read(flow))
    source.update(clause.attribute for group in body.scope for clause in group if clause.attribute)
    for criterion in body.join:
        for condition in criterion:
            used.resource.add(condition.right)
            if condition.left.startswith("="):
                used.object.update(_names(condition.left))
            elif condition.left:
                used.object.add(condition.left)
    return used


def _read(flow: FlowPart) -> Iterator[str]:
    if flow.attribute:
        yield flow.attribute
    for text in (flow.expression, *(flow.unique or ())):
        if text:
            yield from _names(text)


def _names(text: str) -> frozenset[str]:
    try:
        return attributes(parse_expression(text.removeprefix("=")))
    except ExpressionError:
        return frozenset()
