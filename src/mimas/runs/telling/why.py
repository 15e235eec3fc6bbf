"""``why`` in words: the way of a value from its source to every system."""

from mimas.runs.explaining.onward import DIFFERS, Onward
from mimas.runs.explaining.references import FlowOffer, MembershipOffer, ReferenceProof
from mimas.runs.explaining.why import Why
from mimas.runs.telling import proofs
from mimas.runs.telling.previewing import hindrances
from mimas.runs.telling.proofs import value
from mimas.runs.telling.tree import Tree
from mimas.sync.explain import Decision, Offer, Verdict


def head(one: Why) -> str:
    """Whose attribute it is, and what stands in it."""
    state = "" if one.live else " (deleted)"
    return f"{one.type} {one.resource}, {one.title}{state}: {one.attribute}{_value(one)}"


def following(one: Why, *, past: bool) -> str:
    """What the next sync makes of it, where that is something else."""
    if one.value == one.following:
        return ""
    makes, follows, now = ("was to make", "followed", "then") if past else ("makes", "follows", "now")
    said = f"The next sync {makes} it {value(one.following)}: what is told below is what {follows} from the sources"
    return f"{said} {now}."


def trees(one: Why, *, past: bool) -> list[Tree]:
    """Where it comes from, what it rests on, where it goes to."""
    references = (_reference(proof, past=past) for proof in one.references)
    return list(filter(None, [_origin(one), *references, _conditions(one), _onward(one)]))


def _value(one: Why) -> str:
    if one.proof is not None:
        return f" = {value(one.value)}"
    if len(one.references) == 1 and not one.more:
        (only,) = one.references
        return f" → {only.title} ({only.target_type} {only.target})" + ("" if only.stored else ": no")
    return f": {len(one.references) + one.more:,} references"


def _origin(one: Why) -> Tree | None:
    """The offers, those first that the value is made of."""
    proof = one.proof
    if proof is None:
        return None
    chooser = f" {proof.chooser}" if proof.chooser else ""
    tree = Tree(f"where it comes from: {proof.decision.value}{chooser}")
    for offer in sorted(proof.offers, key=lambda offer: offer.verdict is not Verdict.APPLIED):
        line = proofs.offer(tree, offer, steps=offer.verdict in (Verdict.APPLIED, Verdict.FAILED))
        for origin in one.origins if offer.verdict is Verdict.APPLIED else ():
            if (origin.connector, origin.anchor, origin.rule) == _giver(offer):
                line.add(f"first shown so: {proofs.when(origin.since)}", "dim")
        if offer.verdict is Verdict.SKIPPED:
            proofs.reads(line, offer.flow)
    if not proof.offers:
        tree.add("no inbound rule of a linked object flows to it")
    if proof.decision is Decision.KEPT:
        tree.add("what was there is kept")
    return tree


def _giver(offer: Offer) -> tuple[str, str, str]:
    return offer.giver.connector, offer.giver.anchor, offer.giver.rule


def _reference(proof: ReferenceProof, *, past: bool) -> Tree:
    now = "yes" if proof.holds else "no"
    tree = Tree(f"{proof.attribute} → {proof.title} ({proof.target_type} {proof.target}): {now}")
    if proof.holds != proof.stored:
        verb = "add" if proof.holds else "remove"
        tree.add(f"the next sync {f'was to {verb}' if past else f'{verb}s'} it", "yellow")
    if proof.since is not None:
        tree.add(f"so since {proofs.when(proof.since)}", "dim")
    for flow in proof.flows:
        _flow(tree, flow)
    for membership in proof.memberships:
        _membership(tree, membership)
    for grant in proof.grants:
        state = "granted" if grant.holds else "granted, and not in force now"
        until = "" if grant.ends.startswith("9999") else f" until {grant.ends}"
        begun = "" if grant.begins.startswith("0000") else f" from {grant.begins}"
        said = f"by {grant.grantor or 'somebody'}: {grant.reason or 'no reason is given'}"
        tree.add(f"{state}: grant {grant.number}{begun}{until} {said}", "green" if grant.holds else "dim")
    if not (proof.flows or proof.memberships or proof.grants):
        tree.add("no inbound rule, membership or grant gives it")
    return tree


def _flow(tree: Tree, flow: FlowOffer) -> None:
    who = f"{flow.connector} {flow.key} “{flow.rule}”, precedence {flow.precedence}{proofs.at(flow.place)}"
    said = f"{flow.attribute} → {flow.shown}" if flow.shown else flow.attribute
    why_ = f": {flow.why}" if flow.why else ""
    line = tree.add(f"{flow.verdict.value}: {who}: {said}{why_}", proofs.STYLES[flow.verdict])
    if flow.since is not None:
        line.add(f"first shown so: {proofs.when(flow.since)}", "dim")
    if flow.scope.groups:
        proofs.conditions(line, flow.scope)


def _membership(tree: Tree, one: MembershipOffer) -> None:
    head = f"membership “{one.membership}”{proofs.at(one.place)}"
    line = tree.add(f"{'applied' if one.holds else 'skipped'}: {head}", "green" if one.holds else "dim")
    line.add(f"the group's {one.group_attribute}: {value(one.group_keys)}")
    line.add(f"the member's {one.member_attribute}: {value(one.member_keys)}")
    if not one.member_live:
        line.add("the member is deleted", "red")
    if one.scope.groups:
        line.add(proofs.scope(one.scope), "" if one.scope.holds else "yellow")


def _conditions(one: Why) -> Tree | None:
    """What else it rests on."""
    tree = Tree("what else it rests on")
    for source in one.keepers:
        hand = ", by hand" if source.decided else ""
        scope = f"; {proofs.scope(source.link.scope)}" if source.link is not None and source.link.scope.groups else ""
        tree.add(f"{source.connector} {source.key} keeps the {one.type} alive, linked by “{source.rule}”{hand}{scope}")
    for absent in one.absent:
        keys = " or ".join(f"{name} = {value(given)}" for name, given in absent.sought) or "nothing"
        tree.add(
            f"no {absent.type} in {absent.connector} is joined, which would have a say through “{absent.rule}”, "
            f"precedence {absent.precedence}; it would be found by {keys}"
        )
    for given in one.inputs:
        if given.kind == "fact":
            tree.add(f"the fact {given.attribute}: {value(given.value)}")
        if given.kind == "group":
            tree.add(f"whether {given.connector} {given.object} is {given.attribute}: {'yes' if given.value else 'no'}")
    if one.due is not None:
        tree.add(f"the time: something of this {one.type} changes by itself at {one.due:%Y-%m-%d %H:%M} UTC")
    return tree if tree.below else None


def _onward(one: Why) -> Tree | None:
    tree = Tree("where it goes to")
    for step in one.onward:
        _step(tree, step)
    if not tree.below:
        tree.add("no outbound rule reads it", "dim")
    return tree


def _step(tree: Tree, one: Onward) -> None:
    where = f"{one.connector} {one.object or one.type}"
    if not one.attribute:
        held = "in scope" if one.in_scope else "out of scope"
        tree.add(f"{where}: the scope of “{one.rule}” reads it: {held}", "" if one.in_scope else "dim")
        return
    place = proofs.at(one.flow.place) if one.flow is not None else ""
    said = proofs.flow(one.flow) if one.flow is not None else "references"
    if not one.in_scope:
        said = "out of scope"
    line = tree.add(f"{where}, {one.attribute}: “{one.rule}”{place}: {said}", "" if one.in_scope else "dim")
    if one.in_scope and one.state:
        _stands(line, one)


def _stands(line: Tree, one: Onward) -> None:
    """How a value stands in a system."""
    shown = f"the system shows {value(one.shows)}" if one.presence == "present" else one.presence or "no object there"
    if one.state == "as it should be":
        line.add(shown, "green")
    elif one.state in ("not governed", "no object"):
        line.add(shown if one.state == "no object" else f"{shown}; {one.state} by this rule", "dim")
    else:
        state = "" if one.state == DIFFERS else f": {one.state}"
        line.add(f"{shown}, and it should be {value(one.wanted)}{state}", "yellow")
        for text in hindrances(one.pending, one.connector):
            line.add(text, "red")
    _carried(line, one)


def _carried(line: Tree, one: Onward) -> None:
    """Which export brought a value there, and what showed it first."""
    carried, confirmed = one.carried, one.confirmed
    if carried is not None and confirmed is not None and carried.step == confirmed.step:
        line.add(f"sent, and confirmed at once: {proofs.when(confirmed)}", "dim")
        return
    if carried is not None:
        line.add(f"sent: {proofs.when(carried)}", "dim")
    if confirmed is not None:
        by_itself = "" if carried is not None or not confirmed.known else "; no export brought it there"
        said = "confirmed" if carried is not None else "first shown so"
        line.add(f"{said}: {proofs.when(confirmed)}{by_itself}", "dim")
