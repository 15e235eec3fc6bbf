"""The whole path of one object: what the next sync would make of it, and what would be sent. Nothing is changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mimas.runs.engine import Engine
from mimas.runs.explaining import inputs as loading
from mimas.runs.explaining.belonging import ObjectProof, belonging
from mimas.runs.explaining.proof import ResourceProof, prove
from mimas.runs.explaining.standing import Standing, standings
from mimas.runs.explaining.trial import Trial
from mimas.runs.joiner import Decision, decide
from mimas.runs.session import Session
from mimas.runs.symbols import Symbols
from mimas.schema.attributes import NAME
from mimas.schema.values import Values, decode
from mimas.store import facts, mode, objects, resources
from mimas.store.database import Transaction
from mimas.store.looking import title
from mimas.store.resources import LIVE
from mimas.sync.explain import Ending, Explainer, TargetProof

MOST = 1_000
"""So many references of a resource are told."""


@dataclass(frozen=True, slots=True)
class ReferenceChange:
    """A reference of the resource: where it comes from, and whether it is added (True), removed (False) or stays."""

    attribute: str
    target: int
    title: str
    origin: str
    added: bool | None


@dataclass(frozen=True, slots=True)
class TargetPreview:
    """A system that may hold an object of the resource: what the rules want there, how it stands, how it would."""

    proof: TargetProof
    ending: Ending | None
    before: Standing | None
    after: Standing | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What the next sync would do with an object and its resource."""

    resource: int | None
    """None: the object would belong to nobody."""
    type: str
    title: str
    new: bool
    """Whether it would be made."""
    live: bool
    was_live: bool
    objects: tuple[ObjectProof, ...]
    before: Values
    after: Values
    proof: ResourceProof | None
    given_out: Mapping[str, Any]
    """Facts that this sync would add."""
    references: tuple[ReferenceChange, ...]
    targets: tuple[TargetPreview, ...]
    notes: Sequence[dict[str, Any]]
    """What the passes would have to say."""
    left_out: int
    """How many other changes wait for a sync and are not part of this."""
    staging: bool
    """Whether this installation sends nothing."""


def explainer_of(engine: Engine) -> Explainer:
    """What explains the rules of an installation."""
    schemas = {name: connector.schema for name, connector in engine.setup.connectors.items()}
    return Explainer(engine.compiled, schemas, engine.extensions)


def preview(engine: Engine, resource: int) -> Preview:
    """The preview of a resource."""
    return _preview(engine, resource, None)


def preview_object(engine: Engine, object_: int) -> Preview:
    """The preview of a connector object, and of the resource that it belongs to or would belong to."""
    with engine.store.reading() as tx:
        owner = _owner(tx, object_)
    found = _preview(engine, None, object_)
    if found.new or found.resource in (None, owner):
        return found
    # Only now it is known whom it would join, and so whose values are to be compared.
    return _preview(engine, found.resource, object_)


def preview_decision(engine: Engine, object_: int, decision: Decision) -> Preview:
    """What would come of it if a person decided so: of the resource that gets the object, or else that loses it.

    Raises `JoinerError` for what cannot be.
    """
    with engine.store.reading() as tx:
        resource = decision.resource if decision.resource is not None or decision.type else _owner(tx, object_)
    return _preview(engine, resource, object_, decision)


def _preview(engine: Engine, resource: int | None, object_: int | None, decision: Decision | None = None) -> Preview:
    """Of a resource, with an object more; without one, of whomever the object belongs to afterwards."""
    # Symbols of its own: what they remember of a transaction that is undone, nobody else may believe.
    symbols, explainer, now = Symbols(engine.store, engine.compiled), explainer_of(engine), engine.clock()
    with engine.store.rehearsal() as tx:
        trial = Trial(tx, symbols, now)
        before = _Before(tx, trial.session, resource if resource is not None else _owner(tx, object_))
        if decision is not None and object_ is not None:
            decide(tx, symbols, objects.load(tx, [object_])[object_], decision, now)
        own = sorted({*before.objects, *([object_] if object_ is not None else ())})
        trial.link(own)
        of = resource if resource is not None else _owner(tx, object_)
        trial.settle(of)
        if resource is None:
            # An outbound rule may have taken it over, or let go of it.
            of = _owner(tx, object_) or of
        if of is not None:
            trial.guard(engine.setup, of)
        return _after(tx, trial, explainer, before, of, own)


def _owner(tx: Transaction, object_: int | None) -> int | None:
    row = tx.row("SELECT resource FROM link WHERE object = ?", object_) if object_ is not None else None
    return int(row[0]) if row else None


class _Before:
    """How things stand before the trial."""

    def __init__(self, tx: Transaction, session: Session, resource: int | None) -> None:
        self.resource = resource
        self.highest = resources.highest(tx)
        """The last resource that there is: what comes after it is new."""
        self.values: Values = {}
        self.live = False
        self.standings: list[Standing] = []
        self.references: set[tuple[int, int]] = set()
        self.facts: Mapping[str, Any] = {}
        if resource is not None:
            (row,) = resources.load(tx, [resource])
            self.values, self.live = decode(row.doc), row.state == LIVE
            self.standings = standings(tx, session, resource)
            self.references = {row[:2] for row in _references(tx, resource)}
            self.facts = facts.given(tx, [resource]).get(resource, {})

    @property
    def objects(self) -> list[int]:
        """The objects linked to the resource."""
        return [one.object for one in self.standings]


def _references(tx: Transaction, resource: int) -> list[Any]:
    return tx.rows(
        "SELECT attribute, target, origin FROM resource_reference WHERE resource = ?"
        " ORDER BY attribute, target LIMIT ?",
        resource,
        MOST,
    )


def _after(
    tx: Transaction, trial: Trial, explainer: Explainer, before: _Before, resource: int | None, own: list[int]
) -> Preview:
    session, notes = trial.session, trial.notes()
    staging = mode.staging_since(tx) is not None
    after = standings(tx, session, resource) if resource is not None else []
    ids = sorted({*own, *(one.object for one in after if one.present)})
    shown = [belonging(tx, session, explainer, id_, notes) for id_ in ids]
    # What no rule links is told only where nothing else is: it is an object that outbound rules made.
    objects = tuple(one for one in shown if one is not None and (one.links or resource is None))
    rest = (notes, trial.left_out, staging)
    if resource is None:
        return Preview(None, "", "", False, False, False, objects, {}, {}, None, {}, (), (), *rest)
    loaded = loading.load(tx, session, resource)
    proof = prove(explainer, loaded)
    rest = (_own_notes(explainer, loaded, proof, ids, notes), trial.left_out, staging)
    same = before.resource == resource
    return Preview(
        resource,
        loaded.type,
        title(loaded.before),
        resource > before.highest,
        loaded.live,
        before.live if same else False,
        objects,
        before.values if same else {},
        loaded.before,
        proof,
        {kind: value for kind, value in loaded.facts.items() if kind not in before.facts},
        _changes(tx, session, resource, before.references if same else set()),
        tuple(_targets(session, proof, before.standings if same else [], after)),
        *rest,
    )


def _own_notes(
    explainer: Explainer,
    loaded: loading.Inputs,
    proof: ResourceProof,
    ids: Sequence[int],
    notes: Sequence[dict[str, Any]],
) -> list[dict[str, Any]]:
    """Of what the passes would have to say, that which is about the resource and its objects."""
    called = {f"resource {loaded.resource}", *(str(loaded.before.get(name)) for name in ("displayName", "accountName"))}
    for of, (target, _) in zip(explainer.targets(loaded.type), proof.targets, strict=True):
        called |= {str(target.values.get(NAME)), str(of.target.object_type.key(target.values))}
    return [n for n in notes if n["object"] in ids or (n["object"] is None and n["name"] in called)]


def _changes(
    tx: Transaction, session: Session, resource: int, before: set[tuple[int, int]]
) -> tuple[ReferenceChange, ...]:
    now = {row[:2]: row[2] for row in _references(tx, resource)}
    every = sorted(before | now.keys())
    titles = {row.id: title(decode(row.doc)) for row in resources.load(tx, sorted({target for _, target in every}))}
    name = session.store.name
    return tuple(
        ReferenceChange(
            name(pair[0]),
            pair[1],
            titles.get(pair[1], ""),
            name(now.get(pair)),
            None if pair in before and pair in now else pair in now,
        )
        for pair in every
    )


def _targets(
    session: Session, proof: ResourceProof, before: Sequence[Standing], after: Sequence[Standing]
) -> list[TargetPreview]:
    intents = {rule.name: rule.intent for rule in session.symbols.compiled.rules.rules}

    def of(target: TargetProof, some: Sequence[Standing]) -> Standing | None:
        place = (target.connector, target.object_type, target.intent)
        return next((s for s in some if (s.connector, s.type, intents.get(s.rule, "")) == place), None)

    found = []
    for target, ending in proof.targets:
        was, comes = of(target, before), of(target, after)
        if was is not None and was.pending and was.pending.hold and comes is not None and comes.pending:
            # The guard has been asked anew; but the hold that there is, is the one to release.
            hold = was.pending.hold if comes.pending.hold else ""
            comes = replace(comes, pending=replace(comes.pending, hold=hold))
        found.append(TargetPreview(target, ending, was, comes))
    return found
