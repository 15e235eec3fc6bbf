"""Proofs in words: what is said of values, scopes, flows and offers by previews, ``why`` and ``why-not``."""

from typing import Any

from mimas.language.proofs import ClauseProof, ScopeProof, Step
from mimas.runs.explaining.chronicle import Since
from mimas.runs.telling.texts import instant
from mimas.runs.telling.tree import Tree
from mimas.schema.places import Place
from mimas.sync.explain import FlowProof, Offer, RuleProof, State, Verdict

_LONG, _MANY = 100, 5

STYLES = {Verdict.APPLIED: "green", Verdict.FAILED: "red", Verdict.OVERRULED: "dim", Verdict.SKIPPED: "dim"}


def value(given: Any) -> str:
    """A value, shortened: one line, of a list the first few."""
    if given is None or given == []:
        return "(none)"
    if isinstance(given, list | tuple):
        more = f", … ({len(given):,} values)" if len(given) > _MANY else ""
        return ", ".join(map(value, given[:_MANY])) + more
    if isinstance(given, bool):
        return "true" if given else "false"
    text = " ".join(str(given).splitlines()) if isinstance(given, str) else str(given)
    if text != text.strip() or not text:
        text = f"“{text}”"  # so that blanks at its ends are seen
    return f"{text[: _LONG - 1]}…" if len(text) > _LONG else text


def change(before: Any, after: Any) -> str:
    """A value, or what was there before and what comes."""
    return value(after) if before == after else f"{value(before)} → {value(after)}"


def at(place: Place) -> str:
    """Where a rule stands, in brackets; nothing, where it stands nowhere."""
    return f" ({place})" if place.file else ""


def when(since: Since) -> str:
    """When something was done, and by what."""
    if not since.known:
        return f"before {instant(since.at)}, when the history begins"
    run, _, step = since.what.partition(": ")
    what = run if run.endswith(f"({step})") else since.what  # a run of one step is called as the step
    at = f", {instant(since.at)}" if since.at else ""
    return f"{what or 'by hand'}{f', by {since.person}' if since.person else ''}{at}"


def clause(proof: ClauseProof) -> str:
    """A clause and what it saw."""
    if proof.error:
        return f"{proof.text}: failed, {proof.error}"
    saw = ("member" if proof.saw else "no member") if proof.group else value(proof.saw)
    wanted = f", against {value(proof.wanted)}" if proof.wanted is not None else ""
    if proof.held is None:
        return f"{proof.text}: not asked"
    # A function has seen everything.
    seen = f" (it is {saw}{wanted})" if proof.group or " " in proof.text else ""
    return f"{proof.text}{'' if proof.held else ' does not hold'}{seen}"


def scope(proof: ScopeProof) -> str:
    """A scope in one line."""
    if proof.error:
        return f"its scope failed: {proof.error}"
    if not proof.groups:
        return "in scope: it has no conditions"
    asked = proof.failed if not proof.holds else [c for c in proof.clauses if c.held]
    return f"{'in scope' if proof.holds else 'out of scope'}: {'; '.join(map(clause, asked))}"


def clauses(tree: Tree, proof: ScopeProof) -> None:
    """The clauses of a scope below a line, all groups of them."""
    for number, group in enumerate(proof.groups):
        under = tree if len(proof.groups) == 1 else tree.add("or" if number else "either")
        for one in group:
            under.add(clause(one), "red" if one.error else "" if one.held else "yellow" if one.held is False else "dim")


def conditions(tree: Tree, proof: ScopeProof) -> None:
    """A scope below a line; its clauses below that, where there are several."""
    line = tree.add(scope(proof), "red" if proof.error else "" if proof.holds else "yellow")
    if sum(map(len, proof.groups)) > 1:
        clauses(line, proof)


_STATES = {
    State.NOTHING: "gives nothing",
    State.IGNORED: "IgnoreThisFlow",
    State.NULL: "AuthoritativeNull: no value, and nobody else has a say",
    State.NEEDED: "a unique value is still to be given out",
    State.ONCE: "flows only when the object is made",
    State.LATER: "not asked: an earlier flow has given a value",
    State.SECRET: "secret: worked out when the object is made, and kept nowhere",
}


def flow(proof: FlowProof) -> str:
    """What a flow takes and what it gave."""
    if proof.state is State.FAILED:
        return f"{proof.origin}: failed, {proof.error}"
    if proof.state is State.GIVEN:
        fact = " given out once, and kept" if proof.fact.startswith("unique:") else ""
        fact = " what it gave the first time" if proof.fact.startswith("once:") else fact
        return f"{proof.origin} → {value(proof.value)}{',' + fact if fact else ''}"
    return f"{proof.origin}: {_STATES.get(proof.state, proof.state.value)}"


def offer(tree: Tree, proof: Offer, *, steps: bool = False) -> Tree:
    """An offer below a line: its fate, who offers, what; with ``steps`` how it came about."""
    giver = proof.giver
    who = f"{giver.connector} {giver.anchor} “{giver.rule}”, precedence {giver.precedence}{at(proof.flow.place)}"
    said = scope(proof.scope) if proof.flow.state is State.OUT else flow(proof.flow)
    if proof.flow.state is State.LATER and proof.by:
        said = proof.flow.origin
    by = f"; {overruled(proof)}" if proof.by else ""
    line = tree.add(f"{proof.verdict.value}: {who}: {said}{by}", STYLES[proof.verdict])
    if steps and proof.flow.state is not State.OUT:
        reads(line, proof.flow, proof.scope)
    return line


def overruled(proof: Offer) -> str:
    """By whom."""
    who = ", ".join(f"“{g.rule}” ({g.connector}, precedence {g.precedence})" for g in proof.by)
    return f"overruled by {who}"


def reads(tree: Tree, proof: FlowProof, within: ScopeProof | None = None) -> None:
    """What a flow read, and the steps of its expressions, below a line."""
    if within is not None and within.groups:
        conditions(tree, within)
    for one in proof.steps:
        step(tree, one)
    if not proof.steps:
        for name, read in proof.reads.items():
            tree.add(f"{name} = {value(read)}")


def step(tree: Tree, proof: Step) -> None:
    """A step of an expression below a line; what is written as it is needs no line."""
    if not proof.steps and not proof.error and proof.text[:1] not in "[%$" and "(" not in proof.text:
        return
    said = f"failed, {proof.error}" if proof.error else value(proof.value)
    if proof.text.startswith("[") and not proof.steps:
        tree.add(f"{proof.text} = {said}")
        return
    line = tree.add(f"{value(proof.text)} = {said}", "red" if proof.error and not proof.steps else "")
    for one in proof.steps:
        step(line, one)


def rule(tree: Tree, proof: RuleProof, said: str = "") -> Tree:
    """A rule below a line: whether it is in scope."""
    style = "red" if proof.error else "" if proof.scope.holds else "dim"
    return tree.add(f"“{proof.rule}”{at(proof.place)}{said}: {scope(proof.scope)}", style)
