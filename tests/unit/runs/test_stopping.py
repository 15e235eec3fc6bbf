"""A run that is asked to stop does so between two batches, and the next one goes on."""

from dataclasses import replace

import pytest

from mimas.runs import stopping
from mimas.runs.engine import Course, Watcher
from mimas.runs.setup import Step
from mimas.runs.stopping import STOPPED
from mimas.store import runs
from tests.door import Door, door
from tests.world import World, delimited, inbound, outbound, target

HR = delimited("hr", "id name")
IN = inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"])
OUT = outbound("app", {"id": "employeeId", "name": "name"})
STEPS = [Step("full-import", "hr"), Step("delta-sync"), Step("export", "app")]


@pytest.fixture
def many(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """More people than go into one batch."""
    monkeypatch.setattr(stopping, "_OFTEN", 0)
    world.configure([HR, target("app", "id name")], [IN, OUT])
    world.write("hr.csv", *({"id": str(n), "name": f"P{n}"} for n in range(14_000)))
    return world


def ask(world: World) -> None:
    """As `mimas cancel` does in another process."""
    with world.store.transaction() as tx:
        runs.ask_to_stop(tx)


def test_an_import_stops_after_its_page_and_the_next_one_goes_on(many: World) -> None:
    report = many.engine.run("test", STEPS, Watcher(advances=lambda _: ask(many)))
    assert [(step.step.title, step.outcome.result) for step in report.steps] == [("import hr", STOPPED)]
    assert (report.result, report.stopped, report.failed) == ("stopped", True, False)
    assert many.rows("SELECT count(*) FROM object") == [(10_000,)]
    assert many.step("import hr").counters["stage-add"] == 4_000
    many.run("sync", "export app", "import app", "sync")
    assert len(many.read("app.csv")) == 14_000
    assert many.pending() == {}


def test_a_sync_stops_after_its_batch_and_the_next_one_goes_on(many: World) -> None:
    many.run("import hr")
    times = iter([False, True])
    report = many.engine.run("test", STEPS[1:], course=Course(stops=lambda: next(times, True)))
    assert report.steps[-1].outcome.result == STOPPED
    assert 0 < many.rows("SELECT count(*) FROM resource")[0][0] < 14_000
    many.run("sync", "export app", "import app", "sync")
    assert len(many.read("app.csv")) == 14_000
    before = many.dump()
    many.run("full", "export app")
    assert many.dump() == before


def test_an_export_of_a_listing_stops_and_leaves_the_listing_as_it_was(many: World) -> None:
    many.run("import hr", "sync")
    report = many.engine.run("test", STEPS[2:], Watcher(advances=lambda _: ask(many)))
    assert report.steps[-1].outcome.result == STOPPED
    assert not (many.folder / "app.csv").exists()
    many.run("export app", "import app", "sync")
    assert (len(many.read("app.csv")), many.pending()) == (14_000, {})


def test_what_was_asked_of_an_earlier_run_does_not_count(many: World) -> None:
    ask(many)
    assert many.run("import hr", "sync").result == "success"


class TestTooManyErrors:
    def test_an_import_stops_and_concludes_nothing(self, world: World) -> None:
        world.configure([replace(HR, errors=3)], [IN])
        world.write("hr.csv", *({"id": str(n), "name": f"P{n}"} for n in range(5)))
        world.run("import hr", "sync")
        world.write("hr.csv", {"id": "1", "name": "P1"}, "2,too,many", "3,too,many", "4,too,many", columns="id name")
        outcome = world.step("import hr")
        assert (outcome.result, outcome.errors) == ("stopped-error-limit", 3)
        assert "3 objects failed; the limit is 3" in outcome.message
        world.run("sync")
        assert len(world.people()) == 5

    def test_an_export_stops_and_goes_on_later(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        app = replace(door(world, monkeypatch, "id name"), errors=3)
        world.configure([HR, app], [IN, OUT])
        world.write("hr.csv", *({"id": str(n), "name": f"P{n}"} for n in range(9)))
        Door.refuses = set("012345678")
        report = world.run("import hr", "sync", "export app")
        assert report.failed
        assert report.steps[-1].outcome.result == "stopped-error-limit"
        assert len(Door.sent) == 4, "batches are of two"
        Door.refuses = set()
        world.run("export app", "import app", "sync")
        assert (len(world.read("app.csv")), world.pending()) == (9, {})

    def test_a_sync_stops(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("mimas.runs.engine.ERRORS", 3)
        monkeypatch.setattr("mimas.runs.syncing.CHUNK", 3)
        monkeypatch.setattr("mimas.runs.syncing.RANGE", 3)
        out = outbound("app", {"id": "employeeId", "name": "=CNum([name])"})
        world.configure([HR, target("app", "id name")], [IN, out])
        world.run("sync")
        world.write("hr.csv", *({"id": str(n), "name": f"P{n}"} for n in range(9)))
        outcome = world.run("import hr", "sync").steps[-1].outcome
        assert outcome.result == "stopped-error-limit"
        assert 3 <= outcome.counters["flow-failure"] < 9
