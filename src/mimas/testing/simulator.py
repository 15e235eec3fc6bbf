"""The connector to a simulated system."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import ClassVar, Literal

import msgspec
from pydantic import Field
from xxhash import xxh3_64_intdigest

from mimas.connectors.contract import (
    Capabilities,
    Connector,
    ConnectorError,
    End,
    Entry,
    EntryError,
    Export,
    Page,
    Problem,
    Result,
    Schema,
    Settings,
    Sought,
)
from mimas.schema.attributes import NAME, Attribute, Kind, ObjectType
from mimas.schema.values import many
from mimas.testing.system import RefusalError, Stored, System, Write


class SimulatorSettings(Settings):
    """What a simulated system can do."""

    path: Path = Field(description="The SQLite file that the system lives in; it is made when there is none.")
    named: bool = Field(default=False, description="Its objects have distinguished names.")
    references: Literal["anchor", "name"] = Field(default="anchor", description="What its references hold.")
    delta: bool = Field(default=False, description="It tells what has changed since a reading.")
    whole_references: bool = Field(default=False, description="It takes all values of a reference, or none.")
    confirms: Literal["import", "acknowledgement"] = Field(default="import", description="When an export is done.")
    batch: int = Field(default=10, ge=1, description="How many objects it takes at once.")


@dataclass(slots=True)
class SimulatedPage:
    """Some entries of a system (see `mimas.connectors.contract.Page`)."""

    keys: Sequence[str]
    fingerprints: Sequence[int]
    deleted: frozenset[int]
    entries: Sequence[Stored]
    schema: Schema
    problems: Sequence[Problem] = ()

    def entry(self, index: int) -> Entry:
        """The entry of a record. Raises `EntryError` for a type that is not configured."""
        stored = self.entries[index]
        type_ = self.schema.get(stored.type)
        if type_ is None:
            raise EntryError("unmappable-object-type", f"there is no object type {stored.type}", "Configure it.")
        entry = Entry(stored.type, stored.anchor, stored.name)
        if stored.name is not None:
            entry.values[NAME] = stored.name
        for name, values in stored.values.items():
            attribute = type_.attributes.get(name)
            if attribute is None:
                continue
            if attribute.kind is Kind.REFERENCE:
                entry.references[name] = [str(value) for value in values]
            else:
                entry.values[name] = many(values) if attribute.multivalued else values[0]
        return entry


class Simulator(Connector[SimulatorSettings]):
    """The connector to a `System`."""

    kind: ClassVar[str] = "simulator"
    summary: ClassVar[str] = "a system that is not there, for tests: faithful, or as unfaithful as real ones are"
    model: ClassVar[type[SimulatorSettings]] = SimulatorSettings

    _opened: System | None = None

    @property
    def capabilities(self) -> Capabilities:
        """As the settings say."""
        said = self.settings
        return Capabilities(
            delta=said.delta,
            named=said.named,
            references=said.references,
            whole_references=said.whole_references,
            confirms=said.confirms,
            fetch=True,
            batch=said.batch,
        )

    @property
    def system(self) -> System:
        """The system."""
        if self._opened is None:
            self._opened = System(self.folder / self.settings.path)
        return self._opened

    def close(self) -> None:
        """Close the file."""
        if self._opened is not None:
            self._opened.close()

    def discover(self) -> Schema:
        """The types there are, with texts for attributes."""
        found: dict[str, dict[str, Attribute]] = {}
        for entry in self.system.entries().values():
            found.setdefault(entry.type, {}).update(
                {name: Attribute(name, multivalued=len(values) > 1) for name, values in entry.values.items()}
            )
        return {name: ObjectType(name, attributes) for name, attributes in found.items()}

    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        """Pages of at most ``batch`` entries."""
        system = self.system
        system.begin_reading()
        entries = system.entries()
        changed, gone, last = system.changes(int(watermark or 0))
        order = sorted(entries if watermark is None else changed)
        if system.nature.reorders:
            Random(f"{system.nature.seed} {last}").shuffle(order)  # noqa: S311 - a game
        shown = [entries[anchor] for anchor in order]
        if system.chance(system.nature.truncates, "truncates"):
            yield self._page(shown[: len(shown) // 2])
            return
        for start in range(0, len(shown), self.settings.batch):
            yield self._page(shown[start : start + self.settings.batch])
        if watermark is not None and gone:
            yield SimulatedPage(gone, [0] * len(gone), frozenset(range(len(gone))), (), self.schema)
        yield End(watermark=str(last) if self.settings.delta else None)

    def fetch(self, objects: Sequence[Sought]) -> Iterator[Page]:
        """Those of them that are there."""
        entries = self.system.entries()
        yield self._page([entries[one.anchor] for one in objects if one.anchor in entries])

    def _page(self, entries: Sequence[Stored]) -> Page:
        prints = [xxh3_64_intdigest(msgspec.json.encode(entry), self.salt) >> 1 for entry in entries]
        return SimulatedPage([entry.anchor for entry in entries], prints, frozenset(), entries, self.schema)

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        """Ask for one after the other. Raises `ConnectorError` when the connection is lost."""
        system, nature = self.system, self.system.nature
        for export in exports:
            try:
                anchor = system.answer(self._asked(export))
            except RefusalError as refusal:
                yield Result(export.id, refusal.code, str(refusal), "It is a simulated system: see its `Nature`.")
                continue
            if system.chance(nature.breaks, "breaks"):
                raise ConnectorError(f"Connector {self.name}: the connection was lost.", "It is a simulated system.")
            answers = 0 if system.chance(nature.silent, "silent") else 1 + system.chance(nature.twice, "twice")
            yield from [Result(export.id, anchor=anchor)] * answers

    def _asked(self, export: Export) -> Write:
        attributes = self.schema[export.type].attributes
        write = Write(str(export.operation), export.type, export.anchor, export.name, export.new_name)
        for name, change in export.changes.items():
            if self._is_told_in_part(attributes[name], export):
                write.added[name], write.removed[name] = list(change.added), list(change.removed)
            else:
                write.values[name] = list(change.values)
        return write

    def _is_told_in_part(self, attribute: Attribute, export: Export) -> bool:
        partial = attribute.multivalued and attribute.kind is Kind.REFERENCE and export.operation == "update"
        return partial and not self.settings.whole_references
