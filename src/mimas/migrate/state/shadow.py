"""The shadow run: where Mimas would export something else than the old product, by its exported connector space."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from mimas.connectors.contract import Connector, Export, Operation
from mimas.migrate.state.spaces import SpaceObject, Values
from mimas.runs.intended import intended, shown
from mimas.runs.symbols import Symbols
from mimas.schema import names
from mimas.schema.attributes import NAME, Kind
from mimas.store import objects

_CHUNK = 1_000
_OPERATIONS: Mapping[str, str] = {"add": "add", "delete": "delete", "": ""}
"""The old product's words; every other one changes something of an object."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One object or value: what Mimas would send, and what the old product would.

    ``attribute`` is empty where the objects themselves differ: one would make, change or delete it, the other not.
    """

    name: str
    type: str
    attribute: str
    mimas: Sequence[str]
    old: Sequence[str]


@dataclass(slots=True)
class Shadow:
    """The comparison over one connector. ``compared`` counts the objects that either of the two would export."""

    symbols: Symbols
    connector: Connector[Any]
    now: datetime
    compared: int = 0
    _mine: dict[str, Export] = field(default_factory=dict)

    def compare(self, theirs: Iterable[SpaceObject]) -> Iterator[Difference]:
        """The differences, those of objects that the file does not have at the end."""
        exports = intended(self.symbols, self.connector, self.now, whole=True)
        self._mine = {names.key(one.new_name or one.name or one.anchor or ""): one for one in exports}
        source = iter(theirs)
        while chunk := list(islice(source, _CHUNK)):
            for one, mine, now in self._matched(chunk):
                if mine is not None or one.operation:
                    self.compared += 1
                    yield from self._differences(one, mine, now)
        for export in self._mine.values():
            self.compared += 1
            name = export.new_name or export.name or export.anchor or ""
            yield Difference(name, export.type, "", [str(export.operation)], ["not known"])

    def _matched(self, chunk: Sequence[SpaceObject]) -> Iterator[tuple[SpaceObject, Export | None, Values]]:
        """Objects of the file with what Mimas would send them, and with what their system shows."""
        known = self._shown(chunk)
        for one in chunk:
            keys = [names.key(name) for name in (one.new_name, one.name) if name]
            mine = next((self._mine.pop(key) for key in keys if key in self._mine), None)
            yield one, mine, next((known[key] for key in keys if key in known), {})

    def _shown(self, chunk: Sequence[SpaceObject]) -> dict[str, Values]:
        """Key of the name → what Mimas knows of the object to show."""
        store = self.symbols.store
        number = store.symbol(self.connector.name)
        with store.transaction() as tx:
            if self.connector.capabilities.named:
                places = objects.find_names(tx, number, sorted({names.key(one.name) for one in chunk if one.name}))
            else:
                anchors = sorted({one.name for one in chunk})
                known = zip(anchors, objects.find(tx, number, anchors), strict=True)
                places = {names.key(anchor): found[0] for anchor, found in known if found[0] is not None}
            found = shown(tx, self.symbols, self.connector, list(places.values()))
            return {key: _plain(found[object_]) for key, object_ in places.items()}

    def _differences(self, one: SpaceObject, mine: Export | None, now: Values) -> Iterator[Difference]:
        old = _OPERATIONS.get(one.operation, "update")
        new = str(mine.operation) if mine is not None else ""
        type_ = mine.type if mine is not None else one.type
        if (old in ("add", "delete") or new in ("add", "delete")) and old != new:
            yield Difference(one.new_name or one.name, type_, "", [new or "nothing"], [old or "nothing"])
            return
        if new == Operation.DELETE:
            return
        if mine is not None and mine.type != one.type:
            yield Difference(one.name, mine.type, "object type", [mine.type], [one.type])
        yield from self._of_names(one, mine, type_)
        ours = _after(mine)
        theirs = {name.lower(): (name, values) for name, values in _changed(one, old).items()}
        for key in sorted({name.lower() for name in ours} | theirs.keys()):
            name = next((name for name in ours if name.lower() == key), "") or theirs[key][0]
            after = ours.get(name, now.get(name, ()))
            before = theirs[key][1] if key in theirs else one.exported.get(name) or one.shown.get(name, ())
            if self._normal(type_, name, after) != self._normal(type_, name, before):
                yield Difference(one.new_name or one.name, type_, name, after, before)

    def _of_names(self, one: SpaceObject, mine: Export | None, type_: str) -> Iterator[Difference]:
        old = one.new_name
        new = mine.new_name if mine is not None and mine.new_name else ""
        if names.key(old) != names.key(new or ""):
            yield Difference(one.name, type_, NAME, [new or one.name], [old or one.name])

    def _normal(self, type_: str, name: str, values: Iterable[str]) -> set[str]:
        known = self.connector.schema.get(type_)
        attribute = known.attributes.get(name) if known else None
        if attribute is not None and attribute.kind is Kind.REFERENCE:
            return {names.key(value) for value in values}
        return {value for value in values if value}


def _after(mine: Export | None) -> dict[str, list[str]]:
    """Attribute → the values it has once Mimas has sent what it would."""
    if mine is None:
        return {}
    return {name: _texts(change.values) for name, change in mine.changes.items() if name != NAME}


def _changed(one: SpaceObject, operation: str) -> Values:
    """Attribute → the values it has once the old product has sent what it would; of an update only what changes."""
    if operation == "add":
        return one.exported
    if not operation:
        return {}
    return {
        name: one.exported.get(name, ())
        for name in one.exported.keys() | one.shown.keys()
        if set(one.exported.get(name, ())) != set(one.shown.get(name, ()))
    }


def _plain(values: Mapping[str, Sequence[Any]]) -> Values:
    return {name: _texts(some) for name, some in values.items() if name != NAME}


def _texts(values: Iterable[Any]) -> list[str]:
    return [str(value).lower() if isinstance(value, bool) else str(value) for value in values]
