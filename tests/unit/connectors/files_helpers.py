"""What the tests of the file connectors share."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mimas.connectors.contract import (
    Change,
    Connector,
    End,
    Entry,
    EntryError,
    Export,
    Operation,
    Page,
    Problem,
    Schema,
)
from mimas.connectors.registry import open_connector
from mimas.schema.attributes import Attribute, Kind, ObjectType
from mimas.schema.values import Values


def people(*columns: str, anchor: tuple[str, ...] = ("id",), **kinds: Attribute) -> Schema:
    names = columns or ("id", "name", "mail")
    return {"person": ObjectType("person", {n: kinds.get(n, Attribute(n)) for n in names}, anchor)}


def many(name: str, kind: Kind = Kind.STRING) -> Attribute:
    return Attribute(name, kind, multivalued=True)


def connect(folder: Path, kind: str, schema: Schema, **settings: Any) -> Connector[Any]:
    return open_connector("hr", kind, settings, schema, folder)


def sent(connector: Connector[Any], exports: Iterable[Export]) -> list[str]:
    """The errors of some exports that are written, and handed over."""
    errors = [result.error for result in connector.write(exports)]
    connector.hand_over(connector.ready())
    return errors


class Reading:
    """Everything that a reading gave."""

    def __init__(self, connector: Connector[Any], watermark: str | None = None) -> None:
        *pages, end = connector.read(watermark)
        assert isinstance(end, End)
        self.end = end
        self.pages: list[Page] = [page for page in pages if not isinstance(page, End)]
        self.problems: list[Problem] = [problem for page in self.pages for problem in page.problems]
        self.keys = [key for page in self.pages for key in page.keys]
        self.fingerprints = [number for page in self.pages for number in page.fingerprints]
        self.deleted = [page.keys[index] for page in self.pages for index in page.deleted]
        self.entries: dict[str, Entry] = {}
        self.errors: dict[str, EntryError] = {}
        for page in self.pages:
            assert len(page.keys) == len(page.fingerprints)
            for index, key in enumerate(page.keys):
                if index in page.deleted:
                    continue
                try:
                    self.entries[key] = page.entry(index)
                except EntryError as error:
                    self.errors[key] = error

    @property
    def values(self) -> dict[str, Values]:
        return {key: entry.values for key, entry in self.entries.items()}


def add(number: int, anchor: str | None = None, name: str | None = None, /, **values: Any) -> Export:
    changes = {key: Change(value if isinstance(value, list) else [value]) for key, value in values.items()}
    return Export(number, Operation.ADD, "person", anchor, name, changes=changes, values=values)


def update(
    number: int, anchor: str, name: str | None = None, new_name: str | None = None, /, **changes: Change
) -> Export:
    return Export(number, Operation.UPDATE, "person", anchor, name, new_name, changes)


def delete(number: int, anchor: str | None, name: str | None = None) -> Export:
    return Export(number, Operation.DELETE, "person", anchor, name)
