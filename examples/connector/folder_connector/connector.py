"""The connector of a folder with a JSON file for each object: ``{"type": "person", "values": {"login": ["anna"]}}``."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from pydantic import Field
from xxhash import xxh3_64_intdigest

from mimas.connectors.contract import (
    Capabilities,
    Connector,
    ConnectorError,
    End,
    Entry,
    EntryError,
    Export,
    Operation,
    Problem,
    Result,
    Schema,
    Settings,
)  # fmt: skip
from mimas.schema.attributes import Attribute, Kind, ObjectType
from mimas.schema.values import many

PAGE, LONGEST = 500, 250


class FolderSettings(Settings):
    """Where the files are."""

    path: Path = Field(description="The folder.")


@dataclass(slots=True)
class FolderPage:
    """Some files, not parsed yet."""

    keys: Sequence[str]
    bodies: Sequence[bytes]
    fingerprints: Sequence[int]
    schema: Schema
    problems: Sequence[Problem] = ()
    deleted: frozenset[int] = frozenset()

    def entry(self, index: int) -> Entry:
        """A file parsed. Raises `EntryError`."""
        try:
            held = json.loads(self.bodies[index])
            type_ = self.schema[held["type"]]
        except (ValueError, KeyError) as error:
            raise EntryError("parse-error", f"{self.keys[index]}: {error}", "Correct the file.") from None
        entry = Entry(type_.name, self.keys[index])
        for name in held["values"].keys() & type_.attributes.keys():
            attribute, values = type_.attributes[name], held["values"][name]
            if attribute.kind is Kind.REFERENCE:
                entry.references[name] = values
            else:
                entry.values[name] = many(values) if attribute.multivalued else values[0]
        return entry


class FolderConnector(Connector[FolderSettings]):
    """The anchor of an object is made of its values, as its type says; the file is named by it."""

    kind = "folder"
    summary = "a folder with a JSON file for each object"
    model = FolderSettings
    capabilities = Capabilities()  # all of it can be read and written; no deltas, no names

    def discover(self) -> Schema:
        """The types and attributes that the files have, as texts."""
        found: dict[str, dict[str, Attribute]] = {}
        for path in self._root().glob("*.json"):
            held = json.loads(path.read_bytes())
            found.setdefault(held["type"], {}).update({name: Attribute(name) for name in held["values"]})
        return {name: ObjectType(name, attributes) for name, attributes in found.items()}

    def read(self, watermark: str | None = None) -> Iterator[FolderPage | End]:  # noqa: ARG002 - there are no deltas
        """Everything."""
        paths = sorted(self._root().glob("*.json"))
        for start in range(0, len(paths), PAGE):
            some = paths[start : start + PAGE]
            bodies = [path.read_bytes() for path in some]
            prints = [xxh3_64_intdigest(body, seed=self.salt) >> 1 for body in bodies]
            yield FolderPage([unquote(path.stem) for path in some], bodies, prints, self.schema)
        yield End()

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        """A file each, replaced at once."""
        for export in exports:
            anchor = export.anchor or ""
            path = self._root() / f"{quote(anchor, safe='')}.json"
            said = f"{export.operation.capitalize()} of {anchor}"
            if not anchor or "\0" in anchor or len(path.name) > LONGEST:
                yield Result(export.id, "invalid-attribute-value", f"{said}: no file has such a name.", "Correct it.")
            elif export.operation is Operation.ADD and path.exists():
                yield Result(export.id, "cd-existing-object", f"{said}: it is there.", "Import, so that it is joined.")
            elif export.operation is not Operation.ADD and not path.exists():
                yield Result(export.id, "cd-missing-object", f"{said}: it is not there.", "Import the folder.")
            else:
                self._write(export, path)
                yield Result(export.id, anchor=anchor)

    def _write(self, export: Export, path: Path) -> None:
        if export.operation is Operation.DELETE:
            path.unlink()
            return
        update = export.operation is Operation.UPDATE
        values = json.loads(path.read_bytes())["values"] if update else {}
        for name, change in export.changes.items():
            if update and self.schema[export.type].attributes[name].multivalued:
                # Of references an update tells only what is added and removed.
                gone = {*change.removed, *change.added}
                values[name] = [one for one in values.get(name, []) if one not in gone] + list(change.added)
            else:
                values[name] = list(change.values)
        values = {name: several for name, several in values.items() if several}
        path.with_suffix(".new").write_text(json.dumps({"type": export.type, "values": values}))
        path.with_suffix(".new").replace(path)

    def _root(self) -> Path:
        root = self.folder / self.settings.path
        if not root.is_dir():
            raise ConnectorError(f"Connector {self.name}: there is no folder {root}.", "Make it, or correct 'path'.")
        return root
