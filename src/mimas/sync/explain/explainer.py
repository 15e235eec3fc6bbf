"""The whole rule set, explained: what `mimas.sync.compiling` makes functions of, walked step by step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mimas.schema.attributes import ObjectType
from mimas.sync.compiling import Compiled
from mimas.sync.explain.attribute import Judged
from mimas.sync.explain.contribution import ContributionExplainer, ContributionProof
from mimas.sync.explain.linking import LinkExplainer
from mimas.sync.explain.target import TargetExplainer
from mimas.sync.flows import Load
from mimas.sync.inbound import Contribution, Latest, combine, settled, tied
from mimas.sync.rules import Direction, SyncRule


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains single objects and resources; slow, and says everything.

    ``schemas``: the configured object types of each connector; ``load`` gives extensions. A law holds its answers and
    those of the generated functions together.
    """

    compiled: Compiled
    schemas: Mapping[str, Mapping[str, ObjectType]]
    load: Load

    def contribution(self, connector: str, object_type: str, resource_type: str) -> ContributionExplainer | None:
        """For objects of one type towards resources of one type; none, where no inbound rule stands between them."""
        place = (connector, object_type, resource_type)
        contributor = self.compiled.contributors.get(place)
        if contributor is None:
            return None
        sources = self.schemas[connector][object_type].attributes
        rules = self._ordered(lambda rule: rule.direction is Direction.INBOUND and rule.reads == place)
        return ContributionExplainer(contributor, rules, sources, self.compiled.rules.types[resource_type], self.load)

    def targets(self, resource_type: str) -> list[TargetExplainer]:
        """What resources of a type may have objects for, in the order of the compiled targets."""
        type_ = self.compiled.rules.types[resource_type]
        return [TargetExplainer(target, type_, self.load) for target in self.compiled.targets.get(resource_type, ())]

    def link(self, connector: str, object_type: str) -> LinkExplainer | None:
        """For objects of one type; none, where no rule links them."""
        linker = self.compiled.linkers.get((connector, object_type))
        if linker is None:
            return None
        return LinkExplainer(linker, self.schemas[connector][object_type].attributes, self.load)

    def judge(
        self,
        resource_type: str,
        proofs: Sequence[tuple[ContributionProof, int]],
        latest: Latest | None,
        before: Mapping[str, Any],
    ) -> Judged:
        """What contributions make together: (proof, object) of each; ``before`` is what the resource has had."""
        parts = []
        for proof, object_ in proofs:
            contributor = self.compiled.contributors[proof.connector, proof.object_type, resource_type]
            contribution = Contribution(contributor, proof.anchor, dict(proof.values), proof.mask, object_)
            parts.append((proof, contribution))
        # The order of `combine`, so that the masks that it gives belong to the contributions.
        parts.sort(key=lambda part: (part[1].contributor.connector, part[1].contributor.number, part[1].anchor))
        raw, lineage = combine([part for _, part in parts], self.compiled.choices.get(resource_type), latest)
        chosen = self.compiled.rules.types[resource_type].chosen
        even = tied(self.compiled.contributors.values()).get(resource_type, set()) if latest is not None else set()
        masks = [mask for _, mask in lineage]
        return Judged(parts, masks, settled(raw, lambda: before), raw, chosen, frozenset(even))

    def _ordered(self, chosen: Any) -> tuple[SyncRule, ...]:
        rules = sorted(self.compiled.rules.rules, key=lambda rule: (rule.precedence, rule.name))
        return tuple(filter(chosen, rules))
