"""Documents enter the store, and come out of it again: what is in force is what the store holds."""

from collections.abc import Callable, Sequence
from pathlib import Path

from mimas.configuration.canonical import Change, diff, digest
from mimas.configuration.problem import Problem, errors
from mimas.configuration.reach import Reach, reach
from mimas.configuration.reading import Document, pack, unpack
from mimas.store import documents as stored
from mimas.store.documents import StoredDocument
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


def wrong_in_force(store: Store, home: Path) -> list[Problem]:
    """What would keep the documents that are in force from being applied, as a request may have left them."""
    from mimas.configuration.check import check

    return errors(check(home, in_force(store)))


def drift(store: Store, folder: Sequence[Document]) -> list[Change]:
    """What applying the folder would change."""
    return diff({(d.kind, d.name): d.body for d in in_force(store)}, folder)


def _silent(_: Problem) -> None:
    pass


def apply(
    store: Store, folder: Sequence[Document], home: Path = Path(), tell: Callable[[Problem], None] = _silent
) -> tuple[list[Change], Reach]:
    """Put the documents of a folder into force, all or none; what changed, and how far it reaches.

    ``home`` has the functions that documents name; ``tell`` is told of references that nobody was found for.
    Raises `ConfigurationError` for documents that cannot be used.
    """
    # Only whoever applies pays for importing the rules' engine.
    from mimas.configuration.placing import place, renew, resource_keys
    from mimas.runs.reaching import look_at_all, look_at_some

    before = in_force(store)
    changes = diff({(d.kind, d.name): d.body for d in before}, folder)
    far = reach(changes, before, folder)
    store.symbols(sorted({name for place in far.objects for name in place} | far.resources))
    known = {(d.kind, d.name): pack(d) for d in before}
    at = now().isoformat(timespec="seconds").replace("+00:00", "Z")
    with store.transaction(durable=True) as tx:
        gone = known.keys() - {(d.kind, d.name) for d in folder}
        stored.remove(tx, gone)
        new = [StoredDocument(d.kind, d.name, pack(d), d.place.file, digest(d)) for d in folder]
        files = {(d.kind, d.name): d.place.file for d in before}
        stored.write(tx, [d for d in new if (known.get(d[:2]), files.get(d[:2])) != (d.body, d.file)], at)
        if far.everything:
            look_at_all(tx, resolve=True)
        elif far:
            look_at_some(tx, store, far.objects, far.resources)
        place(tx, store, home, folder, resource_keys(before), tell)
    renew(store, home, folder)
    return changes, far
