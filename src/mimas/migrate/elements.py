"""The elements of an exported XML file, each with what became of it.

File contents are hostile until proven otherwise: a file with a document type, and so with entities, is refused, and so
is one that is too large or nests too deep. Names are without their namespaces, which stand beside them: the exports use
them for nothing, but XOML does.
"""

import re
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from mimas.schema.messages import fit

LARGEST = 512 * 1024 * 1024
"""The size in bytes up to which a file is read."""
DEEPEST = 200
"""How deep elements may stand in one another."""
_SEPARATOR = "\x01"


class MigrationError(Exception):
    """Something cannot be read or written at all: what, and what to do about it."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(fit(message))
        self.message = fit(message)
        self.advice = fit(advice)


class Outcome(StrEnum):
    """What became of an element."""

    CARRIED = "carried"
    DIFFERENT = "carried with a difference"
    PERSON = "needs a person"
    KEPT = "kept for a later version"
    NOT_APPLICABLE = "not applicable"
    UNKNOWN = "unknown"


@dataclass(slots=True, eq=False)
class Element:
    """One element. ``parts`` holds texts and elements in their order."""

    tag: str
    attributes: dict[str, str]
    line: int
    parts: list["str | Element"] = field(default_factory=list)
    outcome: Outcome = Outcome.UNKNOWN
    note: str = ""
    """Why it is not simply carried; or where it went."""
    space: str = ""
    """The namespace of its name."""

    @property
    def children(self) -> list["Element"]:
        """The elements directly within."""
        return [part for part in self.parts if isinstance(part, Element)]

    @property
    def text(self) -> str:
        """Its own text, without the spaces around it."""
        return "".join(part for part in self.parts if isinstance(part, str)).strip()

    def all(self, *tags: str) -> list["Element"]:
        """The elements directly within of these names."""
        return [child for child in self.children if child.tag in tags]

    def first(self, *path: str) -> "Element | None":
        """The first element of a path of names, from here down."""
        found: Element | None = self
        for tag in path:
            found = next((child for child in found.children if child.tag == tag), None) if found else None
        return found

    def value(self, *path: str) -> str:
        """The text of the element at a path, empty without one. Whoever asks uses it: it counts as carried."""
        found = self.first(*path)
        return found.mark(Outcome.CARRIED).text if found is not None else ""

    def mark(self, outcome: Outcome, note: str = "") -> "Element":
        """Say what became of it; what has been said of it before stays, unless there is a note to it now."""
        if self.outcome is Outcome.UNKNOWN or (note and not self.note):
            self.outcome, self.note = outcome, printable(note)
        return self

    def whole(self, outcome: Outcome, note: str = "") -> "Element":
        """Say what became of it and of all within of which nothing has been said yet."""
        for one in self.walk():
            if one.outcome is Outcome.UNKNOWN:
                one.mark(outcome, note)
        return self

    def walk(self) -> Iterator["Element"]:
        """It and all elements within, in the order of the file."""
        yield self
        for child in self.children:
            yield from child.walk()

    def xml(self) -> str:
        """It and all within as XML."""
        attributes = "".join(f" {name}={quoteattr(value)}" for name, value in self.attributes.items())
        inner = "".join(part.xml() if isinstance(part, Element) else escape(part) for part in self.parts)
        return f"<{self.tag}{attributes}>{inner}</{self.tag}>" if inner else f"<{self.tag}{attributes}/>"


def printable(text: str) -> str:
    """The text as it may stand in a comment or on a terminal: no control characters, and not without end."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "\ufffd" for sign in fit(text))


def counted(text: str) -> int:
    """A text that should be a count, or a place in an order; 0 for any other."""
    return int(text) if re.fullmatch("[0-9]{1,9}", text) else 0


def read(path: Path) -> Element:
    """The root element of a file. Raises `MigrationError`."""
    try:
        if path.stat().st_size > LARGEST:
            raise MigrationError(f"{path.name} is larger than {LARGEST // 1024**2} MB.", "Is it an exported file?")
        data = path.read_bytes()
    except OSError as error:
        raise MigrationError(f"{path}: {error.strerror or error}.", "Look at the path and its permissions.") from None
    return parse(data, path.name)


def parse(data: bytes, name: str) -> Element:
    """The root element of what stands in a file of this name. Raises `MigrationError`."""
    (root,) = Reader(name).feed(data, last=True)
    return root


class Reader:
    """Reads a file in pieces, and gives the outermost elements of some names, or the root."""

    def __init__(self, name: str, tags: Collection[str] = ()) -> None:
        self._name, self._tags = name, tags
        self._depth = 0
        self._stack: list[Element] = []
        self._done: list[Element] = []
        # A character that no namespace's name can hold: expat refuses one that holds it, and XOML's hold colons.
        parser = self._parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._say
        parser.StartDoctypeDeclHandler = self._refuse

    def feed(self, data: bytes, *, last: bool = False) -> list[Element]:
        """The elements that end in this piece. Raises `MigrationError`."""
        try:
            self._parser.Parse(data, last)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise MigrationError(
                f"{self._name} is no XML: {error}.", "Take the file as the product wrote it."
            ) from None
        done, self._done = self._done, []
        return done

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise MigrationError(f"{self._name}: elements stand more than {DEEPEST} deep in one another.")
        space, _, plain = tag.rpartition(_SEPARATOR)
        if self._stack or not self._tags or plain in self._tags:
            named = {key.rpartition(_SEPARATOR)[2]: value for key, value in attributes.items()}
            element = Element(plain, named, self._parser.CurrentLineNumber, space=sys.intern(space))
            if self._stack:
                self._stack[-1].parts.append(element)
            self._stack.append(element)

    def _end(self, _: str) -> None:
        self._depth -= 1
        if self._stack:
            element = self._stack.pop()
            if not self._stack:
                self._done.append(element)

    def _say(self, text: str) -> None:
        if self._stack:
            self._stack[-1].parts.append(text)

    def _refuse(self, *_: object) -> None:
        raise MigrationError(
            f"{self._name} has a document type, which no export has.",
            "It may be made to do harm. Take the file as the product wrote it.",
        )
