"""Documents as the files that people read: what a folder has to hold so that applying it changes nothing."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from mimas.configuration.canonical import Change, diff, dump
from mimas.configuration.checks.flows import EXTENSIONS
from mimas.configuration.reading import FOLDER, LARGEST, Document, read_folder

_NAMELESS = f"{FOLDER}/documents.yaml"
_DIVIDER = "---\n"


class ExportError(Exception):
    """A folder that documents cannot be written into; ``changes`` would make of what it holds what is written."""

    def __init__(self, message: str, changes: Iterable[Change] = ()) -> None:
        super().__init__(message)
        self.changes = list(changes)


def files(documents: Iterable[Document]) -> dict[str, str]:
    """What to write: path within a home → text. Each document stands in the file it came from, in the order it had."""
    places: dict[str, list[Document]] = {}
    for document in sorted(documents, key=lambda one: (one.place.file, one.place.line, one.kind, one.name)):
        places.setdefault(_path(document.place.file), []).append(document)
    found: dict[str, str] = {}
    for path, some in places.items():
        for number, text in enumerate(_divided(map(dump, some)), 1):
            found[path if number == 1 else str(PurePosixPath(path).with_suffix(f".{number}.yaml"))] = text
    return found


def export(documents: Iterable[Document], folder: Path) -> list[Path]:
    """Write the documents into a folder as into a home; the files written, none when it holds the same already.

    Raises `ExportError` when it holds others: nothing is overwritten.
    """
    documents = list(documents)
    there, problems = read_folder(folder) if (folder / FOLDER).exists() else ([], [])
    changes = diff({(one.kind, one.name): one.body for one in there}, documents)
    if there and not problems and not changes:
        return []
    wanted = files(documents)
    if problems or there or any((folder / path).exists() for path in wanted):
        raise ExportError(f"{folder} holds other documents", changes if there and not problems else ())
    for path, text in wanted.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8", newline="\n")
    return [folder / path for path in wanted]


def functions(documents: Iterable[Document]) -> list[str]:
    """The files of the functions that documents name, which are no documents: ``extensions/joins.py``."""
    named = {name for document in documents for name in _named({**document.body, "settings": None})}
    return sorted(f"{EXTENSIONS}/{name.partition(':')[0]}.py" for name in named)


_KEYS = ("extension", "choose", "before_export", "after_export")


def _named(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from (value[key] for key in _KEYS if isinstance(value.get(key), str))
    if isinstance(value, (Mapping, list)):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _named(inner)


def _path(file: str) -> str:
    """The path that a document came from, which the store kept; never one that leads out of the folder."""
    path = PurePosixPath(file)
    inside = path.parts[:1] == (FOLDER,) and ".." not in path.parts and path.suffix in (".yaml", ".yml")
    return str(path) if inside else _NAMELESS


def _divided(texts: Iterable[str]) -> Iterator[str]:
    """The texts together, in as few files as can be read: written out, a file can be larger than it was."""
    whole, size = "", 0
    for text in texts:
        more = len(text.encode()) + len(_DIVIDER)
        if whole and size + more > LARGEST:
            yield whole
            whole, size = "", 0
        whole, size = f"{whole}{_DIVIDER}{text}" if whole else text, size + more
    yield whole
