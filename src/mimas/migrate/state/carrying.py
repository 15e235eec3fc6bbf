"""Carries the links of an old product over: resources, links, decisions, GUIDs and values that were given out.

What has a link already keeps it, so whatever is done twice is done once. Resources are resolved at once, by the rules
in force: one whose rules fail would stand empty, and whoever is empty loses the accounts that rules give to others.
"""

from collections.abc import Sequence
from pathlib import Path

from mimas.migrate.state.gathering import Gatherer
from mimas.migrate.state.linking import Carrier
from mimas.migrate.state.tally import NAMED, State
from mimas.runs.engine import Engine
from mimas.store import carried


def carry(engine: Engine, files: Sequence[Path], metaverse: Path | None = None, connector: str | None = None) -> State:
    """Read all files, then write a batch a transaction, as a run.

    Raises `MigrationError`, `UsageError` and `BusyError`, and then nothing has been written.
    """
    state = State()
    if connector is not None:
        engine.setup_of(connector)
    store = engine.store
    with store.database.alone():
        with store.transaction() as tx:
            carried.begin(tx)
        try:
            gatherer = Gatherer(engine, state, connector)
            if metaverse is not None:
                gatherer.read_metaverse(metaverse)
            read = [gatherer.read_space(path) for path in files]
            Carrier(engine, state).run()
            _tell_others(engine, state, read)
        finally:
            with store.transaction() as tx:
                carried.end(tx)
    return state


def _tell_others(engine: Engine, state: State, read: Sequence[str]) -> None:
    """What the systems show and the files do not have, and the connectors of which there was no file."""
    store = engine.store
    with store.transaction() as tx:
        count, first = carried.unmentioned(tx, store.symbols(sorted(set(read))), NAMED)
    for connector, name in first:
        state.name("not-in-file", store.name(connector), name)
    state.count("not-in-file", count - len(first))
    for name in sorted(set(engine.setup.connectors) - set(read)):
        state.name("no-file", name, "")
