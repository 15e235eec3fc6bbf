"""Resources: their values, keys and lineage."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

import msgspec

from mimas.store import tables
from mimas.store.database import Row, Transaction
from mimas.store.dialect import json_form

LIVE, DELETED = 0, 1
"""``state``. A deleted resource keeps its keys, so that whoever comes back finds it."""

Key: TypeAlias = tuple[int, str]
"""(attribute, normalised value)."""


class StoredResource(NamedTuple):
    """A row of the resource table."""

    id: int
    type: int
    doc: str
    pattern: int
    state: int


def load(tx: Transaction, ids: Sequence[int]) -> list[StoredResource]:
    """Some resources by id, in the order of the ids."""
    rows = tx.rows("SELECT id, type, doc, pattern, state FROM resource WHERE id IN IDS ORDER BY id", list(ids))
    return list(map(StoredResource._make, rows))


def lineage(tx: Transaction, pattern: int | None) -> list[tuple[str, str, str]]:
    """(attribute, rule, connector) of what rules have given; ``pattern``: that of a resource."""
    body = tx.value("SELECT body FROM pattern WHERE id = ?", pattern)
    found: list[tuple[str, str, str]] = msgspec.json.decode(body or "[]")
    return found


def between(tx: Transaction, first: int, last: int) -> list[StoredResource]:
    """The resources of a range of ids."""
    rows = tx.rows(
        "SELECT id, type, doc, pattern, state FROM resource WHERE id BETWEEN ? AND ? ORDER BY id", first, last
    )
    return list(map(StoredResource._make, rows))


def of_types(tx: Transaction, first: int, last: int, types: Sequence[int]) -> list[StoredResource]:
    """The resources of some types in a range of ids."""
    if not types:
        return []
    rows = tx.rows(
        "SELECT id, type, doc, pattern, state FROM resource WHERE id BETWEEN ? AND ? AND type IN IDS ORDER BY id",
        first,
        last,
        list(types),
    )
    return list(map(StoredResource._make, rows))


def highest(tx: Transaction) -> int:
    """The highest id in use; 0 when there is no resource."""
    return int(tx.value("SELECT max(id) FROM resource") or 0)


def find(tx: Transaction, attribute: int, values: Sequence[str]) -> dict[str, list[int]]:
    """Key → the resources that have it, for one indexed attribute."""
    found: dict[str, list[int]] = {}
    for value, resource in tx.rows(
        "SELECT value, resource FROM resource_key WHERE attribute = ? AND value IN TEXTS", attribute, list(values)
    ):
        found.setdefault(value, []).append(resource)
    return found


def few(tx: Transaction, attributes: Sequence[int], value: str, most: int) -> list[tuple[int, int]]:
    """(attribute, resource) of those that have a key in any of some indexed attributes; none, where more have it."""
    sql = "SELECT attribute, resource FROM resource_key WHERE attribute IN IDS AND value = ? LIMIT ?"
    rows = tx.rows(sql, list(attributes), value, most + 1)
    return [] if len(rows) > most else [(attribute, resource) for attribute, resource in rows]


def write(
    tx: Transaction,
    new: Sequence[Row],
    changed: Sequence[tuple[StoredResource, str, int, int]],
    keys_added: Iterable[tuple[int, str, int]],
    keys_removed: Iterable[tuple[int, str, int]],
) -> None:
    """Write resources: ``new`` rows, ``changed`` ones as (before, document, pattern, state), and their keys."""
    tx.insert(tables.resource, "id, type, doc, pattern, state", new)
    tx.update(
        tables.resource,
        "id, doc, pattern, state",
        [(before.id, doc, pattern, state) for before, doc, pattern, state in changed],
    )
    tx.delete(tables.resource_key, "attribute, value, resource", sorted(keys_removed))
    tx.insert(tables.resource_key, "attribute, value, resource", sorted(keys_added), ignore=True)


MAKING = f"""
CREATE OR REPLACE FUNCTION mimas_make(type_ bigint, doc_ text, pattern_ bigint, keys_ json, references_ json)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO meta (key, value) VALUES ('sequence:resource', '2')
        ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(meta.value AS BIGINT) + 1 AS TEXT)
        RETURNING CAST(value AS BIGINT) - 1 INTO made;
    INSERT INTO resource (id, type, doc, pattern, state) VALUES (made, type_, doc_, pattern_, {LIVE});
    INSERT INTO resource_key (attribute, value, resource)
        SELECT (one->>0)::bigint, one->>1, made FROM json_array_elements(keys_) one ON CONFLICT DO NOTHING;
    INSERT INTO resource_reference (resource, attribute, target, origin)
        SELECT made, (one->>0)::bigint, (one->>1)::bigint, (one->>2)::bigint FROM json_array_elements(references_) one
        ON CONFLICT DO NOTHING;
    RETURN made;
END $$
"""
"""`make` within PostgreSQL: others who make one wait from the id to the commit, so there is to be little in between."""
_MADE = ("meta", "resource", "resource_key", "resource_reference")


def make(
    tx: Transaction,
    row: tuple[int, str, int],
    keys: Iterable[Key],
    references: Iterable[tuple[int, int, int]],
    asks: Callable[[Transaction], None] | None = None,
) -> int:
    """Make a live resource of (type, document, pattern), its keys and its references (attribute, target, origin).

    Its id. ``asks``: asks what is going to be asked next: see `Transaction.foreseeing`.
    """
    if not tx.postgresql:
        id_ = tx.allocate("resource", 1)
        write(tx, [(id_, *row, LIVE)], [], [(symbol, key, id_) for symbol, key in keys], [])
        rows = sorted((id_, *reference) for reference in references)
        tx.insert(tables.resource_reference, "resource, attribute, target, origin", rows, ignore=True)
        return id_
    some = json_form(sorted(keys)), json_form(sorted(references))
    made = tx.making("SELECT mimas_make(?, ?, ?, ?, ?)", _MADE, *row, *some)
    if asks is not None:
        with tx.foreseeing():
            asks(tx)
    return made()


def unmake(tx: Transaction, ids: Sequence[int]) -> None:
    """Take back resources that have been made in this transaction, with their links."""
    gone = [(id_,) for id_ in ids]
    tx.delete(tables.link, "resource", gone)
    tx.delete(tables.resource_key, "resource", gone)
    tx.delete(tables.resource, "id", gone)


def mark_dirty(tx: Transaction, ids: Iterable[int]) -> None:
    """The outbound stratum of these resources is to be computed."""
    tx.insert(tables.dirty, "resource", [(id_,) for id_ in sorted(set(ids))], ignore=True)


def locked(tx: Transaction, id_: int) -> StoredResource | None:
    """A live resource, kept from other writers until the transaction ends; none where there is none."""
    lock = " FOR UPDATE" if tx.postgresql else ""
    row = tx.row(f"SELECT id, type, doc, pattern, state FROM resource WHERE id = ? AND state = {LIVE}{lock}", id_)
    return StoredResource(*row) if row else None


def living(tx: Transaction, types: Sequence[int]) -> list[StoredResource]:
    """The live resources of some types, which are few, in the order of their ids."""
    rows = tx.rows(
        f"SELECT id, type, doc, pattern, state FROM resource WHERE type IN IDS AND state = {LIVE} ORDER BY id",
        list(types),
    )
    return list(map(StoredResource._make, rows))


def alive(tx: Transaction, ids: Sequence[int]) -> set[int]:
    """Those of some resources that live."""
    return {row[0] for row in tx.rows(f"SELECT id FROM resource WHERE id IN IDS AND state = {LIVE}", list(ids))}
