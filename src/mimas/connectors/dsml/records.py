"""DSML records: the entries of a response, or the requests of a batch.

A file is read in blocks, so that its size does not matter. It is hostile until proven otherwise: one with a document
type, and so with entities, is refused, and so is one that nests too deep, or a record that does not end. Nothing that
a file names is fetched. Names are compared without their namespaces.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TypeAlias
from xml.parsers import expat

from mimas.connectors.contract import ConnectorError, EntryError
from mimas.connectors.named.modification import Part
from mimas.connectors.named.values import Line

BLOCK = 1 << 18
LARGEST = 256 << 20
"""Bytes of a record: a group of millions."""
DEEPEST = 50
"""How deep elements may stand in one another; DSML itself needs six."""

ENTRIES = frozenset({"searchResultEntry", "entry"})
"""An object in a listing; the second name is that of DSML 1."""
REQUESTS = {"addRequest": "add", "modifyRequest": "modify", "delRequest": "delete", "modDNRequest": "modDN"}
"""What a change file says of an object, and which kind of change that is."""
_ENDS = frozenset({"searchResultDone", "errorResponse"})
_LISTS = frozenset({"batchResponse", "searchResponse", "dsml"})
_AROUND = frozenset({"searchResponse", "directory-entries"})
"""What may stand between the root and the records."""
_ATTRIBUTES = frozenset({"attr", "modification", "objectclass"})
_VALUES = frozenset({"value", "oc-value"})

Named: TypeAlias = dict[str, str]


@dataclass(slots=True)
class Attributes:
    """One ``attr`` or ``modification``."""

    name: str
    operation: str
    values: list[tuple[str, str]] = field(default_factory=list)
    """Each with how it is written: nothing, ``base64`` or ``uri``."""


@dataclass(slots=True)
class Record:
    """One record: its element and what stands in it, and the line it begins in."""

    element: str
    named: Named
    line: int
    attributes: list[Attributes] = field(default_factory=list)
    fault: EntryError | None = None
    """Why the reading ends with it."""

    @property
    def cut(self) -> bool:
        """What should follow is not there."""
        return self.fault is not None

    @property
    def raw(self) -> bytes:
        """What it says; blanks between elements, and how characters are written, are left out."""
        parts = [self.element, *(f"\2{name}\0{value}" for name, value in sorted(self.named.items()))]
        for one in self.attributes:
            parts += [f"\3{one.name}\0{one.operation}", *(f"\4{form}\0{text}" for form, text in one.values)]
        return "".join(parts).encode()

    def lines(self) -> Iterator[Line]:
        """Attributes and values. Raises `EntryError`."""
        if self.fault is not None:
            raise self.fault
        for one in self.attributes:
            for value in self._values(one):
                yield one.name, value

    def parts(self) -> Iterator[Part]:
        """Modifications. Raises `EntryError`."""
        for one in self.attributes:
            yield Part(one.operation, one.name, self._values(one))

    def classes(self) -> Iterator[str | bytes]:
        """The object classes. Raises `EntryError`."""
        for one in self.attributes:
            if one.name.lower() == "objectclass":
                yield from self._values(one)

    def _values(self, one: Attributes) -> list[str | bytes]:
        if not one.name:
            text = f"the record in line {self.line} has an attribute without a name"
            raise EntryError("parse-error", text, "Give it one.")
        return [_value(form, text, one.name, self.line) for form, text in one.values]


def _value(form: str, text: str, name: str, line: int) -> str | bytes:
    if not form:
        return text
    if form == "base64":
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except ValueError:
            raise EntryError(
                "invalid-base64-value", f"the record in line {line}: '{name}' is not base64", "Correct or remove it."
            ) from None
    raise EntryError(
        "unsupported-value-type",
        f"the record in line {line}: '{name}' names a URI, which Mimas never follows",
        "Put the value itself into the file, as xsd:base64Binary.",
    )


def records(file: BinaryIO, path: Path, *, delta: bool) -> Iterator[list[Record]]:
    """The records of a listing, or of a change file, some at a time; what comes of no interest is passed over.

    Where the file is no XML any more, the last record says so. Raises `ConnectorError` for a file of another kind.
    """
    reader = _Reader(path, delta=delta)
    block = file.read(BLOCK)
    while block:
        following = file.read(BLOCK)
        yield reader.feed(block, last=not following)
        if reader.broken:
            return
        block = following


class _Reader:
    """Takes a file in pieces."""

    def __init__(self, path: Path, *, delta: bool) -> None:
        self._path, self._delta = path, delta
        self._tags = frozenset(REQUESTS) if delta else ENTRIES | _ENDS
        self._depth = 0
        self._around = 0
        """How many elements stand open that records may stand in."""
        self._shown = False
        self._record: Record | None = None
        self._texts: list[str] | None = None
        self._done: list[Record] = []
        self._fed = self._ended = 0
        self.broken = False
        parser = self._parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._say
        parser.StartDoctypeDeclHandler = self._refuse

    def feed(self, block: bytes, *, last: bool) -> list[Record]:
        """The records that end in this piece. Raises `ConnectorError`."""
        self._fed += len(block)
        try:
            self._parser.Parse(block, last)
            if last and not self._delta and not self._shown:
                self._break("the file has no searchResponse", "A listing holds one, if only an empty one.")
        except (expat.ExpatError, LookupError, ValueError) as error:
            self._break(f"the file is no XML there: {error}", "If it was cut off, have it delivered again, whole.")
        if self._fed - self._ended > LARGEST:
            raise ConnectorError(
                f"{self._path} has a record of more than {LARGEST >> 20} MiB, or something else that does not end.",
                "Have the file made anew.",
            )
        done, self._done = self._done, []
        return done

    def _break(self, text: str, advice: str) -> None:
        line = self._parser.ErrorLineNumber
        self._done.append(Record("", {}, line, fault=EntryError("parse-error", text, advice)))
        self.broken = True

    def _begin(self, tag: str, named: Named) -> None:
        tag = _local(tag)
        self._depth += 1
        if self._depth > DEEPEST:
            raise ConnectorError(
                f"{self._path}: elements stand more than {DEEPEST} deep in one another.", "DSML does not need that."
            )
        if self._depth == 1:
            self._root(tag)
        record = self._record
        if record is None:
            if self._depth == self._around + 1 and (self._depth == 1 or tag in _AROUND):
                self._around += 1
                self._shown = self._shown or tag in ("searchResponse", "dsml")
            elif self._depth == self._around + 1 and tag in self._tags:
                self._record = Record(tag, _locals(named), self._parser.CurrentLineNumber)
        elif self._depth == self._around + 2:
            self._inner(record, tag, _locals(named))
        elif self._depth == self._around + 3 and tag in _VALUES and record.attributes:
            record.attributes[-1].values.append((_form(_locals(named)), ""))
            self._texts = []

    def _inner(self, record: Record, tag: str, named: Named) -> None:
        """What stands directly in a record."""
        if tag in _ATTRIBUTES:
            name = "objectClass" if tag == "objectclass" else named.get("name", "").strip()
            record.attributes.append(Attributes(name, named.get("operation", "").strip().lower()))
        elif tag == "resultCode":
            record.named |= {"code": named.get("code", ""), "descr": named.get("descr", "")}

    def _end(self, _: str) -> None:
        self._depth -= 1
        if self._texts is not None and self._depth == self._around + 2:
            assert self._record is not None, "a value stands in a record"
            values = self._record.attributes[-1].values
            values[-1] = (values[-1][0], "".join(self._texts))
            self._texts = None
        elif self._depth == self._around:
            if self._record is not None:
                self._finish(self._record)
                self._record = None
            self._ended = self._parser.CurrentByteIndex
        elif self._depth < self._around:
            self._around = self._depth

    def _say(self, text: str) -> None:
        if self._texts is not None:
            self._texts.append(text)

    def _finish(self, record: Record) -> None:
        if record.element in _ENDS:
            self._shown = True
            code = record.named.get("code", "").strip()
            if record.element == "searchResultDone" and code in ("", "0"):
                return
            what = " ".join((code, record.named.get("descr") or record.named.get("type", ""))).strip()
            record.fault = EntryError(
                "read-error",
                f"the server ended its answer with an error: {what or record.element}",
                "Have the file made anew, once the server gives everything.",
            )
        self._done.append(record)

    def _root(self, tag: str) -> None:
        if (tag == "batchRequest") if self._delta else (tag in _LISTS):
            return
        if tag == "batchRequest":
            raise ConnectorError(
                f"{self._path} is a batchRequest: it holds changes.",
                "Set it as 'changes', or name a file that lists the objects as 'path'.",
            )
        wanted = "batchRequest" if self._delta else "batchResponse"
        raise ConnectorError(
            f"{self._path} begins with '{tag[:40]}', not with a {wanted}.",
            f"A {'change file' if self._delta else 'listing'} of DSML 2 is a {wanted}. Have such a file delivered.",
        )

    def _refuse(self, *_: object) -> None:
        raise ConnectorError(
            f"{self._path} has a document type, which no DSML needs.",
            "It may be made to do harm. Have the file made without one.",
        )


def _form(named: Named) -> str:
    """How a value is written: ``xsi:type`` says so, in DSML 1 ``encoding``."""
    kind = _local(named.get("type", "")).strip().lower()
    if kind == "base64binary" or named.get("encoding", "").strip().lower() == "base64":
        return "base64"
    return "uri" if kind == "anyuri" else ""


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _locals(named: Named) -> Named:
    return {_local(name): value for name, value in named.items()} if named else named
