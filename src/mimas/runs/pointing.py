"""Stratum 4 for references: what objects should refer to in their system.

Set operations that the database does, as in `mimas.runs.relating`.
"""

from collections.abc import Sequence
from typing import Literal

from mimas.runs import expiring
from mimas.runs.images import SENDING, SENT, WAITING
from mimas.runs.retrying import AFRESH
from mimas.runs.session import Session
from mimas.runs.symbols import ReferenceWish
from mimas.schema.values import decode
from mimas.store import references, resources
from mimas.store.database import Transaction
from mimas.store.objects import PRESENT, WANTED_ABSENT
from mimas.store.queries import Query, compare, union
from mimas.store.references import WANTED, Triple

_SAME = f"x.object = w.object AND x.attribute = w.attribute AND x.target = w.target AND (x.bits & {WANTED}) <> 0"


def point_all(session: Session, *, size: int = 10_000) -> None:
    """Every resource, a range of ids a transaction."""
    with session.store.transaction() as tx:
        last = resources.highest(tx)
    for first in range(1, last + 1, size):
        session.pulse()
        with session.store.transaction() as tx:
            _point(tx, session, "resource", Query("BETWEEN ? AND ?", (first, first + size - 1)))


def point_some(tx: Transaction, session: Session, ids: Sequence[int]) -> None:
    """Some resources, as those that refer and as those referred to."""
    chosen = Query("IN IDS", (list(ids),))
    _point(tx, session, "resource", chosen)
    _point(tx, session, "target", chosen)


def point_pairs(tx: Transaction, session: Session, ids: list[int], targets: list[int]) -> None:
    """Some resources, as those that refer to some others."""
    _point(tx, session, "resource", Query("IN IDS", (ids,)), targets)


def _point(
    tx: Transaction,
    session: Session,
    side: Literal["resource", "target"],
    chosen: Query,
    targets: list[int] | None = None,
) -> None:
    """Bring the wanted references from (or to) the objects of some resources to what the resources say.

    ``targets``: only those to the objects of these resources.
    """
    # Nothing is to refer to an object that is being deleted.
    leaving = bool(session.leaving(tx))
    failing = _failing(tx, session)
    wishes = session.symbols.reference_wishes
    if not wishes:
        return
    to = Query("") if targets is None else Query(" AND rr.target IN IDS", (targets,))
    referring = Query(f"rr.{side} ") + chosen + to
    wanted = union(_wanted(tx, session, wish, referring, failing, leaving=leaving) for wish in wishes)
    near = "object" if side == "resource" else "target"
    sinks = ", ".join(str(connector) for connector in session.symbols.sinks)
    stored = (
        Query("SELECT r.object, r.attribute, r.target FROM link l")
        + f" JOIN reference r ON r.{near} = l.object AND (r.bits & {WANTED}) <> 0 AND l.connector IN ({sinks})"
        + " WHERE l.resource "
        + chosen
    )
    if targets is not None:
        # The few targets first: a join by them finds the rows through their index.
        stored += Query(" AND r.target IN (SELECT lt.object FROM link lt WHERE lt.resource IN IDS)", (targets,))
    if failing:
        stored += Query(" AND r.object NOT IN IDS", (failing,))
    lacking, left_over = compare(tx, wanted, stored, "reference", _SAME)
    added: list[Triple] = []
    removed: list[Triple] = []
    if left_over:
        removed = tx.rows(f"{stored.text} EXCEPT {wanted.text}", *stored.parameters, *wanted.parameters)
    if lacking:
        added = tx.rows(
            f"SELECT w.object, w.attribute, w.target FROM ({wanted.text}) w"
            f" WHERE NOT EXISTS (SELECT 1 FROM reference x WHERE {_SAME})",
            *wanted.parameters,
        )
    # What is to end at another instant than its system was told counts as if its removal had been sent.
    retold = expiring.outdated(tx, session.symbols, chosen, session.now) if side == "resource" else []
    references.sent_singly(tx, retold)
    if added or removed or retold:
        _write(tx, session, added, removed, retold)


def _failing(tx: Transaction, session: Session) -> list[int]:
    """The objects that keep what they have: their rules have failed in this step, or they are to stay as they are."""
    withheld = session.withheld.resources
    if not session.failing and not withheld:
        return []
    some = sorted({resource for _, resource in session.failing} | withheld)
    found = tx.rows("SELECT connector, resource, object FROM link WHERE resource IN IDS", some)
    failing = session.failing
    return sorted(o for connector, resource, o in found if (connector, resource) in failing or resource in withheld)


def _wanted(
    tx: Transaction, session: Session, wish: ReferenceWish, chosen: Query, failing: list[int], *, leaving: bool
) -> Query:
    """What one outbound reference flow wants: (object, attribute, target), of objects that rules govern."""
    made_by = ", ".join(map(str, wish.made_by))
    query = Query(
        f"SELECT lo.object, {wish.attribute} AS attribute, lt.object AS target FROM resource_reference rr"
        f" JOIN link lo ON lo.resource = rr.resource AND lo.connector = {wish.connector} AND lo.rule IN ({made_by})"
        f" JOIN link lt ON lt.resource = rr.target AND lt.connector = {wish.connector}"
        f" JOIN object o ON o.id = lo.object AND o.wanted IS NOT NULL AND o.wanted <> '{WANTED_ABSENT}'"
        f" WHERE rr.attribute = {wish.source} AND "
    )
    query += chosen
    if failing:
        query += Query(" AND lo.object NOT IN IDS", (failing,))
    if wish.pointed_at:
        query += f" AND lt.rule IN ({', '.join(map(str, wish.pointed_at))})"
    if leaving:
        query += (
            f" AND NOT EXISTS (SELECT 1 FROM pending_export p WHERE p.connector = {wish.connector}"
            " AND p.object = lt.object AND p.operation = 'delete')"
        )
    if wish.target.rules[wish.place].scope:
        query += Query(" AND rr.resource NOT IN IDS", (_out_of_scope(tx, session, wish, chosen),))
    return query


def _out_of_scope(tx: Transaction, session: Session, wish: ReferenceWish, chosen: Query) -> list[int]:
    """The resources whose references the rule of a flow does not cover."""
    scopes = wish.target.scopes
    assert scopes is not None
    context = session.context()
    left_out = []
    for resource, doc in tx.rows(
        "SELECT id, doc FROM resource WHERE id IN"
        f" (SELECT rr.resource FROM resource_reference rr WHERE rr.attribute = {wish.source} AND {chosen.text})",
        *chosen.parameters,
    ):
        try:
            covered = scopes.call(decode(doc), context) & (1 << wish.place)
        except Exception:  # noqa: BLE001 - told where its values are computed; its references stay meanwhile
            covered = True
        if not covered:
            left_out.append(resource)
    return left_out


_SENT_BEFORE = "pending_export p WHERE p.connector = o.connector AND p.object = o.id AND p.state = ?"


def _write(
    tx: Transaction, session: Session, added: Sequence[Triple], removed: Sequence[Triple], retold: Sequence[Triple] = ()
) -> None:
    references.add(tx, added, WANTED)
    references.remove(tx, sorted(removed), WANTED)
    session.counters["reference-flow"] += len(added) + len(removed) + len(retold)
    # What was made by an export and has not been seen yet is updated, not made again.
    tx.run(
        "INSERT INTO pending_export (connector, object, operation, state)"
        " SELECT o.connector, o.id, 'update', ? FROM object o WHERE o.id IN IDS AND o.wanted IS NOT NULL"
        f" AND o.wanted <> ? AND (o.presence = ? OR EXISTS (SELECT 1 FROM {_SENT_BEFORE}))"
        " ON CONFLICT (connector, object) DO UPDATE SET state = excluded.state, error = NULL,"
        f" {AFRESH},"
        " operation = excluded.operation, sent = CASE pending_export.state WHEN ?"
        " THEN (SELECT o.wanted FROM object o WHERE o.id = pending_export.object) ELSE pending_export.sent END"
        " WHERE pending_export.operation <> 'delete' AND pending_export.state <> ?",
        WAITING,
        sorted({row[0] for row in [*added, *removed, *retold]}),
        WANTED_ABSENT,
        PRESENT,
        SENT,
        SENT,
        SENDING,
    )


def withdraw(tx: Transaction, session: Session, targets: Sequence[int]) -> None:
    """Nothing is to refer to these objects any more."""
    rows = tx.rows(
        f"SELECT object, attribute, target FROM reference WHERE target IN IDS AND (bits & {WANTED}) <> 0", list(targets)
    )
    if rows:
        _write(tx, session, [], rows)
