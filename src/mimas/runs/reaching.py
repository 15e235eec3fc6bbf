"""What a change of the rules can reach is marked, so that the next sync looks at that and at nothing else."""

from collections.abc import Iterable

from mimas.runs.syncing import FULL, MANY, MARKED, SWEEP
from mimas.store import resources, tables
from mimas.store.database import Transaction
from mimas.store.objects import PRESENT
from mimas.store.store import Store

_OBJECTS = "FROM object o WHERE o.connector = ? AND o.type = ? AND o.presence = ?"


def look_at_all(tx: Transaction, *, resolve: bool) -> None:
    """The next sync looks at everything: resolves every resource, or only works out what the systems should hold."""
    known = tx.value("SELECT value FROM meta WHERE key = ?", SWEEP)
    # Whoever has to resolve everything still has to.
    how = FULL if resolve or known == FULL else SWEEP
    tx.upsert(tables.meta, "key, value", [(SWEEP, how)], "value = excluded.value")


def look_at_some(tx: Transaction, store: Store, objects: Iterable[tuple[str, str]], types: Iterable[str]) -> None:
    """The next sync looks at the objects of some (connector, object type), and at the resources of some types.

    Where that is much, to sweep everything is cheaper than to follow each.
    """
    symbol = store.symbol
    places = [(symbol(connector), symbol(type_)) for connector, type_ in objects]
    numbers = [symbol(type_) for type_ in types]
    many = MANY * resources.highest(tx)
    count = sum(tx.value(f"SELECT count(*) {_OBJECTS}", *place, PRESENT) or 0 for place in places)
    count += tx.value("SELECT count(*) FROM resource WHERE type IN IDS", numbers) or 0
    if count > many:
        look_at_all(tx, resolve=bool(places))
        return
    for place in places:
        tx.run(
            f"INSERT INTO pending_import (connector, object, synced) SELECT o.connector, o.id, o.seen {_OBJECTS}"
            " ON CONFLICT DO NOTHING",
            *place,
            PRESENT,
        )
    tx.run("INSERT INTO dirty (resource) SELECT id FROM resource WHERE type IN IDS ON CONFLICT DO NOTHING", numbers)
    tx.insert(tables.meta, "key, value", [(SWEEP, MARKED)], ignore=True)
