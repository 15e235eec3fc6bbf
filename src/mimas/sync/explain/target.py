"""What a system should hold of a resource, explained."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mimas.language.errors import told
from mimas.language.proofs import prove
from mimas.language.results import Outcome
from mimas.schema.attributes import NAME, Attribute
from mimas.schema.values import Value
from mimas.sync.context import Context
from mimas.sync.explain.contribution import RuleProof
from mimas.sync.explain.flow import FlowExplainer, FlowProof, State, origin_text
from mimas.sync.flows import Load, is_reference
from mimas.sync.outbound import Target
from mimas.sync.rules import Computed, Flow, LinkType, ResourceType


@dataclass(frozen=True, slots=True)
class ReferenceFlowProof:
    """A flow of references: which attribute goes where; the references themselves are rows."""

    rule: str
    source: str
    target: str
    in_scope: bool


@dataclass(frozen=True, slots=True)
class TargetProof:
    """What the outbound rules of one (resource type, connector, object type, intent) want of a resource."""

    connector: str
    object_type: str
    intent: str
    rules: tuple[RuleProof, ...]
    references: tuple[ReferenceFlowProof, ...]
    wanted: bool
    """Whether a provisioning rule wants the object."""
    governed: bool
    """Whether any rule does."""
    values: Mapping[str, Any]
    """The governed attributes; none: cleared."""
    givers: Mapping[str, str]
    """Governed attribute → the rule that gave it."""
    provisioning: tuple[str, ...]
    """The rules that provision, in scope or not."""

    @property
    def error(self) -> str:
        """What failed; the object then keeps what it has."""
        return next((rule.error for rule in self.rules if rule.error), "")


@dataclass(frozen=True, slots=True)
class Ending:
    """What becomes of an object that no rule wants any more, and the flows that it gets where it is kept."""

    what: str
    rule: str
    flows: tuple[FlowProof, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class TargetExplainer:
    """Explains the rules of one target, in order of precedence."""

    target: Target
    type: ResourceType
    load: Load

    def explain(self, values: Mapping[str, Value], context: Context) -> TargetProof:
        """What they want of a resource with these values; ``context.new`` says whether the object is to be made."""
        held: dict[str, Any] = {}
        givers: dict[str, str] = {}
        proofs, references = [], []
        wanted = governed = False
        for rule in self.target.rules:
            scope = prove(rule.scope, values, context, rule.parameters, self.load)
            explainer = FlowExplainer(rule, self.type.attributes, self.load)
            flows, refusals = [], []
            for flow in rule.flows:
                if flow.target == NAME or not is_reference(flow, self.type.attributes, self._attributes):
                    flows.append(self._flow(explainer, flow, values, context, held, givers, in_scope=scope.holds))
                elif isinstance(flow.origin, Computed):
                    refusals.append(flow)
                else:
                    source = origin_text(flow.origin)
                    references.append(ReferenceFlowProof(rule.name, source, flow.target, scope.holds))
            if scope.holds:
                # They have no value ever, but may fail: see `mimas.language.expressions.tree.refuses`.
                flows += [explainer.explain(flow, Attribute(flow.target), values, context) for flow in refusals]
                governed = True
                wanted = wanted or rule.link is LinkType.PROVISION
            proofs.append(RuleProof(rule.name, rule.precedence, scope, tuple(flows), rule.place))
        target = self.target
        return TargetProof(
            target.connector,
            target.object_type.name,
            target.intent,
            tuple(proofs),
            tuple(references),
            wanted,
            governed,
            held,
            givers,
            tuple(rule.name for rule in target.rules if rule.link is LinkType.PROVISION),
        )

    def ending(self, values: Mapping[str, Value], context: Context) -> Ending | None:
        """What becomes of an object that none of them wants any more; none, where none of them provisions."""
        rule = self.target.provisioning
        if rule is None:
            return None
        try:
            what = self.target.deprovision(values)
        except Exception as error:  # noqa: BLE001 - a function may raise anything; the object stays meanwhile
            return Ending("", rule.name, error=told(error))
        explainer = FlowExplainer(rule, self.type.attributes, self.load)
        flows = [explainer.explain(flow, self._attribute(flow), values, context) for flow in rule.deprovision_flows]
        return Ending(what, rule.name, tuple(flows))

    @property
    def _attributes(self) -> Mapping[str, Attribute]:
        return self.target.object_type.attributes

    def _attribute(self, flow: Flow) -> Attribute:
        return self._attributes.get(flow.target, Attribute(flow.target))

    def _flow(
        self,
        explainer: FlowExplainer,
        flow: Flow,
        values: Mapping[str, Value],
        context: Context,
        held: dict[str, Any],
        givers: dict[str, str],
        *,
        in_scope: bool,
    ) -> FlowProof:
        """One flow, and what it adds to what the object is to hold: the first rule that gives a value wins."""
        if not in_scope:
            return explainer.skipped(flow, State.OUT)
        if self._attribute(flow).secret:
            return explainer.skipped(flow, State.SECRET)
        if flow.once and not context.new:
            return explainer.skipped(flow, State.ONCE)
        if held.get(flow.target) is not None:
            return explainer.skipped(flow, State.LATER)
        proof = explainer.explain(flow, self._attribute(flow), values, context)
        if proof.state is not State.IGNORED and proof.state is not State.FAILED:
            # No value, authoritative or not, clears what the system has.
            result = proof.result
            held[flow.target] = None if isinstance(result, Outcome) else result
            givers[flow.target] = explainer.rule.name
        return proof
