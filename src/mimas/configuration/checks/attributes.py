"""Checks of the attributes of resources: those that are read and never written, and the other way round."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import TypeAlias

from mimas.configuration.problem import Problem, Severity
from mimas.configuration.reading import Document
from mimas.configuration.world import World
from mimas.language.scope import Scope, scope_attributes
from mimas.requests.documents import structured
from mimas.schema.places import Place
from mimas.schema.system import SYSTEM
from mimas.sync.flows import reads
from mimas.sync.rules import Direction, RuleSet, SyncRule
from mimas.workflows.people import ADDRESSES, LANGUAGES

Named: TypeAlias = tuple[str, str]
"""(resource type, attribute)."""

_TARGET = re.compile(r'"target":"\[//[^"\]]+/([^"/\]]+)\]"')
"""Where an activity writes to."""
_NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_.:-]*")
"""Whatever may be the name of an attribute."""
_ANY = ""
"""In place of an attribute: a function is given all of them."""


def check_attributes(world: World) -> Iterator[Problem]:
    """Attributes that a rule reads and none writes; as hints, those that rules write and none reads.

    Of types that no rule makes resources of nothing is known: somebody else writes them.
    """
    rules = world.setup.rules
    written = {(rule.resource_type, flow.target) for rule in rules.rules if _inbound(rule) for flow in rule.flows}
    filled = {(membership.resource_type, membership.attribute) for membership in rules.memberships}
    made = {rule.resource_type for rule in rules.rules if _inbound(rule)}
    asked = _by_requests(world)
    read: dict[Named, list[Reading]] = {}
    for reading in _readings(world, rules):
        read.setdefault(reading[2], []).append(reading)
    for (type_, name), readings in read.items():
        if type_ in made and name != _ANY and (type_, name) not in written | filled and name.casefold() not in asked:
            document, place, _ = readings[0]
            others = len({reader.name for reader, _, _ in readings}) - 1
            also = f", as {others} others do" if others > 1 else ", as another one does" if others else ""
            message = f"reads '{name}', which no rule writes{also}"
            hint = f"let an inbound rule, a policy rule or a workflow write '{name}' of {type_}, or take this out"
            yield Problem(place, message, hint, document.name, Severity.WARNING)
    yield from _unread(world, written, read.keys(), _by_people(world))


def _by_requests(world: World) -> frozenset[str]:
    """The attributes, in small letters, that policy rules let people write, or that workflows write."""
    found: set[str] = set()
    for (kind, _), document in world.documents.items():
        if kind == "ManagementPolicyRule":
            given = document.body.get("ActionParameter", ())
            found.update(str(name).casefold() for name in (given if isinstance(given, list) else [given]))
        elif kind == "WorkflowDefinition":
            text = structured(document.body.get("Activities", []))
            found.update(name.casefold() for name in _TARGET.findall(text))
    return frozenset(found)


def _by_people(world: World) -> frozenset[str]:
    """The attributes, in small letters, that filters, workflows and letters ask for."""
    texts = [structured(document.body) for (kind, _), document in world.documents.items() if kind in SYSTEM]
    letters = (*ADDRESSES, *LANGUAGES) if texts else ()
    return frozenset((*letters, *(name.casefold() for text in texts for name in _NAME.findall(text))))


def _inbound(rule: SyncRule) -> bool:
    return rule.direction is Direction.INBOUND


Reading: TypeAlias = tuple[Document, Place, Named]


def _readings(world: World, rules: RuleSet) -> Iterator[Reading]:
    """Everything that reads an attribute of a resource: where, and which."""
    for rule in rules.rules:
        yield from _of_rule(rule, world.documents["SyncRule", rule.name])
    for membership in rules.memberships:
        document = world.documents["Membership", membership.name]
        yield document, document.at("match"), (membership.resource_type, membership.group_attribute)
        yield document, document.at("match"), (membership.of, membership.member_attribute)
        for name in _asked(membership.scope):
            yield document, document.at("scope"), (membership.of, name)
    for type_, about in rules.types.items():
        if about.deletion.function:
            yield world.documents["ObjectType", type_], about.place, (type_, _ANY)


def _of_rule(rule: SyncRule, document: Document) -> Iterator[Reading]:
    type_ = rule.resource_type
    for index, criterion in enumerate(rule.join):
        for condition in criterion:
            yield document, document.at("join", index), (type_, condition.resource_attribute)
    if rule.choose or rule.deprovision_by:
        yield document, document.place, (type_, _ANY)
    if _inbound(rule):
        return
    for flow in rule.flows:
        names = reads(flow.origin)
        for name in [_ANY] if names is None else sorted(names):
            yield document, flow.place, (type_, name)
    for name in _asked(rule.scope):
        yield document, document.at("scope"), (type_, name)


def _asked(scope: Scope) -> list[str]:
    functions = any(clause.function for group in scope for clause in group)
    return sorted(scope_attributes(scope) - {_ANY}) + ([_ANY] if functions else [])


def _unread(world: World, written: set[Named], read: Collection[Named], asked: Collection[str]) -> Iterator[Problem]:
    """Where resources of the type go out at all; what is indexed is for people who search."""
    unread: dict[str, list[str]] = defaultdict(list)
    for type_, name in sorted(written.difference(read)):
        about = world.setup.rules.types[type_]
        goes_out = any(rule.resource_type == type_ and not _inbound(rule) for rule in world.setup.rules.rules)
        if goes_out and name not in about.indexed and (type_, _ANY) not in read and name.casefold() not in asked:
            unread[type_].append(name)
    for type_, names in unread.items():
        document = world.documents["ObjectType", type_]
        for name in names:
            message = f"'{name}' is written by rules and read by none"
            hint = "nothing to do if it is for people to look at"
            yield Problem(document.at("attributes", name), message, hint, document.name, Severity.HINT)
