"""Documents enter the store, and come out of it again: what is in force is what the store holds."""

from collections.abc import Iterable, Sequence

from mimas.configuration.canonical import Change, diff, digest
from mimas.configuration.documents import AT_ONCE
from mimas.configuration.reading import Document, pack, unpack
from mimas.store import tables
from mimas.store.runs import now
from mimas.store.store import Store


def in_force(store: Store) -> list[Document]:
    """The documents that are in force."""
    with store.transaction() as tx:
        rows = tx.rows("SELECT kind, name, body, file FROM document ORDER BY kind, name")
    return [unpack(kind, name, body, file) for kind, name, body, file in rows]


def drift(store: Store, folder: Sequence[Document]) -> list[Change]:
    """What applying the folder would change."""
    return diff({(d.kind, d.name): d.body for d in in_force(store)}, folder)


def anew(changes: Iterable[Change]) -> bool:
    """Whether the next sync has to look at everything after these changes."""
    return any(change.kind not in AT_ONCE for change in changes)


def apply(store: Store, folder: Sequence[Document]) -> list[Change]:
    """Put the documents of a folder into force, all or none; what changed. See `anew`."""
    # Only whoever applies pays for importing the rules' engine.
    from mimas.runs.syncing import FULL, SWEEP

    changes = drift(store, folder)
    at = now().isoformat(timespec="seconds").replace("+00:00", "Z")
    with store.transaction(durable=True) as tx:
        tx.run("DELETE FROM document")
        tx.insert(
            tables.document,
            "kind, name, body, file, hash, applied",
            [(d.kind, d.name, pack(d), d.place.file, digest(d), at) for d in folder],
        )
        if anew(changes):
            tx.upsert(tables.meta, "key, value", [(SWEEP, FULL)], "value = excluded.value")
    return changes
