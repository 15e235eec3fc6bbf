"""Staging mode: a second installation does everything but send, and takes over."""

from collections.abc import Iterator

import pytest

from mimas.runs.takeover import take_over
from mimas.store import mode
from tests.door import Door, door
from tests.world import World, delimited, inbound, outbound

HR = delimited("hr", "id name")
IN = inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"])
ALL = ("import hr", "sync", "export app", "import app", "sync")


def hr(world: World, *rows: str) -> None:
    """Each ``id/name``."""
    world.write("hr.csv", *(dict(zip(("id", "name"), row.split("/"), strict=True)) for row in rows))


@pytest.fixture
def active(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    world.configure(
        [HR, door(world, monkeypatch, "id name")], [IN, outbound("app", {"id": "employeeId", "name": "name"})]
    )
    hr(world, "1/A", "2/B")
    return world


@pytest.fixture
def standby(active: World) -> Iterator[World]:
    """Another installation for the same systems."""
    world = World(active.folder, f"sqlite:///{active.folder}/standby.db")
    world.store.migrate()
    setup = active.engine.setup
    world.configure(setup.connectors.values(), setup.rules.rules)
    with world.store.transaction() as tx:
        mode.stage(tx, world.clock())
    yield world
    world.close()


def test_it_sends_nothing_and_says_what_it_would_send(active: World, standby: World) -> None:
    outcome = standby.run("import hr", "sync", "export app").steps[2].outcome
    assert outcome.counters["export-staged"] == 2
    assert "staging mode: 2 objects of app differ" in outcome.message
    assert (Door.sent, active.read("app.csv")) == ([], {})


def test_it_follows_the_active_one(active: World, standby: World) -> None:
    standby.run("import hr", "sync")
    active.run(*ALL)
    standby.run("import app", *ALL)
    assert standby.pending() == {}
    assert standby.shape()["objects"] == active.shape()["objects"]
    assert standby.shape()["resources"] == active.shape()["resources"]


def test_it_takes_over_and_makes_nothing_twice(active: World, standby: World) -> None:
    active.run(*ALL)
    standby.run("import app", *ALL)
    hr(active, "1/A", "2/Bea", "3/C", "4/D")
    standby.run("import hr", "sync")
    Door.refuses = {"4"}
    active.run("import hr", "sync", "export app")
    Door.refuses, Door.sent = set(), []
    take_over(standby.store)
    report = standby.run("export app", "import app", "sync")
    assert report.errors == 0
    assert Door.sent == [("add", "4")]
    assert active.read("app.csv") == {"1": {"name": "A"}, "2": {"name": "Bea"}, "3": {"name": "C"}, "4": {"name": "D"}}
    assert standby.pending() == {}
    standby.run("full", "export app")
    assert Door.sent == [("add", "4")]


def test_to_take_over_twice_changes_nothing(active: World, standby: World) -> None:
    active.run(*ALL)
    standby.run("import app", *ALL)
    take_over(standby.store)
    hr(active, "1/A", "2/B", "3/C")
    standby.run("import hr", "sync")
    before = standby.pending()
    take_over(standby.store)
    assert standby.pending() == before
