"""A preview in words: what becomes of an object and its resource, and what is sent to each system."""

from mimas.runs.explaining.belonging import Belonging, Match, ObjectProof
from mimas.runs.explaining.preview import Preview, TargetPreview
from mimas.runs.explaining.standing import STATES, Pending, Standing
from mimas.runs.images import WAITING
from mimas.runs.telling import proofs
from mimas.runs.telling.proofs import change, value
from mimas.runs.telling.tree import Tree
from mimas.sync.explain import State
from mimas.sync.rules import LinkType


def trees(one: Preview) -> list[Tree]:
    """All of it: the objects, the values, the references, the systems."""
    found = [object_tree(proof) for proof in one.objects]
    if one.proof is not None:
        found += filter(None, [values(one), references(one)])
        found += [target_tree(one, target) for target in one.targets]
    return found


def head(one: Preview) -> str:
    """Whom it is about, and whether that is made or deleted."""
    if one.resource is None:
        (first, *_) = one.objects
        return f"{first.connector} {first.key} would belong to nobody: {first.belonging.value}"
    if one.new:
        return f"a new {one.type}: {one.title}"
    state = "" if one.live and one.was_live else " (deleted)" if not one.live else " (would live again)"
    if one.was_live and not one.live:
        state = " (would be deleted)"
    return f"{one.type} {one.resource}: {one.title}{state}"


def object_tree(proof: ObjectProof) -> Tree:
    """A connector object: the rules that link it, whom they find, to whom it belongs."""
    linked = f"linked by “{proof.rule}”" if proof.belonging is Belonging.LINKED else proof.belonging.value
    tree = Tree(f"from {proof.connector}, {proof.type} {proof.key}: {linked}")
    if proof.hold:
        tree.add(f"held by {proof.hold}", "yellow")
    if proof.belonging is Belonging.BY_HAND:
        tree.add(f"`mimas disconnect {proof.connector} {proof.key} --normal` lets the rules decide again.")
    for rule in proof.links:
        kind = {LinkType.PROVISION: "joins, or makes a resource", LinkType.STICKY: "joins, and keeps alive"}
        said = f" {kind.get(rule.link, 'joins')}" if rule.direction == "inbound" else " (outbound) joins"
        line = tree.add(f"“{rule.rule}”{proofs.at(rule.place)}{said}: {proofs.scope(rule.scope)}")
        line.style = "red" if rule.error else "" if rule.scope.holds else "dim"
        for match in proof.matches:
            if match.criterion.rule == rule.rule:
                line.add(match_text(match))
    return tree


def match_text(match: Match) -> str:
    """A join criterion: what it looks for, and whom it finds."""
    conditions = match.criterion.conditions
    missing = [c for c in conditions if not c.keys]
    looked = " and ".join(f"{c.attribute} = {' or '.join(c.keys) or '(nothing)'}" for c in conditions)
    if missing:
        why = "; ".join(f"{c.flow.origin} gives nothing" if not c.flow.error else c.flow.error for c in missing)
        return f"join {looked}: looks for nobody, {why}"
    if not match.count:
        return f"join {looked}: no {match.type} has that"
    who = ", ".join(f"{one.resource} {one.title}{'' if one.live else ' (deleted)'}" for one in match.found)
    return f"join {looked}: {match.type} {who}" + (
        "" if match.count <= len(match.found) else f", {match.count:,} in all"
    )


def values(one: Preview) -> Tree | None:
    """The attributes, with all that is offered to each; none, where there is nothing to tell."""
    assert one.proof is not None
    tree = Tree("values")
    without = []
    for proof in one.proof.attributes if one.live else ():
        before, after = one.before.get(proof.attribute), one.after.get(proof.attribute)
        if not proof.offers and before is None and after is None:
            without.append(proof.attribute)
            continue
        changed = before != after and not one.new
        said = change(before, after) if changed else value(after)
        line = tree.add(f"{proof.attribute}: {said}", "bold yellow" if changed else "bold")
        for offer in proof.offers:
            proofs.offer(line, offer)
        if f"unique:{proof.attribute}" in one.given_out:
            line.add("given out by this sync, and kept from then on")
    if without:
        tree.add(f"no rule gives: {', '.join(without)}", "dim")
    return tree if tree.below else None


def references(one: Preview) -> Tree | None:
    """The references: which come, go and stay."""
    tree = Tree("references")
    for reference in one.references[:100]:
        sign = {None: "", True: "+ ", False: "− "}[reference.added]
        origin = f", {'granted' if reference.origin == '(grant)' else f'from “{reference.origin}”'}"
        text = (
            f"{sign}{reference.attribute} → {reference.title} ({reference.target}){origin if reference.origin else ''}"
        )
        tree.add(text, {None: "", True: "green", False: "red"}[reference.added])
    if len(one.references) > 100:
        tree.add(f"… {len(one.references) - 100:,} more", "dim")
    return tree if tree.below else None


def target_tree(one: Preview, target: TargetPreview) -> Tree:
    """One system: its rules and flows, and what is to be sent."""
    proof, after = target.proof, target.after
    standing = after or target.before
    what = f"{proof.object_type} {standing.key}".rstrip() if standing else proof.object_type
    intent = f" ({proof.intent})" if proof.intent else ""
    tree = Tree(f"to {proof.connector}, {what}{intent}: {fate(target)}")
    if not one.live:
        tree.add("the resource is deleted, so no rule wants it")
    for rule in proof.rules if one.live else ():
        line = proofs.rule(tree, rule, " provisions" if rule.rule in proof.provisioning else "")
        for flow in rule.flows if rule.scope.holds else ():
            style = "red" if flow.error else "dim" if flow.state in (State.LATER, State.ONCE, State.IGNORED) else ""
            line.add(f"{flow.target}: {proofs.flow(flow)}{proofs.at(flow.place)}", style)
        for reference in proof.references:
            if reference.rule == rule.rule and reference.in_scope:
                line.add(f"{reference.target}: {reference.source} (references)")
    if target.ending is not None and not proof.wanted and standing is not None:
        line = tree.add(f"no rule wants it: “{target.ending.rule}” says {target.ending.what or target.ending.error}")
        for flow in target.ending.flows:
            line.add(f"{flow.target}: {proofs.flow(flow)}")
    if after is not None:
        sending(tree, after)
    return tree


def fate(target: TargetPreview) -> str:
    """What becomes of the object there, in a word or two."""
    before, after = target.before, target.after
    if after is None:
        if before is not None:
            return "disconnected, and left as it is"
        return "no object, as no rule provisions one" if not target.proof.wanted else "no object can be made"
    if after.ending:
        return "to be deleted"
    if after.wanted is None:
        return f"{after.presence}; no rule governs it"
    if after.pending is None:
        return f"{after.presence}, and as it should be"
    words = {"add": "to be created", "update": "to be changed", "delete": "to be deleted"}
    state = "" if after.pending.state == STATES[WAITING] else f"; {after.pending.state}"
    return f"{words[after.pending.operation]}{state}"


def sending(tree: Tree, standing: Standing) -> None:
    """What is to be sent of an object, and what is in the way."""
    pending = standing.pending
    if pending is None:
        return
    line = tree.add(f"{pending.operation}: {pending.state}", "yellow")
    if not standing.ending:
        for difference in standing.differences:
            new = value(difference.wanted) if pending.operation == "add" else None
            line.add(f"{difference.attribute}: {new or change(difference.shows, difference.wanted)}")
    for pointed in standing.references if not standing.ending else ():
        line.add(f"{pointed.attribute}: {'+' if pointed.added else '−'} {pointed.object}", "")
    for said in hindrances(pending, standing.connector):
        line.add(said, "red")


def hindrances(pending: Pending | None, connector: str) -> list[str]:
    """What stands in the way of what is to be sent of an object."""
    if pending is None:
        return []
    said = []
    if pending.hold:
        said.append(f"held by {pending.hold}")
    if pending.behind:
        said.append(f"waits until {pending.behind} is deleted, which has its name or anchor")
    if pending.error:
        said.append(f"the last try failed: {pending.error}")
    if pending.due:
        said.append(f"not tried again before {pending.due}; `mimas export {connector} --retry` does so at once")
    return said
