"""Why a resource refers to another one, or does not: every source of the reference, and what each says."""

from collections.abc import Iterator
from dataclasses import dataclass

from mimas.language.keys import normals
from mimas.language.proofs import ALWAYS, ScopeProof
from mimas.language.proofs import prove as language_prove
from mimas.runs.explaining.chronicle import Chronicle, Since
from mimas.runs.explaining.inputs import Inputs
from mimas.runs.explaining.proof import ResourceProof, SourceProof
from mimas.runs.offers import Offers
from mimas.runs.session import Session
from mimas.runs.symbols import ReferenceOffer
from mimas.schema.places import Place
from mimas.schema.values import Values, decode
from mimas.store import grants, resources
from mimas.store.database import Transaction
from mimas.store.instants import stamp
from mimas.store.looking import title
from mimas.store.references import OURS, SEEN
from mimas.store.resources import LIVE
from mimas.sync.context import Context
from mimas.sync.explain import Explainer, Verdict


@dataclass(frozen=True, slots=True)
class FlowOffer:
    """An inbound flow of references through one object: whether it offers this one, and what became of that."""

    rule: str
    connector: str
    key: str
    """Of the object: its name or anchor."""
    attribute: str
    """The attribute of the object."""
    precedence: int
    verdict: Verdict
    why: str
    shown: str
    """The object there that the system refers to; empty, where it does not."""
    scope: ScopeProof
    place: Place = Place()
    since: Since | None = None
    """When the system was first known to refer to it."""


@dataclass(frozen=True, slots=True)
class MembershipOffer:
    """A membership: whether the member is in its scope, and the keys of both sides."""

    membership: str
    holds: bool
    scope: ScopeProof
    group_attribute: str
    group_keys: tuple[str, ...]
    member_attribute: str
    member_keys: tuple[str, ...]
    member_live: bool
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class GrantOffer:
    """A grant: in force now, or not."""

    number: int
    target: int
    holds: bool
    begins: str
    ends: str
    reason: str
    grantor: str


@dataclass(frozen=True, slots=True)
class ReferenceProof:
    """Whether a resource refers to a target by an attribute, and everything that could make it so."""

    attribute: str
    target: int
    target_type: str
    title: str
    holds: bool
    """What follows from the sources now."""
    stored: bool
    """What was resolved last."""
    flows: tuple[FlowOffer, ...] = ()
    memberships: tuple[MembershipOffer, ...] = ()
    grants: tuple[GrantOffer, ...] = ()
    since: Since | None = None
    """When the resource began to refer to it; none where it does not, and where many are told of at once."""


def targets(tx: Transaction, session: Session, resource: int, attribute: str, limit: int) -> list[tuple[int, str, str]]:
    """(resource, title, what it comes from) of what a resource refers to, the first ones."""
    name = session.store.name
    return [
        (target, title(decode(doc)), name(origin))
        for target, doc, origin in tx.rows(
            "SELECT rr.target, t.doc, rr.origin FROM resource_reference rr JOIN resource t ON t.id = rr.target"
            " WHERE rr.resource = ? AND rr.attribute = ? ORDER BY rr.target LIMIT ?",
            resource,
            session.store.symbol(attribute),
            limit,
        )
    ]


def offered(tx: Transaction, session: Session, resource: int) -> set[tuple[str, int]]:
    """(attribute, target) of all that a resource is to refer to, as the sync has it."""
    query = Offers(tx, session, "IN IDS", [resource]).query()
    return {(session.store.name(row[1]), row[2]) for row in tx.rows(query.text, *query.parameters)}


def prove_reference(
    tx: Transaction,
    session: Session,
    explainer: Explainer,
    inputs: Inputs,
    proof: ResourceProof,
    attribute: str,
    target: int,
    chronicle: Chronicle | None = None,
) -> ReferenceProof:
    """The proof of one reference, or of its absence; with a ``chronicle`` also since when."""
    (row,) = resources.load(tx, [target])
    number = session.store.symbol(attribute)
    query = Offers(tx, session, "IN IDS", [inputs.resource], targets=[target]).query()
    holds = any(found[1] == number for found in tx.rows(query.text, *query.parameters))
    stored = tx.value(
        "SELECT 1 FROM resource_reference WHERE resource = ? AND attribute = ? AND target = ?",
        inputs.resource,
        number,
        target,
    )
    values = decode(row.doc)
    granted = tuple(_grants(tx, session, inputs, number, target))
    return ReferenceProof(
        attribute,
        target,
        session.store.name(row.type),
        title(values),
        holds,
        stored is not None,
        tuple(_flows(tx, session, inputs, proof, number, target, chronicle)),
        tuple(_memberships(session, explainer, inputs, attribute, row.type, values, live=row.state == LIVE)),
        granted,
        chronicle.reference(inputs.resource, number, target) if chronicle and stored is not None else None,
    )


@dataclass(frozen=True, slots=True)
class _Flow:
    """A flow through one object, and what that object refers to: (object, its key, bits, resource)."""

    flow: ReferenceOffer
    source: SourceProof
    scope: ScopeProof
    shown: list[tuple[int, str, int, int | None]]

    @property
    def good(self) -> bool:
        """Whether it offers anything."""
        return self.scope.holds and any(not self.echo(bits) and resource for _, _, bits, resource in self.shown)

    def echo(self, bits: int) -> bool:
        """Whether a reference was put there by Mimas itself."""
        return self.flow.echoed and bool(bits & OURS)


def _flows(
    tx: Transaction,
    session: Session,
    inputs: Inputs,
    proof: ResourceProof,
    attribute: int,
    target: int,
    chronicle: Chronicle | None,
) -> list[FlowOffer]:
    through = _through(tx, session, inputs, proof, attribute)
    return [_offer(tx, session, inputs, one, through, target, chronicle) for one in through]


def _through(tx: Transaction, session: Session, inputs: Inputs, proof: ResourceProof, attribute: int) -> list[_Flow]:
    symbols, type_ = session.symbols, session.store.symbol(inputs.type)
    found = []
    for flow in symbols.reference_offers:
        rule = symbols.rules[flow.rule]
        for source in proof.sources if (flow.type, flow.target) == (type_, attribute) else ():
            if (source.connector, source.type) == (rule.connector, rule.object_type):
                scope = next((link.scope for link in source.links if link.rule == rule.name), ALWAYS)
                rows = tx.rows(
                    "SELECT r.target, coalesce(o.name, o.anchor, ''), r.bits, l.resource FROM reference r"
                    " JOIN object o ON o.id = r.target LEFT JOIN link l ON l.object = r.target"
                    f" WHERE r.object = ? AND r.attribute = ? AND (r.bits & {SEEN}) <> 0",
                    source.object,
                    flow.attribute,
                )
                found.append(_Flow(flow, source, scope, rows))
    return sorted(found, key=lambda one: _rank(session, one.flow))


def _rank(session: Session, flow: ReferenceOffer) -> tuple[int, str, str]:
    name = session.store.name
    return flow.precedence, name(flow.connector), name(flow.rule)


def _offer(
    tx: Transaction,
    session: Session,
    inputs: Inputs,
    one: _Flow,
    through: list[_Flow],
    target: int,
    chronicle: Chronicle | None,
) -> FlowOffer:
    flow, source = one.flow, one.source
    rule = session.symbols.rules[flow.rule]
    row = next((row for row in one.shown if row[3] == target), None)
    verdict, why, by = Verdict.SKIPPED, "", ""
    if not one.scope.holds:
        why = "out of scope"
    elif row is None:
        why = _instead(one)
    elif one.echo(row[2]):
        why = "Mimas put it there itself: an echo is no contribution"
    else:
        by = _better(tx, session, inputs, one, through)
        verdict, why = (Verdict.OVERRULED, f"{by} comes first") if by else (Verdict.APPLIED, "")
    name = session.store.name
    place = next((f.place for f in rule.flows if f.target == name(flow.target) and f.place.file), rule.place)
    return FlowOffer(
        rule.name,
        source.connector,
        source.key,
        name(flow.attribute),
        flow.precedence,
        verdict,
        why,
        row[1] if row else "",
        one.scope,
        place,
        chronicle.reference_shown(source.object, flow.attribute, row[0]) if chronicle and row else None,
    )


def _instead(one: _Flow) -> str:
    """What a system shows in place of a reference."""
    if not one.shown:
        return "it shows none"
    if not one.flow.single:
        return "it does not show this one"
    _, key, _, resource = one.shown[0]
    return f"it shows {key}" if resource else f"it shows {key}, which is no resource: that object has no link"


def _better(tx: Transaction, session: Session, inputs: Inputs, one: _Flow, through: list[_Flow]) -> str:
    """What keeps a flow out, as `mimas.runs.offers` has it; empty when nothing does."""
    flow = one.flow
    if flow.single and any(grant.holds for grant in _granted(tx, session, inputs, flow.target)):
        return "a grant"
    for other in through:
        of = other.flow
        first = of.precedence < flow.precedence or (flow.single and _rank(session, of) < _rank(session, flow))
        if first and not (of.unites and flow.unites) and other.good:
            return f"rule “{session.symbols.rules[of.rule].name}” (precedence {of.precedence})"
    return ""


def _memberships(
    session: Session, explainer: Explainer, inputs: Inputs, attribute: str, type_: int, member: Values, *, live: bool
) -> Iterator[MembershipOffer]:
    context = Context(inputs.now)
    for matched in explainer.compiled.memberships:
        of = matched.membership
        place = (of.resource_type, of.attribute, of.of)
        if place != (inputs.type, attribute, session.store.name(type_)):
            continue
        scope = language_prove(of.scope, member, context, {}, explainer.load)
        groups, members = matched.group_keys(inputs.before), normals(member.get(of.member_attribute))
        held = live and inputs.live and scope.holds and not set(groups).isdisjoint(members)
        sides = (of.group_attribute, tuple(groups), of.member_attribute, tuple(members))
        yield MembershipOffer(of.name, held, scope, *sides, live, of.place)


def _grants(tx: Transaction, session: Session, inputs: Inputs, attribute: int, target: int) -> list[GrantOffer]:
    return [grant for grant in _granted(tx, session, inputs, attribute) if grant.target == target]


def _granted(tx: Transaction, session: Session, inputs: Inputs, attribute: int) -> list[GrantOffer]:
    rows = tx.rows(
        "SELECT * FROM granted WHERE resource = ? AND attribute = ? ORDER BY id DESC", inputs.resource, attribute
    )
    now = stamp(inputs.now)
    found: list[GrantOffer] = []
    single = attribute in session.symbols.singles
    for grant in map(grants.Grant._make, rows):
        # Of an attribute that holds one value the last grant counts.
        held = grant.begins <= now < grant.ends and not (single and any(other.holds for other in found))
        span = (grant.begins, grant.ends, grant.reason, grant.grantor)
        found.append(GrantOffer(grant.id, grant.target, held, *span))
    return found
