"""The store as it was, as far as one resource has to do with it: what explains it then explains how it was.

Rows are put back as they were in a transaction that is undone (`Store.rehearsal`), so that the very queries of the sync
answer for a day of the past. What was not recorded is left out: why an export failed, what was to be sent and had not
been sent yet, and what only is reported when a system changes it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mimas.runs.symbols import Symbols
from mimas.schema import names
from mimas.schema.attributes import Kind
from mimas.schema.values import decode
from mimas.store import objects, tables
from mimas.store.database import Row, Transaction
from mimas.store.decisions import CUT, LINKED
from mimas.store.history import past, recording
from mimas.store.history.past import Past
from mimas.store.instants import stamp
from mimas.store.references import SENT
from mimas.store.resources import LIVE
from mimas.sync.context import Context


class ErasedError(Exception):
    """What was then has been erased since."""


@dataclass(frozen=True, slots=True)
class Restorer:
    """Puts rows back as they were at an instant; ``symbols``: the rules that were in force then."""

    tx: Transaction
    symbols: Symbols
    then: past.Then
    at: datetime

    def restore(self, resource: int, attribute: str, target: int | None, *, most: int) -> None:
        """What an answer about a resource rests on; of an attribute of references for the first ``most`` targets.

        Raises `LookupError` where the resource, or the target, was not there yet, and `ErasedError`.
        """
        self._kept(resource)
        rows = self._resources([resource] if target is None else [resource, target])
        linked = self._put_back("link", "resource", [resource])
        ids = sorted({row[0] for row in linked})
        self._put_back("object", "id", ids)
        self._facts(resource, ids)
        connectors = sorted({row[2] for row in linked})
        self._exports(ids)
        self._put_back("hold", "connector", connectors)
        self._groups(connectors)
        self.tx.run("DELETE FROM learned WHERE at > ?", stamp(self.at))
        type_ = next(self.symbols.types[row[1]] for row in rows if row[0] == resource)
        if type_.attributes[attribute].kind is Kind.REFERENCE:
            self._pointing(resource, self.symbols.store.symbol(attribute), ids, most if target is None else 0)
        elif self.symbols.counted:
            self._references(ids)

    def _pointing(self, resource: int, attribute: int, ids: Sequence[int], most: int) -> None:
        """To whom the resource and its objects referred, and what may have given that."""
        self._put_back("granted", "resource", [resource])
        references = self._put_back("resource_reference", "resource", [resource])
        self._resources(sorted({row[2] for row in references if row[1] == attribute})[:most])
        others = sorted({row[2] for row in self._references(ids)} - set(ids))
        self._put_back("object", "id", others)
        self._put_back("link", "object", others)

    def _put_back(self, table: str, column: str, values: Sequence[Any]) -> list[Row]:
        """Put back the rows that had one of some values in a column, in place of what there is of them; the rows."""
        was = Past(self.tx, table).rows(self.then.place, column, values)
        self._write(table, was, Past(self.tx, table).rows(None, column, values))
        return was

    def _write(self, table: str, was: Iterable[Row], is_: Iterable[Row]) -> None:
        recorded = recording.of(table)
        width, before, now = len(recorded.key), set(was), set(is_)
        changed = sorted({row[:width] for row in before ^ now})
        self.tx.delete(recorded.table, ", ".join(recorded.key), changed)
        self.tx.insert(recorded.table, ", ".join((*recorded.key, *recorded.columns)), sorted(before - now, key=repr))

    def _kept(self, resource: int) -> None:
        gone = "SELECT 1 FROM past_resource p LEFT JOIN batch b ON b.id = p.batch WHERE p.id = ? AND b.place > ?"
        if self.tx.value(f"{gone} AND p.erased IS NOT NULL LIMIT 1", resource, self.then.place):
            raise ErasedError(f"the data of resource {resource} have been erased since")

    def _resources(self, ids: Sequence[int]) -> list[Row]:
        """Resources, and the keys by which memberships find them."""
        rows = self._put_back("resource", "id", ids)
        if missing := set(ids) - {row[0] for row in rows}:
            raise LookupError(f"there was no resource {min(missing)} then")
        context = Context(self.at)
        keys = [
            (attribute, value, id_)
            for id_, type_, doc, _, state in rows
            for attribute, value in self.symbols.keys(type_, decode(doc), context, live=state == LIVE)
        ]
        self.tx.run("DELETE FROM resource_key WHERE resource IN IDS", list(ids))
        self.tx.insert(tables.resource_key, "attribute, value, resource", keys)
        return rows

    def _facts(self, resource: int, ids: Sequence[int]) -> None:
        # What has been decided since over these objects is known of other resources, or of none.
        self.tx.delete(tables.fact, "kind, key", [(kind, str(id_)) for id_ in ids for kind in (LINKED, CUT)])
        self._put_back("fact", "resource", [resource])

    def _exports(self, ids: Sequence[int]) -> None:
        """What had been sent by then, and was not confirmed."""
        rows = Past(self.tx, "pending_export").rows(self.then.place, "object", ids)
        sent = [row for row in rows if row[3] is not None and row[3] <= self.then.step]
        self.tx.run("DELETE FROM pending_export WHERE object IN IDS", list(ids))
        of: dict[int, int] = dict(self.tx.rows("SELECT id, connector FROM object WHERE id IN IDS", list(ids)))
        self.tx.insert(
            tables.pending_export,
            "connector, object, operation, state, step",
            [(of[object_], object_, operation, state, step) for object_, operation, state, step in sent],
        )

    def _references(self, ids: Sequence[int]) -> list[Row]:
        rows = self._put_back("reference", "object", ids)
        # Whether a value was on its way was not recorded.
        self.tx.run(f"UPDATE reference SET bits = bits & {~SENT} WHERE object IN IDS", list(ids))
        return rows

    def _groups(self, connectors: Collection[int]) -> None:
        """The groups that scopes ask for, under the names that they had, with their members."""
        for connector in connectors:
            asked = self.symbols.groups[connector].names if connector in self.symbols.groups else frozenset()
            if not asked:
                continue
            keys, texts = sorted({names.key(name) for name in asked}), sorted(asked)
            found = {row[0] for row in objects.find(self.tx, connector, texts) if row[0] is not None}
            found |= set(objects.find_names(self.tx, connector, keys).values())
            found |= {
                id_
                for id_, name, anchor in self.tx.rows(
                    "SELECT id, name, anchor FROM past_object WHERE name IS NOT NULL OR anchor IN TEXTS", texts
                )
                if anchor in asked or (name and names.key(name) in keys)
            }
            self._name_again(connector, self._put_back("object", "id", sorted(found)), keys)
            self._put_back("reference", "object", sorted(found))

    def _name_again(self, connector: int, rows: Iterable[Row], keys: Sequence[str]) -> None:
        """Objects are found by the names and anchors that they had."""
        own = [(id_, anchor, name) for id_, of, _, anchor, name, *_ in rows if of == connector]
        named = [(connector, names.key(name), id_) for id_, _, name in own if name and names.key(name) in keys]
        self.tx.run("DELETE FROM object_name WHERE connector = ? AND key IN TEXTS", connector, list(keys))
        self.tx.upsert(tables.object_name, "connector, key, object", named, "object = excluded.object")
        anchored = [(connector, anchor, id_) for id_, anchor, _ in own if anchor is not None]
        self.tx.upsert(tables.object_key, "connector, anchor, object", anchored, "object = excluded.object")
