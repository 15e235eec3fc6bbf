"""Elements of a large file, one at a time: whatever its size, no more than one of them is in memory."""

from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from mimas.migrate.elements import DEEPEST, Element, MigrationError

_CHUNK = 1024 * 1024


def elements(path: Path, *tags: str) -> Iterator[Element]:
    """The outermost elements of these names in a file. Raises `MigrationError`."""
    reader = _Reader(path.name, frozenset(tags))
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield from reader.feed(chunk)
            yield from reader.feed(b"", last=True)
    except OSError as error:
        raise MigrationError(f"{path}: {error.strerror or error}.", "Look at the path and its permissions.") from None


class _Reader:
    def __init__(self, name: str, tags: frozenset[str]) -> None:
        self._name, self._tags = name, tags
        self._depth = 0
        self._stack: list[Element] = []
        self._done: list[Element] = []
        parser = self._parser = expat.ParserCreate(namespace_separator="\x01")
        parser.buffer_text = True
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._say
        parser.StartDoctypeDeclHandler = self._refuse

    def feed(self, data: bytes, *, last: bool = False) -> Iterator[Element]:
        try:
            self._parser.Parse(data, last)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise MigrationError(f"{self._name} is no XML: {error}.", "Write the file anew.") from None
        done, self._done = self._done, []
        yield from done

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise MigrationError(f"{self._name}: elements stand more than {DEEPEST} deep in one another.")
        plain = tag.rpartition("\x01")[2]
        if self._stack or plain in self._tags:
            named = {key.rpartition("\x01")[2]: value for key, value in attributes.items()}
            element = Element(plain, named, self._parser.CurrentLineNumber)
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
