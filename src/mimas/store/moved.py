"""References of resources that may have changed, value by value: so that one member of a huge group costs one row."""

from collections.abc import Iterable

from mimas.store import tables
from mimas.store.database import Row, Transaction


def add(tx: Transaction, pairs: Iterable[tuple[int, int]]) -> None:
    """Whether the first resource of each pair refers to the second is to be found out by the next sync."""
    tx.insert(tables.moved, "resource, target", sorted(set(pairs)), ignore=True)


def add_of_objects(tx: Transaction, pairs: Iterable[tuple[int, int]]) -> set[int]:
    """The same for connector objects, where both belong to resources; the first ones that do not belong to any."""
    some = list(pairs)
    linked: dict[int, int] = dict(
        tx.rows("SELECT object, resource FROM link WHERE object IN IDS", sorted({id_ for pair in some for id_ in pair}))
    )
    add(tx, ((linked[o], linked[t]) for o, t in some if o in linked and t in linked))
    return {object_ for object_, _ in some if object_ not in linked}


def some(tx: Transaction, limit: int) -> list[Row]:
    """The next (resource, target)."""
    return tx.rows("SELECT resource, target FROM moved ORDER BY resource, target LIMIT ?", limit)


def done(tx: Transaction, pairs: list[Row]) -> None:
    """They have been found out."""
    tx.delete(tables.moved, "resource, target", pairs)


def forget(tx: Transaction, resource: int | None = None) -> None:
    """Everything has been looked at; or is to be, of one resource."""
    if resource is None:
        tx.run("DELETE FROM moved")
    else:
        tx.run("DELETE FROM moved WHERE resource = ?", resource)
