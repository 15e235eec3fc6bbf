"""``why-not`` in words: the first condition that failed on the way to an account."""

from mimas.runs.explaining.why_not import Answer, Obstacle, WhyNot
from mimas.runs.telling import proofs
from mimas.runs.telling.previewing import object_tree
from mimas.runs.telling.tree import Tree
from mimas.sync.explain import Verdict


def said(one: WhyNot, answer: Answer) -> str:
    """Of whom, where, and what stands in the way."""
    return f"{_who(one, answer)}: {answer.said}."


def trees(answer: Answer) -> list[Tree]:
    """The rules and the values that are the answer."""
    return [tree for tree in (_scopes(answer), _origin(answer)) if tree is not None]


def objects(one: WhyNot) -> list[Tree]:
    """The objects of the sources, where they decide it."""
    decides = any(answer.obstacle in (Obstacle.DELETED, Obstacle.RULE_FAILED) for answer in one.answers)
    return list(map(object_tree, one.objects)) if one.resource is None or decides else []


def _who(one: WhyNot, answer: Answer) -> str:
    if one.resource is None:
        return f"nothing in {one.connector}"
    what = f" ({answer.object_type}{', ' + answer.intent if answer.intent else ''})" if answer.object_type else ""
    return f"{one.type} {one.resource}, {one.title}, in {one.connector}{what}"


def _scopes(answer: Answer) -> Tree | None:
    """The rules with their conditions, where these are the answer."""
    if answer.target is None or answer.obstacle not in (Obstacle.OUT_OF_SCOPE, Obstacle.RULE_FAILED):
        return None
    tree = Tree("rules")
    for rule in answer.target.proof.rules:
        provisions = rule.rule in answer.target.proof.provisioning
        line = tree.add(f"“{rule.rule}”{proofs.at(rule.place)}{' provisions' if provisions else ' only joins'}")
        if rule.scope.groups:
            proofs.clauses(line, rule.scope)
        for flow in rule.flows:
            if flow.error:
                line.add(f"{flow.target}: {proofs.flow(flow)}", "red")
    return tree


def _origin(answer: Answer) -> Tree | None:
    tree = Tree("where these values come from")
    for proof in answer.origins:
        line = tree.add(f"{proof.attribute} = {proofs.value(proof.value)}: {proof.decision.value}")
        for offer in proof.offers:
            proofs.offer(line, offer, steps=offer.verdict is Verdict.APPLIED)
    return tree if tree.below else None
