"""The proof of one resource: every offer to every attribute, and what each system is to hold of it. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from mimas.runs.explaining.inputs import Inputs
from mimas.schema.attributes import Kind
from mimas.schema.values import Value, Values
from mimas.sync.context import Context
from mimas.sync.explain import (
    AttributeProof,
    ContributionProof,
    Decision,
    Ending,
    Explainer,
    Judged,
    LinkRuleProof,
    State,
    TargetProof,
)


@dataclass(frozen=True, slots=True)
class SourceProof:
    """A connector object, the rules that link it, and what it contributes; none, where no inbound rule reads it."""

    object: int
    connector: str
    type: str
    key: str
    rule: str
    decided: bool
    links: tuple[LinkRuleProof, ...]
    contribution: ContributionProof | None
    echoes: tuple[str, ...] = ()
    """Attributes whose values, in whole or in part, Mimas put there itself: they are no contribution."""

    @property
    def link(self) -> LinkRuleProof | None:
        """The rule that linked it, as it covers the object now."""
        return next((link for link in self.links if link.rule == self.rule), None)


@dataclass(frozen=True, slots=True)
class ResourceProof:
    """What follows from the inputs of a resource, and how."""

    sources: tuple[SourceProof, ...]
    attributes: tuple[AttributeProof, ...]
    targets: tuple[tuple[TargetProof, Ending | None], ...]
    due: datetime | None
    """When it changes by itself."""

    @property
    def error(self) -> str:
        """The inbound rule that failed; the resource then keeps what it has."""
        return next((s.contribution.error for s in self.sources if s.contribution and s.contribution.error), "")

    def attribute(self, name: str) -> AttributeProof | None:
        """The proof of one attribute."""
        return next((proof for proof in self.attributes if proof.attribute == name), None)


def prove(explainer: Explainer, inputs: Inputs) -> ResourceProof:
    """The proof of a resource. What a rule fails over is told in its place."""
    context = Context(inputs.now)
    context.begin(inputs.facts)
    sources = tuple(_source(explainer, inputs, number, context) for number in range(len(inputs.sources)))
    parts = [(s.contribution, s.object) for s in sources if s.contribution is not None]
    judged = explainer.judge(inputs.type, parts, inputs.latest, inputs.before)
    attributes = explainer.compiled.rules.types[inputs.type].attributes
    plain = [name for name, attribute in attributes.items() if attribute.kind is not Kind.REFERENCE]
    proofs = tuple(judged.attribute(name) for name in plain)
    own = [(proof, inputs.own.get(proof.attribute)) for proof in proofs]
    proofs = tuple(p if value is None else replace(p, decision=Decision.OWN, value=value) for p, value in own)
    failed = any(part.error for part, _ in parts)
    if failed:
        kept = [(proof, inputs.before.get(proof.attribute)) for proof in proofs]
        proofs = tuple(replace(proof, decision=Decision.FAILED, value=value) for proof, value in kept)
    values = inputs.before if failed or not inputs.live or not parts else {**_needed(judged, inputs), **inputs.own}
    targets = tuple(_targets(explainer, inputs, values, context))
    return ResourceProof(sources, proofs, targets, context.due)


def _needed(judged: Judged, inputs: Inputs) -> Values:
    """The values; of what is still to be made unique, what was there."""
    needed = {
        flow.target
        for proof, _ in judged.parts
        for rule in proof.rules
        for flow in rule.flows
        if flow.state is State.NEEDED
    }
    kept: dict[str, Value] = {name: inputs.before[name] for name in needed if name in inputs.before}
    return {**judged.values, **kept}


def _source(explainer: Explainer, inputs: Inputs, number: int, context: Context) -> SourceProof:
    source = inputs.sources[number]
    context.groups = source.groups
    link = explainer.link(source.connector, source.type)
    links = link.explain(source.shown, context) if link is not None else ()
    contributing = explainer.contribution(source.connector, source.type, inputs.type)
    proof = None
    if contributing is not None:
        proof = contributing.explain(source.anchor, source.values, source.shown, context)
    echoes = [name for name, value in source.shown.items() if source.values.get(name) != value]
    return SourceProof(
        source.object,
        source.connector,
        source.type,
        source.key,
        source.rule,
        source.decided,
        links,
        proof,
        tuple(sorted(echoes)),
    )


def _targets(
    explainer: Explainer, inputs: Inputs, values: Values, context: Context
) -> list[tuple[TargetProof, Ending | None]]:
    found = []
    for explain in explainer.targets(inputs.type):
        context.begin(inputs.facts, new=explain.target.number in inputs.new)
        proof = explain.explain(values, context)
        if not inputs.live:
            proof = replace(proof, wanted=False, governed=False, values={})
        found.append((proof, None if proof.wanted else explain.ending(values, context)))
    return found
