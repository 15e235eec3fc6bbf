"""What a person has decided of a link (MIM: explicit connectors and disconnectors): facts that the rules respect."""

from collections.abc import Iterable
from datetime import datetime

from mimas.store import tables
from mimas.store.database import Transaction
from mimas.store.instants import stamp

LINKED, CUT = "linked-by-hand", "disconnected-by-hand"


def load(tx: Transaction) -> dict[int, int | None]:
    """Connector object → the resource it belongs to by decision; None: to none, whatever the rules say."""
    rows = tx.rows("SELECT kind, key, resource FROM fact WHERE kind IN (?, ?)", LINKED, CUT)
    return {int(object_): resource if kind == LINKED else None for kind, object_, resource in rows}


def decide(tx: Transaction, object_: int, resource: int | None, said: str, now: datetime) -> None:
    """Remember a decision in place of an earlier one. ``said`` names the object for whoever reads the facts."""
    forget(tx, [object_])
    kind, of = (LINKED, resource) if resource is not None else (CUT, 0)
    tx.insert(tables.fact, "kind, key, resource, value, at", [(kind, str(object_), of, said, stamp(now))])


def forget(tx: Transaction, objects: Iterable[int]) -> None:
    """From now on the rules decide again."""
    tx.delete(tables.fact, "kind, key", [(kind, str(object_)) for object_ in objects for kind in (LINKED, CUT)])
