"""Law 12: what was, can be told: the store after any earlier step, and what came of it since, row by row."""

import random
from typing import Any

from hypothesis import strategies as st

from mimas.store.database import Transaction
from mimas.store.history import past, recording
from mimas.store.history.audit import verify
from mimas.store.history.past import Past
from mimas.store.history.recording import RECORDED
from mimas.store.references import SEEN, WANTED
from tests.laws.machine import LAW, Life
from tests.world import World, delimited, inbound, outbound, target

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


class Memory:
    """The store after some of its batches, remembered beside it, to ask its history for."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.known: dict[int, State] = {}

    def remember(self) -> None:
        """What is now."""
        with self.world.store.transaction() as tx:
            self.known[past.last_place(tx)] = state(self.world)

    def ask(self, *spans: tuple[int, int]) -> None:
        """Every remembered state, and what came between some of them, and until now."""
        with self.world.store.transaction() as tx:
            for place in sorted(self.known):
                self._as_it_was(tx, place)
            for since, until in spans:
                self._what_came(tx, since, until)
                self._what_came(tx, since, None)
        assert verify(self.world.store).sound

    def _as_it_was(self, tx: Transaction, place: int) -> None:
        for recorded in STATES:
            name, known = str(recorded.table.name), self.known[place][recorded.table.name]
            width, by = len(recorded.key), ", ".join(recorded.key)
            present = {row[:width] for row in self.world.rows(f'SELECT {by} FROM "{name}"')}
            first = sorted({key[0] for key in (*known, *present)}, key=repr)
            then = Past(tx, name).rows(place, recorded.key[0], first)
            assert {row[:width]: told(name, row[width:]) for row in then} == known, (name, place)
            assert self._retold(tx, name, place, first) == known, (name, place)

    def _retold(self, tx: Transaction, name: str, place: int, first: Any) -> dict[Any, Any]:
        """The same by going back change by change; what a step made is told as of its first batch."""
        after = {key: rest for key, rest in self.known[max(self.known)][name].items() if key[0] in first}
        for at, one in Past(tx, name).changes(recording.of(name).key[0], first):
            if at > place:
                after.pop(one.key, None)
                if one.before is not None:
                    after[one.key] = told(name, one.before)
        return after

    def _what_came(self, tx: Transaction, since: int, until: int | None) -> None:
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


class Remembering(Life):
    """The store after every step is remembered; each day all of them are asked for."""

    rested = False

    def begin_memory(self) -> Memory:
        """That of this world."""
        if not hasattr(self, "memory"):
            self.memory = Memory(self.world)
        return self.memory

    def law(self, data: st.DataObject) -> None:
        memory = self.begin_memory()
        memory.remember()
        places = sorted(memory.known)
        since, until = sorted(data.draw(st.tuples(st.sampled_from(places), st.sampled_from(places)), "span"))
        memory.ask((since, until))


Remembering.TestCase.settings = LAW
TestRemembering = Remembering.TestCase


def test_it_holds_on_both_databases(world: World) -> None:
    """In a small life that is always the same: the law itself goes through SQLite, where worlds are copied."""
    dice = random.Random(4711)
    world.configure(
        [delimited("hr", "id name mail dept manager>person"), target("app", "id name mail manager>person")],
        [
            inbound(
                "hr",
                {"employeeId": "id", "name": "name", "mail": "mail", "dept": "dept", "manager": "manager"},
                join=["id=employeeId"],
            ),
            outbound("app", {"id": "employeeId", "name": "name", "mail": "mail", "manager": "manager"}),
        ],
    )
    memory = Memory(world)
    for _ in range(6):
        people = [
            {"id": key, "name": dice.choice(["Ann", "Bea"]), "mail": dice.choice(["", "a@x"]), "dept": "it"}
            | {"manager": dice.choice(["", "1", "2"])}
            for key in "12345"
            if dice.random() < 0.8
        ]
        world.write("hr.csv", *people, columns="id name mail dept manager")
        for step in ("import hr", "sync", "export app", "import app"):
            world.run(step)
            world.clock.forward(minutes=1)
            memory.remember()
    places = sorted(memory.known)
    memory.ask(*(tuple(sorted(dice.sample(places, 2))) for _ in range(6)))  # type: ignore[arg-type]
