"""Documents become resources: many at a time, within the transaction in which they are put into force.

Who a document means is told by its GUID, else by its name; so one with a GUID can be renamed. A resource whose document
is gone is deleted, and is the same one again if the document comes back. What nobody can be found for yet, as a person
whom a sync is still to bring, is told, and looked for again each time that documents are applied.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mimas.requests import policy
from mimas.requests.documents import NOBODYS, Owners, held, key_of
from mimas.requests.meaning import Meaning
from mimas.requests.writing import MADE, Writer
from mimas.runs.waking import wake
from mimas.schema.attributes import Attribute
from mimas.schema.values import Values, decode, encode
from mimas.store import facts, naming, resources, tables
from mimas.store.database import Row
from mimas.store.instants import stamp
from mimas.store.naming import Key
from mimas.store.referring import OWN, own
from mimas.store.resources import DELETED, LIVE, StoredResource


@dataclass(frozen=True, slots=True)
class Draft:
    """A document that has been read: what its resource is to be."""

    kind: str
    name: str
    guid: str
    values: Values
    references: tuple[tuple[Attribute, str], ...]
    """(attribute, what it says of whom it refers to)."""
    begins: Values = field(default_factory=dict)
    """What a resource has when it is made, and may be given another value of."""

    @property
    def key(self) -> Key:
        """The document."""
        return self.kind, self.name


@dataclass(frozen=True, slots=True)
class Unfound:
    """A reference of a document that nobody was found for."""

    draft: Draft
    attribute: Attribute
    text: str


class TakenError(Exception):
    """Two documents mean the same resource, or one means a resource of another type."""

    def __init__(self, draft: Draft, message: str) -> None:
        super().__init__(message)
        self.draft = draft


@dataclass(slots=True)
class _Written:
    """Rows to write."""

    new: list[Row] = field(default_factory=list)
    changed: list[tuple[StoredResource, str, int, int]] = field(default_factory=list)
    keys_added: list[tuple[int, str, int]] = field(default_factory=list)
    keys_removed: list[tuple[int, str, int]] = field(default_factory=list)


class Placer(Writer):
    """Writes the resources of documents."""

    owners: Owners = NOBODYS

    def place(self, drafts: Sequence[Draft], gone: Collection[Key]) -> list[Unfound]:
        """Make, change and delete resources; ``gone``: documents that were in force and are no more.

        What could not be found is returned. Raises `TakenError`.
        """
        known = naming.resources(self.tx, {*gone, *(draft.key for draft in drafts)})
        ids = self._identified(drafts, known)
        rows = {row.id: row for row in resources.load(self.tx, sorted({*ids.values(), *known.values()}))}
        self._typed(drafts, ids, rows)
        written = _Written()
        lost = {id_ for key, id_ in known.items() if key in gone} - set(ids.values())
        self._end([row for id_, row in rows.items() if id_ in lost and row.state == LIVE], written)
        for draft in drafts:
            self._write_values(draft, ids[draft.key], rows.get(ids[draft.key]), written)
        resources.write(self.tx, written.new, written.changed, written.keys_added, written.keys_removed)
        self._remember(drafts, ids, known)
        unfound, referring = self._refer(drafts, ids)
        self._follow_all(written, referring)
        return unfound

    def _identified(self, drafts: Sequence[Draft], known: Mapping[Key, int]) -> dict[Key, int]:
        """Document → its resource; new ones get a number."""
        guids = facts.known_by(self.tx, [draft.guid for draft in drafts if draft.guid])
        others = facts.guids(self.tx, sorted(set(known.values())))
        found = {draft.key: guids[draft.guid] for draft in drafts if draft.guid in guids}
        taken = set(found.values())
        for draft in drafts:
            id_ = known.get(draft.key)
            # One that is known by another GUID is another one.
            same = id_ is not None and not (draft.guid and others.get(id_, draft.guid) != draft.guid)
            if draft.key not in found and same and id_ not in taken:
                assert id_ is not None
                found[draft.key] = id_
                taken.add(id_)
        new = [draft.key for draft in drafts if draft.key not in found]
        first = self.tx.allocate("resource", len(new)) if new else 0
        return found | {key: first + place for place, key in enumerate(new)}

    def _typed(self, drafts: Sequence[Draft], ids: Mapping[Key, int], rows: Mapping[int, StoredResource]) -> None:
        held_by: dict[int, Draft] = {}
        for draft in drafts:
            id_ = ids[draft.key]
            if (other := held_by.setdefault(id_, draft)) is not draft:
                raise TakenError(draft, f"has the ObjectID of {other.kind} {other.name}")
            row = rows.get(id_)
            if row is not None and self.store.name(row.type) != draft.kind:
                raise TakenError(draft, f"has the ObjectID of a resource of the type {self.store.name(row.type)}")

    def _end(self, rows: Sequence[StoredResource], written: _Written) -> None:
        for row in rows:
            values, type_ = decode(row.doc), self.store.name(row.type)
            living, kept = (self._keys(type_, values, live=live) for live in (True, False))
            written.changed.append((row, row.doc, row.pattern, DELETED))
            self.tx.delete(tables.fact, "kind, key", [(MADE, str(row.id))])
            written.keys_removed += [(symbol, key, row.id) for symbol, key in living - kept]

    def _write_values(self, draft: Draft, id_: int, row: StoredResource | None, written: _Written) -> None:
        attributes = self.store.catalogue[draft.kind]
        mine = {attribute.name for attribute in held(attributes, self.owners.get(draft.kind, {})).values()}
        before: dict[str, Any] = dict(decode(row.doc)) if row is not None else {}
        values = {name: value for name, value in before.items() if name not in mine} | draft.values
        if row is None:
            values = {**draft.begins, **values}
            values |= {"CreatedTime": stamp(self.context.now)} if "CreatedTime" in attributes else {}
        doc = encode(values)
        if row is None:
            pattern = self.symbols.pattern(self.tx, ())
            written.new.append((id_, self.store.symbol(draft.kind), doc, pattern, LIVE))
        elif doc != row.doc or row.state != LIVE:
            written.changed.append((row, doc, row.pattern, LIVE))
        else:
            return
        was = self._keys(draft.kind, before, live=row.state == LIVE) if row is not None else set()
        now = self._keys(draft.kind, values, live=True)
        written.keys_added += [(symbol, key, id_) for symbol, key in now - was]
        written.keys_removed += [(symbol, key, id_) for symbol, key in was - now]

    def _remember(self, drafts: Sequence[Draft], ids: Mapping[Key, int], known: Mapping[Key, int]) -> None:
        """The names, the GUIDs, and that it was documents that made them."""
        tx, now = self.tx, self.context.now
        naming.name(tx, [(key, id_) for key, id_ in ids.items() if known.get(key) != id_], now)
        renamed = {id_ for key, id_ in ids.items() if known.get(key) != id_}
        old = naming.keys(tx, sorted(renamed))
        naming.forget(tx, [key for id_, keys in old.items() for key in keys if ids.get(key) != id_])
        facts.keep_guids(tx, [(draft.guid, ids[draft.key]) for draft in drafts if draft.guid], now)
        made = [(MADE, str(id_), id_, None, stamp(now)) for id_ in ids.values()]
        tx.insert(tables.fact, "kind, key, resource, value, at", made, ignore=True)

    def _refer(self, drafts: Sequence[Draft], ids: Mapping[Key, int]) -> tuple[list[Unfound], set[int]]:
        """Bring the references that are the store's own to what the documents say; those whose have changed."""
        meaning = Meaning(self.tx, self.store, ids)
        meaning.learn(reference for draft in drafts for reference in draft.references)
        symbol = self.store.symbol
        wanted: set[tuple[int, int, int]] = set()
        unfound: list[Unfound] = []
        for draft in drafts:
            for attribute, text in draft.references:
                target = meaning.find(attribute, text)
                if target is None:
                    unfound.append(Unfound(draft, attribute, text))
                else:
                    wanted.add((ids[draft.key], symbol(attribute.name), target))
        managed = {
            kind: held(self.store.catalogue[kind], self.owners.get(kind, {}))
            for kind in {draft.kind for draft in drafts}
        }
        kinds = {ids[draft.key]: draft.kind for draft in drafts}
        stored = {
            (resource, symbol(name), target)
            for resource, references in own(self.tx, self.store, sorted(kinds)).items()
            for name, targets in references.items()
            if key_of(name) in managed[kinds[resource]]
            for target in targets
        }
        changed = {triple[0] for triple in stored ^ wanted}
        self.tx.delete(tables.resource_reference, "resource, attribute, target", sorted(stored - wanted))
        added = sorted((*triple, symbol(OWN)) for triple in wanted - stored)
        self.tx.insert(tables.resource_reference, "resource, attribute, target, origin", added, ignore=True)
        return unfound, changed

    def _follow_all(self, written: _Written, referring: set[int]) -> None:
        """What comes of it for the policy, and for the sync rules."""
        types = {row[0]: row[1] for row in written.new} | {before.id: before.type for before, *_ in written.changed}
        types |= {row.id: row.type for row in resources.load(self.tx, sorted(referring - types.keys()))}
        if types:
            policy.renew(self.tx)
        synced = {id_ for id_, type_ in types.items() if type_ in self.symbols.types}
        if synced:
            keys = (*written.keys_added, *written.keys_removed)
            wake(self.tx, sorted({(symbol, key) for symbol, key, id_ in keys if id_ in synced}))
            resources.mark_dirty(self.tx, synced)
