"""What the rules ask of one connected system, beyond the values they read: what an import must look out for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mimas.language.scope import scope_attributes, scope_groups
from mimas.sync.flows import counted_by, reads
from mimas.sync.outbound import Target
from mimas.sync.rules import Direction, Enforce, Extension, RuleSet, SyncRule

_LENIENT = (Enforce.ON_CHANGE, Enforce.WHILE_EMPTY, Enforce.ADD)


@dataclass(frozen=True, slots=True)
class Lenience:
    """The attributes of an object type that are not always put right."""

    on_change: frozenset[str] = frozenset()
    while_empty: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Interest:
    """What is of interest, by object type."""

    governed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The reference attributes that outbound rules write."""
    attentive: frozenset[str] = frozenset()
    """The types whose first sight matters: inbound rules read them, flows happened once only, or others wait for it."""
    watchful: frozenset[str] = frozenset()
    """The types whose linking reads what outbound rules write: even our own change may change a scope."""
    groups: frozenset[tuple[str, str]] = frozenset()
    """(reference attribute, name) of the groups that scopes ask for."""
    lenience: Mapping[str, Lenience] = field(default_factory=dict)
    counted: frozenset[tuple[str, str]] = frozenset()
    """(type, attribute) of which inbound rules ask how many values there are; among them references."""


def interest(rules: RuleSet, targets: Iterable[Target], connector: str) -> Interest:
    """What rules and compiled outbound rules ask of a connector."""
    governed: dict[str, frozenset[str]] = {}
    for target in targets:
        if target.connector == connector:
            written = frozenset(attribute for _, attribute, _, _ in target.references)
            governed[target.object_type.name] = governed.get(target.object_type.name, frozenset()) | written
    own = [rule for rule in rules.rules if rule.connector == connector]
    inbound = [rule for rule in own if rule.direction is Direction.INBOUND]
    first = {rule.after for rule in rules.rules}
    awaited = frozenset(rule.object_type for rule in own if rule.name in first)
    attentive = {
        rule.object_type for rule in own if rule.direction is Direction.INBOUND or any(flow.once for flow in rule.flows)
    }
    groups = frozenset[tuple[str, str]]().union(*(scope_groups(rule.scope, rule.parameters) for rule in inbound))
    asked = frozenset((rule.object_type, name) for rule in inbound for name in counted_by(rule.flows))
    return Interest(governed, awaited | attentive, _watchful(own, inbound), groups, _lenience(own), asked)


def _lenience(own: list[SyncRule]) -> dict[str, Lenience]:
    found: dict[tuple[str, Enforce], set[str]] = {}
    for rule in own:
        for flow in rule.flows:
            if flow.enforce is not Enforce.ALWAYS:
                found.setdefault((rule.object_type, flow.enforce), set()).add(flow.target)
    return {
        type_: Lenience(*(frozenset(found.get((type_, how), ())) for how in _LENIENT))
        for type_ in {type_ for type_, _ in found}
    }


def _watchful(own: list[SyncRule], inbound: list[SyncRule]) -> frozenset[str]:
    written: dict[str, set[str]] = {}
    for rule in own:
        if rule.direction is Direction.OUTBOUND:
            written.setdefault(rule.object_type, set()).update(flow.target for flow in rule.flows)
    return frozenset(rule.object_type for rule in inbound if _asks(rule, written.get(rule.object_type, set())))


def _asks(rule: SyncRule, written: set[str]) -> bool:
    """Whether the scope or a join of a rule reads one of these attributes; functions may read any."""
    compared = [reads(condition.origin) for criterion in rule.join for condition in criterion]
    asked = [reads(Extension(clause.function)) for group in rule.scope for clause in group if clause.function]
    return any(
        names is None or names & written for names in (*compared, *asked, scope_attributes(rule.scope)) if written
    )
