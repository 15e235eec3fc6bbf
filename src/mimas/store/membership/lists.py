"""Who belongs to what, as it is stored."""

from collections.abc import Iterable

from mimas.language.filters.tree import MEMBERS
from mimas.store.database import Transaction

_OF = f"(SELECT id FROM symbol WHERE name = '{MEMBERS}')"
_MEMBERS = (
    "SELECT resource FROM member WHERE holder = ?"
    f" UNION SELECT target FROM resource_reference WHERE resource = ? AND attribute = {_OF}"
)


def of(tx: Transaction, ids: Iterable[int]) -> dict[int, set[int]]:
    """Resource → the sets and groups that it belongs to."""
    some = sorted(set(ids))
    found: dict[int, set[int]] = {id_: set() for id_ in some}
    for resource, holder in tx.rows(
        "SELECT resource, holder FROM member WHERE resource IN IDS UNION"
        f" SELECT target, resource FROM resource_reference WHERE target IN IDS AND attribute = {_OF}",
        some,
        some,
    ):
        found[resource].add(holder)
    return found


def members(tx: Transaction, holder: int, after: int, limit: int) -> list[int]:
    """The next members of a set or group behind an id, in the order of their ids."""
    rows = tx.rows(f"SELECT resource FROM ({_MEMBERS}) m WHERE resource > ? ORDER BY resource LIMIT ?",
                   holder, holder, after, limit)  # fmt: skip
    return [row[0] for row in rows]


def count(tx: Transaction, holder: int) -> int:
    """How many members a set or group has."""
    return int(tx.value(f"SELECT count(*) FROM ({_MEMBERS}) m", holder, holder) or 0)


def counts(tx: Transaction, holders: Iterable[int]) -> dict[int, int]:
    """Set or group → how many members it has; those that have none are left out."""
    some = sorted(set(holders))
    return dict(
        tx.rows(
            "SELECT holder, count(*) FROM (SELECT holder, resource FROM member WHERE holder IN IDS UNION"
            f" SELECT resource, target FROM resource_reference WHERE resource IN IDS AND attribute = {_OF}) m"
            " GROUP BY holder",
            some,
            some,
        )
    )
