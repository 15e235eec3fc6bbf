"""Documents to be: plain data with comments, and the YAML files that they become."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from textwrap import wrap
from typing import Any

from mimas.configuration.canonical import as_yaml
from mimas.migrate.elements import printable

_WIDTH = 110


@dataclass(frozen=True, slots=True)
class Noted:
    """A value of a mapping or a list, and what a person is to know of it: the comment above it."""

    value: Any
    note: str


@dataclass(slots=True)
class Draft:
    """A document. ``note`` is the comment above it; ``folder`` and ``title`` say where it stands."""

    kind: str
    name: str
    body: dict[str, Any]
    note: str = ""
    folder: str = ""
    title: str = ""
    aside: bool = field(default=False, kw_only=True)
    """Whether it is not in force: it stands outside the folder of documents."""
    shares: bool = field(default=False, kw_only=True)
    """Whether it may stand in one file with others that have the same folder and title."""

    @property
    def file(self) -> PurePosixPath:
        """Its file, without an ending, from the folder of documents."""
        return PurePosixPath(self.folder) / file_name(self.title or self.name)

    def yaml(self) -> str:
        """The file's text."""
        head = {"kind": self.kind, "name": self.name}
        return "\n".join([*_comment(self.note, ""), *_lines({**head, **self.body}, ""), ""])


def file_name(name: str) -> str:
    """A name of a file that is harmless everywhere: small letters, digits, hyphens and dots."""
    words = re.sub(r"[^\w.]+", "-", name.casefold().replace("_", "-"), flags=re.ASCII).strip("-.")
    return re.sub(r"\.{2,}", ".", words)[:100].rstrip("-.") or "unnamed"


def plain(value: Any) -> Any:
    """The value without its notes."""
    if isinstance(value, Noted):
        return plain(value.value)
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, (list, tuple)) else value


def _comment(note: str, indent: str) -> Iterator[str]:
    for paragraph in note.splitlines():
        for line in wrap(printable(paragraph), _WIDTH, break_on_hyphens=False) or [""]:
            yield f"{indent}# {line}".rstrip()


def _lines(mapping: Mapping[str, Any], indent: str) -> Iterator[str]:
    # What has no comments is written at once.
    bare: dict[str, Any] = {}
    for key, given in mapping.items():
        note, value = (given.note, given.value) if isinstance(given, Noted) else ("", given)
        if note or _has_notes(value):
            yield from _yaml(bare, indent)
            bare.clear()
        yield from _comment(note, indent)
        if not _has_notes(value):
            bare[key] = plain(value)
            continue
        yield indent + as_yaml({key: None}).removesuffix("null\n").rstrip()
        if isinstance(value, Mapping):
            yield from _lines(value, indent + "  ")
        else:
            yield from _items(value, indent + "  ")
    yield from _yaml(bare, indent)


def _yaml(mapping: Mapping[str, Any], indent: str) -> Iterator[str]:
    return (indent + line for line in as_yaml(mapping).splitlines()) if mapping else iter(())


def _items(items: Sequence[Any], indent: str) -> Iterator[str]:
    for given in items:
        note, value = (given.note, given.value) if isinstance(given, Noted) else ("", given)
        yield from _comment(note, indent)
        # The item stands as in a list of its own, two to the right of a key that is left out.
        yield from (indent + line[2:] for line in as_yaml({"x": [plain(value)]}).splitlines()[1:])


def _has_notes(value: Any) -> bool:
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    return any(isinstance(one, Noted) or _has_notes(one) for one in inner)
