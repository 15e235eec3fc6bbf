"""The files of a synchronisation server: one for each agent, and one for the metaverse."""

import re
from collections.abc import Iterator
from pathlib import Path

from mimas.migrate.elements import Element, MigrationError, read
from mimas.migrate.migration import Migration

_SUBFOLDERS = ("syncconfig",)
_SERVICE = ("policy.xml", "schema.xml")
"""Files of the portal, which may lie beside those of the server."""
_NAMED = re.compile(r"(ma-.*|mv)\.xml", re.IGNORECASE)
_DATA = ("ma-data", "mv-data")
_NEITHER = "holds neither a management agent nor a metaverse. Take the file as the product wrote it."


def files(folder: Path) -> list[Path]:
    """The XML files of a folder and of its subfolder SyncConfig, in any letter case. Raises `MigrationError`."""
    return [path for path in _xml(folder) if path.name.lower() not in _SERVICE]


def policies(folder: Path) -> list[Path]:
    """The files with the portal's policy, wherever they lie. Raises `MigrationError`."""
    return [path for path in _xml(folder, "serviceconfig") if path.name.lower() == "policy.xml"]


def roots(migration: Migration, folder: Path) -> Iterator[tuple[str, Element]]:
    """Each file that is of a synchronisation server, by its name; they stand in the report, the broken ones too."""
    for path in files(folder):
        name = path.relative_to(folder).as_posix()
        try:
            root = read(path)
        except MigrationError as error:
            migration.report.broken[name] = f"{error.message} {error.advice}".strip()
            continue
        if data_of(root):
            migration.report.files[name] = root
            yield name, root
        elif _NAMED.fullmatch(path.name):
            migration.report.files[name] = root
            migration.report.to_do.append(f"{name} {_NEITHER}")


def data_of(root: Element, *tags: str) -> list[Element]:
    """The agents and the metaverse within a file."""
    return [one for one in (root, *root.children) if one.tag in (tags or _DATA)]


def _xml(folder: Path, *more: str) -> Iterator[Path]:
    try:
        inside = sorted(folder.iterdir(), key=lambda path: path.name.lower())
        within = [path for path in inside if path.is_dir() and path.name.lower() in (*_SUBFOLDERS, *more)]
        found = [inside, *(sorted(path.iterdir(), key=lambda one: one.name.lower()) for path in within)]
    except OSError as error:
        raise MigrationError(f"{folder}: {error.strerror or error}.", "Name the folder with the exports.") from None
    for some in found:
        yield from (path for path in some if path.suffix.lower() == ".xml" and path.is_file())
