"""Approvals that wait for somebody, and who stands in for whom: found by those whom they refer to.

Among a million that wait, those of one person cost what that person has ever been asked.
"""

from collections.abc import Sequence

from mimas.language.keys import normal
from mimas.store.database import Transaction
from mimas.store.resources import LIVE
from mimas.store.store import Store


def pending(tx: Transaction, store: Store, people: Sequence[int], after: int, limit: int) -> list[int]:
    """The next approvals behind an id that wait for any of some people, in the order in which they were asked."""
    # CROSS JOIN: SQLite would begin with everything that waits.
    rows = tx.rows(
        "SELECT DISTINCT f.resource FROM resource_reference f CROSS JOIN resource_key k WHERE f.target IN IDS"
        " AND f.attribute = ? AND f.resource > ? AND k.attribute = ? AND k.value = ? AND k.resource = f.resource"
        " ORDER BY f.resource LIMIT ?",
        list(people),
        store.known("Approver"),
        after,
        store.known("ApprovalStatus"),
        normal("Pending"),
        limit,
    )
    return [row[0] for row in rows]


def everybodys(tx: Transaction, store: Store, after: int, limit: int) -> list[int]:
    """The next approvals behind an id that wait for anybody."""
    sql = "SELECT resource FROM resource_key WHERE attribute = ? AND value = ? AND resource > ?"
    rows = tx.rows(
        f"{sql} ORDER BY resource LIMIT ?",
        store.known("ApprovalStatus"),
        normal("Pending"),
        after,
        limit,
    )
    return [row[0] for row in rows]


def of_request(tx: Transaction, store: Store, request: int) -> list[int]:
    """The approvals that a request has, or had, to wait for."""
    return _referring(tx, store, "Approval", "Request", [request])


def of_workflow(tx: Transaction, store: Store, instance: int) -> list[int]:
    """The approvals that a workflow has asked for."""
    return _referring(tx, store, "Approval", "WorkflowInstance", [instance])


def delegations(tx: Transaction, store: Store, attribute: str, people: Sequence[int]) -> list[int]:
    """The delegations that refer to any of some people by an attribute."""
    return _referring(tx, store, "Delegation", attribute, people)


def _referring(tx: Transaction, store: Store, type_: str, attribute: str, targets: Sequence[int]) -> list[int]:
    rows = tx.rows(
        "SELECT DISTINCT r.id FROM resource_reference f JOIN resource r ON r.id = f.resource"
        f" WHERE f.target IN IDS AND f.attribute = ? AND r.type = ? AND r.state = {LIVE} ORDER BY r.id",
        list(targets),
        store.known(attribute),
        store.known(type_),
    )
    return [row[0] for row in rows]
