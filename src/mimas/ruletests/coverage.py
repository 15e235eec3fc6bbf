"""What of the rules the tests have come by: who was in a scope and who was not, which flows gave a value."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mimas.ruletests.watching import Watched
from mimas.schema.places import Place
from mimas.store import looking
from mimas.store.store import Store
from mimas.sync.generated import About
from mimas.sync.rules import Direction, Flow, Membership, RuleSet, SyncRule


@dataclass(frozen=True, slots=True)
class Covered:
    """One flow: whether it ever gave a value."""

    attribute: str
    place: Place
    given: bool


@dataclass(frozen=True, slots=True)
class RuleCoverage:
    """One rule. ``scoped``: whether it has a scope; without one, everything it is asked of is in scope."""

    name: str
    place: Place
    scoped: bool
    inside: bool
    outside: bool
    flows: tuple[Covered, ...]

    @property
    def items(self) -> tuple[bool, ...]:
        """What could be covered, and whether it is."""
        scope = (self.inside, self.outside) if self.scoped else (self.inside,)
        return (*scope, *(flow.given for flow in self.flows))

    @property
    def missing(self) -> list[tuple[str, str]]:
        """What is not covered, in words, and where that is written."""
        told = [] if self.inside else [("in scope", "")]
        told += [("out of scope", "")] if self.scoped and not self.outside else []
        return told + [(flow.attribute, str(flow.place)) for flow in self.flows if not flow.given]


@dataclass(slots=True)
class Coverage:
    """Of all rules, over all tests that were run."""

    rules: RuleSet
    watched: Watched = field(default_factory=Watched)
    _inbound: set[tuple[str, str]] = field(default_factory=set)
    _outbound: set[tuple[str, str, str, str]] = field(default_factory=set)

    def look(self, store: Store) -> None:
        """Remember what has given references: they are rows, which no function sees."""
        inbound, outbound = looking.reference_flows(store)
        self._inbound |= inbound
        self._outbound |= outbound

    def by_rule(self) -> list[RuleCoverage]:
        """Rule by rule, in the order of the documents."""
        found = [self._rule(rule) for rule in self.rules.rules]
        found += [self._membership(membership) for membership in self.rules.memberships]
        return sorted(found, key=lambda one: (one.place.file, one.place.line))

    @property
    def percent(self) -> float:
        """How much of what could be covered is; 100 where there is nothing."""
        items = [item for rule in self.by_rule() for item in rule.items]
        return 100 * sum(items) / len(items) if items else 100.0

    def _rule(self, rule: SyncRule) -> RuleCoverage:
        scope = About(rule.name, "scope", rule.place)
        flows = tuple(
            Covered(flow.target, _place(rule, flow), self._gave(rule, flow))
            for flow in (*rule.flows, *rule.deprovision_flows)
        )
        asked = any(self._asked(rule, flow) for flow in rule.flows) or any(flow.given for flow in flows)
        inside = bool(self.watched.held[scope]) if rule.scope else asked
        return RuleCoverage(rule.name, rule.place, bool(rule.scope), inside, bool(self.watched.failed[scope]), flows)

    def _membership(self, membership: Membership) -> RuleCoverage:
        scope = About(membership.name, "scope", membership.place)
        given = (membership.name, membership.attribute) in self._inbound
        flow = Covered(membership.attribute, membership.place, given)
        inside = bool(self.watched.held[scope]) if membership.scope else given
        outside = bool(self.watched.failed[scope])
        return RuleCoverage(membership.name, membership.place, bool(membership.scope), inside, outside, (flow,))

    def _asked(self, rule: SyncRule, flow: Flow) -> bool:
        about = About(rule.name, flow.target, _place(rule, flow))
        return bool(self.watched.given[about] or self.watched.empty[about])

    def _gave(self, rule: SyncRule, flow: Flow) -> bool:
        if self.watched.given[About(rule.name, flow.target, _place(rule, flow))]:
            return True
        if rule.direction is Direction.INBOUND:
            return (rule.name, flow.target) in self._inbound
        # Of several rules that write the attribute, those count that somebody has been in scope of.
        in_scope = not rule.scope or self.watched.held[About(rule.name, "scope", rule.place)]
        return bool(in_scope) and any(self._pointed(rule, flow))

    def _pointed(self, rule: SyncRule, flow: Flow) -> Iterator[bool]:
        """Whether such references are wanted for an object that a rule of the same kind has linked."""
        by_name = {one.name: one for one in self.rules.rules}
        for connector, type_, attribute, linked_by in self._outbound:
            linker = by_name.get(linked_by)
            if (connector, type_, attribute) == (rule.connector, rule.object_type, flow.target) and linker is not None:
                yield linker.resource_type == rule.resource_type and linker.intent == rule.intent


def _place(rule: SyncRule, flow: Flow) -> Place:
    return flow.place if flow.place.file else rule.place
