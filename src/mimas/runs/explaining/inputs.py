"""What the result of one resource follows from: the one thing that proofs are made of.

They are loaded as the store has them; for a day of the past it has them as they were: see
`mimas.runs.explaining.restoring`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from mimas.runs.ages import Ages
from mimas.runs.cases import Case, load_cases
from mimas.runs.groups import NONE, Membership
from mimas.runs.resolving import own
from mimas.runs.session import Session
from mimas.schema.values import Values, decode
from mimas.store import facts, objects, resources
from mimas.store.database import Transaction
from mimas.store.objects import PRESENT
from mimas.store.resources import LIVE
from mimas.sync.inbound import Latest


@dataclass(frozen=True, slots=True)
class Source:
    """A connector object, as far as inbound rules read it."""

    object: int
    connector: str
    type: str
    anchor: str
    key: str
    """Its name where it has one, else its anchor: what people call it."""
    shown: Values
    """What the system shows."""
    values: Values
    """What of it contributes, with counts of references: see `mimas.runs.echoes`."""
    groups: Membership = NONE
    """The groups it is in, of those that scopes ask for."""
    rule: str = ""
    """The rule that linked it; empty without a link."""
    decided: bool = False
    """Whether a person has decided to whom it belongs."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Of one resource."""

    resource: int
    type: str
    now: datetime
    live: bool
    before: Values
    """The values that it has."""
    sources: tuple[Source, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)
    """``unique:attribute`` and ``once:rule/attribute`` → the value given out."""
    new: frozenset[int] = frozenset()
    """The numbers of the targets in which the resource has no object yet that its system has shown."""
    latest: Latest | None = None
    """Who changed last, where several offer with equal right."""
    own: Values = field(default_factory=dict)
    """Of the values those of the store itself, given by requests and documents: no rule writes them."""


def load(tx: Transaction, session: Session, resource: int) -> Inputs:
    """The inputs of a resource as they are now."""
    symbols, names = session.symbols, session.store.name
    row = resources.load(tx, [resource])[0]
    (case,) = load_cases(tx, session, [row], "IN IDS", [resource])
    latest: Latest | None = None
    if case.type in symbols.tied:
        latest = partial(Ages(tx, session, [case]).latest, case)
    before = decode(row.doc)
    contributed = {name for name, _, _ in resources.lineage(tx, row.pattern)}
    return Inputs(
        resource,
        names(row.type),
        session.now,
        row.state == LIVE,
        before,
        _sources(tx, session, case),
        facts.given(tx, [resource]).get(resource, {}),
        _new(tx, session, case),
        latest,
        own(before, symbols.written.get(row.type, ()), contributed),
    )


def _sources(tx: Transaction, session: Session, case: Case) -> tuple[Source, ...]:
    names = session.store.name
    stored = objects.load(tx, [part.object for part in case.parts])
    decided = session.decided(tx)
    found = [
        Source(
            part.object,
            names(part.connector),
            names(part.type),
            part.anchor,
            stored[part.object].name or part.anchor,
            part.shown,
            part.values,
            part.groups,
            names(part.rule),
            part.object in decided,
        )
        for part in case.parts
    ]
    return tuple(sorted(found, key=lambda source: (source.connector, source.type, source.anchor)))


def _new(tx: Transaction, session: Session, case: Case) -> frozenset[int]:
    symbols = session.symbols
    there = {
        (connector, symbols.slot_keys.get(rule, type_))
        for connector, type_, rule in tx.rows(
            "SELECT l.connector, o.type, l.rule FROM link l JOIN object o ON o.id = l.object"
            f" WHERE l.resource = ? AND o.presence <> {objects.NONE}",
            case.resource,
        )
    }
    slots = symbols.targets.get(case.type, ())
    return frozenset(slot.target.number for slot in slots if (slot.connector, slot.key) not in there)


def source(tx: Transaction, session: Session, object_: int) -> Source | None:
    """A connector object by itself, linked or not; none, where its system does not show it."""
    row = objects.load(tx, [object_]).get(object_)
    if row is None or row.presence != PRESENT or row.type is None:
        return None
    connector, rule = tx.row(
        "SELECT o.connector, l.rule FROM object o LEFT JOIN link l ON l.object = o.id WHERE o.id = ?", object_
    ) or (0, None)
    groups = session.symbols.groups.get(connector)
    shown = decode(row.seen or "{}")
    return Source(
        object_,
        session.store.name(connector),
        session.store.name(row.type),
        row.anchor or row.name or "",
        row.name or row.anchor or "",
        shown,
        shown,
        groups.of(tx, [object_]).get(object_, NONE) if groups else NONE,
        session.store.name(rule),
        object_ in session.decided(tx),
    )
