"""Resources to be resolved, each with the connector objects linked to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mimas.runs.counting import Counts, counts, with_counts
from mimas.runs.echoes import without
from mimas.runs.groups import NONE, Membership
from mimas.runs.session import Session
from mimas.schema.values import Values, decode
from mimas.store.database import Row, Transaction
from mimas.store.objects import PRESENT
from mimas.store.resources import StoredResource


@dataclass(slots=True)
class Part:
    """A connector object linked to a resource, with the rule that linked it."""

    connector: int
    rule: int
    object: int
    type: int
    anchor: str
    shown: Values
    """What the system shows."""
    values: Values
    """What of it contributes: see `mimas.runs.echoes`."""
    groups: Membership = NONE
    """The groups it is in, of those that scopes ask for."""


@dataclass(slots=True)
class Case:
    """A resource to resolve: what it was (none when new), and its parts."""

    resource: int
    type: int
    before: StoredResource | None
    parts: list[Part] = field(default_factory=list)

    def values_before(self) -> Values:
        """What the resource has had."""
        return decode(self.before.doc) if self.before is not None else {}


def load_cases(
    tx: Transaction,
    session: Session,
    rows: Sequence[StoredResource],
    where: str,
    *parameters: Any,
    joining: Mapping[int, list[Part]] | None = None,
) -> Iterator[Case]:
    """Some resources with the objects linked to them that inbound rules read, and those that are ``joining`` them now.

    Documents are decoded as the cases are asked for: a batch of them at once would not fit the processor's cache.
    """
    if not rows:
        return
    linked = _linked(tx, session, where, *parameters)
    groups = _groups(tx, session, linked)
    counted: Counts = {}
    if session.symbols.counted:
        counted = counts(tx, session.symbols, [(o[3], o[1], o[4]) for some in linked.values() for o in some])
    none: list[Row] = []
    for row in rows:
        parts = [_part(session, found, groups, counted) for found in linked.get(row.id, none)]
        if joining:
            parts += joining.get(row.id, ())
        yield Case(row.id, row.type, row, parts)


def _linked(tx: Transaction, session: Session, where: str, *parameters: Any) -> dict[int, list[Row]]:
    by_type = {key[:2] for key in session.symbols.contributors}
    linked: dict[int, list[Row]] = {}
    for row in tx.rows(
        "SELECT l.resource, l.connector, l.rule, o.id, o.type, coalesce(o.anchor, o.name, ''), o.seen,"
        " CASE WHEN o.wanted IS NOT NULL THEN o.ours END"
        f" FROM link l JOIN object o ON o.id = l.object WHERE l.resource {where} AND l.connector IN IDS"
        f" AND o.presence = {PRESENT}",
        *parameters,
        session.symbols.sources,
    ):
        if (row[1], row[4]) in by_type:
            linked.setdefault(row[0], []).append(row)
    return linked


def _groups(tx: Transaction, session: Session, linked: Mapping[int, list[Row]]) -> dict[int, Membership]:
    found: dict[int, Membership] = {}
    for connector, groups in session.symbols.groups.items():
        if groups:
            found |= groups.of(tx, [row[3] for rows in linked.values() for row in rows if row[1] == connector])
    return found


def _part(session: Session, row: Row, groups: Mapping[int, Membership], counted: Counts) -> Part:
    _, connector, rule, object_, type_, anchor, seen, ours = row
    shown = values = decode(seen)
    if ours is not None:
        values = without(shown, ours, session.symbols.echoes.get((connector, type_), ()))
    values = with_counts(values, object_, counted)
    return Part(connector, rule, object_, type_, anchor, shown, values, groups.get(object_, NONE))
