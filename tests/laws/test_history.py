"""Law 12: what was, can be told: the store after any earlier step, and what came of it since, row by row."""

from typing import Any

from hypothesis import strategies as st

from mimas.store import past
from mimas.store.audit import verify
from mimas.store.past import Past
from mimas.store.recording import RECORDED
from mimas.store.references import SEEN, WANTED
from tests.laws.machine import LAW, Life
from tests.world import World

State = dict[str, dict[Any, Any]]

STATES = [recorded for recorded in RECORDED if recorded.table.name != "pending_export"]
"""Of exports only is kept when they had been sent, and not how they waited before."""


def state(world: World) -> State:
    """Recorded table → key → the other columns, as they are now."""
    found: State = {}
    for recorded in STATES:
        columns = ", ".join((*recorded.key, *recorded.columns))
        width = len(recorded.key)
        rows = world.rows(f'SELECT {columns} FROM "{recorded.table.name}"')
        found[recorded.table.name] = {row[:width]: told(recorded.table.name, row[width:]) for row in rows}
    return found


def told(table: str, row: Any) -> Any:
    """What of a row the history tells: of a reference whether it is seen and wanted."""
    return (row[0] & (SEEN | WANTED),) if table == "reference" and row is not None else row


class Remembering(Life):
    """The store after every step is remembered; each day all of them are asked for."""

    rested = False

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[int, State] = {}

    def law(self, data: st.DataObject) -> None:
        with self.world.store.transaction() as tx:
            self.known[past.last_place(tx)] = state(self.world)
            places = sorted(self.known)
            for place in places:
                self.as_it_was(tx, place)
            since, until = sorted(data.draw(st.tuples(st.sampled_from(places), st.sampled_from(places)), "span"))
            self.what_came(tx, since, until)
            self.what_came(tx, since, None)
        assert verify(self.world.store).sound

    def as_it_was(self, tx: Any, place: int) -> None:
        for recorded in STATES:
            name, known = str(recorded.table.name), self.known[place][recorded.table.name]
            present = {
                row[: len(recorded.key)] for row in self.world.rows(f'SELECT {", ".join(recorded.key)} FROM "{name}"')
            }
            first = sorted({key[0] for key in (*known, *present)}, key=repr)
            then = Past(tx, name).rows(place, recorded.key[0], first)
            width = len(recorded.key)
            was = {row[:width]: told(name, row[width:]) for row in then}
            assert was == known, (name, place)

    def what_came(self, tx: Any, since: int, until: int | None) -> None:
        for recorded in STATES:
            name = str(recorded.table.name)
            before = self.known[since][name]
            after = self.known[until if until is not None else max(self.known)][name]
            expected = {
                k: (before.get(k), after.get(k)) for k in before.keys() | after.keys() if before.get(k) != after.get(k)
            }
            got = {d.key: (told(name, d.before), told(name, d.after)) for d in Past(tx, name).differences(since, until)}
            got = {key: pair for key, pair in got.items() if pair[0] != pair[1]}
            assert got == expected, (name, since, until)


Remembering.TestCase.settings = LAW
TestRemembering = Remembering.TestCase
