"""Rows of the table of documents, as whoever applies a folder writes them, and whoever changes single ones."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from mimas.store import tables
from mimas.store.database import Transaction
from mimas.store.naming import Key


class StoredDocument(NamedTuple):
    """A row: the body as `packed` makes it, the file it came from, and a digest of its normal form."""

    kind: str
    name: str
    body: str
    file: str
    hash: str


class Packed(msgspec.Struct):
    """A body with the lines on which its parts stand; ``line`` is that of the document."""

    body: dict[str, Any]
    line: int = 0
    lines: dict[str, int] = {}


def packed(body: Packed) -> str:
    """As the store keeps it."""
    return msgspec.json.encode(body).decode()


def unpacked(text: str) -> Packed:
    """The inverse of `packed`."""
    return msgspec.json.decode(text, type=Packed)


def digest(normal: Mapping[str, Any]) -> str:
    """The digest of a document's normal form, in hexadecimal."""
    return sha256(msgspec.json.encode(normal, order="sorted")).hexdigest()


def load(tx: Transaction, keys: Iterable[Key]) -> dict[Key, StoredDocument]:
    """Some documents that are in force."""
    names = sorted({name for _, name in keys})
    rows = tx.rows("SELECT kind, name, body, file, hash FROM document WHERE name IN TEXTS", names)
    wanted = set(keys)
    return {(row[0], row[1]): StoredDocument(*row) for row in rows if (row[0], row[1]) in wanted}


def state(tx: Transaction, kinds: Iterable[str] | None = None) -> str:
    """What stands for all documents that are in force, or those of some kinds: another one when any of them is."""
    which, parameters = ("", []) if kinds is None else (" WHERE kind IN TEXTS", [sorted(kinds)])
    rows = tx.rows(f"SELECT hash FROM document{which} ORDER BY kind, name", *parameters)
    return sha256("".join(row[0] for row in rows).encode()).hexdigest()


def of_kind(tx: Transaction, kind: str) -> list[StoredDocument]:
    """The documents of a kind that are in force, by name."""
    rows = tx.rows("SELECT kind, name, body, file, hash FROM document WHERE kind = ? ORDER BY name", kind)
    return list(map(StoredDocument._make, rows))


def write(tx: Transaction, documents: Sequence[StoredDocument], at: str) -> None:
    """Put documents into force, in place of those of the same kind and name."""
    columns = ("body", "file", "hash", "applied")
    tx.upsert(
        tables.document,
        f"kind, name, {', '.join(columns)}",
        [(*document, at) for document in documents],
        ", ".join(f"{column} = excluded.{column}" for column in columns),
    )


def remove(tx: Transaction, keys: Iterable[Key]) -> None:
    """These are in force no more."""
    tx.delete(tables.document, "kind, name", sorted(keys))


def kinds(tx: Transaction) -> frozenset[str]:
    """The kinds of which there are documents in force."""
    return frozenset(row[0] for row in tx.rows("SELECT DISTINCT kind FROM document"))
