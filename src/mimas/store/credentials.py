"""What people prove with who they are, as far as the store has it: never in a form that could be used elsewhere."""

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


def drop(tx: Transaction, person: int, kind: str) -> int:
    """Take away those of a kind; how many there were."""
    return tx.counted("DELETE FROM credential WHERE person = ? AND kind = ?", person, kind)
