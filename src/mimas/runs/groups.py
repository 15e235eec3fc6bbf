"""Groups that scopes ask for (ISMEMBEROF): who is in them, and whom to look at again when that changes."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from mimas.schema import names
from mimas.store import objects
from mimas.store.database import Transaction
from mimas.store.objects import PRESENT
from mimas.store.references import SEEN, Triple
from mimas.store.store import Store

Membership: TypeAlias = frozenset[tuple[str, str]]
"""(reference attribute, name of the group as the scope has it)."""

NONE: Membership = frozenset()


class Groups:
    """Those of one connector; none, where no scope asks for any."""

    def __init__(self, store: Store, connector: int, asked: Membership) -> None:
        self.connector = connector
        self._asked = [(store.symbol(attribute), attribute, name) for attribute, name in sorted(asked)]
        self._attributes = {symbol for symbol, _, _ in self._asked}
        self._keys = {names.key(name) for _, _, name in self._asked}

    @property
    def names(self) -> frozenset[str]:
        """The names of the groups, as the scopes have them."""
        return frozenset(name for _, _, name in self._asked)

    def __bool__(self) -> bool:
        return bool(self._asked)

    def of(self, tx: Transaction, ids: Sequence[int]) -> dict[int, Membership]:
        """Object → the groups it is in, for those of some objects that are in any."""
        found: dict[int, Membership] = {}
        groups = self._found(tx) if ids and self._asked else {}
        for group, attribute, target in (
            tx.rows(
                "SELECT r.object, r.attribute, r.target FROM reference r JOIN object o ON o.id = r.object"
                f" WHERE r.target IN IDS AND r.object IN IDS AND (r.bits & {SEEN}) <> 0 AND o.presence = {PRESENT}",
                list(ids),
                sorted({group for group, _ in groups}),
            )
            if groups
            else ()
        ):
            found[target] = found.get(target, NONE) | groups.get((group, attribute), NONE)
        return found

    def changed(self, tx: Transaction, triples: Iterable[Triple]) -> None:
        """Look again at whom a group has gained or lost."""
        concerned = [triple for triple in triples if triple[1] in self._attributes]
        groups = self._found(tx) if concerned else {}
        _look_again(tx, {target for group, attribute, target in concerned if (group, attribute) in groups})

    def renamed(self, tx: Transaction, rows: Iterable[tuple[int, str | None, str]]) -> None:
        """Look again at all members of groups that have got or lost a name that is asked for: (object, old, new)."""
        if self._keys:
            self.gone(tx, [o for o, *both in rows if any(name and names.key(name) in self._keys for name in both)])

    def gone(self, tx: Transaction, ids: Sequence[int]) -> bool:
        """Look again at all members of these objects; whether there are any."""
        targets: set[int] = set()
        if ids and self._asked:
            rows = tx.rows(
                "SELECT target FROM reference WHERE object IN IDS AND attribute IN IDS",
                list(ids),
                sorted(self._attributes),
            )
            targets = {row[0] for row in rows}
            _look_again(tx, targets)
        return bool(targets)

    def _found(self, tx: Transaction) -> dict[tuple[int, int], Membership]:
        """(group, attribute) → how the scopes call it."""
        found: dict[tuple[int, int], Membership] = {}
        named = objects.find_names(tx, self.connector, sorted(self._keys))
        anchored = objects.find(tx, self.connector, [name for _, _, name in self._asked])
        for (symbol, attribute, name), (by_anchor, _) in zip(self._asked, anchored, strict=True):
            group = named.get(names.key(name), by_anchor)
            if group is not None:
                found[group, symbol] = found.get((group, symbol), NONE) | {(attribute, name)}
        return found


def _look_again(tx: Transaction, ids: set[int]) -> None:
    if ids:
        tx.run(
            "INSERT INTO pending_import (connector, object, synced) SELECT connector, id, seen FROM object"
            " WHERE id IN IDS AND presence = ? ON CONFLICT DO NOTHING",
            sorted(ids),
            PRESENT,
        )
