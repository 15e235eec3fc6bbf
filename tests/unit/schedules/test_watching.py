"""Watching: what is told goes through the rules, and what is away is tried again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from queue import Queue

import pytest

from mimas.connectors.contract import ConnectorError
from mimas.connectors.delimited import DelimitedConnector
from mimas.runs.engine import Engine, Watcher
from mimas.schedules import watching
from mimas.schedules.scheduler import Surroundings
from mimas.schedules.watching import Hints, Watching, watchable
from mimas.store.database import BusyError
from tests.world import World, delimited, inbound, outbound, target

HR = delimited("hr", "id name", changes="hr.changes.csv")
IN = inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"])


def surroundings(engine: Engine, said: list[str]) -> Surroundings:
    """They stop when something was exported."""
    done: list[str] = []

    @contextmanager
    def opened() -> Iterator[Engine]:
        yield engine

    return Surroundings(
        open=opened,
        clock=lambda: datetime.now(UTC),
        sleep=lambda _: None,
        stops=lambda: "export" in done,
        says=said.append,
        passes=lambda _: None,
        watches=lambda _: Watcher(ends=lambda report: done.append(report.step.kind)),
        explains=str,
    )


@pytest.fixture
def world(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """One person in HR, and a target."""
    monkeypatch.setattr(watching, "_AWAY", 0.01)
    monkeypatch.setattr(watching, "_BUSY", 0.01)
    world.configure([HR, target("app", "id name")], [IN, outbound("app", {"id": "employeeId", "name": "name"})])
    world.write("hr.csv", {"id": "1", "name": "Ann"})
    return world


def test_what_is_told_goes_from_one_system_to_the_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DelimitedConnector, "wait", lambda *_: False, raising=False)
    Watching(surroundings(world.engine, said := list[str]()), ["hr"]).run()
    assert world.read("app.csv") == {"1": {"name": "Ann"}}
    assert said == []


def test_a_system_that_is_away_is_tried_again_and_that_is_said_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: Queue[bool] = Queue()
    tries: list[int] = []

    def wait(*_: object) -> bool:
        tries.append(1)
        if len(tries) < 4:
            raise ConnectorError("hr is away.")
        return answers.empty()

    monkeypatch.setattr(DelimitedConnector, "wait", wait, raising=False)
    Watching(surroundings(world.engine, said := list[str]()), ["hr"]).run()
    assert said == ["hr is away."]
    assert list(world.people()) == ["Ann"]


def test_while_another_run_is_under_way_it_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DelimitedConnector, "wait", lambda *_: False, raising=False)
    run, busy = Engine.run, [BusyError("somebody"), BusyError("somebody")]

    def tries(self: Engine, *arguments: object) -> object:
        if busy:
            raise busy.pop()
        return run(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Engine, "run", tries)
    Watching(surroundings(world.engine, said := list[str]()), ["hr"]).run()
    assert list(world.people()) == ["Ann"]
    assert said == []


def test_hints_are_taken_together() -> None:
    hints = Hints()
    for name in ("a", "b", "a"):
        hints.tell(name)
    assert hints.take(0) == {"a", "b"}
    assert hints.take(0) == set()


def test_files_cannot_be_watched(world: World) -> None:
    assert watchable(world.engine) == []
