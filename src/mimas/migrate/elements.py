"""The elements of an exported XML file, each with what became of it.

File contents are hostile until proven otherwise: a file with a document type, and so with entities, is refused, and so
is one that is too large or nests too deep. Names are without their namespaces, which the exports use for nothing.
"""

import re
from collections.abc import Iterator
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
    roots: list[Element] = []
    stack: list[Element] = []
    # The separator is a character that no name of a namespace can hold: expat refuses one that does, as XOML would be.
    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
    parser.buffer_text = True

    def begin(tag: str, attributes: dict[str, str]) -> None:
        if len(stack) >= DEEPEST:
            raise MigrationError(f"{name}: elements stand more than {DEEPEST} deep in one another.")
        plain = {key.rpartition(_SEPARATOR)[2]: value for key, value in attributes.items()}
        element = Element(tag.rpartition(_SEPARATOR)[2], plain, parser.CurrentLineNumber)
        (stack[-1].parts if stack else roots).append(element)
        stack.append(element)

    def end(_: str) -> None:
        stack.pop()

    def say(text: str) -> None:
        stack[-1].parts.append(text)

    def refuse(*_: object) -> None:
        raise MigrationError(
            f"{name} has a document type, which an exported configuration has not.",
            "It may be made to do harm. Take the file as the product wrote it.",
        )

    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = say
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise MigrationError(f"{name} is no XML: {error}.", "Take the file as the product wrote it.") from None
    return roots[0]
