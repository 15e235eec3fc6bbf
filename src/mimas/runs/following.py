"""Objects that are made under an anchor or a name that a delete frees: the delete goes first."""

from collections.abc import Sequence

from mimas.runs.images import HELD
from mimas.runs.vanished import confirm_deletes
from mimas.schema import names
from mimas.store import objects, runs, tables
from mimas.store.database import Transaction
from mimas.store.runs import Note

FREE = "p.behind IS NULL"
"""An SQL condition: the pending export ``p`` waits for no delete."""

FREEING = "p.object IN (SELECT b.behind FROM pending_export b WHERE b.connector = p.connector AND b.behind IS NOT NULL)"
"""An SQL condition: others wait for the delete ``p``."""

BLOCKED = f"behind NOT IN (SELECT x.object FROM pending_export x WHERE x.operation = 'delete' AND x.state <> {HELD})"
"""An SQL condition: the delete that a pending export waits for is held, or is not to be any more."""


def any_at_all(tx: Transaction) -> bool:
    """Whether anybody waits for a delete."""
    return tx.value("SELECT 1 FROM pending_export WHERE behind IS NOT NULL LIMIT 1") is not None


def hand_over(tx: Transaction, connector: int, deleted: Sequence[int]) -> None:
    """These objects were deleted: whoever waited for that has their anchor and name now.

    The system has said that they are gone, and what it shows under that key from now on is another object.
    """
    rows = tx.rows(
        "SELECT behind, object FROM pending_export WHERE connector = ? AND behind IN IDS ORDER BY object",
        connector,
        list(deleted),
    )
    if rows:
        confirm_deletes(tx, connector, sorted({row[0] for row in rows}))
        claim(tx, connector, [row[1] for row in rows])


def claim(tx: Transaction, connector: int, ids: Sequence[int]) -> None:
    """Objects that are still to be made take their anchor and name, if these are free; else they wait behind the owner.

    A placeholder that stands there becomes the object.
    """
    for row in sorted(objects.load(tx, ids).values()):
        owners = {objects.find(tx, connector, [row.anchor])[0][0]} if row.anchor is not None else set()
        owners |= set(objects.find_names(tx, connector, [names.key(row.name)]).values()) if row.name else set()
        owners -= {None, row.id}
        empty = objects.placeholders(tx, sorted(owners))
        objects.become(tx, connector, dict.fromkeys(empty, row.id))
        owners -= empty
        behind = min(owners, default=None)
        tx.update(tables.pending_export, "connector, object, behind", [(connector, row.id, behind)], keys=2)
        if behind is None:
            keys = [(connector, row.anchor, row.id)] if row.anchor is not None else []
            tx.insert(tables.object_key, "connector, anchor, object", keys, ignore=True)
            named = [(connector, names.key(row.name), row.id)] if row.name else []
            tx.insert(tables.object_name, "connector, key, object", named, ignore=True)


_IN_VAIN = (
    "pending_export p JOIN object o ON o.id = p.object WHERE p.connector = ? AND p.behind IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM pending_export x"
    " WHERE x.connector = p.connector AND x.object = p.behind AND x.operation = 'delete')"
)
"""Those that wait for an object that is not to be deleted, or is gone."""


def tell_blocked(tx: Transaction, connector: int, step: int) -> int:
    """Whoever waits in vain claims again; say who cannot be made, because another one stays; how many."""
    claim(tx, connector, [row[0] for row in tx.rows(f"SELECT p.object FROM {_IN_VAIN}", connector)])
    rows = tx.rows(f"SELECT p.object, o.anchor, o.name FROM {_IN_VAIN}", connector)
    notes = [
        Note(
            "cd-existing-object",
            name or anchor or "",
            "another object has its name or anchor, and is not to be deleted",
            "Nothing was created. Make the name unique, for instance with a `unique` flow.",
            id_,
        )
        for id_, anchor, name in rows
    ]
    runs.note(tx, step, notes)
    return len(notes)
