"""What decided over an attribute of a resource: every offer in order, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mimas.language.proofs import ScopeProof
from mimas.language.results import Outcome
from mimas.schema.values import Value
from mimas.sync.explain.contribution import ContributionProof, RuleProof
from mimas.sync.explain.flow import FlowProof, State
from mimas.sync.inbound import Contribution, Winner


class Verdict(StrEnum):
    """What became of an offer."""

    APPLIED = "applied"
    OVERRULED = "overruled"
    SKIPPED = "skipped"
    FAILED = "failed"


class Decision(StrEnum):
    """How it was decided between several offers."""

    NONE = "nobody offers a value"
    ALONE = "the only offer"
    PRECEDENCE = "precedence"
    MERGE = "merge"
    EQUAL = "equal precedence: several values are united"
    LATEST = "equal precedence: the later change"
    FIRST = "equal precedence: the connector that sorts first"
    CHOSEN = "a function chose"
    KEPT = "ignored flows: what was there is kept"
    NULL = "an authoritative null"
    FAILED = "a rule failed: what was there is kept"
    OWN = "its own: given by a request or a document"


@dataclass(frozen=True, slots=True)
class Giver:
    """A rule, and the object through which it speaks."""

    rule: str
    connector: str
    anchor: str
    precedence: int


@dataclass(frozen=True, slots=True)
class Offer:
    """What one flow offers, or would."""

    giver: Giver
    verdict: Verdict
    flow: FlowProof
    scope: ScopeProof
    by: tuple[Giver, ...] = ()
    """Those that overruled it."""


@dataclass(frozen=True, slots=True)
class AttributeProof:
    """An attribute's value, how it was decided, and all offers in order: precedence, connector, anchor."""

    attribute: str
    value: Value | None
    decision: Decision
    offers: tuple[Offer, ...]
    chooser: str = ""
    """The function that chose, where one did."""

    @property
    def applied(self) -> tuple[Offer, ...]:
        """The offers that the value is made of."""
        return tuple(offer for offer in self.offers if offer.verdict is Verdict.APPLIED)


@dataclass(frozen=True, slots=True)
class Judged:
    """What `mimas.sync.inbound.combine` made of the contributions: the values, and by contribution the flows that won.

    ``masks`` are in the order of ``parts``.
    """

    parts: Sequence[tuple[ContributionProof, Contribution]]
    masks: Sequence[int]
    values: Mapping[str, Any]
    """Settled: without outcomes."""
    raw: Mapping[str, Any]
    choices: Mapping[str, str]
    tied: frozenset[str] = frozenset()
    """The attributes of which it is known who changed last."""

    def attribute(self, name: str) -> AttributeProof:
        """The proof of one attribute."""
        rows = sorted(self._rows(name), key=lambda row: (row[0].precedence, row[0].connector, row[0].anchor))
        won = tuple(giver for giver, _, flow, applied in rows if applied)
        offers = tuple(self._offer(giver, rule, flow, won, applied=applied) for giver, rule, flow, applied in rows)
        chooser = self.choices.get(name, "")
        return AttributeProof(name, self.values.get(name), self._decision(name, offers, won), offers, chooser)

    def _rows(self, name: str) -> list[tuple[Giver, RuleProof, FlowProof, bool]]:
        rows = []
        for (proof, part), mask in zip(self.parts, self.masks, strict=True):
            winners = {(w.rule, w.attribute): w for w in part.contributor.winners if w.attribute == name}
            for rule in proof.rules:
                for flow in rule.flows:
                    if flow.target == name:
                        bit = winners[rule.rule, name].bit
                        giver = Giver(rule.rule, proof.connector, proof.anchor, rule.precedence)
                        rows.append((giver, rule, flow, bool(mask & bit)))
        return rows

    @staticmethod
    def _offer(giver: Giver, rule: RuleProof, flow: FlowProof, won: tuple[Giver, ...], *, applied: bool) -> Offer:
        verdict = Verdict.SKIPPED
        by: tuple[Giver, ...] = ()
        if flow.state is State.FAILED or (rule.scope.error and flow.state is State.OUT):
            verdict = Verdict.FAILED
        elif applied:
            verdict = Verdict.APPLIED
        elif flow.state in (State.GIVEN, State.NULL, State.LATER):
            verdict, by = Verdict.OVERRULED, won
        return Offer(giver, verdict, flow, rule.scope, by)

    def _decision(self, name: str, offers: Sequence[Offer], won: tuple[Giver, ...]) -> Decision:  # noqa: PLR0911
        raw = self.raw.get(name)
        if name in self.choices and raw is not None:
            return Decision.CHOSEN
        if raw is None:
            return Decision.NONE
        if isinstance(raw, Outcome):
            return Decision.KEPT if raw is Outcome.IGNORE else Decision.NULL
        rivals = [offer for offer in offers if offer.verdict is Verdict.OVERRULED]
        if len(won) > 1:
            return Decision.MERGE if any(w.merge.unites for w in self._winners(name)) else Decision.EQUAL
        if not rivals:
            return Decision.ALONE
        if won and any(offer.giver.precedence == won[0].precedence for offer in rivals):
            return Decision.LATEST if name in self.tied else Decision.FIRST
        return Decision.PRECEDENCE

    def _winners(self, name: str) -> list[Winner]:
        return [winner for _, part in self.parts for winner in part.contributor.by_attribute.get(name, ())]
