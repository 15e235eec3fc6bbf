"""Stratum 4 for references: what objects should refer to in their system."""

from collections.abc import Sequence

from mimas.runs.images import WAITING
from mimas.runs.relating import GROUPS_AT_ONCE
from mimas.runs.session import Session
from mimas.store import references, resources
from mimas.store.database import Transaction
from mimas.store.objects import PRESENT, WANTED_ABSENT
from mimas.store.references import WANTED, Triple


def point_all(session: Session, *, size: int = 10_000) -> None:
    """Every resource, a range of ids a transaction; groups a few at a time."""
    flows = _flows(session)
    if not flows:
        return
    with session.store.transaction() as tx:
        last = resources.highest(tx)
    for first in range(1, last + 1, size):
        until = first + size - 1
        with session.store.transaction() as tx:
            groups = _groups_between(tx, session, first, until)
            condition = "BETWEEN ? AND ?"
            _compare(tx, session, flows, "rr.resource", condition, (first, until), skip=set(groups))
            for start in range(0, len(groups), GROUPS_AT_ONCE):
                _compare(tx, session, flows, "rr.resource", "IN IDS", (groups[start : start + GROUPS_AT_ONCE],))


def point_new(tx: Transaction, session: Session, ids: Sequence[int]) -> None:
    """Some resources, as those that refer and as those referred to."""
    flows = _flows(session)
    if flows:
        _compare(tx, session, flows, "rr.resource", "IN IDS", (list(ids),))
        _compare(tx, session, flows, "rr.target", "IN IDS", (list(ids),))


def _flows(session: Session) -> dict[tuple[int, int, int], list[int]]:
    """(connector, resource type, resource attribute) → the object attributes it flows to."""
    symbol = session.store.symbol
    flows: dict[tuple[int, int, int], list[int]] = {}
    for type_, targets in session.symbols.targets.items():
        for connector, _, target in targets:
            for source, attribute in target.references:
                flows.setdefault((connector, type_, symbol(source)), []).append(symbol(attribute))
    return flows


def _groups_between(tx: Transaction, session: Session, first: int, until: int) -> list[int]:
    group_like = sorted(session.symbols.group_like)
    if not group_like:
        return []
    rows = tx.rows("SELECT id FROM resource WHERE id BETWEEN ? AND ? AND type IN IDS", first, until, group_like)
    return [row[0] for row in rows]


def _compare(
    tx: Transaction,
    session: Session,
    flows: dict[tuple[int, int, int], list[int]],
    side: str,
    condition: str,
    parameters: tuple[object, ...],
    *,
    skip: set[int] | None = None,
) -> None:
    """Bring the wanted references from (or to) some resources to what the resources say."""
    skipped = skip or set()
    sinks = sorted({connector for connector, _, _ in flows})
    types = session.symbols.rule_types
    # Nothing is to refer to an object that is being deleted.
    leaving = session.leaving(tx)
    wanted: set[Triple] = set()
    for resource, made_by, connector, object_, attribute, target in tx.rows(
        "SELECT rr.resource, lo.rule, lo.connector, lo.object, rr.attribute, lt.object FROM resource_reference rr"
        " JOIN link lo ON lo.resource = rr.resource"
        " JOIN link lt ON lt.resource = rr.target AND lt.connector = lo.connector"
        f" WHERE {side} {condition} AND lo.connector IN IDS",
        *parameters,
        sinks,
    ):
        if resource not in skipped and target not in leaving:
            for to in flows.get((connector, types.get(made_by, 0), attribute), ()):
                wanted.add((object_, to, target))
    column = "object" if side == "rr.resource" else "target"
    stored = {
        (object_, attribute, target)
        for resource, object_, attribute, target in tx.rows(
            f"SELECT l.resource, r.object, r.attribute, r.target FROM link l JOIN reference r ON r.{column} = l.object"
            f" WHERE l.resource {condition} AND l.connector IN IDS AND (r.bits & {WANTED}) <> 0",
            *parameters,
            sinks,
        )
        if resource not in skipped
    }
    if wanted != stored:
        _write(tx, session, wanted - stored, stored - wanted)


def _write(tx: Transaction, session: Session, added: set[Triple], removed: set[Triple]) -> None:
    governed = _governed(tx, {row[0] for row in added})
    added = {row for row in added if row[0] in governed}
    references.add(tx, sorted(added), WANTED)
    references.remove(tx, sorted(removed), WANTED)
    session.counters["reference-flow"] += len(added) + len(removed)
    touched = sorted({row[0] for row in added | removed})
    tx.run(
        "INSERT INTO pending_export (connector, object, operation, state)"
        " SELECT o.connector, o.id, 'update', ? FROM object o WHERE o.id IN IDS AND o.presence = ?"
        " AND o.wanted IS NOT NULL AND o.wanted <> ?"
        " ON CONFLICT (connector, object) DO UPDATE SET state = excluded.state, error = NULL"
        " WHERE pending_export.operation <> 'delete'",
        WAITING,
        touched,
        PRESENT,
        WANTED_ABSENT,
    )


def withdraw(tx: Transaction, session: Session, targets: Sequence[int]) -> None:
    """Nothing is to refer to these objects any more."""
    rows = tx.rows(
        f"SELECT object, attribute, target FROM reference WHERE target IN IDS AND (bits & {WANTED}) <> 0", list(targets)
    )
    if rows:
        _write(tx, session, set(), set(rows))


def _governed(tx: Transaction, ids: set[int]) -> set[int]:
    """Those of some objects that outbound rules govern and want."""
    rows = tx.rows(
        "SELECT id FROM object WHERE id IN IDS AND wanted IS NOT NULL AND wanted <> ?", sorted(ids), WANTED_ABSENT
    )
    return {row[0] for row in rows}
