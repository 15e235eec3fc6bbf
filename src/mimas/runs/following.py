"""Objects that are made under an anchor or a name that a delete frees: the delete goes first."""

from collections.abc import Sequence

from mimas.runs.images import HELD
from mimas.runs.vanished import confirm_deletes
from mimas.schema import names
from mimas.store import runs, tables
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
        "SELECT p.behind, o.id, o.anchor, o.name FROM pending_export p JOIN object o ON o.id = p.object"
        " WHERE p.connector = ? AND p.behind IN IDS",
        connector,
        list(deleted),
    )
    if not rows:
        return
    confirm_deletes(tx, connector, [row[0] for row in rows])
    keys = [(connector, anchor, id_) for _, id_, anchor, _ in rows if anchor is not None]
    named = [(connector, names.key(name), id_) for _, id_, _, name in rows if name]
    tx.upsert(tables.object_key, "connector, anchor, object", keys, "object = excluded.object, fingerprint = NULL")
    tx.upsert(tables.object_name, "connector, key, object", named, "object = excluded.object")
    tx.run("UPDATE pending_export SET behind = NULL WHERE connector = ? AND behind IN IDS", connector, list(deleted))


def tell_blocked(tx: Transaction, connector: int, step: int) -> int:
    """Say who waits for an object that is not to be deleted any more; how many."""
    rows = tx.rows(
        "SELECT p.object, o.anchor, o.name FROM pending_export p JOIN object o ON o.id = p.object"
        " WHERE p.connector = ? AND p.behind IS NOT NULL AND NOT EXISTS (SELECT 1 FROM pending_export x"
        " WHERE x.connector = p.connector AND x.object = p.behind AND x.operation = 'delete')",
        connector,
    )
    notes = [
        Note(
            "cd-existing-object",
            name or anchor or "",
            "its name or anchor belonged to an object that was to be deleted, and is not any more",
            "Nothing was created. Make the name unique, for instance with a `unique` flow.",
            id_,
        )
        for id_, anchor, name in rows
    ]
    runs.note(tx, step, notes)
    return len(notes)
