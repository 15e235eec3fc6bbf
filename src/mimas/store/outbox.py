"""What has happened and is to have consequences: read by whoever runs workflows, in the order in which it happened."""

from mimas.store import tables
from mimas.store.database import Transaction

FOLLOWS = "follows"
"""A request has been done, and workflows of a policy rule follow from it: (rule, request)."""


def put(tx: Transaction, kind: str, holder: int, resource: int, at: str, person: str) -> None:
    """Add one, in the same transaction as what has happened."""
    row = (tx.allocate("outbox", 1), kind, holder, resource, at, person)
    tx.insert(tables.outbox, "id, kind, holder, resource, at, person", [row])


def count(tx: Transaction) -> int:
    """How many wait for whoever runs workflows."""
    return int(tx.value("SELECT count(*) FROM outbox"))
