"""A reading of a connected system: whatever came off the wire, pages and entries keep the contract of connectors."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from mimas.connectors.contract import ConnectorError, End, Entry, EntryError, Export, Page
from mimas.connectors.files import FileConnector
from mimas.dev.fuzzing.target import fit_to_read, told
from mimas.language.keys import normals
from mimas.schema import names
from mimas.schema.attributes import Kind, ObjectType
from mimas.schema.values import as_list, decode, encode

_TYPES = {Kind.INTEGER: int, Kind.BOOLEAN: bool}


@dataclass(slots=True)
class Reading:
    """What a reading gave; an entry that could not be parsed is None."""

    end: End | None = None
    entries: list[tuple[str, Entry | None]] = field(default_factory=list)
    problems: int = 0
    outcome: str = ""

    @property
    def complete(self) -> bool:
        """Whether it says that it has shown everything."""
        return self.end is not None and self.end.complete

    def __str__(self) -> str:
        parsed = sum(entry is not None for _, entry in self.entries)
        failed = len(self.entries) - parsed
        return f"{self.complete} {min(parsed, 3)} {min(failed, 2)} {min(self.problems, 2)} {self.outcome}"


def of_bytes(connector: FileConnector[Any], data: bytes, *, delta: bool = False) -> "Reading":
    """The reading of a file of these bytes, which need not be on a disk."""

    def pages() -> Iterator[Page | End]:
        reason = yield from connector.pages(BytesIO(data), Path("in"), delta)
        yield End(complete=not reason, reason=reason)

    return reading(pages(), connector.schema)


def discovered(connector: FileConnector[Any], data: bytes) -> str:
    """What types the connector finds in a file of these bytes."""
    (connector.folder / "in").write_bytes(data)
    try:
        return str(len(connector.discover()))
    except ConnectorError as error:
        return told(error, error.message, error.advice)


def written(connector: FileConnector[Any], whole: "Reading", export: Callable[[int, Entry], Export]) -> None:
    """What is written of a reading is read again as it was, but for what the file cannot hold."""
    entries = {key: entry for key, entry in whole.entries if entry is not None}
    file = BytesIO()
    results = list(connector.listing(file, (export(number, entry) for number, entry in enumerate(entries.values()))))
    bad = {result.id for result in results if result.error}
    for result in results:
        fit_to_read(result.message, result.advice)
    again = dict(of_bytes(connector, file.getvalue()).entries)
    for number, (key, entry) in enumerate(entries.items()):
        if number not in bad:
            assert again.get(key) == entry, f"{entry} is read as {again.get(key)}"


def reading(pages: Iterator[Page | End], schema: Mapping[str, ObjectType]) -> Reading:
    """Everything that a reading gives, held against the contract."""
    result = Reading()
    try:
        for page in pages:
            assert result.end is None, "something came after the end"
            if isinstance(page, End):
                result.end = page
                assert page.complete == (not page.reason), "a reason belongs to a reading that is not complete"
                fit_to_read(page.reason)
            else:
                _page(page, schema, result)
    except ConnectorError as error:
        result.end, result.outcome = None, told(error, error.message, error.advice)
    else:
        assert result.end is not None, "the reading has no end"
    return result


def _page(page: Page, schema: Mapping[str, ObjectType], result: Reading) -> None:
    assert len(page.keys) == len(page.fingerprints)
    assert all(0 <= number < 2**63 for number in page.fingerprints)
    for problem in page.problems:
        fit_to_read(problem.message, problem.advice, problem.place)
    if page.problems:
        result.outcome = told(ValueError(), page.problems[-1].message)
    result.problems += len(page.problems)
    refused: EntryError | None = None
    for index, key in enumerate(page.keys):
        _sound(key)
        if index in page.deleted:
            continue
        try:
            entry = page.entry(index)
        except EntryError as error:
            fit_to_read(error.message, error.advice)
            refused = error
            result.entries.append((key, None))
            continue
        assert entry == page.entry(index), "parsed twice it is another one"
        assert entry.anchor == key
        _entry(entry, schema.get(entry.type))
        result.entries.append((key, entry))
    if refused is not None:
        result.outcome = told(refused, refused.message)


def _entry(entry: Entry, object_type: ObjectType | None) -> None:
    assert decode(encode(entry.values)) == entry.values, "what is stored is not what is loaded"
    assert "" not in entry.values.values()
    for value in entry.values.values():
        assert value != []
        for key in normals(value):
            _sound(key)
    for texts in entry.references.values():
        for text in texts:
            _sound(text)
    if entry.name is not None:
        _sound(entry.name)
        names.key(entry.name)
    if object_type is not None and not entry.partial:
        for name, value in entry.values.items():
            attribute = object_type.attributes.get(name)
            if attribute is not None:
                assert isinstance(value, list) <= attribute.multivalued, f"{name} has several values"
                wanted = _TYPES.get(attribute.kind, str)
                assert all(type(one) is wanted for one in as_list(value)), f"{name} is no {attribute.kind}"


def _sound(text: Any) -> None:
    """A text that a database takes as a key: not empty, no NUL (PostgreSQL), no half characters."""
    assert isinstance(text, str), f"{text!a:.100} is no text"
    assert text, "an empty key"
    assert "\0" not in text, "a key with a NUL character"
    text.encode()
