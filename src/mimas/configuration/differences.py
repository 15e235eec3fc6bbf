"""What sets two configurations apart: which documents, and within a changed one which keys."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, TypeAlias

import msgspec

from mimas.configuration.canonical import Change, diff
from mimas.configuration.documents import parse
from mimas.configuration.reading import Document
from mimas.configuration.secret import veiled
from mimas.configuration.shorthand import tree
from mimas.schema.places import Place

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One key of a document, in the forms that people write; None where it is not there. Secrets are veiled.

    ``path`` leads to the key through the others; numbers are places in a list, from 0, those of the new one. What is
    taken out of a list has the path of the list. ``place`` is where the new value stands, or what it is missing from.
    """

    path: Path
    old: Any
    new: Any
    place: Place


@dataclass(frozen=True, slots=True)
class Alteration:
    """A document that is added, changed or removed; of a changed one, what is different in it."""

    change: Change
    place: Place
    differences: tuple[Difference, ...] = ()


def compare(before: Sequence[Document], after: Sequence[Document]) -> list[Alteration]:
    """What makes ``after`` of ``before``, in the order of `canonical.diff`."""
    old, new = ({(one.kind, one.name): one for one in documents} for documents in (before, after))
    return [
        _altered(change, old.get((change.kind, change.name)), new.get((change.kind, change.name)))
        for change in diff({key: one.body for key, one in old.items()}, after)
    ]


def _altered(change: Change, old: Document | None, new: Document | None) -> Alteration:
    if old is None or new is None:
        there = new or old
        return Alteration(change, there.place if there else Place())
    return Alteration(change, new.place, tuple(differences(old, new)))


def differences(old: Document, new: Document) -> Iterator[Difference]:
    """The keys in which two documents of one name differ; of one that has mistakes, as it was written."""
    bodies = [parse(document)[0] for document in (old, new)]
    trees = [tree(body) for body in bodies if body is not None]
    before, after = trees if len(trees) == 2 else (old.body, new.body)
    for path, was, now in _mappings((), before, after):
        yield Difference(path, veiled(was, path), veiled(now, path), new.at(*path))


Found: TypeAlias = Iterator[tuple[Path, Any, Any]]


def _between(path: Path, old: Any, new: Any) -> Found:
    if _same(old, new):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _mappings(path, old, new)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _lists(path, old, new)
    else:
        yield path, _or_none(old), _or_none(new)


def _or_none(value: Any) -> Any:
    """What is empty in its long form is what people leave out."""
    return None if value in ("", [], {}) else value


def _mappings(path: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> Found:
    for key in dict.fromkeys((*new, *old)):
        yield from _between((*path, key), old.get(key), new.get(key))


def _lists(path: Path, old: list[Any], new: list[Any]) -> Found:
    was, now = (list(map(_text, values)) for values in (old, new))
    for what, i, end_i, j, end_j in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        paired = min(end_i - i, end_j - j)
        for step in range(paired):
            yield from _between((*path, j + step), old[i + step], new[j + step])
        yield from ((path, value, None) for value in old[i + paired : end_i])
        yield from (((*path, j + paired + step), None, value) for step, value in enumerate(new[j + paired : end_j]))


def _same(old: Any, new: Any) -> bool:
    return _text(old) == _text(new)


def _text(value: Any) -> str:
    """JSON tells 1 from true, which Python does not."""
    return msgspec.json.encode(value, order="sorted").decode()
