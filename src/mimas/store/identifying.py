"""Which resource a text in a filter means: its id, the GUID by which an old product knew it, or ``Type/name``."""

from collections.abc import Callable

from mimas.store import facts, naming
from mimas.store.database import Transaction


def finder(tx: Transaction) -> Callable[[str], int | None]:
    """Text in the place of a reference → the resource; also one that has been deleted, and None where there is none.

    ``Type/name`` is the name of its document, by which a filter in a document names another set.
    """

    def find(text: str) -> int | None:
        if text.isdecimal():
            known: int | None = tx.value("SELECT id FROM resource WHERE id = ?", int(text)) if len(text) < 19 else None
            return known
        kind, slash, name = text.partition("/")
        if slash:
            return naming.resources(tx, [(kind, name)]).get((kind, name))
        return facts.known_by(tx, [text.casefold()]).get(text.casefold())

    return find
