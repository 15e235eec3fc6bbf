"""Roots of the chain that are kept elsewhere: a file of lines ``place instant root``, to which is only ever added.

Whoever could rewrite the whole chain cannot rewrite what is on a share that takes every line once, or on another
machine. So a root that was kept there vouches for every entry up to its own.
"""

from pathlib import Path

from mimas.store import tables
from mimas.store.history.chain import COLUMNS, Batch
from mimas.store.store import Store

_KEPT = "root-kept"
"""The `meta` key of the place of the last root that was kept by a run."""


class RootsError(Exception):
    """A file of roots cannot be read or written; the message says which, why, and what to do."""


def last(store: Store) -> Batch:
    """The last entry, whose root stands for all of them."""
    with store.reading() as tx:
        return Batch._make(tx.row(f"SELECT {COLUMNS} FROM batch ORDER BY place DESC LIMIT 1") or ())


def line(entry: Batch) -> str:
    """As it is kept."""
    return f"{entry.place} {entry.at} {entry.root or '-'}"


def append(store: Store, path: Path) -> Batch:
    """Add the last root to a file. Raises `RootsError`."""
    entry = last(store)
    try:
        with path.open("a", encoding="ascii") as file:
            file.write(line(entry) + "\n")
    except OSError as error:
        raise RootsError(
            f"The root of the history could not be added to {path}: {error.strerror}. What it stands for is whole. See "
            "to it that the folder is there and may be written to, then run `mimas audit root --to` with that file."
        ) from None
    return entry


def append_new(store: Store, path: Path) -> None:
    """The same at the end of a run, unless that was done for this very root before. Raises `RootsError`."""
    with store.reading() as tx:
        kept = tx.value("SELECT value FROM meta WHERE key = ?", _KEPT)
    if kept == str(last(store).place):
        return
    entry = append(store, path)
    with store.transaction() as tx:
        tx.upsert(tables.meta, "key, value", [(_KEPT, str(entry.place))], "value = excluded.value")


def read(path: Path) -> dict[int, str]:
    """Place → root of a file. Raises `RootsError`."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise RootsError(f"The roots in {path} cannot be read: {reason}.") from None
    found: dict[int, str] = {}
    for number, text in enumerate(lines, 1):
        match text.split():
            case []:
                continue
            case [place, _, root] if place.isdecimal():
                root = "" if root == "-" else root
                if found.setdefault(int(place), root) != root:
                    raise RootsError(
                        f"{path}, line {number}: another root of entry {place} stands in an earlier line. One of them "
                        "is of another database, or of a chain that was written anew: find out which."
                    )
            case _:
                raise RootsError(
                    f"{path}, line {number} is no root. A line has a number, an instant and a root, as `mimas audit "
                    "root` prints them."
                )
    return found
