"""A connected system that can be told to misbehave: a real file that is written object by object."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from mimas.connectors import registry
from mimas.connectors.contract import Capabilities, ConnectorError, Export, Result
from mimas.connectors.delimited.connector import DelimitedConnector
from mimas.runs.setup import ConnectorSetup
from tests.world import World, target


class Door(DelimitedConnector):
    """A real file behind a door: it can refuse, forget, change what it is given, or break off."""

    kind: ClassVar[str] = "door"
    refuses: ClassVar[set[str]] = set()
    forgets: ClassVar[set[str]] = set()
    breaks_after: ClassVar[int | None] = None
    alters: ClassVar[Callable[[str], str]] = str
    sent: ClassVar[list[tuple[str, str]]] = []
    told: ClassVar[list[tuple[str, dict[str, tuple[list[Any], list[Any]]]]]] = []
    """(anchor, attribute → values added and removed)."""
    expires: ClassVar[bool] = False
    until: ClassVar[list[dict[str, datetime]]] = []
    """Of each reference that changed, its values that are to end."""

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(batch=2, expiring_references=Door.expires)

    def write(self, exports: Any) -> Iterator[Result]:
        for export in exports:
            if Door.breaks_after is not None and len(Door.sent) >= Door.breaks_after:
                raise ConnectorError("The line is dead.", "Mend it.")
            yield self._one(self.folder / str(self.settings.path), export)

    def _one(self, path: Path, export: Export) -> Result:
        assert export.anchor is not None
        Door.sent.append((export.operation, export.anchor))
        Door.told.append((export.anchor, {n: (sorted(c.added), sorted(c.removed)) for n, c in export.changes.items()}))
        Door.until += [dict(c.until) for n, c in export.changes.items() if self.schema[export.type].attributes[n].to]
        if export.anchor in Door.refuses:
            return Result(export.id, "constraint-violation", "no such title", "Ask.")
        if export.anchor not in Door.forgets:
            self._change(path, export)
        return Result(export.id)

    def _change(self, path: Path, export: Export) -> None:
        rows = World.rows_of(path)
        row = rows.pop(str(export.anchor), {"id": str(export.anchor)})
        type_ = self.schema[export.type]
        for name, change in export.changes.items():
            if type_.attributes[name].multivalued and type_.attributes[name].to:
                left = [value for value in row.get(name, "").split("|") if value and value not in change.removed]
                row[name] = "|".join([*left, *(str(value) for value in change.added if value not in left)])
            else:
                row[name] = "|".join(Door.alters(str(value)) for value in change.values)
        if export.operation != "delete":
            rows[str(export.anchor)] = row
        World.write_rows(path, rows.values(), " ".join(type_.attributes))


def door(world: World, monkeypatch: pytest.MonkeyPatch, columns: str, name: str = "app") -> ConnectorSetup:
    """A connector ``NAME`` to such a system, which is empty and well-behaved at first."""
    monkeypatch.setattr(registry, "connector_class", lambda kind: Door if kind == "door" else DelimitedConnector)
    Door.expires, Door.until = False, []
    Door.refuses, Door.forgets, Door.sent, Door.told, Door.breaks_after, Door.alters = set(), set(), [], [], None, str
    setup = target(name, columns)
    names = " ".join(setup.schema["person"].attributes)
    world.write(f"{name}.csv", columns=names)
    return ConnectorSetup(name, "door", setup.settings, setup.schema, setup.missing, setup.deletes)
