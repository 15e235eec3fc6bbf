"""Where the values of each attribute of a type of resources come from, and where they go to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from mimas.language.errors import ExpressionError
from mimas.language.scope import scope_attributes
from mimas.sync.flows import reads
from mimas.sync.rules import Direction, Extension, Flow, Membership, Origin, RuleSet, Scope, SyncRule

Named: TypeAlias = tuple[SyncRule, Flow]


@dataclass(frozen=True, slots=True)
class Lineage:
    """One attribute: the inbound flows in order of precedence, the outbound flows that read it, who else asks."""

    inbound: list[Named] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)
    outbound: list[Named] = field(default_factory=list)
    asked: list[tuple[SyncRule, str]] = field(default_factory=list)
    """The rules whose scope or join reads it, with which of them."""

    def __bool__(self) -> bool:
        return bool(self.inbound or self.memberships or self.outbound or self.asked)


def lineages(rules: RuleSet, type_: str) -> dict[str, Lineage]:
    """The lineage of every attribute of a type, in the order in which they are declared."""
    found = {name: Lineage() for name in rules.types[type_].attributes}
    for rule in (rule for rule in rules.rules if rule.resource_type == type_):
        if rule.direction is Direction.INBOUND:
            for flow in rule.flows:
                _of(found, flow.target).inbound.append((rule, flow))
        else:
            for flow in (*rule.flows, *rule.deprovision_flows):
                for name in sorted(sources(flow.origin)):
                    _of(found, name).outbound.append((rule, flow))
            for name in sorted(asked_by(rule.scope)):
                _of(found, name).asked.append((rule, "scope"))
        for name in sorted({one.resource_attribute for criterion in rule.join for one in criterion}):
            _of(found, name).asked.append((rule, "join"))
    for membership in rules.memberships:
        if membership.resource_type == type_:
            _of(found, membership.attribute).memberships.append(membership)
    return found


def _of(found: dict[str, Lineage], name: str) -> Lineage:
    """Of an attribute that is not declared, which `mimas check` tells, too."""
    return found.setdefault(name, Lineage())


def sources(origin: Origin) -> frozenset[str]:
    """The attributes that an origin reads; none of a function, which may read any, and of what cannot be understood."""
    try:
        return reads(origin) or frozenset()
    except ExpressionError:
        return frozenset()


def asked_by(scope: Scope) -> frozenset[str]:
    """The attributes that a scope reads; none of one that cannot be understood."""
    try:
        return scope_attributes(scope) - {""}
    except ExpressionError:
        return frozenset()


def named_functions(rules: Iterable[SyncRule], others: Mapping[str, str]) -> dict[str, list[str]]:
    """The Python functions, and who names them: rules, and ``others`` by function."""
    found: dict[str, set[str]] = {}
    for rule in rules:
        origins = [flow.origin for flow in (*rule.flows, *rule.deprovision_flows)]
        origins += [one.origin for criterion in rule.join for one in criterion]
        names = [one.function for one in origins if isinstance(one, Extension)]
        names += [one.function for group in rule.scope for one in group]
        for name in (*names, rule.choose, rule.deprovision_by):
            found.setdefault(name, set()).add(rule.name)
    for name, who in others.items():
        found.setdefault(name, set()).add(who)
    return {name: sorted(found[name]) for name in sorted(found) if name}
