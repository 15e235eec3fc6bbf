"""Reading documents: YAML text to plain data that remembers its lines.

A careful subset of YAML 1.2 is read. Anchors, aliases and tags are refused, nesting and size are limited, a key may
stand only once. A plain ``true``, ``null`` or whole number is that; everything else is text, so ``0042``, ``1.10`` and
``2026-11-23`` stay what was written.

Each document of a file is read on its own: a mistake in one hides nothing in the next.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)
from ruamel.yaml.reader import ReaderError

from mimas.configuration.problem import Problem, Severity
from mimas.schema.messages import half_character
from mimas.schema.places import Place
from mimas.store.documents import Packed, packed, unpacked

FOLDER = "documents"
LARGEST = 1024 * 1024
"""The size in bytes up to which a file is read."""
DEEPEST = 12
"""How deep lists and mappings may stand in one another."""

MARKER = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True)
class Document:
    """One document: ``body`` is what stands in it beside ``kind`` and ``name``, as it was written.

    ``lines`` holds the line of every key and list item, by its path: ``flows/displayName``, ``scope/0``.
    """

    kind: str
    name: str
    body: Mapping[str, Any]
    place: Place = Place()
    lines: Mapping[str, int] = field(default_factory=dict)

    def at(self, *path: str | int) -> Place:
        """Where that part stands, or the nearest part around it that has a line."""
        for length in range(len(path), 0, -1):
            if line := self.lines.get("/".join(map(str, path[:length]))):
                return Place(self.place.file, line)
        return self.place

    def problem(self, path: tuple[str | int, ...], message: str, hint: str = "") -> Problem:
        """An error in that part of the document."""
        return Problem(self.at(*path), message, hint, self.name)

    def warning(self, path: tuple[str | int, ...], message: str, hint: str = "") -> Problem:
        """A warning about that part of the document."""
        return Problem(self.at(*path), message, hint, self.name, Severity.WARNING)


def pack(document: Document) -> str:
    """A document's body and lines as JSON text, for the store; `unpack` is its inverse."""
    return packed(Packed(dict(document.body), document.place.line, dict(document.lines)))


def unpack(kind: str, name: str, text: str, file: str) -> Document:
    """The document that `pack` made ``text`` from."""
    stored = unpacked(text)
    return Document(kind, name, stored.body, Place(file, stored.line), stored.lines)


def read_folder(home: Path) -> tuple[list[Document], list[Problem]]:
    """Every document of a home folder (``documents/**/*.yaml``), in the order of the file names."""
    folder = home / FOLDER
    if not folder.is_dir():
        return [], [Problem(Place(FOLDER), f"{home} has no such folder", "`mimas init DIR` makes a home")]
    documents: list[Document] = []
    problems: list[Problem] = []
    for path in sorted(folder.rglob("*.y*ml")):
        if path.suffix in (".yaml", ".yml") and path.is_file() and not path.name.startswith("."):
            found, wrong = read_file(path, path.relative_to(home).as_posix())
            documents += found
            problems += wrong
    return documents, problems


def read_file(path: Path, file: str) -> tuple[list[Document], list[Problem]]:
    """The documents of one file, and all that is wrong with its form; ``file`` is what it is called there."""
    try:
        if path.stat().st_size > LARGEST:
            return [], [Problem(Place(file), f"is larger than {LARGEST:,} bytes", "divide it into several files")]
        raw = path.read_bytes()
        return read(raw.decode("utf-8-sig"), file)
    except UnicodeDecodeError as error:
        place = Place(file, raw[: error.start].count(b"\n") + 1)
        return [], [Problem(place, "is not UTF-8", "save the file in the encoding UTF-8")]
    except OSError as error:
        return [], [Problem(Place(file), f"cannot be read: {error.strerror}", "look at its rights")]


def read(text: str, file: str = "") -> tuple[list[Document], list[Problem]]:
    """The documents of a text, and everything that is wrong with its form."""
    documents: list[Document] = []
    problems: list[Problem] = []
    # "---" in the first column divides documents wherever it stands (YAML 1.2, 9.1.2), even within a block of text.
    starts = [0, *(match.start() for match in MARKER.finditer(text)), len(text)]
    above = 0
    for start, end in pairwise(starts):
        reader = _Reader(text[start:end], file, above)
        above += text.count("\n", start, end)
        if document := reader.document():
            documents.append(document)
        problems += reader.problems
    return documents, problems


class _RefusedError(Exception):
    def __init__(self, line: int, message: str, hint: str) -> None:
        super().__init__(message)
        self.line, self.message, self.hint = line, message, hint


class _Reader:
    """Reads one document from the parser's events, of which nothing is expanded or constructed."""

    def __init__(self, text: str, file: str, offset: int) -> None:
        self.text, self.file, self.offset = text, file, offset
        self.lines: dict[str, int] = {}
        self.problems: list[Problem] = []
        self.last = offset + 1

    def document(self) -> Document | None:
        """The document, or nothing: the text has none, or ``problems`` says why it cannot be read."""
        try:
            self.events: Iterator[Event] = YAML(typ="safe", pure=True).parse(self.text)
            first = next((event for event in self.events if isinstance(event, NodeEvent)), None)
            if first is None:
                return None
            body = self._node(first, ())
            list(self.events)
            return self._named(body, self._line(first)) if body is not None else None
        except _RefusedError as refused:
            self._wrong(refused.line, refused.message, refused.hint)
        except YAMLError as error:
            line, message, hint = _explain(error, self.text)
            self._wrong(line + self.offset, message, hint)
        # The parser has no errors of its own for these.
        except (ValueError, OverflowError):
            self._wrong(self.last, "holds an escape that is no character", "look at \\u and \\U from this line on")
        except AssertionError:
            self._wrong(self.last, "cannot be read as YAML: %YAML asks for another version", "leave %YAML out")
        return None

    def _named(self, body: Any, line: int) -> Document:
        if not isinstance(body, dict):
            raise _RefusedError(line, "is not a document", "a document has keys and values, `kind` and `name` first")
        given = {key: body.pop(key, None) for key in ("kind", "name")}
        for key, value in given.items():
            if value is None or isinstance(value, (list, dict)) or not str(value).strip():
                hint = f"write `{key}: …` at its beginning"
                raise _RefusedError(self.lines.get(key, line), f"the document has no `{key}`", hint)
        name = " ".join(str(given["name"]).split())
        return Document(str(given["kind"]), name, body, Place(self.file, self.lines["name"]), self.lines)

    def _wrong(self, line: int, message: str, hint: str) -> None:
        self.problems.append(Problem(Place(self.file, line), message, hint))

    def _line(self, event: Event) -> int:
        self.last = int(event.start_mark.line) + 1 + self.offset
        return self.last

    def _node(self, event: Any, path: tuple[str, ...]) -> Any:
        line = self._line(event)
        if isinstance(event, AliasEvent) or event.anchor:
            raise _RefusedError(line, "anchors and aliases (& and *) are not read", "write it out, or quote the text")
        if event.ctag:
            raise _RefusedError(
                line, f"the tag {event.ctag} is not read", "leave it out, or quote a text that begins with !"
            )
        if len(path) > DEEPEST:
            raise _RefusedError(line, f"nested deeper than {DEEPEST} levels", "no document needs that")
        if isinstance(event, ScalarEvent):
            if half_character(str(event.value)) is not None:
                hint = "write the character itself, or \\U and its eight digits"
                raise _RefusedError(line, "holds half a character, as in \\ud83d", hint)
            return _scalar(event)
        return self._mapping(path) if isinstance(event, MappingStartEvent) else self._sequence(path)

    def _mapping(self, path: tuple[str, ...]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            line = self._line(event)
            if not isinstance(event, ScalarEvent):
                raise _RefusedError(line, "a key must be a text", "quote it if it begins with [, { or *")
            self._node(event, path)
            key, inner = str(event.value), (*path, str(event.value))
            value = self._node(next(self.events), inner)
            where = "/".join(inner)
            if key in result:
                message = f"the key '{key}' stands twice; the first is in line {self.lines[where]}"
                self._wrong(line, message, "remove one of them")
                continue
            result[key] = value
            self.lines[where] = line
        return result

    def _sequence(self, path: tuple[str, ...]) -> list[Any]:
        result: list[Any] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            inner = (*path, str(len(result)))
            self.lines["/".join(inner)] = self._line(event)
            result.append(self._node(event, inner))
        return result


def _scalar(event: ScalarEvent) -> str | int | bool | None:
    text = str(event.value)
    if not event.implicit[0]:  # quoted, or a block of text
        return text
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _INTEGER.fullmatch(text) else text


_HINTS = {
    "mapping values are not allowed": "put quotes around a value that contains ': '",
    "cannot start any token": "indent with spaces, not tabs, and quote a value that begins with a sign",
    "could not find expected ':'": "write `key: value`, and indent what continues a value",
    "expected <block end>": "look at the indentation, and quote the whole value if it begins with a quotation mark",
    "found unexpected end of stream": "close the quotation mark",
}


def _explain(error: YAMLError, text: str) -> tuple[int, str, str]:
    """The line, message and hint of what the parser says."""
    if isinstance(error, ReaderError):
        return text.count("\n", 0, error.position) + 1, "holds a character that text cannot have", "remove it"
    if not isinstance(error, MarkedYAMLError):
        return 1, f"cannot be read as YAML: {error}", ""
    problem = error.problem or error.context or "no YAML"
    early = "could not find expected" in problem or "end of stream" in problem
    mark = (error.context_mark if early else None) or error.problem_mark or error.context_mark
    hint = next((hint for words, hint in _HINTS.items() if words in problem), "")
    return (mark.line + 1 if mark else 1), f"cannot be read as YAML: {problem}", hint
