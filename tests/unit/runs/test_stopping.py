"""A run that is asked to stop does so between two batches, and the next one goes on."""

import pytest

from mimas.runs import stopping
from mimas.runs.engine import STOPPED, Course, Watcher
from mimas.runs.setup import Step
from mimas.store import runs
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
    world.write("hr.csv", *({"id": str(n), "name": f"P{n}"} for n in range(25_000)))
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
    assert many.step("import hr").counters["stage-add"] == 15_000
    many.run("sync", "export app", "import app", "sync")
    assert len(many.read("app.csv")) == 25_000
    assert many.pending() == {}


def test_a_sync_stops_after_its_batch_and_the_next_one_goes_on(many: World) -> None:
    many.run("import hr")
    times = iter([False, False, True])
    report = many.engine.run("test", STEPS[1:], course=Course(stops=lambda: next(times, True)))
    assert report.steps[-1].outcome.result == STOPPED
    assert 0 < many.rows("SELECT count(*) FROM resource")[0][0] < 25_000
    many.run("sync", "export app", "import app", "sync")
    assert len(many.read("app.csv")) == 25_000
    before = many.dump()
    many.run("full", "export app")
    assert many.dump() == before


def test_an_export_of_a_listing_stops_and_leaves_the_listing_as_it_was(many: World) -> None:
    many.run("import hr", "sync")
    report = many.engine.run("test", STEPS[2:], Watcher(advances=lambda _: ask(many)))
    assert report.steps[-1].outcome.result == STOPPED
    assert not (many.folder / "app.csv").exists()
    many.run("export app", "import app", "sync")
    assert (len(many.read("app.csv")), many.pending()) == (25_000, {})


def test_what_was_asked_of_an_earlier_run_does_not_count(many: World) -> None:
    ask(many)
    assert many.run("import hr", "sync").result == "success"
