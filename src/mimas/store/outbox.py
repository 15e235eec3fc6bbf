"""What has happened and is to have consequences: read by whoever runs workflows, in the order in which it happened."""

from collections.abc import Iterable

from mimas.store import tables
from mimas.store.database import Transaction

FOLLOWS = "follows"
"""A request has been done, and workflows of a policy rule follow from it: (rule, request)."""


def put(tx: Transaction, happened: Iterable[tuple[str, int, int]], at: str, person: str) -> None:
    """Add some, (kind, holder, resource) each, in the same transaction as what has happened."""
    some = list(happened)
    if some:
        first = tx.allocate("outbox", len(some))
        rows = [(number, *row, at, person) for number, row in enumerate(some, first)]
        tx.insert(tables.outbox, "id, kind, holder, resource, at, person", rows)


def count(tx: Transaction) -> int:
    """How many wait for whoever runs workflows."""
    return int(tx.value("SELECT count(*) FROM outbox"))
