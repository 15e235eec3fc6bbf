"""Reference values of connector objects: texts become rows between objects."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from mimas.connectors.contract import Connector, Entry
from mimas.runs.groups import Groups
from mimas.runs.merging import Targets
from mimas.schema import names
from mimas.schema.attributes import Kind
from mimas.store import objects, references, tables
from mimas.store.database import Row, Transaction
from mimas.store.objects import NONE
from mimas.store.references import SEEN, WANTED, Triple
from mimas.store.store import Store


class Referencer:
    """Turns the reference values of one connector into rows. Targets not seen yet become placeholders."""

    def __init__(self, store: Store, connector: Connector[Any], symbol: int, groups: Groups) -> None:
        self.symbol = symbol
        self.groups = groups
        self.by_name = connector.capabilities.references == "name"
        self.attributes = {
            attribute.name: store.symbol(attribute.name)
            for type_ in connector.schema.values()
            for attribute in type_.attributes.values()
            if attribute.kind is Kind.REFERENCE
        }
        self._added: list[Triple] = []
        self._removed: list[Triple] = []

    def add(self, tx: Transaction, entries: Sequence[tuple[int, Entry]]) -> None:
        """The references of objects that are new, and so have none yet."""
        if not entries:
            return
        ids = self.resolve(tx, [entry for _, entry in entries])
        rows = [
            (object_, self.attributes[name], target, SEEN)
            for object_, entry in entries
            for name, texts in entry.references.items()
            for target in {ids[text] for text in texts}
        ]
        tx.insert(tables.reference, "object, attribute, target, bits", rows)
        self.groups.changed(tx, [row[:3] for row in rows])

    def resolve(self, tx: Transaction, entries: Sequence[Entry]) -> dict[str, int]:
        """The object that each reference value of these entries points to."""
        wanted = {text for entry in entries for texts in entry.references.values() for text in texts}
        for entry in entries:
            for name in self.attributes:
                wanted.update(entry.added.get(name, ()), entry.removed.get(name, ()))
        return self._targets(tx, wanted) if wanted else {}

    def _targets(self, tx: Transaction, texts: Iterable[str]) -> dict[str, int]:
        keys = {text: names.key(text) if self.by_name else text for text in texts}
        distinct = sorted(set(keys.values()))
        if self.by_name:
            found = objects.find_names(tx, self.symbol, distinct)
        else:
            rows = objects.find(tx, self.symbol, distinct)
            found = {key: row[0] for key, row in zip(distinct, rows, strict=True) if row[0] is not None}
        missing = [key for key in distinct if key not in found]
        if missing:
            text_of = {key: text for text, key in keys.items()}
            found.update(self._placeholders(tx, missing, text_of))
        return {text: found[key] for text, key in keys.items()}

    def _placeholders(self, tx: Transaction, missing: list[str], text_of: Mapping[str, str]) -> dict[str, int]:
        first = tx.allocate("object", len(missing))
        rows: list[Row]
        made = {key: first + index for index, key in enumerate(missing)}
        if self.by_name:
            rows = [(id_, self.symbol, None, text_of[key], NONE) for key, id_ in made.items()]
            tx.insert(tables.object_name, "connector, key, object", [(self.symbol, k, i) for k, i in made.items()])
        else:
            rows = [(id_, self.symbol, key, None, NONE) for key, id_ in made.items()]
            tx.insert(tables.object_key, "connector, anchor, object", [(self.symbol, k, i) for k, i in made.items()])
        tx.insert(tables.object_, "id, connector, anchor, name, presence", rows)
        return made

    def load(self, tx: Transaction, ids: Sequence[int]) -> dict[int, dict[int, tuple[set[int], set[int]]]]:
        """Object → attribute → (targets seen, targets wanted)."""
        result: dict[int, dict[int, tuple[set[int], set[int]]]] = {}
        if not ids:
            return result
        for object_, attribute, target, bits in tx.rows(
            "SELECT object, attribute, target, bits FROM reference WHERE object IN IDS", list(ids)
        ):
            seen, wanted = result.setdefault(object_, {}).setdefault(attribute, (set(), set()))
            if bits & SEEN:
                seen.add(target)
            if bits & WANTED:
                wanted.add(target)
        return result

    def change(self, object_: int, before: Mapping[int, tuple[set[int], set[int]]], after: Targets) -> bool:
        """Note what changes for one object; whether anything does."""
        changed = False
        for attribute in before.keys() | after.keys():
            seen = before[attribute][0] if attribute in before else set()
            now = after.get(attribute, set())
            if seen == now:
                continue
            changed = True
            self._added += [(object_, attribute, target) for target in now - seen]
            self._removed += [(object_, attribute, target) for target in seen - now]
        return changed

    def noted(self, objects_: Collection[int]) -> list[tuple[int, int]]:
        """(object, target) of what `change` has noted for some objects."""
        return [(o, target) for o, _, target in (*self._added, *self._removed) if o in objects_]

    def write(self, tx: Transaction) -> None:
        """Write what `change` noted."""
        references.add(tx, self._added, SEEN)
        references.remove(tx, self._removed, SEEN)
        self.groups.changed(tx, [*self._added, *self._removed])
        self._added, self._removed = [], []
