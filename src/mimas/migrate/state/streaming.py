"""Elements of a large file, one at a time: whatever its size, no more than one of them is in memory."""

from collections.abc import Iterator
from pathlib import Path

from mimas.migrate.elements import Element, MigrationError, Reader

_CHUNK = 1024 * 1024


def elements(path: Path, *tags: str) -> Iterator[Element]:
    """The outermost elements of these names in a file. Raises `MigrationError`."""
    reader = Reader(path.name, frozenset(tags))
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield from reader.feed(chunk)
            yield from reader.feed(b"", last=True)
    except OSError as error:
        raise MigrationError(f"{path}: {error.strerror or error}.", "Look at the path and its permissions.") from None
