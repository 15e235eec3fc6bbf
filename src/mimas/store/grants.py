"""Grants: reference values for a time, each with its reason and its grantor. They are facts."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from mimas.store import moved, tables
from mimas.store.database import Transaction
from mimas.store.instants import stamp
from mimas.store.queries import Query

ORIGIN = "(grant)"
"""In place of the rule that a reference comes from."""

ALWAYS, FOREVER = "0000", "9999"
"""The instants of a grant without a beginning, and without an end."""

DUE = 5
"""The stratum of dues (see `mimas.runs.dues`) at which a grant of a resource begins or ends."""


class Grant(NamedTuple):
    """One grant: the resource refers to the target from ``begins`` until ``ends``."""

    id: int
    resource: int
    attribute: int
    target: int
    begins: str
    ends: str
    reason: str
    grantor: str
    at: str


def add(
    tx: Transaction,
    triple: tuple[int, int, int],
    begins: datetime | None,
    ends: datetime | None,
    reason: str,
    grantor: str,
    now: datetime,
) -> int:
    """A new grant of (resource, attribute, target); its number."""
    number = tx.allocate("granted", 1)
    span = (stamp(begins) if begins else ALWAYS, stamp(ends) if ends else FOREVER)
    tx.insert(
        tables.granted,
        "id, resource, attribute, target, begins, ends, reason, grantor, at",
        [(number, *triple, *span, reason, grantor, stamp(now))],
    )
    moved.add(tx, [(triple[0], triple[2])])
    renew_dues(tx, [triple[0]], now)
    return number


def end(tx: Transaction, number: int, now: datetime) -> Grant | None:
    """End a grant now; the grant as it was, or none if there is no such grant, or it has ended."""
    row = tx.row("SELECT * FROM granted WHERE id = ? AND ends > ?", number, stamp(now))
    if row is None:
        return None
    tx.update(tables.granted, "id, ends", [(number, stamp(now))])
    moved.add(tx, [(row[1], row[3])])
    renew_dues(tx, [row[1]], now)
    return Grant(*row)


def listed(tx: Transaction, now: datetime) -> list[Grant]:
    """Those that have not ended, in the order of their ends."""
    return [Grant(*row) for row in tx.rows("SELECT * FROM granted WHERE ends > ? ORDER BY ends, id", stamp(now))]


def to(tx: Transaction, target: int, now: datetime) -> list[Grant]:
    """Those by which resources refer to one, or will, and that have not ended."""
    sql = "SELECT * FROM granted WHERE target = ? AND ends > ? ORDER BY ends, id"
    return [Grant(*row) for row in tx.rows(sql, target, stamp(now))]


def take_due(tx: Transaction, now: datetime) -> None:
    """Resources of which a grant has begun or ended are looked at again."""
    rows = tx.rows("SELECT item FROM due WHERE stratum = ? AND at <= ?", DUE, stamp(now))
    if rows:
        ids = [row[0] for row in rows]
        moved.add(tx, tx.rows("SELECT resource, target FROM granted WHERE resource IN IDS", ids))
        renew_dues(tx, ids, now)


def any_at_all(tx: Transaction) -> bool:
    """Whether anything has ever been granted."""
    return tx.value("SELECT 1 FROM granted LIMIT 1") is not None


def any_of(tx: Transaction, resources_: Query, attributes: Sequence[int]) -> bool:
    """Whether one of these attributes of some resources was ever granted."""
    query = Query("SELECT 1 FROM granted WHERE resource ") + resources_
    query += Query(" AND attribute IN IDS LIMIT 1", (list(attributes),))
    return tx.value(query.text, *query.parameters) is not None


def in_force(resources_: Query, singles: Sequence[int], origin: int, now: datetime) -> Query:
    """Rows of (resource, attribute, target, origin); of an attribute that holds one value the last grant counts."""
    at = stamp(now)
    query = Query(
        f"SELECT DISTINCT g.resource, g.attribute, g.target, {origin} AS origin FROM granted g"
        " WHERE g.begins <= ? AND g.ends > ? AND g.resource ",
        (at, at),
    )
    return (
        query
        + resources_
        + Query(
            " AND (g.attribute NOT IN IDS OR NOT EXISTS (SELECT 1 FROM granted h WHERE h.resource = g.resource"
            " AND h.attribute = g.attribute AND h.id > g.id AND h.begins <= ? AND h.ends > ?))",
            (list(singles), at, at),
        )
    )


def none_of(attribute: int, now: datetime) -> Query:
    """A condition on the link ``l``: nothing is granted to its resource in this attribute."""
    at = stamp(now)
    return Query(
        " AND NOT EXISTS (SELECT 1 FROM granted g WHERE g.resource = l.resource"
        f" AND g.attribute = {attribute} AND g.begins <= ? AND g.ends > ?)",
        (at, at),
    )


def renew_dues(tx: Transaction, ids: Sequence[int], now: datetime) -> None:
    """The grants of these resources are looked at again when the next of them begins or ends."""
    at = stamp(now)
    rows = tx.rows(
        "SELECT resource, min(CASE WHEN begins > ? THEN begins ELSE ends END) FROM granted"
        " WHERE resource IN IDS AND ends > ? GROUP BY resource",
        at,
        list(ids),
        at,
    )
    tx.delete(tables.due, "stratum, item", [(DUE, id_) for id_ in ids])
    tx.insert(tables.due, "stratum, item, at", [(DUE, id_, next_) for id_, next_ in rows if next_ != FOREVER])
