"""The strata, explained: the same rules and trees as the generated functions, walked one object at a time.

What it gives are proofs: frozen values that say of every condition what it saw, of every flow what it gave and of what,
of every attribute who was overruled by whom.
"""

from mimas.sync.explain.attribute import AttributeProof as AttributeProof
from mimas.sync.explain.attribute import Decision as Decision
from mimas.sync.explain.attribute import Giver as Giver
from mimas.sync.explain.attribute import Judged as Judged
from mimas.sync.explain.attribute import Offer as Offer
from mimas.sync.explain.attribute import Verdict as Verdict
from mimas.sync.explain.contribution import ContributionExplainer as ContributionExplainer
from mimas.sync.explain.contribution import ContributionProof as ContributionProof
from mimas.sync.explain.contribution import RuleProof as RuleProof
from mimas.sync.explain.explainer import Explainer as Explainer
from mimas.sync.explain.flow import FlowProof as FlowProof
from mimas.sync.explain.flow import State as State
from mimas.sync.explain.linking import CriterionProof as CriterionProof
from mimas.sync.explain.linking import LinkExplainer as LinkExplainer
from mimas.sync.explain.linking import LinkRuleProof as LinkRuleProof
from mimas.sync.explain.target import Ending as Ending
from mimas.sync.explain.target import TargetExplainer as TargetExplainer
from mimas.sync.explain.target import TargetProof as TargetProof
