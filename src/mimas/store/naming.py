"""The names under which documents know resources: facts, kept when a resource is deleted, so that it can come back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeAlias

from mimas.store import tables
from mimas.store.database import Transaction
from mimas.store.instants import stamp
from mimas.store.resources import LIVE

NAME = "name"
"""The kind of the fact that a document knows a resource: its key is ``Type/name``."""

Key: TypeAlias = tuple[str, str]
"""(kind, name) of a document."""


def resources(tx: Transaction, keys: Iterable[Key]) -> dict[Key, int]:
    """Document → its resource, deleted ones among them."""
    texts = {f"{kind}/{name}": (kind, name) for kind, name in keys}
    rows = tx.rows("SELECT key, resource FROM fact WHERE kind = ? AND key IN TEXTS", NAME, list(texts))
    return {texts[key]: resource for key, resource in rows}


def keys(tx: Transaction, resources: Sequence[int]) -> dict[int, list[Key]]:
    """Resource → every document that means it, in force or not."""
    found: dict[int, list[Key]] = {}
    for resource, key, text in tx.rows(
        "SELECT resource, key, value FROM fact WHERE resource IN IDS AND kind = ?", list(resources), NAME
    ):
        found.setdefault(resource, []).append((key.removesuffix(f"/{text}"), text))
    return found


def of_kinds(tx: Transaction, kinds: Sequence[str]) -> set[Key]:
    """Every name of resources of some types."""
    return {
        (kind, text)
        for kind in kinds
        for (text,) in tx.rows("SELECT value FROM fact WHERE kind = ? AND key = ? || '/' || value", NAME, kind)
    }


def names(tx: Transaction, resources: Sequence[int]) -> dict[int, Key]:
    """Resource → its document; without those that have none in force."""
    rows = tx.rows(
        "SELECT f.resource, d.kind, d.name FROM fact f JOIN document d ON f.key = d.kind || '/' || d.name"
        " WHERE f.resource IN IDS AND f.kind = ?",
        list(resources),
        NAME,
    )
    return {resource: (kind, name) for resource, kind, name in rows}


def name(tx: Transaction, rows: Iterable[tuple[Key, int]], now: datetime) -> None:
    """From now on these documents mean these resources."""
    new = [(NAME, f"{kind}/{text}", resource, text, stamp(now)) for (kind, text), resource in rows]
    tx.upsert(
        tables.fact,
        "kind, key, resource, value, at",
        new,
        "resource = excluded.resource, value = excluded.value, at = excluded.at",
    )


def forget(tx: Transaction, keys: Iterable[Key]) -> None:
    """No resource has these names any more."""
    tx.delete(tables.fact, "kind, key", [(NAME, f"{kind}/{text}") for kind, text in keys])


def by_key(tx: Transaction, symbols: Sequence[str], keys: Sequence[str]) -> dict[str, list[int]]:
    """Normalised key → the live resources that have it, among some indexes (``person.accountName``)."""
    found: dict[str, list[int]] = {}
    for value, resource in tx.rows(
        "SELECT DISTINCT k.value, k.resource FROM resource_key k JOIN symbol s ON s.id = k.attribute"
        f" JOIN resource r ON r.id = k.resource AND r.state = {LIVE}"
        " WHERE s.name IN TEXTS AND k.value IN TEXTS ORDER BY k.value, k.resource",
        list(symbols),
        list(keys),
    ):
        found.setdefault(value, []).append(resource)
    return found


def keys_of(tx: Transaction, resources: Sequence[int]) -> list[tuple[int, str, str]]:
    """(resource, index, normalised key) of everything that some resources are found by."""
    rows = tx.rows(
        "SELECT k.resource, s.name, k.value FROM resource_key k JOIN symbol s ON s.id = k.attribute"
        " WHERE k.resource IN IDS ORDER BY k.resource, s.name, k.value",
        list(resources),
    )
    return [(resource, index, value) for resource, index, value in rows]
