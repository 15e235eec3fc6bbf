"""What resources refer to, as rows of ``resource_reference``; the engine's passes have queries of their own."""

from collections.abc import Iterable, Sequence

from mimas.store import tables
from mimas.store.database import Transaction
from mimas.store.resources import LIVE
from mimas.store.store import Store

OWN = "own"
"""The origin of reference values that were given by a request or a document, and not by rules."""


def targets(tx: Transaction, resource: int, attribute: int, among: Sequence[int] | None = None) -> set[int]:
    """What a resource refers to by an attribute; ``among``: as far as it is one of these."""
    sql = "SELECT target FROM resource_reference WHERE resource = ? AND attribute = ?"
    if among is None:
        return {row[0] for row in tx.rows(sql, resource, attribute)}
    return {row[0] for row in tx.rows(f"{sql} AND target IN IDS", resource, attribute, list(among))}


def referrers(tx: Transaction, target: int, attribute: int) -> list[int]:
    """Which resources refer to one by an attribute, in the order of their ids."""
    sql = "SELECT resource FROM resource_reference WHERE attribute = ? AND target = ? ORDER BY resource"
    return [row[0] for row in tx.rows(sql, attribute, target)]


def everything(tx: Transaction, store: Store, resources: Sequence[int]) -> dict[int, dict[str, list[int]]]:
    """Resource → attribute → the live resources that it refers to, by their ids."""
    found: dict[int, dict[str, list[int]]] = {}
    for id_, attribute, target in tx.rows(
        "SELECT f.resource, f.attribute, f.target FROM resource_reference f JOIN resource r ON r.id = f.target"
        f" AND r.state = {LIVE} WHERE f.resource IN IDS ORDER BY f.resource, f.attribute, f.target",
        list(resources),
    ):
        found.setdefault(id_, {}).setdefault(store.name(attribute), []).append(target)
    return found


def own(tx: Transaction, store: Store, resources: Sequence[int]) -> dict[int, dict[str, set[int]]]:
    """Resource → attribute → whom it refers to by a request or a document, and not by rules; the deleted among them."""
    found: dict[int, dict[str, set[int]]] = {}
    for id_, attribute, target in tx.rows(
        "SELECT resource, attribute, target FROM resource_reference WHERE resource IN IDS AND origin = ?",
        list(resources),
        store.symbol(OWN),
    ):
        found.setdefault(id_, {}).setdefault(store.name(attribute), set()).add(target)
    return found


def own_referrers(tx: Transaction, store: Store, targets: Sequence[int]) -> set[int]:
    """Who refers to any of these by a request or a document."""
    sql = "SELECT DISTINCT resource FROM resource_reference WHERE target IN IDS AND origin = ?"
    return {row[0] for row in tx.rows(sql, list(targets), store.symbol(OWN))} if targets else set()


def relations(tx: Transaction, store: Store, resource: int, target: int) -> set[str]:
    """The attributes by which a resource refers to another one."""
    rows = tx.rows(
        "SELECT DISTINCT attribute FROM resource_reference WHERE resource = ? AND target = ?", resource, target
    )
    return {store.name(attribute) for (attribute,) in rows}


def is_member(tx: Transaction, holder: int, resource: int) -> bool:
    """Whether a resource is in a set."""
    return tx.value("SELECT 1 FROM member WHERE holder = ? AND resource = ?", holder, resource) is not None


def linking_rules(tx: Transaction, resource: int) -> list[int]:
    """The rules by which objects of connected systems are linked to a resource."""
    return [row[0] for row in tx.rows("SELECT rule FROM link WHERE resource = ?", resource)]


def sets_of(tx: Transaction, resources: Iterable[int]) -> dict[int, frozenset[int]]:
    """Resource → the sets that it is in."""
    found: dict[int, set[int]] = {id_: set() for id_ in resources}
    for resource, holder in tx.rows("SELECT resource, holder FROM member WHERE resource IN IDS", sorted(found)):
        found[resource].add(holder)
    return {id_: frozenset(holders) for id_, holders in found.items()}


def refer(
    tx: Transaction, store: Store, resource: int, added: Iterable[tuple[str, int]], removed: Iterable[tuple[str, int]]
) -> None:
    """Let a resource refer to others, as (attribute, id), and to some no more."""
    symbol = store.symbol
    gone = sorted({(resource, symbol(attribute), target) for attribute, target in removed})
    tx.delete(tables.resource_reference, "resource, attribute, target", gone)
    new = sorted({(resource, symbol(attribute), target, symbol(OWN)) for attribute, target in added})
    tx.insert(tables.resource_reference, "resource, attribute, target, origin", new, ignore=True)


def pointing(
    tx: Transaction, store: Store, target: int, attributes: Iterable[str], limit: int
) -> list[tuple[int, str, str]]:
    """(resource, attribute, the rule it comes from) of those that refer to one by some attributes; the first ones."""
    rows = tx.rows(
        "SELECT resource, attribute, origin FROM resource_reference WHERE target = ? AND attribute IN"
        " (SELECT id FROM symbol WHERE name IN TEXTS) ORDER BY resource, attribute LIMIT ?",
        target,
        list(attributes),
        limit,
    )
    return [(resource, store.name(attribute), store.name(origin)) for resource, attribute, origin in rows]
