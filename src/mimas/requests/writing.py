"""Resources as requests and documents write them: values, references, and the keys that they are found by."""

from collections.abc import Mapping, Sequence
from typing import Any

from mimas.language.coercion import as_date
from mimas.requests.target import Target
from mimas.runs.dues import write_dues
from mimas.runs.keying import plain_keys
from mimas.runs.symbols import Symbols
from mimas.runs.waking import wake
from mimas.schema.values import decode, encode
from mimas.store import resources, tables
from mimas.store.database import Transaction
from mimas.store.instants import stamp
from mimas.store.referring import OWN, refer
from mimas.store.resources import DELETED, LIVE, Key, StoredResource
from mimas.sync.context import Context

Reference = tuple[str, int]
"""(attribute, id)."""

EXPIRATION = "ExpirationTime"
"""The attribute that says when a resource ends by itself (MIM: the Expiration Workflow)."""
EXPIRES = 8
"""The stratum of the dues of these: see `mimas.runs.dues`."""
MADE = "own"
"""The kind of the fact that a resource was made by a request or a document: no link has to keep it alive."""


class Writer:
    """Writes the store's own values of resources within one transaction."""

    def __init__(self, tx: Transaction, symbols: Symbols) -> None:
        self.tx = tx
        self.symbols = symbols
        self.store = symbols.store
        self.context = Context(self.store.clock())

    def create(
        self,
        type_: str,
        values: Mapping[str, Any],
        references: Sequence[Reference],
        *,
        fact: bool,
        last: bool = False,
    ) -> int:
        """Make a resource; its id. ``fact``: remember that it was made here, as sync rules may end it otherwise.

        ``last``: it is the last thing to be written, most likely.
        """
        tx, symbol = self.tx, self.store.symbol
        row = (symbol(type_), encode(values), self.symbols.pattern(tx, ()))
        keys = self._keys(type_, values, live=True)
        refers = {(symbol(attribute), target, symbol(OWN)) for attribute, target in references}
        id_ = resources.make(tx, row, keys, refers, self.store.foresee_commit if last else None)
        if fact:
            rows = [(MADE, str(id_), id_, None, stamp(self.context.now))]
            tx.insert(tables.fact, "kind, key, resource, value, at", rows, ignore=True)
        self._expires(type_, id_, {}, values)
        self._follow(type_, id_, keys)
        return id_

    def create_many(self, type_: str, several: Sequence[Mapping[str, Any]]) -> list[int]:
        """Make many resources at once, without references; their ids."""
        tx, number = self.tx, self.store.symbol(type_)
        pattern = self.symbols.pattern(tx, ())
        first = tx.allocate("resource", len(several))
        rows = [(first + index, number, encode(values), pattern, LIVE) for index, values in enumerate(several)]
        keys = [
            (symbol, key, first + index)
            for index, values in enumerate(several)
            for symbol, key in self._keys(type_, values, live=True)
        ]
        resources.write(tx, rows, [], keys, [])
        made = [(MADE, str(row[0]), row[0], None, stamp(self.context.now)) for row in rows]
        tx.insert(tables.fact, "kind, key, resource, value, at", made, ignore=True)
        resources.mark_dirty(tx, [row[0] for row in rows])
        return [row[0] for row in rows]

    def refer_many(self, attribute: str, pairs: Sequence[tuple[int, int]]) -> None:
        """Let many resources refer to others by an attribute."""
        number, origin = self.store.symbols([attribute, OWN])
        rows = sorted((resource, number, target, origin) for resource, target in pairs)
        self.tx.insert(tables.resource_reference, "resource, attribute, target, origin", rows, ignore=True)

    def change(
        self, target: Target, values: Mapping[str, Any], added: Sequence[Reference], removed: Sequence[Reference]
    ) -> None:
        """Give a resource these values, and other references."""
        row = target.row
        assert row is not None
        before, now = self._keys(target.type, decode(row.doc), live=True), self._keys(target.type, values, live=True)
        self._write(row, encode(values), LIVE, now - before, before - now)
        refer(self.tx, self.store, row.id, added, removed)
        self._expires(target.type, row.id, decode(row.doc), values)
        self._follow(target.type, row.id, before ^ now)

    def delete(self, target: Target) -> None:
        """End a resource; it keeps its keys, so that whoever comes back finds it."""
        row = target.row
        assert row is not None
        values = decode(row.doc)
        living, kept = (self._keys(target.type, values, live=live) for live in (True, False))
        self._write(row, row.doc, DELETED, set(), living - kept)
        self._expires(target.type, row.id, values, {})
        self.tx.delete(tables.fact, "kind, key", [(MADE, str(row.id))])
        self._follow(target.type, row.id, living)

    def _expires(self, type_: str, id_: int, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        """When it ends by itself: see `mimas.requests.expiring`."""
        if before.get(EXPIRATION) != now.get(EXPIRATION) and EXPIRATION in self.store.catalogue.get(type_, {}):
            at = now.get(EXPIRATION)
            write_dues(self.tx, EXPIRES, {id_: as_date(str(at)) if at else None})

    def _write(self, row: StoredResource, doc: str, state: int, new: set[Key], gone: set[Key]) -> None:
        if doc == row.doc and state == row.state:
            return
        resources.write(
            self.tx,
            [],
            [(row, doc, row.pattern, state)],
            [(symbol, key, row.id) for symbol, key in new],
            [(symbol, key, row.id) for symbol, key in gone],
        )

    def _keys(self, type_: str, values: Mapping[str, Any], *, live: bool) -> set[Key]:
        number = self.store.symbol(type_)
        if number in self.symbols.types:
            return self.symbols.keys(number, values, self.context, live=live)
        return set(plain_keys(self.store, type_, values))

    def _follow(self, type_: str, id_: int, keys: set[Key]) -> None:
        """What the sync rules make of it: objects that waited for a key, and what the resource is to be elsewhere."""
        # What no sync rule and no membership knows goes nowhere.
        goes = self.symbols.rules or self.symbols.member_of
        if not goes or self.store.symbol(type_) not in self.symbols.types:
            return
        wake(self.tx, sorted(keys))
        resources.mark_dirty(self.tx, [id_])
