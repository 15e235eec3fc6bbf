"""``why-not``: the first condition that failed on the way to an account."""

from mimas.cli import proving, trees
from mimas.cli.failing import CommandError
from mimas.cli.installation import Installation
from mimas.cli.looking import find
from mimas.cli.previewing import object_tree
from mimas.cli.printing import as_json, out
from mimas.cli.trees import Tree
from mimas.runs.explaining.why_not import Answer, Obstacle, WhyNot, shown_as, why_not, why_not_object
from mimas.sync.explain import Verdict


def hinder(installation: Installation, type_: str, key: str, connector: str, *, json: bool) -> None:
    """Why there is no object there. Raises `CommandError` when nobody knows the key."""
    engine = installation.engine
    engine.setup_of(connector)
    try:
        found = [why_not(engine, number, connector) for number in find(installation, type_, key)]
    except CommandError as error:
        objects = shown_as(engine, key)
        if not objects:
            raise CommandError(
                f"{error} No system shows an object with that anchor or name either, as far as they have been imported."
            ) from None
        found = [why_not_object(engine, object_, connector) for object_ in objects]
    if json:
        as_json(found)
        return
    for number, one in enumerate(found):
        if number:
            out.print()
        _print(one)


def _print(one: WhyNot) -> None:
    for answer in one.answers:
        out.print(f"{_who(one, answer)}: {answer.said}.", style="bold", markup=False)
        if answer.advice:
            out.print(f"  → {answer.advice}", style="dim", markup=False)
        if found := [tree for tree in (_scopes(answer), _origin(answer)) if tree is not None]:
            out.print()
            trees.show(found)
    source = one.resource is None or any(a.obstacle in (Obstacle.DELETED, Obstacle.RULE_FAILED) for a in one.answers)
    if source and one.objects:
        out.print()
        trees.show(map(object_tree, one.objects))


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
        line = tree.add(f"“{rule.rule}”{proving.at(rule.place)}{' provisions' if provisions else ' only joins'}")
        if rule.scope.groups:
            proving.clauses(line, rule.scope)
        for flow in rule.flows:
            if flow.error:
                line.add(f"{flow.target}: {proving.flow(flow)}", "red")
    return tree


def _origin(answer: Answer) -> Tree | None:
    tree = Tree("where these values come from")
    for proof in answer.origins:
        line = tree.add(f"{proof.attribute} = {proving.value(proof.value)}: {proof.decision.value}")
        for offer in proof.offers:
            proving.offer(line, offer, steps=offer.verdict is Verdict.APPLIED)
    return tree if tree.below else None
