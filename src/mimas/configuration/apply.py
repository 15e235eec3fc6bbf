"""Documents enter the store, and come out of it again: what is in force is what the store holds."""

from collections.abc import Sequence

from mimas.configuration.canonical import Change, diff, digest
from mimas.configuration.reach import Reach, reach
from mimas.configuration.reading import Document, pack, unpack
from mimas.store import tables
from mimas.store.history.past import Past
from mimas.store.runs import now
from mimas.store.store import Store


def in_force(store: Store) -> list[Document]:
    """The documents that are in force."""
    with store.reading() as tx:
        rows = tx.rows("SELECT kind, name, body, file FROM document ORDER BY kind, name")
    return [unpack(kind, name, body, file) for kind, name, body, file in rows]


def in_force_after(store: Store, place: int) -> list[Document]:
    """The documents that were in force after a batch of the history."""
    with store.reading() as tx:
        kinds = [row[0] for row in tx.rows("SELECT kind FROM document UNION SELECT kind FROM past_document")]
        rows = Past(tx, "document").rows(place, "kind", kinds)
    return [unpack(kind, name, body, file) for kind, name, body, file, *_ in rows]


def applied_at(store: Store) -> str:
    """The instant (ISO 8601, UTC) since which the documents are in force; empty when there are none."""
    with store.reading() as tx:
        return str(tx.value("SELECT MAX(applied) FROM document") or "")


def drift(store: Store, folder: Sequence[Document]) -> list[Change]:
    """What applying the folder would change."""
    return diff({(d.kind, d.name): d.body for d in in_force(store)}, folder)


def apply(store: Store, folder: Sequence[Document]) -> tuple[list[Change], Reach]:
    """Put the documents of a folder into force, all or none; what changed, and how far it reaches."""
    # Only whoever applies pays for importing the rules' engine.
    from mimas.runs.reaching import look_at_all, look_at_some

    before = in_force(store)
    changes = diff({(d.kind, d.name): d.body for d in before}, folder)
    far = reach(changes, before, folder)
    store.symbols(sorted({name for place in far.objects for name in place} | far.resources))
    at = now().isoformat(timespec="seconds").replace("+00:00", "Z")
    with store.transaction(durable=True) as tx:
        tx.run("DELETE FROM document")
        tx.insert(
            tables.document,
            "kind, name, body, file, hash, applied",
            [(d.kind, d.name, pack(d), d.place.file, digest(d), at) for d in folder],
        )
        if far.everything:
            look_at_all(tx, resolve=True)
        elif far:
            look_at_some(tx, store, far.objects, far.resources)
    return changes, far
