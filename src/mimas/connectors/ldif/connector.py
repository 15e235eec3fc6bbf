"""The connector of LDIF files."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from xxhash import xxh3_64_intdigest

from mimas.connectors.contract import ConnectorError, Entry, EntryError, Export, Page, Problem, Result, Schema
from mimas.connectors.files import FileConnector, FileSettings, opened, without_repeats
from mimas.connectors.ldif.objects import Objects
from mimas.connectors.ldif.records import Record, as_text, attribute_lines, records
from mimas.connectors.ldif.writing import HEAD, Writer
from mimas.schema.attributes import NAME, Attribute, Kind, ObjectType

_LOOKED_AT = 10_000
"""How many records discovery looks at."""


class LdifSettings(FileSettings):
    """An LDIF file: content records in ``path``, change records in ``changes``."""


@dataclass(slots=True)
class LdifPage:
    """Some records of an LDIF file (see `mimas.connectors.contract.Page`)."""

    keys: Sequence[str]
    fingerprints: Sequence[int]
    deleted: frozenset[int]
    problems: Sequence[Problem]
    records: Sequence[tuple[Record, str, str]]
    """Each with its kind of change, and its type."""
    parse: Callable[[Record, str, str, str], Entry]

    def entry(self, index: int) -> Entry:
        """The record parsed. Raises `EntryError`."""
        record, kind, type_name = self.records[index]
        return self.parse(record, kind, type_name, self.keys[index])


class LdifConnector(FileConnector[LdifSettings]):
    """An LDIF file (RFC 2849). An entry is of the first configured type whose name is among its object classes.

    Entries of no configured type are passed over. The anchor is the distinguished name, unless the type has another.
    A modify record does not say of which type its object is: where several are configured, its `Entry` has none.
    """

    kind = "ldif"
    summary = "LDIF files (RFC 2849): content and change records"
    model = LdifSettings
    named = True

    def discover(self) -> Schema:
        """The types of the first records. The last object class of an entry is taken for its structural one."""
        path = self.located("path")
        types: dict[str, dict[str, Attribute]] = {}
        with opened(path, self.name) as file:
            for record in islice((record for some in records(file) for record in some), _LOOKED_AT):
                try:
                    _learn(types, record)
                except EntryError as error:
                    raise ConnectorError(f"{path}: {error.message}", error.advice) from None
        return {name: ObjectType(name, attributes) for name, attributes in types.items()}

    def pages(self, file: BinaryIO, path: Path, delta: bool) -> Generator[Page, None, str]:
        """Records block by block; those that cannot be keyed become problems."""
        if not self.schema:
            raise ConnectorError(f"Connector {self.name} has no object types.", "Configure those it should read.")
        if delta and (anchored := [one.name for one in self.schema.values() if one.anchor]):
            raise ConnectorError(
                f"Connector {self.name}: change records name their objects, but {anchored[0]} has another anchor.",
                "Take the anchor away, so that the name is the anchor, or run full imports.",
            )
        objects = Objects(self.schema)
        told_apart = objects.change if delta else objects.content
        cut, bad, first, empty = "", 0, "", True
        for some in records(file):
            keys: list[str] = []
            kept: list[tuple[Record, str, str]] = []
            problems: list[Problem] = []
            empty = False
            for record in some:
                try:
                    found = _uncut(record) and told_apart(record)
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
            page = LdifPage(keys, prints, frozenset(), problems, kept, objects.entry)
            yield from _in_order(page) if delta else (page,)
        if empty and not delta:
            return f"{path} is empty"
        return cut or (f"{bad} of its records could not be told apart, the first: {first}" if bad else "")

    def listing(self, out: BinaryIO, exports: Iterable[Export]) -> Iterator[Result]:
        """Every object as a content record."""
        return Writer(self.schema).listing(out, exports)

    def head(self) -> bytes:
        """The version of the format."""
        return HEAD

    def records(self, out: BinaryIO, exports: Iterable[Export]) -> Iterator[Result]:
        """Change records, as ldapmodify takes them."""
        return Writer(self.schema).changes(out, exports)


def _uncut(record: Record) -> bool:
    """True. Raises `EntryError` for a record that may go on behind the end of the file."""
    if not record.cut:
        return True
    last = record.line + record.raw.count(b"\n")
    raise EntryError(
        "parse-error",
        f"the file ends in the middle of line {last}: it was cut off",
        "Have the file delivered again, whole. If it is whole, end its last line with a line end (RFC 2849).",
    )


def _in_order(page: LdifPage) -> Iterator[LdifPage]:
    """A page of changes as pages in which no object comes twice; problems go with the first."""
    problems = page.problems
    if not page.keys:
        yield page
    for part in without_repeats(page.keys):
        records = page.records[part]
        deleted = frozenset(index for index, (_, kind, _) in enumerate(records) if kind == "delete")
        yield LdifPage(page.keys[part], page.fingerprints[part], deleted, problems, records, page.parse)
        problems = ()


def _learn(types: dict[str, dict[str, Attribute]], record: Record) -> None:
    """Add what one record shows. Raises `EntryError`."""
    found: dict[str, list[str | bytes]] = {}
    spellings: dict[str, str] = {}
    for name, value in attribute_lines(record.flat, record.line):
        found.setdefault(spellings.setdefault(name.lower(), name), []).append(value)
    classes = found.get(spellings.get("objectclass", ""))
    if not classes:
        return
    attributes = types.setdefault(as_text(classes[-1]), {NAME: Attribute(NAME)})
    known = {name.lower(): name for name in attributes}
    for spelling, values in found.items():
        name = known.get(spelling.lower(), spelling)
        if name != NAME:
            before = attributes.get(name) or Attribute(name)
            binary = before.kind is Kind.BINARY or any(_is_binary(value) for value in values)
            many = before.multivalued or len(values) > 1 or name.lower() == "objectclass"
            attributes[name] = Attribute(name, Kind.BINARY if binary else Kind.STRING, many)


def _is_binary(value: str | bytes) -> bool:
    try:
        return isinstance(value, bytes) and not value.decode().replace("\n", "").isprintable()
    except UnicodeDecodeError:
        return True
