"""What the connectors of such files share: reading records, telling objects apart, discovery, writing."""

from abc import abstractmethod
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Generic, TypeVar

from xxhash import xxh3_64_intdigest

from mimas.connectors.changefile import ChangeFile
from mimas.connectors.contract import ConnectorError, Entry, EntryError, Export, Page, Problem, Result, Schema
from mimas.connectors.files import FileConnector, FileSettings, opened, without_repeats
from mimas.connectors.named.discovery import learn
from mimas.connectors.named.objects import Objects, RecordT
from mimas.connectors.named.values import Line
from mimas.connectors.named.writing import Writer
from mimas.schema.attributes import Attribute, ObjectType

_LOOKED_AT = 10_000
"""How many records discovery looks at."""

SettingsT = TypeVar("SettingsT", bound=FileSettings)


@dataclass(slots=True)
class NamedPage(Generic[RecordT]):
    """Some records of a file (see `mimas.connectors.contract.Page`)."""

    keys: Sequence[str]
    fingerprints: Sequence[int]
    deleted: frozenset[int]
    problems: Sequence[Problem]
    records: Sequence[tuple[RecordT, str, str]]
    """Each with its kind of change, and its type."""
    parse: Callable[[RecordT, str, str, str], Entry]

    def entry(self, index: int) -> Entry:
        """The record parsed. Raises `EntryError`."""
        record, kind, type_name = self.records[index]
        return self.parse(record, kind, type_name, self.keys[index])


class NamedFileConnector(FileConnector[SettingsT], Generic[SettingsT, RecordT]):
    """A file of objects with distinguished names.

    An entry is of the first configured type whose name is among its object classes. Entries of no configured type are
    passed over. The anchor is the distinguished name, unless the type has another. A record that modifies does not say
    of which type its object is: where several are configured, its `Entry` has none.
    """

    named = True
    objects: ClassVar[type[Objects[Any]]]
    """What makes keys and entries of its records."""
    writer: ClassVar[type[Writer]]

    @abstractmethod
    def blocks(self, file: BinaryIO, path: Path, delta: bool) -> Iterator[Sequence[RecordT]]:
        """The records of a file, some at a time. Raises `ConnectorError`."""

    @abstractmethod
    def lines(self, record: RecordT) -> Iterable[Line]:
        """The attributes of a record. Raises `EntryError`."""

    def discover(self) -> Schema:
        """The types of the first records. The last object class of an entry is taken for its structural one."""
        path = self.located("path")
        types: dict[str, dict[str, Attribute]] = {}
        with opened(path, self.name) as file:
            records = (record for some in self.blocks(file, path, delta=False) for record in some)
            for record in islice(records, _LOOKED_AT):
                try:
                    learn(types, self.lines(record))
                except EntryError as error:
                    raise ConnectorError(f"{path}: {error.message}", error.advice) from None
        return {name: ObjectType(name, attributes) for name, attributes in types.items()}

    def test(self) -> str:
        """As any connector; of one that only hands changes over, whether they can be put into their file."""
        if self.settings.path:
            return super().test()
        path = self.located("changes")
        if not path.parent.is_dir():
            raise ConnectorError(f"Connector {self.name}: there is no folder {path.parent}.", "Make it.")
        there = ChangeFile(path).has_lines(self.tail())
        return f"reached; changes go into {path}, which is {'there' if there else 'made by the first of them'}"

    def pages(self, file: BinaryIO, path: Path, delta: bool) -> Generator[Page, None, str]:
        """Records block by block; those that cannot be keyed become problems."""
        if not self.schema:
            raise ConnectorError(f"Connector {self.name} has no object types.", "Configure those it should read.")
        if delta and (anchored := [one.name for one in self.schema.values() if one.anchor]):
            raise ConnectorError(
                f"Connector {self.name}: change records name their objects, but {anchored[0]} has another anchor.",
                "Take the anchor away, so that the name is the anchor, or run full imports.",
            )
        objects = self.objects(self.schema)
        told_apart = objects.change if delta else objects.content
        cut, bad, first, empty = "", 0, "", True
        for some in self.blocks(file, path, delta):
            keys: list[str] = []
            kept: list[tuple[RecordT, str, str]] = []
            problems: list[Problem] = []
            empty = False
            for record in some:
                try:
                    found = told_apart(record)
                except EntryError as error:
                    problems.append(Problem(error.code, f"{path}:{record.line}", error.message, error.advice))
                    bad, first = bad + 1, first or error.message
                    cut = error.message if record.cut else ""
                else:
                    if found:
                        kind, type_name, key = found
                        keys.append(key)
                        kept.append((record, kind, type_name))
            prints = [xxh3_64_intdigest(record.raw, self.salt) >> 1 for record, _, _ in kept]
            page = NamedPage(keys, prints, frozenset(), problems, kept, objects.entry)
            yield from _in_order(page) if delta else (page,)
        if empty and not delta:
            return f"{path} is empty"
        return cut or (f"{bad} of its records could not be told apart, the first: {first}" if bad else "")

    def listing(self, out: BinaryIO, exports: Iterable[Export]) -> Iterator[Result]:
        """Every object as it is."""
        return self.writer(self.schema).listing(out, exports)

    def records(self, out: BinaryIO, exports: Iterable[Export]) -> Iterator[Result]:
        """Change records."""
        return self.writer(self.schema).changes(out, exports)


def _in_order(page: NamedPage[RecordT]) -> Iterator[NamedPage[RecordT]]:
    """A page of changes as pages in which no object comes twice; problems go with the first."""
    problems = page.problems
    if not page.keys:
        yield page
    for part in without_repeats(page.keys):
        records = page.records[part]
        deleted = frozenset(index for index, (_, kind, _) in enumerate(records) if kind == "delete")
        yield NamedPage(page.keys[part], page.fingerprints[part], deleted, problems, records, page.parse)
        problems = ()
