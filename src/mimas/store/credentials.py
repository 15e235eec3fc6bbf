"""What people prove with who they are, as far as the store has it: never in a form that could be used elsewhere."""

from collections.abc import Collection
from typing import NamedTuple

from mimas.store import tables
from mimas.store.database import Transaction


def replace(tx: Transaction, person: int, kind: str, secret: str) -> None:
    """Somebody's only one of a kind."""
    drop(tx, person, kind)
    tx.insert(tables.credential, "id, person, kind, secret", [(tx.allocate("credential", 1), person, kind, secret)])


def secret(tx: Transaction, person: int, kind: str) -> str | None:
    """The newest one of a kind that somebody has."""
    found = tx.value("SELECT secret FROM credential WHERE person = ? AND kind = ? ORDER BY id DESC", person, kind)
    return str(found) if found is not None else None


class Account(NamedTuple):
    """An object that belongs to somebody, and that its system showed last."""

    connector: int
    type: int
    anchor: str
    name: str | None


def accounts(tx: Transaction, person: int, connectors: Collection[int]) -> list[Account]:
    """Those of a person in some systems."""
    rows = tx.rows(
        "SELECT o.connector, o.type, o.anchor, o.name FROM link l JOIN object o ON o.id = l.object"
        " WHERE l.resource = ? AND o.presence = 1 AND o.anchor IS NOT NULL AND o.connector IN IDS"
        " ORDER BY o.connector, o.id LIMIT 10",
        person,
        list(connectors),
    )
    return [Account(*row) for row in rows]


def drop(tx: Transaction, person: int, kind: str) -> int:
    """Take away those of a kind; how many there were."""
    return tx.counted("DELETE FROM credential WHERE person = ? AND kind = ?", person, kind)
