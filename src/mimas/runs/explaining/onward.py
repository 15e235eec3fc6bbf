"""Where the value of an attribute goes: the flows and scopes that read it, and how the systems stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mimas.runs.explaining.proof import ResourceProof
from mimas.runs.explaining.references import ReferenceProof
from mimas.runs.explaining.standing import Pending, Standing
from mimas.runs.images import same
from mimas.runs.session import Session
from mimas.store.database import Transaction
from mimas.store.references import SEEN, SENT, WANTED
from mimas.sync.explain import Explainer, FlowProof, TargetProof
from mimas.sync.flows import reads
from mimas.sync.rules import SyncRule


@dataclass(frozen=True, slots=True)
class Onward:
    """One step on: a flow that reads the attribute, or a scope that does (without an attribute)."""

    connector: str
    type: str
    rule: str
    attribute: str
    flow: FlowProof | None
    in_scope: bool
    object: str
    """The name or anchor of the object there; empty, where there is none."""
    presence: str
    shows: Any
    wanted: Any
    state: str
    """``as it should be``, ``to be sent`` and so on, ``no object``, or ``not governed``."""
    pending: Pending | None


def onward(
    tx: Transaction,
    session: Session,
    explainer: Explainer,
    proof: ResourceProof,
    attribute: str,
    standing: Sequence[Standing],
    references: Sequence[ReferenceProof],
) -> list[Onward]:
    """Every flow and scope of the outbound rules that reads the attribute."""
    rules = {rule.name: rule for rule in explainer.compiled.rules.rules}
    found = []
    for target, _ in proof.targets:
        of = _of(target, standing, rules)
        for rule in target.rules:
            for flow in rule.flows:
                origin = next((f.origin for f in rules[rule.rule].flows if f.target == flow.target), None)
                names = reads(origin) if origin is not None else frozenset()
                if names is None or attribute in names:
                    found.append(_value(target, rule.rule, flow, of, in_scope=rule.scope.holds))
            if attribute in rule.scope.reads:
                found.append(_scope(target, rule.rule, of, in_scope=rule.scope.holds))
        found += [
            _reference(tx, session, target, one.rule, one.target, of, references, in_scope=one.in_scope)
            for one in target.references
            if one.source == attribute
        ]
    return found


def _of(target: TargetProof, standing: Sequence[Standing], rules: dict[str, SyncRule]) -> Standing | None:
    for one in standing:
        rule = rules.get(one.rule)
        if (one.connector, one.type) == (target.connector, target.object_type) and (
            rule is None or rule.intent == target.intent
        ):
            return one
    return None


def _head(of: Standing | None) -> tuple[str, str]:
    return (of.key, of.presence) if of is not None else ("", "")


def _value(target: TargetProof, rule: str, flow: FlowProof, of: Standing | None, *, in_scope: bool) -> Onward:
    name = flow.target
    wanted = of.wanted.get(name) if of is not None and of.wanted is not None else None
    shows = of.shows.get(name) if of is not None else None
    given = target.givers.get(name) == rule
    return Onward(
        target.connector,
        target.object_type,
        rule,
        name,
        flow,
        in_scope,
        *_head(of),
        shows,
        wanted,
        _state(of, name, given=given, shows=shows, wanted=wanted),
        of.pending if of is not None else None,
    )


def _state(of: Standing | None, name: str, *, given: bool, shows: Any, wanted: Any) -> str:
    if of is None:
        return "no object"
    if of.ending or of.wanted is None or name not in of.wanted or not given:
        return "not governed"
    pending = of.pending.state if of.pending is not None else ""
    if any(difference.attribute == name for difference in of.differences):
        return pending or "differs"
    if not of.present:
        return pending or of.presence
    return "as it should be" if same(name, shows, wanted) else "differs, and is left so"


def _scope(target: TargetProof, rule: str, of: Standing | None, *, in_scope: bool) -> Onward:
    pending = of.pending if of is not None else None
    return Onward(target.connector, target.object_type, rule, "", None, in_scope, *_head(of), None, None, "", pending)


def _reference(
    tx: Transaction,
    session: Session,
    target: TargetProof,
    rule: str,
    attribute: str,
    of: Standing | None,
    references: Sequence[ReferenceProof],
    *,
    in_scope: bool,
) -> Onward:
    """How a flow of references stands, for those that are asked about."""
    shown, wanted, open_ = [], [], False
    for key, bits in (
        tx.rows(
            "SELECT coalesce(t.name, t.anchor, ''), r.bits FROM reference r JOIN object t ON t.id = r.target"
            " JOIN link l ON l.object = t.id WHERE r.object = ? AND r.attribute = ? AND l.resource IN IDS",
            of.object,
            session.store.symbol(attribute),
            [reference.target for reference in references],
        )
        if of is not None
        else ()
    ):
        shown += [key] if bits & SEEN else []
        wanted += [key] if bits & WANTED else []
        open_ = open_ or bool(bits & SEEN) != bool(bits & WANTED)
        open_ = open_ or bool(bits & SENT)
    state = "no object" if of is None else "as it should be" if wanted else "not governed"
    if of is not None and open_:
        state = of.pending.state if of.pending is not None else "differs"
    pending = of.pending if of is not None else None
    return Onward(
        target.connector, target.object_type, rule, attribute, None, in_scope, *_head(of), shown, wanted, state, pending
    )
