"""Reads the files, all of them to their ends, before anything is written: who was linked to whom, and by what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

import msgspec

from mimas.migrate.agents.agent import guid as braced
from mimas.migrate.agents.agent import text_of
from mimas.migrate.elements import MigrationError
from mimas.migrate.state import metaverse, spaces
from mimas.migrate.state.linkage import How, linked_by, plain, unlinked
from mimas.migrate.state.matching import Matcher, OtherAnchorError
from mimas.migrate.state.spaces import SpaceObject
from mimas.migrate.state.streaming import elements
from mimas.migrate.state.tally import State
from mimas.runs.engine import Engine
from mimas.schema import names
from mimas.store import carried
from mimas.store.database import Row, Transaction
from mimas.store.objects import Stored
from mimas.sync.rules import Unique

T = TypeVar("T")
SIZE = 1_000
"""How many objects are looked at together."""


@dataclass(slots=True)
class Gatherer:
    """Reads files into the tables of `mimas.store.carried`. Every method raises `MigrationError`."""

    engine: Engine
    state: State
    connector: str | None = None
    """The connector of files that do not name theirs."""
    agents: dict[str, str] = field(default_factory=dict)
    """The GUID of an agent → its name, from the metaverse."""

    def read_metaverse(self, path: Path) -> None:
        """The type of each resource, the values that were given out, and who is linked to it."""
        wanted = {
            f.target.lower() for r in self.engine.compiled.rules.rules for f in r.flows if isinstance(f.origin, Unique)
        }
        for batch in batches(metaverse.objects(path)):
            ids = [plain(one.id, path.name) for one in batch]
            rows: list[Row] = []
            ties: dict[str, tuple[str, int]] = {}
            for guid, one in zip(ids, batch, strict=True):
                if not guid:
                    raise MigrationError(f"{path.name}: a metaverse object has no id.", "Write the file anew.")
                given = {name.lower(): values[0] for name, values in one.values.items() if len(values) == 1}
                kept = {name: value for name, value in given.items() if name in wanted}
                rows.append((guid, one.type, msgspec.json.encode(kept).decode()))
                for tie in one.ties:
                    ties[plain(tie.space, path.name)] = (guid, linked_by(tie.lineage))
                    if tie.agent_name:
                        self.agents[braced(tie.agent)] = tie.agent_name
            with self.engine.store.transaction() as tx:
                carried.keep_resources(tx, list({row[0]: row for row in rows}.values()))
                carried.keep_ties(tx, ties)

    def read_space(self, path: Path) -> str:
        """The objects of a connector space; its connector."""
        name = self._connector(path)
        number = self.engine.store.symbol(name)
        with self.engine.store.transaction() as tx:
            if not carried.shown(tx, number):
                raise MigrationError(f"{name} shows no object yet.", f"Import it first: mimas import {name}")
        matcher = Matcher(number, self.engine.setup_of(name))
        agents: set[str] = set()
        for batch in batches(spaces.objects(path)):
            agents.update(one.agent for one in batch if one.agent.strip("{}"))
            if len(agents) > 1:
                raise MigrationError(
                    f"{path.name} holds objects of several management agents.", "Write a file for each of them."
                )
            with self.engine.store.transaction() as tx:
                found = matcher.find(tx, batch)
                carried.keep_objects(tx, self._rows(tx, name, path, list(zip(batch, found, strict=True))))
        return name

    def _connector(self, path: Path) -> str:
        first = next(elements(path, "cs-object"), None)
        if first is None:
            raise MigrationError(f"{path.name} holds no object of a connector space.", "Leave it out.")
        agent = braced(text_of(first, "ma-id"))
        said = text_of(first, "ma-name") or self.agents.get(agent, "")
        known = {name.lower(): name for name in self.engine.setup.connectors}
        name = known.get(said.lower()) or self.connector
        if name is None:
            raise MigrationError(
                f"{path.name} is of the agent “{said or agent}”, and no connector has this name. "
                f"There is: {', '.join(sorted(known.values()))}.",
                "Say which one it is with --connector NAME.",
            )
        return name

    def _rows(
        self,
        tx: Transaction,
        connector: str,
        path: Path,
        batch: Sequence[tuple[SpaceObject, Stored | OtherAnchorError | None]],
    ) -> list[Row]:
        """What is to be kept of the objects that were found; the others are named."""
        ties = carried.kept_ties(tx, [plain(one.id, path.name) for one, _ in batch])
        before = carried.kept_objects(tx, [row.id for _, row in batch if isinstance(row, Stored)])
        rows: dict[int, Row] = {}
        for one, row in batch:
            self.state.count("objects")
            guid, how = _standing(one, ties, path.name)
            if isinstance(row, OtherAnchorError):
                self.state.name("contradictory", connector, one.name, "the object of this name has another anchor")
            elif row is None:
                self.state.name("to-create" if one.operation == "add" else "not-in-system", connector, one.name)
            else:
                known = rows[row.id][1:] if row.id in rows else before.get(row.id)
                if known is None:
                    self._note(one, row)
                if known is not None and known != (guid, how):
                    guid, how = "", How.TORN
                    self.state.name("contradictory", connector, one.name, "it stands twice in the files, and not alike")
                elif how is How.TORN:
                    self.state.name("contradictory", connector, one.name, "the two kinds of files link it differently")
                rows[row.id] = (row.id, guid, how)
                if how.linked and not guid:
                    self.state.name("no-resource", connector, one.name)
        return list(rows.values())

    def _note(self, one: SpaceObject, row: Stored) -> None:
        self.state.count("matched")
        if row.name and not _same(one, row.name):
            self.state.count("renamed")
        if not one.linked and one.state == "stay":
            self.state.count("filtered")
        elif not one.linked and one.state != "explicit":
            self.state.count("disconnectors")


def _standing(one: SpaceObject, ties: Mapping[str, tuple[str, int]], file: str) -> tuple[str, How]:
    """The resource of an object, and how it is linked: by its own file, or else by that of the metaverse."""
    guid, tie = plain(one.resource, file), ties.get(plain(one.id, file))
    if guid and tie is not None and tie[0] != guid:
        return "", How.TORN
    if guid or one.linked:
        how = linked_by(one.lineage, one.state)
        if tie is not None and not guid:
            return tie[0], how or How(tie[1])
        return guid, how
    if tie is not None:
        return tie[0], How(tie[1])
    return "", unlinked(one)


def _same(one: SpaceObject, name: str) -> bool:
    return names.key(name) in (names.key(one.name), names.key(one.new_name))


def batches(items: Iterator[T]) -> Iterator[list[T]]:
    """The items, `SIZE` at a time."""
    while batch := list(islice(items, SIZE)):
        yield batch
