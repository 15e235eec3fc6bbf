"""What one connector object contributes to a resource, explained."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mimas.language.proofs import ScopeProof, prove
from mimas.language.results import Outcome
from mimas.schema.attributes import Attribute
from mimas.schema.places import Place
from mimas.schema.values import Value, many, many_caseless
from mimas.sync.context import Context
from mimas.sync.explain.flow import FlowExplainer, FlowProof, State
from mimas.sync.flows import Load, is_reference
from mimas.sync.inbound import Contributor, Winner
from mimas.sync.rules import Flow, Merge, ResourceType, SyncRule


@dataclass(frozen=True, slots=True)
class RuleProof:
    """A rule for one object or resource: whether it is in scope, and what its flows gave. References are no part."""

    rule: str
    precedence: int
    scope: ScopeProof
    flows: tuple[FlowProof, ...]
    place: Place = Place()

    @property
    def error(self) -> str:
        """What failed in it; empty when nothing did."""
        return self.scope.error or next((flow.error for flow in self.flows if flow.error), "")


@dataclass(frozen=True, slots=True)
class ContributionProof:
    """The values that an object contributes, the flows that won within it, and how all that came about."""

    connector: str
    object_type: str
    anchor: str
    rules: tuple[RuleProof, ...]
    values: Mapping[str, Any]
    """May hold an `Outcome`: see `mimas.sync.inbound.settled`."""
    mask: int

    @property
    def error(self) -> str:
        """What failed; the resource then keeps what it has."""
        return next((rule.error for rule in self.rules if rule.error), "")


@dataclass(frozen=True, slots=True)
class ContributionExplainer:
    """Explains the inbound rules of one (connector, object type, resource type), in order of precedence."""

    contributor: Contributor
    rules: Sequence[SyncRule]
    sources: Mapping[str, Attribute]
    type: ResourceType
    load: Load

    def explain(
        self, anchor: str, values: Mapping[str, Value], shown: Mapping[str, Value], context: Context
    ) -> ContributionProof:
        """``values`` is what of an object contributes, ``shown`` what the system shows of it, which scopes read."""
        within = _Within()
        winners = iter(self.contributor.winners)
        proofs = []
        for rule in self.rules:
            scope = prove(rule.scope, shown or values, context, rule.parameters, self.load)
            explainer = FlowExplainer(rule, self.sources, self.load)
            flows = []
            for flow in rule.flows:
                if is_reference(flow, self.sources, self.type.attributes):
                    continue
                winner = next(winners)
                if not scope.holds:
                    flows.append(explainer.skipped(flow, State.OUT))
                elif within.settled(winner):
                    flows.append(explainer.skipped(flow, State.LATER))
                else:
                    explain = explainer.once if flow.once else explainer.explain
                    proof = explain(flow, self.type.attributes[flow.target], values, context)
                    within.take(flow, winner, proof.result)
                    flows.append(proof)
            proofs.append(RuleProof(rule.name, rule.precedence, scope, tuple(flows), rule.place))
        of = self.contributor
        return ContributionProof(
            of.connector, of.object_type, anchor, tuple(proofs), within.values, sum(within.bits.values())
        )


class _Within:
    """What has been given by the flows so far: the first that gives a value wins, uniting ones are united."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.bits: dict[str, int] = {}
        """By attribute the flows that gave what there is."""
        self._uniting: set[str] = set()

    def settled(self, winner: Winner) -> bool:
        """Whether the attribute has a value that a flow cannot add to."""
        given = self.values.get(winner.attribute, Outcome.IGNORE) is not Outcome.IGNORE
        return given and not (winner.merge.unites and winner.attribute in self._uniting)

    def take(self, flow: Flow, winner: Winner, value: Any) -> None:
        """A flow has been asked."""
        name = flow.target
        if value is None or (flow.merge.unites and isinstance(value, Outcome)):
            return
        if name in self._uniting:
            unite = many_caseless if flow.merge is Merge.CASELESS else many
            self.values[name] = unite([*self.values[name], *value])
            self.bits[name] |= winner.bit
            return
        self.values[name], self.bits[name] = value, winner.bit
        if flow.merge.unites:
            self._uniting.add(name)
