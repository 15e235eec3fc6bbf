"""Where the value of an attribute goes: the flows and scopes that read it, and how the systems stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mimas.runs.explaining.chronicle import Chronicle, Passage, Since
from mimas.runs.explaining.proof import ResourceProof
from mimas.runs.explaining.references import ReferenceProof
from mimas.runs.explaining.standing import UNDER_WAY, Pending, Standing
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
    carried: Since | None = None
    """The export that sent what is told; none: see `mimas.runs.explaining.chronicle.Passage`."""
    confirmed: Since | None = None


DIFFERS = "differs"
"""The state where it is not known, or not asked, whether something is to be sent."""
_RIGHT, _LEFT = "as it should be", "differs, and is left so"
_SHOWN = (_RIGHT, _LEFT)
"""States of values that the system holds."""


def onward(
    tx: Transaction,
    session: Session,
    explainer: Explainer,
    proof: ResourceProof,
    attribute: str,
    standing: Sequence[Standing],
    references: Sequence[ReferenceProof],
    chronicle: Chronicle,
) -> list[Onward]:
    """Every flow and scope of the outbound rules that reads the attribute."""
    rules = {rule.name: rule for rule in explainer.compiled.rules.rules}
    found = []
    for target, _ in proof.targets:
        onto = _Onto(tx, session, chronicle, target, _of(target, standing, rules))
        for rule in target.rules:
            for flow in rule.flows:
                origin = next((f.origin for f in rules[rule.rule].flows if f.target == flow.target), None)
                names = reads(origin) if origin is not None else frozenset()
                if names is None or attribute in names:
                    found.append(onto.value(rule.rule, flow, in_scope=rule.scope.holds))
            if attribute in rule.scope.reads:
                found.append(onto.scope(rule.rule, in_scope=rule.scope.holds))
        found += [
            onto.reference(one.rule, one.target, references, in_scope=one.in_scope)
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


@dataclass(frozen=True, slots=True)
class _Onto:
    """What goes on to one target, and how its object stands there."""

    tx: Transaction
    session: Session
    chronicle: Chronicle
    target: TargetProof
    of: Standing | None

    def value(self, rule: str, flow: FlowProof, *, in_scope: bool) -> Onward:
        of, name = self.of, flow.target
        wanted = of.wanted.get(name) if of is not None and of.wanted is not None else None
        shows = of.shows.get(name) if of is not None else None
        given = self.target.givers.get(name) == rule
        state = _state(of, name, given=given, shows=shows, wanted=wanted)
        way = Passage()
        if of is not None and state in _SHOWN:
            way = self.chronicle.passage(of.object, name)
        return self._one(rule, name, flow, shows, wanted, state, way, in_scope=in_scope)

    def scope(self, rule: str, *, in_scope: bool) -> Onward:
        return self._one(rule, "", None, None, None, "", Passage(), in_scope=in_scope)

    def reference(self, rule: str, attribute: str, references: Sequence[ReferenceProof], *, in_scope: bool) -> Onward:
        """How a flow of references stands, for those that are asked about."""
        of, number = self.of, self.session.store.symbol(attribute)
        shown, wanted, open_, way = [], [], False, Passage()
        for target, key, bits in (
            self.tx.rows(
                "SELECT t.id, coalesce(t.name, t.anchor, ''), r.bits FROM reference r JOIN object t ON t.id = r.target"
                " JOIN link l ON l.object = t.id WHERE r.object = ? AND r.attribute = ? AND l.resource IN IDS",
                of.object,
                number,
                [reference.target for reference in references],
            )
            if of is not None
            else ()
        ):
            shown += [key] if bits & SEEN else []
            wanted += [key] if bits & WANTED else []
            open_ = open_ or bool(bits & SEEN) != bool(bits & WANTED)
            open_ = open_ or bool(bits & SENT)
            if of is not None and len(references) == 1 and bits & SEEN:
                way = self.chronicle.reference_passage(of.object, number, target)
        state = "no object" if of is None else _RIGHT if wanted else "not governed"
        if of is not None and open_:
            state, way = of.pending.state if of.pending is not None else DIFFERS, Passage()
        return self._one(rule, attribute, None, shown, wanted, state, way, in_scope=in_scope)

    def _one(
        self,
        rule: str,
        attribute: str,
        flow: FlowProof | None,
        shows: Any,
        wanted: Any,
        state: str,
        way: Passage,
        *,
        in_scope: bool,
    ) -> Onward:
        target, of = self.target, self.of
        pending = of.pending if of is not None else None
        if pending is not None and pending.step is not None and state in UNDER_WAY:
            way = Passage(self.chronicle.sent(pending.step))
        head = (of.key, of.presence) if of is not None else ("", "")
        return Onward(
            target.connector,
            target.object_type,
            rule,
            attribute,
            flow,
            in_scope,
            *head,
            shows,
            wanted,
            state,
            pending,
            way.carried,
            way.confirmed,
        )


def _state(of: Standing | None, name: str, *, given: bool, shows: Any, wanted: Any) -> str:
    if of is None:
        return "no object"
    if of.ending or of.wanted is None or name not in of.wanted or not given:
        return "not governed"
    pending = of.pending.state if of.pending is not None else ""
    if any(difference.attribute == name for difference in of.differences):
        return pending or DIFFERS
    if not of.present:
        return pending or of.presence
    return _RIGHT if same(name, shows, wanted) else _LEFT
