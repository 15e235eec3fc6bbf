"""One document of a home is changed in its file, and everything else there stays as somebody wrote it, comments too."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from mimas.configuration.canonical import digest, dump, one_line
from mimas.configuration.reading import MARKER, Document, read


def save(home: Path, old: Document | None, new: Document) -> Path:
    """Write a changed document into the file that ``old`` was read from, or a new one into that of its place.

    What was added is written where it belongs; where that cannot be done, the document is written anew as a whole, and
    loses its comments. Returns the file.
    """
    path = home / new.place.file
    if old is None:
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text("utf-8") if path.exists() else ""
        path.write_text(f"{before.rstrip()}\n---\n{dump(new)}" if before.strip() else dump(new), "utf-8", newline="\n")
        return path
    text = path.read_text("utf-8-sig")
    sections = list(_sections(text))
    place = next(n for n, one in enumerate(sections) if any(_is(d, new) for d in read(one)[0]))
    written = next(one for one in _candidates(sections[place], old, new) if _means(one, new))
    sections[place] = written
    path.write_text("".join(sections), "utf-8", newline="\n")
    return path


def _sections(text: str) -> Iterator[str]:
    """The texts of the documents, with the dividers that they begin with."""
    starts = [0, *(match.start() for match in MARKER.finditer(text)), len(text)]
    return (text[start:end] for start, end in pairwise(starts))


def _is(one: Document, other: Document) -> bool:
    return (one.kind, one.name) == (other.kind, other.name)


def _means(text: str, wanted: Document) -> bool:
    found, problems = read(text)
    return not problems and len(found) == 1 and digest(found[0]) == digest(wanted)


def _candidates(text: str, old: Document, new: Document) -> Iterator[str]:
    """The text with what was added, in the ways in which people write; then the document anew."""
    (here,) = read(text)[0]
    lines = text.split("\n")
    for key in new.body:
        was, now = old.body.get(key), new.body[key]
        if was == now or key not in here.lines:
            continue
        at = here.lines[key] - 1
        if isinstance(was, dict) and isinstance(now, dict):
            added = [one_line({name: value})[1:-1] for name, value in now.items() if name not in was]
            inner = [here.lines[f"{key}/{name}"] - 1 for name in was if f"{key}/{name}" in here.lines]
            yield from _added(lines, at, "}", added, max(inner, default=at), "")
        else:
            several: list[Any] = was if isinstance(was, list) else [was]
            added = [one_line(value) for value in now if value not in several]
            inner = [line - 1 for path, line in here.lines.items() if re.fullmatch(rf"{re.escape(key)}/\d+", path)]
            yield from _added(lines, at, "]", added, max(inner, default=at), "- ")
            if not isinstance(was, list):
                yield "\n".join([*lines[:at], f"{key}: {one_line(now)}", *lines[at + 1 :]])
    divider = text[: text.index("\n") + 1] if text.startswith("---") else ""
    yield f"{divider}{dump(new)}"


def _added(lines: list[str], at: int, closing: str, added: list[str], last: int, mark: str) -> Iterator[str]:
    """Behind the last one of a line, or of a block of lines."""
    head, sign, tail = lines[last].rpartition(closing)
    if sign:
        yield "\n".join([*lines[:last], f"{head}, {', '.join(added)}{sign}{tail}", *lines[last + 1 :]])
    indent = len(lines[last]) - len(lines[last].lstrip()) if last > at else 2
    end = last + 1
    while end < len(lines) and len(lines[end]) - len(lines[end].lstrip()) > indent:
        end += 1
    yield "\n".join([*lines[:end], *(f"{' ' * indent}{mark}{one}" for one in added), *lines[end:]])
