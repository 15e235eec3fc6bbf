"""Which rules cover a connector object, and by what they look for its resource, explained."""

from collections.abc import Mapping
from dataclasses import dataclass

from mimas.language.keys import normals
from mimas.language.proofs import ScopeProof, prove
from mimas.schema.attributes import Attribute
from mimas.schema.places import Place
from mimas.schema.values import Value
from mimas.sync.context import Context
from mimas.sync.explain.flow import FlowExplainer, FlowProof
from mimas.sync.flows import Load
from mimas.sync.linking import KEYS, Linker
from mimas.sync.rules import Direction, Flow, LinkType


@dataclass(frozen=True, slots=True)
class ConditionProof:
    """A condition of a join criterion: the keys looked for in an attribute of the resource."""

    flow: FlowProof
    attribute: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CriterionProof:
    """A join criterion: fulfilled by a resource that has one of the keys of every condition.

    Where a condition has no keys, nothing is looked for (MIM: not satisfied).
    """

    rule: str
    conditions: tuple[ConditionProof, ...]

    @property
    def seeks(self) -> bool:
        """Whether anything is looked for."""
        return all(condition.keys for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class LinkRuleProof:
    """A rule that links: whether it covers the object, and its criteria in order."""

    rule: str
    direction: Direction
    link: LinkType
    scope: ScopeProof
    criteria: tuple[CriterionProof, ...]
    place: Place = Place()

    @property
    def error(self) -> str:
        """What failed in it; empty when nothing did."""
        failed = (c.flow.error for criterion in self.criteria for c in criterion.conditions)
        return self.scope.error or next(filter(None, failed), "")


@dataclass(frozen=True, slots=True)
class LinkExplainer:
    """Explains the linking rules of one (connector, object type)."""

    linker: Linker
    sources: Mapping[str, Attribute]
    load: Load

    def explain(self, values: Mapping[str, Value], context: Context) -> tuple[LinkRuleProof, ...]:
        """Each rule in order, for an object that shows these values; criteria of rules in scope only."""
        proofs = []
        for index, rule in enumerate(self.linker.rules):
            scope = prove(rule.scope, values, context, rule.parameters, self.load)
            explainer = FlowExplainer(rule, self.sources, self.load)
            criteria = []
            for criterion in self.linker.criteria if scope.holds else ():
                if criterion.rule == index:
                    conditions = []
                    for condition, binary in zip(criterion.conditions, criterion.binary, strict=True):
                        flow = explainer.explain(Flow("join", condition.origin), KEYS, values, context)
                        keys = tuple(normals(flow.value, binary=binary))
                        conditions.append(ConditionProof(flow, condition.resource_attribute, keys))
                    criteria.append(CriterionProof(rule.name, tuple(conditions)))
            proofs.append(LinkRuleProof(rule.name, rule.direction, rule.link, scope, tuple(criteria), rule.place))
        return tuple(proofs)
