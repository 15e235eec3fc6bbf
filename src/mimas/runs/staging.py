"""Staging: entries become connector objects, and what differs from before becomes pending."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from mimas.connectors.contract import Connector, Entry, EntryError, Page, Sought
from mimas.runs import echoes
from mimas.runs.comparing import Comparer
from mimas.runs.confirming import Confirmer
from mimas.runs.groups import Groups
from mimas.runs.lost import Lost
from mimas.runs.merging import merged
from mimas.runs.referencing import Referencer
from mimas.runs.tally import Kept, Tally
from mimas.schema import names
from mimas.schema.attributes import Kind, secrets
from mimas.schema.values import encode
from mimas.store import moved, objects, references, tables
from mimas.store.database import Row, Transaction
from mimas.store.objects import NONE, PRESENT, Stored
from mimas.store.runs import Note
from mimas.store.store import Store
from mimas.sync.interest import Interest

_FEW = 5_000
"""Up to so many changed references of a page are followed one by one; more are soonest looked at as a whole."""


class Stager:
    """Stages the changed records of one import step."""

    def __init__(
        self,
        tx: Transaction,
        store: Store,
        connector: Connector[Any],
        symbol: int,
        step: int,
        interest: Interest,
        now: datetime,
        counters: Tally,
    ) -> None:
        self.store = store
        self.connector = connector
        self.symbol = symbol
        self.step = step
        self.counters = counters
        self.errors = 0
        self._notes: list[Note] = []
        self._parts: list[Sought] = []
        self.named = connector.capabilities.named
        self.types = {name: store.symbol(name) for name in connector.schema}
        self.attentive = {self.types[name] for name in interest.attentive if name in self.types}
        self.watchful = {self.types[name] for name in interest.watchful if name in self.types}
        self.secrets = secrets(connector.schema)
        self.refers = {
            name: any(attribute.kind is Kind.REFERENCE for attribute in type_.attributes.values())
            for name, type_ in connector.schema.items()
        }
        self.counting = {
            self.types[name]
            for name, asked in interest.counted
            if name in self.types
            and (attribute := connector.schema[name].attributes.get(asked)) is not None
            and attribute.kind is Kind.REFERENCE
        }
        """The types of which rules ask how many values a reference has."""
        self.groups = Groups(store, symbol, interest.groups)
        self.references = Referencer(store, connector, symbol, self.groups)
        self._lost: Lost | None = None
        self.comparer = Comparer(tx, store, symbol, interest.lenience)
        self.confirmer = Confirmer(store, symbol, interest.governed, self.comparer, connector.schema, now)

    def problem(self, note: Note) -> None:
        """Something is wrong with a record; the step goes on."""
        self.errors += 1
        self.counters.note("discovery-errors", [note], lambda note: Kept(self.symbol, note.object, None, note.name))
        self._notes.append(note)

    def duplicate(self, key: str, object_: int | None = None) -> None:
        """A second record with the anchor of an earlier one."""
        self.problem(
            Note(
                "duplicate-object",
                key,
                "a second record has the same anchor; the first one was kept",
                "Remove one of the records at the source, or choose an anchor that tells them apart.",
                object_,
            )
        )

    def take_notes(self) -> list[Note]:
        """The notes since the last call."""
        notes, self._notes = self._notes, []
        return notes

    def take_parts(self) -> list[Sought]:
        """The objects of which only changes were shown, and nothing is known to change: since the last call."""
        parts, self._parts = self._parts, []
        return parts

    def stage(self, tx: Transaction, page: Page, new: Sequence[int], known: dict[int, int]) -> list[int]:
        """Stage some records of a page: new ones, and known ones (position → object id). The objects concerned."""
        failed: list[int] = []
        fresh: dict[str, tuple[int, Entry]] = {}
        for index in new:
            entry = self._entry(page, index, None, failed)
            if entry is None:
                continue
            if entry.partial:
                self._parts.append(Sought(entry.type, entry.anchor, entry.name))
            elif entry.anchor in fresh:
                self.duplicate(entry.anchor)
            else:
                fresh[entry.anchor] = (index, entry)
        changed: list[tuple[int, Entry, int]] = []
        for index, object_ in known.items():
            entry = self._entry(page, index, object_, failed)
            if entry is not None:
                changed.append((index, entry, object_))
        adopted = self._adopt(tx, fresh) if fresh else []
        changed += adopted
        stored = objects.load(tx, [object_ for _, _, object_ in changed])
        unknown = [entry for _, entry, o in changed if entry.partial and stored[o].presence != PRESENT]
        if unknown:
            self._parts += [Sought(entry.type, entry.anchor, entry.name) for entry in unknown]
            changed = [row for row in changed if not row[1].partial or stored[row[2]].presence == PRESENT]
        # Names first: what refers to an object may stand before it, and by its new name.
        self._rename(tx, [(o, stored[o].name, e.name) for _, e, o in changed if e.name and e.name != stored[o].name])
        staged = self._stage_new(tx, page, fresh) if fresh else []
        if changed:
            staged += self._stage_known(tx, page, changed, stored, {index for index, _, _ in adopted})
        return staged + failed

    def finish(self, tx: Transaction) -> None:
        """All names are known now: settle the objects whose references pointed to unknown ones."""
        late = self.confirmer.take_late()
        objects.put_off(tx, self.symbol, [row.id for row, _ in late], done=True)
        before = self.references.load(tx, [row.id for row, _ in late])
        looked_at = [
            (row, doc, {attribute: seen for attribute, (seen, _) in before.get(row.id, {}).items()}, True)
            for row, doc in late
        ]
        self.confirmer.confirm(tx, looked_at, self.counters, self._notes, last=True)

    def _entry(self, page: Page, index: int, object_: int | None, failed: list[int]) -> Entry | None:
        try:
            entry = page.entry(index)
        except EntryError as error:
            self.problem(Note(error.code, page.keys[index], error.message, error.advice, object_))
            if object_ is not None:
                failed.append(object_)
            return None
        for name in self.secrets.get(entry.type, self.secrets[""]):
            for shown in (entry.values, entry.added, entry.removed):
                shown.pop(name, None)
        return entry

    def _adopt(self, tx: Transaction, fresh: dict[str, tuple[int, Entry]]) -> list[tuple[int, Entry, int]]:
        """New anchors of objects we made ourselves, and of placeholders, found by the name or by what was sent."""
        if not self.named:
            return self._find_lost(tx, fresh)
        keys = {names.key(entry.name): anchor for anchor, (_, entry) in fresh.items() if entry.name}
        found = objects.find_names(tx, self.symbol, list(keys))
        if not found:
            return []
        stored = objects.load(tx, list(found.values()))
        adopted = []
        for key, object_ in found.items():
            row = stored.get(object_)
            if row is not None and row.anchor is None and row.presence == NONE:
                index, entry = fresh.pop(keys[key])
                adopted.append((index, entry, object_))
        return adopted

    def _find_lost(self, tx: Transaction, fresh: dict[str, tuple[int, Entry]]) -> list[tuple[int, Entry, int]]:
        if self._lost is None:
            self._lost = Lost(tx, self.symbol)
        found = []
        for anchor, (index, entry) in list(fresh.items()) if self._lost else ():
            object_ = self._lost.take(self.types.get(entry.type, 0), entry)
            if object_ is not None:
                del fresh[anchor]
                found.append((index, entry, object_))
        return found

    def _stage_new(self, tx: Transaction, page: Page, fresh: dict[str, tuple[int, Entry]]) -> list[int]:
        first = tx.allocate("object", len(fresh))
        symbol, types, fingerprints = self.symbol, self.types, page.fingerprints
        key_rows, object_rows, name_rows = [], [], []
        ids = range(first, first + len(fresh))
        for object_, (anchor, (index, entry)) in zip(ids, fresh.items(), strict=True):
            key_rows.append((symbol, anchor, object_, fingerprints[index]))
            type_ = types.get(entry.type)
            object_rows.append((object_, symbol, type_, anchor, entry.name, PRESENT, encode(entry.values)))
            if entry.name:
                name_rows.append((symbol, names.key(entry.name), object_))
        key_rows.sort()
        tx.insert(tables.object_key, "connector, anchor, object, fingerprint", key_rows)
        tx.insert(tables.object_, "id, connector, type, anchor, name, presence, seen", object_rows)
        tx.upsert(tables.object_name, "connector, key, object", name_rows, "object = excluded.object")
        tx.insert(tables.pending_import, "connector, object", [(symbol, object_) for object_ in ids])
        self.references.add(tx, [(o, e) for o, (_, e) in zip(ids, fresh.values(), strict=True) if e.references])
        self.counters.note("stage-add", object_rows, _kept)
        return list(ids)

    def _stage_known(
        self,
        tx: Transaction,
        page: Page,
        changed: list[tuple[int, Entry, int]],
        stored: dict[int, Stored],
        adopted: set[int],
    ) -> list[int]:
        symbol = self.symbol
        shown = self.references.resolve(tx, [entry for _, entry, _ in changed])
        before = self.references.load(tx, [o for _, e, o in changed if self.refers.get(e.type)])
        object_rows, key_rows, new_keys, pending, looked_at, ours = [], [], [], [], [], []
        counted: dict[str, list[Row]] = {}
        only_moved: set[int] = set()
        for index, entry, object_ in changed:
            row = stored[object_]
            fingerprint = page.fingerprints[index]
            if index in adopted:
                new_keys.append((symbol, entry.anchor, object_, fingerprint))
            else:
                key_rows.append((symbol, entry.anchor, fingerprint))
            values, after = merged(entry, row, shown, before.get(object_, {}), self.references.attributes)
            doc = encode(values)
            name = entry.name or (row.name if entry.partial else None)
            moved = self.references.change(object_, before.get(object_, {}), after)
            if doc == row.seen and row.presence == PRESENT and not moved and name == row.name:
                self.counters["stage-no-change"] += 1
                looked_at.append((row, doc, after, False))
                continue
            counted.setdefault(_counter(row, name), []).append((object_, symbol, None, entry.anchor, name))
            if row.ours is not None:
                ours.append((object_, row.type, row.ours, values))
            type_ = self.types.get(entry.type, row.type)
            object_rows.append((object_, type_, entry.anchor, name, PRESENT, doc))
            looked_at.append((row, doc, after, True))
            pending.append((symbol, object_, row.seen))
            if doc == row.seen and row.presence == PRESENT and name == row.name and type_ not in self.counting:
                only_moved.add(object_)
        for counter in ("stage-add", "stage-update", "stage-rename"):
            self.counters.note(counter, counted.get(counter, ()), _kept)
        tx.update(tables.object_key, "connector, anchor, fingerprint", sorted(key_rows), keys=2)
        tx.upsert(
            tables.object_key,
            "connector, anchor, object, fingerprint",
            sorted(new_keys),
            "object = excluded.object, fingerprint = excluded.fingerprint",
        )
        tx.update(tables.object_, "id, type, anchor, name, presence, seen", object_rows)
        changes = self.references.noted(only_moved)
        self.references.write(tx)
        settled = self.confirmer.confirm(tx, looked_at, self.counters, self._notes)
        objects.put_off(tx, self.symbol, sorted(self.confirmer.late.intersection(row.id for row, *_ in looked_at)))
        left = [
            (id_, echoes.left(put, shown, partial(self.comparer.as_shown, type_))) for id_, type_, put, shown in ours
        ]
        tx.update(tables.object_, "id, ours", left)
        settled -= {row.id for row, *_ in looked_at if row.presence != PRESENT and row.type in self.attentive}
        settled -= {row.id for row, *_ in looked_at if row.type in self.watchful}
        through = settled | self._follow(tx, only_moved - settled, changes)
        tx.insert(
            tables.pending_import,
            "connector, object, synced",
            [row for row in pending if row[1] not in through],
            ignore=True,
        )
        return [object_ for _, _, object_ in changed]

    def _follow(self, tx: Transaction, only_moved: set[int], changes: list[tuple[int, int]]) -> set[int]:
        """Objects of which nothing but a few references has changed: those are followed value by value."""
        mine = [pair for pair in changes if pair[0] in only_moved]
        if not mine or len(mine) > _FEW:
            return set()
        return only_moved - moved.add_of_objects(tx, mine)

    def _rename(self, tx: Transaction, renamed: Sequence[tuple[int, str | None, str]]) -> None:
        """Objects by their new names: (object, old, new). A placeholder under a new name becomes the object."""
        if not renamed:
            return
        self.groups.renamed(tx, renamed)
        if self.references.by_name:
            objects.look_again_at_referrers(tx, self.symbol, [object_ for object_, old, _ in renamed if old])
        keys = {names.key(new): object_ for object_, _, new in renamed}
        holders = objects.find_names(tx, self.symbol, list(keys))
        stored = objects.load(tx, list(holders.values()))
        rows = [(self.symbol, names.key(old), object_) for object_, old, _ in renamed if old]
        tx.delete(tables.object_name, "connector, key, object", rows)
        rows = [(self.symbol, key, object_) for key, object_ in keys.items()]
        tx.upsert(tables.object_name, "connector, key, object", rows, "object = excluded.object")
        places = {
            id_: keys[key] for key, id_ in holders.items() if stored[id_].type is None and stored[id_].anchor is None
        }
        references.merge(tx, {id_: object_ for id_, object_ in places.items() if id_ != object_})
        # Whoever had the name until now has none, until the system shows it under one.
        robbed = set(holders.values()).difference(places, (object_ for object_, _, _ in renamed))
        tx.update(tables.object_, "id, name", [(id_, None) for id_ in sorted(robbed)])


def _counter(row: Stored, name: str | None) -> str:
    """What an object that was known, and is shown under that name now, counts as."""
    if row.presence != PRESENT:
        return "stage-add"
    return "stage-rename" if name != row.name and row.name is not None else "stage-update"


def _kept(row: Row) -> Kept:
    """What is kept of an object of which a row begins with its id, connector, type, anchor and name."""
    object_, connector, _, anchor, name, *_ = row
    return Kept(connector, object_, None, name or anchor)
