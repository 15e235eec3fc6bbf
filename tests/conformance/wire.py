"""A connector of Mimas to a `System`. What is asked of the systems themselves is asked of that class only."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

import msgspec
from xxhash import xxh3_64_intdigest

from mimas.connectors.contract import (
    Capabilities,
    Connector,
    ConnectorError,
    End,
    Entry,
    EntryError,
    Export,
    Operation,
    Page,
    Problem,
    Result,
    Schema,
    Settings,
    Sought,
)
from mimas.schema.attributes import NAME
from tests.conformance.suite import kinds, several
from tests.conformance.system import Object, System, SystemDownError

ERRORS = {
    "taken": "cd-existing-object",
    "refused": "constraint-violation",
    "missing": "cd-missing-object",
}


class Wire(Connector[Settings]):
    """Reads and writes a `System`."""

    kind: ClassVar[str] = "conformance"
    summary: ClassVar[str] = "a system of the conformance suite"
    model: ClassVar[type[Settings]] = Settings
    system: System

    @property
    def capabilities(self) -> Capabilities:
        named = self.system.named
        return Capabilities(delta=True, named=named, references="name" if named else "anchor", fetch=True)

    def discover(self) -> Schema:
        return self.schema

    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        system, until = self.system, len(self.system.log)
        cut = system.behaves.get("cut")
        try:
            shown = list(system.listing(None if watermark is None else int(watermark)))
        except SystemDownError:
            raise ConnectorError(f"{self.name} cannot be reached.", "Start it.") from None
        yield _Shown(self, shown[:cut])
        yield End(complete=cut is None, watermark=str(until), reason="" if cut is None else "the line broke off")

    def fetch(self, objects: Sequence[Sought]) -> Iterator[Page]:
        system = self.system
        if system.behaves.get("down"):
            raise ConnectorError(f"{self.name} cannot be reached.", "Start it.")
        found = [
            system.objects.get(one.anchor) if system.named else system.find(one.type, self.bare(one.type, one.anchor))
            for one in objects
        ]
        yield _Shown(self, [(one, False) for one in found if one is not None])

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        for export in exports:
            if self.system.behaves.get("down"):
                raise ConnectorError(f"{self.name} cannot be reached.", "Start it.")
            result = self._send(export)
            if self.system.behaves.get("loses") and not result.error:
                raise ConnectorError(f"{self.name} broke off before it answered.", "Start it.")
            yield result

    def _send(self, export: Export) -> Result:
        system = self.system
        if export.operation is Operation.ADD:
            key = export.name if system.named else self.bare(export.type, export.anchor or "")
            values = {name: self._values(export.type, name, change.values) for name, change in export.changes.items()}
            error = system.add(export.type, key or "", values)
            made = system.find(export.type, key or "")
            anchor = made.id if made and system.named and not error else None
            return _result(export, error, anchor)
        found = self._found(export)
        if found is None:
            return _result(export, "missing")
        if export.operation is Operation.DELETE:
            return _result(export, system.delete(found))
        error = system.change(found, self._changed(export, found))
        if not error and export.new_name:
            error = system.move(found, export.new_name)
        return _result(export, error)

    def _found(self, export: Export) -> Object | None:
        if self.system.named:
            return self.system.by_name(export.name or "")
        return self.system.find(export.type, self.bare(export.type, export.anchor or ""))

    def _changed(self, export: Export, found: Object) -> dict[str, Any]:
        attributes = self.system.types[export.type]["attributes"]
        changed = {}
        for name, change in export.changes.items():
            if kinds(attributes).get(name) == "ref" and several(attributes[name]):
                removed = {self.bare(self._to(export.type, name), str(one)) for one in change.removed}
                held = [one for one in found.values.get(name, []) if one not in removed]
                added = [self.bare(self._to(export.type, name), str(one)) for one in change.added]
                changed[name] = sorted({*held, *added})
            else:
                changed[name] = self._values(export.type, name, change.values)
        return changed

    def _values(self, type_: str, name: str, given: Sequence[Any]) -> Any:
        kind = self.system.types[type_]["attributes"][name]
        values = list(given)
        if kind.startswith("ref"):
            values = [self.bare(self._to(type_, name), str(one)) for one in given]
        return values if several(kind) else next(iter(values), None)

    def _to(self, type_: str, name: str) -> str:
        _, _, to = self.system.types[type_]["attributes"][name].partition(" ")
        return to or type_

    def bare(self, type_: str, anchor: str) -> str:
        """An anchor as the system has it: with several types, Mimas tells theirs apart by a prefix."""
        return anchor.removeprefix(self.schema[type_].prefix)

    def anchor(self, object_: Object) -> str:
        """The anchor of an object."""
        return object_.id if self.system.named else self.schema[object_.type].prefix + object_.key

    def entry(self, object_: Object) -> Entry:
        """An object as Mimas reads it."""
        attributes = self.system.types[object_.type]["attributes"]
        values: dict[str, Any] = {NAME: object_.key} if self.system.named else {}
        references = {}
        if not self.system.named:
            values[self.system.types[object_.type]["key"]] = object_.key
        for name, held in object_.values.items():
            if attributes[name].startswith("ref"):
                prefix = "" if self.system.named else self.schema[self._to(object_.type, name)].prefix
                references[name] = [prefix + one for one in (held if isinstance(held, list) else [held])]
            else:
                values[name] = held
        return Entry(object_.type, self.anchor(object_), object_.key if self.system.named else None, values, references)


class _Shown:
    """Objects as one page; see `Page`."""

    problems: Sequence[Problem] = ()

    def __init__(self, wire: Wire, shown: Sequence[tuple[Object, bool]]) -> None:
        self._wire = wire
        self._shown = [object_ for object_, _ in shown]
        self.keys: Sequence[str] = [wire.anchor(object_) for object_ in self._shown]
        self.deleted = frozenset(index for index, (_, gone) in enumerate(shown) if gone)
        self.fingerprints: Sequence[int] = [
            xxh3_64_intdigest(
                msgspec.json.encode([one.type, one.key, one.values, wire.system.readable(one)], order="sorted")
            )
            >> 1
            for one in self._shown
        ]

    def entry(self, index: int) -> Entry:
        object_ = self._shown[index]
        if not self._wire.system.readable(object_):
            raise EntryError("parse-error", f"{object_.key} cannot be read", "Mend the record.")
        return self._wire.entry(object_)


def _result(export: Export, error: str, anchor: str | None = None) -> Result:
    if error:
        return Result(export.id, ERRORS[error], f"{export.name or export.anchor} was {error}.", "Look.")
    return Result(export.id, anchor=anchor)
