"""Which inputs an answer names: everything that can change a value by itself (law 10)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mimas.language.proofs import ScopeProof
from mimas.language.scope import scope_attributes
from mimas.runs.explaining.inputs import Inputs
from mimas.runs.explaining.proof import ResourceProof, SourceProof
from mimas.schema.attributes import NAME, Kind
from mimas.schema.values import Value
from mimas.store.facts import OFFERED
from mimas.sync.explain import AttributeProof, Decision, Explainer, Offer, State
from mimas.sync.flows import is_reference, reads
from mimas.sync.rules import DeletionRule, Direction, SyncRule

_ALL = (Decision.NONE, Decision.MERGE, Decision.CHOSEN, Decision.KEPT, Decision.FAILED)
"""How it is decided where any offer may count, whatever its precedence."""


@dataclass(frozen=True, slots=True)
class Input:
    """One input. ``kind``: ``value`` of an object, its ``link``, a ``fact``, a ``group``, ``before`` or ``time``."""

    kind: str
    connector: str = ""
    object: str = ""
    """Its name or anchor."""
    attribute: str = ""
    value: Any = None


@dataclass(frozen=True, slots=True)
class Absent:
    """A system that would have a say, and has no object of the resource: one that is joined would change the value."""

    connector: str
    type: str
    rule: str
    precedence: int
    sought: tuple[tuple[str, Value | None], ...]
    """By which attributes of the resource its objects look for it, and the values that would be found."""


@dataclass(frozen=True, slots=True)
class Naming:
    """Names the inputs of the attributes of one resource."""

    explainer: Explainer
    inputs: Inputs
    proof: ResourceProof

    def named(self, attribute: str) -> list[Input]:
        """What the value of an attribute rests on, each input once."""
        found: dict[tuple[str, ...], Input] = {}
        waiting, done = [attribute], set[str]()
        while waiting:
            name = waiting.pop()
            if name in done:
                continue
            done.add(name)
            for one in self._own(name):
                found.setdefault((one.kind, one.connector, one.object, one.attribute), one)
            # Who would be joined, and so have a say, depends on the keys by which it looks for the resource; and what
            # outbound rules have made or taken over is linked only as long as they want it.
            waiting += [key for absent in self.absent(name) for key, _ in absent.sought]
            places = {(source.connector, source.type) for source in self._concerned(name)}
            waiting += sorted(set[str]().union(*map(self._wished_by, places)))
        return list(found.values())

    def absent(self, attribute: str) -> Iterator[Absent]:
        """The systems without an object that would have a say."""
        proof = self.proof.attribute(attribute)
        there = {(source.connector, source.type) for source in self.proof.sources}
        for rule in self.explainer.compiled.rules.rules:
            place = (rule.connector, rule.object_type)
            if rule.direction is not Direction.INBOUND or rule.resource_type != self.inputs.type or place in there:
                continue
            if not self._flows(rule, attribute) or not (proof is None or _counts(proof, rule.precedence)):
                continue
            sought = sorted({key for other in self._joins(place) for key in other} | self._wished_by(place))
            keys = tuple((key, self.inputs.before.get(key)) for key in sought)
            yield Absent(rule.connector, rule.object_type, rule.name, rule.precedence, keys)

    def _flows(self, rule: SyncRule, attribute: str) -> bool:
        types = self.explainer.compiled.rules.types[rule.resource_type].attributes
        sources = self.explainer.schemas[rule.connector][rule.object_type].attributes
        return any(flow.target == attribute and not is_reference(flow, sources, types) for flow in rule.flows)

    def _joins(self, place: tuple[str, str]) -> Iterator[set[str]]:
        linker = self.explainer.compiled.linkers.get(place)
        if linker is None:
            return
        for criterion in linker.criteria:
            if linker.rules[criterion.rule].resource_type == self.inputs.type:
                yield {condition.resource_attribute for condition in criterion.conditions}

    def _wished_by(self, place: tuple[str, str]) -> set[str]:
        """The attributes of the resource that decide whether outbound rules want an object there, and which."""
        found: set[str] = set()
        types = self.explainer.compiled.rules.types[self.inputs.type].attributes
        rules = [r for r in self.explainer.compiled.rules.rules if r.direction is Direction.OUTBOUND]
        for rule in rules:
            if (rule.connector, rule.object_type, rule.resource_type) != (*place, self.inputs.type):
                continue
            first = [other for other in rules if rule.after and other.name == rule.after]
            anchor = self.explainer.schemas[rule.connector][rule.object_type].anchor
            for one in (rule, *first):
                asked = any(clause.function for group in one.scope for clause in group)
                found |= set(types) if asked or one.deprovision_by else scope_attributes(one.scope)
            for flow in rule.flows:
                if flow.target == NAME or flow.target in anchor:
                    names = reads(flow.origin)
                    found |= set(types) if names is None else names
        return {name for name in found if name in types and types[name].kind is not Kind.REFERENCE}

    def _concerned(self, attribute: str) -> list[SourceProof]:
        """The objects that have a say, or without which the resource may end."""
        proof = self.proof.attribute(attribute)
        givers = {
            (offer.giver.connector, offer.giver.anchor)
            for offer in (proof.offers if proof is not None else ())
            if proof is not None and _counts(proof, offer.giver.precedence)
        }
        return [
            source
            for source in self.proof.sources
            if (source.contribution is not None and (source.connector, source.contribution.anchor) in givers)
            or self._keeps(source)
        ]

    def _own(self, attribute: str) -> Iterator[Input]:
        """The inputs of one attribute, but for those of other attributes that it rests on."""
        proof = self.proof.attribute(attribute)
        concerned = {(s.connector, s.contribution.anchor): s for s in self._concerned(attribute) if s.contribution}
        for offer in proof.offers if proof is not None else ():
            if proof is not None and _counts(proof, offer.giver.precedence):
                yield from self._offer(concerned[offer.giver.connector, offer.giver.anchor], offer, proof)
        if proof is not None and proof.decision in (Decision.KEPT, Decision.FAILED, Decision.OWN):
            yield Input("before", attribute=attribute, value=self.inputs.before.get(attribute))
        for source in self._concerned(attribute):
            yield from self._link(source)
        yield from self._failing()
        if self.proof.due is not None:
            yield Input("time", value=self.proof.due)

    def _failing(self) -> Iterator[Input]:
        """While a rule fails, whatever it is about, every value is kept: what it read decides over all of them."""
        for source in self.proof.sources:
            for rule in source.contribution.rules if source.contribution is not None else ():
                if rule.scope.error:
                    yield from self._scope(source, rule.scope)
                for flow in rule.flows:
                    if flow.error:
                        yield from self._scope(source, rule.scope)
                        for name, value in flow.reads.items():
                            yield Input("value", source.connector, source.key, name, value)

    def _offer(self, source: SourceProof, offer: Offer, proof: AttributeProof) -> Iterator[Input]:
        yield from self._scope(source, offer.scope)
        flow = offer.flow
        if flow.state in (State.OUT, State.LATER):
            return
        for name, value in flow.reads.items():
            yield Input("value", source.connector, source.key, name, value)
        if flow.fact:
            yield Input("fact", attribute=flow.fact, value=flow.value)
        if proof.decision is Decision.LATEST:
            yield Input("fact", source.connector, source.key, OFFERED + proof.attribute, flow.value)

    def _scope(self, source: SourceProof, scope: ScopeProof) -> Iterator[Input]:
        for clause in scope.clauses:
            for name, value in clause.reads.items():
                yield Input("value", source.connector, source.key, name, value)
            if clause.group is not None:
                yield Input("group", source.connector, source.key, " of ".join(clause.group), clause.saw)

    def _link(self, source: SourceProof) -> Iterator[Input]:
        """That an object is there and linked: the rule that linked it has to cover it."""
        yield Input("link", source.connector, source.key, source.rule, "by hand" if source.decided else None)
        if source.link is not None and not source.decided:
            yield from self._scope(source, source.link.scope)

    def _keeps(self, source: SourceProof) -> bool:
        """Whether the resource may end with this link."""
        deletion = self.explainer.compiled.rules.types[self.inputs.type].deletion
        if deletion.rule is DeletionRule.ANY:
            return source.connector in deletion.connectors
        if deletion.rule is DeletionRule.NEVER:
            return False
        rules = {rule.name: rule for rule in self.explainer.compiled.rules.rules}
        rule = rules.get(source.rule)
        return deletion.rule is DeletionRule.EXTENSION or (rule is not None and rule.keeps_alive)


def _counts(proof: AttributeProof, precedence: int) -> bool:
    """Whether an offer of this precedence may have a say beside, or before, those that were applied."""
    applied = [offer.giver.precedence for offer in proof.applied]
    return not applied or proof.decision in _ALL or precedence <= max(applied)
