"""A container that is renamed carries what it contains along: what is to be sent to that goes to its new name.

Only objects that are still to be sent to matter here; the next import shows all the others under their new names.
"""

import re

from mimas.schema import names
from mimas.schema.attributes import NAME
from mimas.schema.values import decode, encode
from mimas.store import objects, tables
from mimas.store.database import Transaction


class Carrier:
    """The pending objects of one connector and the containers they are in."""

    def __init__(self, connector: int, *, by_name: bool) -> None:
        """``by_name``: others refer to them by name, and may do so by the old one."""
        self.connector = connector
        self.by_name = by_name
        self._containers: set[str] | None = None

    def renamed(self, tx: Transaction, old: str, new: str) -> None:
        """The system has renamed an object."""
        if self._containers is None:
            self._containers = {above for _, name, _ in self._pending(tx) for above in _above(names.key(name))}
        if names.key(old) not in self._containers:
            return
        end, depth = f",{names.key(old)}", names.depth(old)
        moved = []
        for object_, name, seen in self._pending(tx):
            if names.key(name).endswith(end):
                kept = names.split(name)[:-depth]
                moved.append((object_, name, ",".join([*kept, new]), seen))
        self._write(tx, moved)
        self._containers = None

    def _pending(self, tx: Transaction) -> list[tuple[int, str, str | None]]:
        rows = tx.rows(
            "SELECT o.id, o.name, o.seen FROM pending_export p JOIN object o ON o.id = p.object"
            " WHERE p.connector = ? AND p.operation <> 'add' AND o.name IS NOT NULL",
            self.connector,
        )
        return [(id_, name, seen) for id_, name, seen in rows]

    def _write(self, tx: Transaction, moved: list[tuple[int, str, str, str | None]]) -> None:
        connector = self.connector
        tx.insert(
            tables.pending_import,
            "connector, object, synced",
            [(connector, object_, seen) for object_, _, _, seen in moved],
            ignore=True,
        )
        tx.delete(
            tables.object_name, "connector, key, object", [(connector, names.key(old), o) for o, old, _, _ in moved]
        )
        named = {names.key(new): object_ for object_, _, new, _ in moved}
        objects.take_places(tx, connector, named)
        rows = [(connector, key, object_) for key, object_ in named.items()]
        tx.upsert(tables.object_name, "connector, key, object", rows, "object = excluded.object")
        shown = [(o, new, encode(decode(seen) | {NAME: new}) if seen else None) for o, _, new, seen in moved]
        tx.update(tables.object_, "id, name, seen", shown)
        if self.by_name:
            # The next import finds the new names known already, and so would see no rename.
            objects.look_again_at_referrers(tx, connector, [object_ for object_, *_ in moved])


_PARENT = re.compile(r"(?<!\\),")


def _above(key: str) -> list[str]:
    """The keys of all containers above an object."""
    return [key[match.end() :] for match in _PARENT.finditer(key)]
