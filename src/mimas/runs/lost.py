"""Adds whose answer was lost, in systems that give the anchor themselves: the next import finds them by their values.

An object with a name, or with an anchor that the rules give, is found by that. Of the others only what they were sent
with is known, so it is kept while they are on the wire: whoever sent such an add twice would make the object twice.
A system that changes values as it takes them hides its object from this; the import then shows it as a disconnector.
"""

from collections.abc import Iterable

from mimas.connectors.contract import Entry, Export, Operation
from mimas.runs.images import SENDING
from mimas.schema.values import decode_wanted, encode
from mimas.store import mode
from mimas.store.database import Transaction
from mimas.store.objects import NONE

NOT_DONE = "sent = CASE operation WHEN 'add' THEN NULL ELSE sent END"
"""What becomes of pending exports that are known not to have been done."""


def remember(tx: Transaction, connector: int, exports: Iterable[Export]) -> None:
    """These are about to be sent."""
    ids = [e.id for e in exports if e.operation is Operation.ADD and e.anchor is None and e.name is None]
    if ids:
        tx.run(
            "UPDATE pending_export SET sent = (SELECT o.wanted FROM object o WHERE o.id = pending_export.object)"
            " WHERE connector = ? AND object IN IDS",
            connector,
            ids,
        )


class Lost:
    """The adds of one connector whose outcome is unknown."""

    def __init__(self, tx: Transaction, connector: int) -> None:
        # In staging mode it is another installation that sends what is wanted here.
        staging = "OR p.operation = 'add'" if mode.staging_since(tx) else ""
        self._objects: dict[tuple[int, tuple[str, ...]], dict[str, list[int]]] = {}
        """(type, attributes sent) → document of them → objects."""
        for object_, type_, sent in tx.rows(
            "SELECT p.object, o.type, coalesce(p.sent, o.wanted) FROM pending_export p JOIN object o ON o.id = p.object"
            f" WHERE p.connector = ? AND (p.state = ? AND p.sent IS NOT NULL {staging})"
            " AND o.presence = ? AND o.anchor IS NULL AND o.name IS NULL",
            connector,
            SENDING,
            NONE,
        ):
            values = {name: value for name, value in decode_wanted(sent).items() if value not in (None, [])}
            sent_with = self._objects.setdefault((type_, tuple(values)), {})
            sent_with.setdefault(encode(values), []).append(object_)

    def __bool__(self) -> bool:
        return bool(self._objects)

    def take(self, type_: int, entry: Entry) -> int | None:
        """The object that a new entry is, if it is one of them; each comes once."""
        for (of, attributes), objects in self._objects.items():
            if of == type_:
                found = objects.get(encode({name: entry.values.get(name) for name in attributes}))
                if found:
                    return found.pop(0)
        return None
