"""Whether a step has something to do; and runs that leave steps out, or stop between them."""

from dataclasses import replace

import pytest

from mimas.runs.engine import Course, StepReport, Watcher
from mimas.runs.pending import has_failed, has_work
from mimas.runs.releasing import release
from mimas.runs.setup import Guard, Step
from mimas.runs.stopping import STOPPED
from mimas.store import looking
from tests.door import Door, door
from tests.world import World, delimited, inbound, outbound, target

STEPS = (Step("full-import", "hr"), Step("delta-sync"), Step("export", "app"), Step("full-import", "app"))
TIGHT = Guard(0, 0.0)


def configure(world: World, deletes: Guard = TIGHT, where: str = "name ISNOTNULL") -> None:
    world.configure(
        [delimited("hr", "id name"), target("app", "id name", deletes=deletes)],
        [
            inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"]),
            outbound("app", {"id": "employeeId", "name": "name"}, join=["id=employeeId"], where=[where]),
        ],
    )


def working(world: World) -> list[str]:
    return [step.title for step in STEPS[1:3] if has_work(world.store, step, world.clock())]


def people(world: World, *names: str) -> None:
    world.write("hr.csv", *({"id": str(number), "name": name} for number, name in enumerate(names)), columns="id name")


def changed_only(world: World, *steps: Step) -> list[str]:
    report = world.engine.run("p", steps, course=Course(lambda step: has_work(world.store, step, world.clock())))
    return [step.step.title for step in report.steps]


def test_syncs_and_exports_have_work_while_something_is_pending(world: World) -> None:
    configure(world)
    people(world, "Ada", "Grace")
    assert working(world) == ["sync"], "the rules are new"
    world.run("sync")
    assert working(world) == []
    world.run("import hr")
    assert working(world) == ["sync"]
    assert has_work(world.store, Step("delta-sync", "hr"), world.clock())
    assert not has_work(world.store, Step("delta-sync", "app"), world.clock())
    world.run("sync")
    assert working(world) == ["export app"]
    world.run("export app")
    assert working(world) == [], "what is sent waits for an import, not for another export"
    world.run("import app")
    assert working(world) == []
    assert all(has_work(world.store, step, world.clock()) for step in (STEPS[0], STEPS[3], Step("full-sync")))


def test_a_due_is_work_when_it_is_due(world: World) -> None:
    world.configure(
        [delimited("hr", "id name")],
        [inbound("hr", {"employeeId": "id"}, where=['name LESSTHAN_OR_EQUAL =DateAdd("d",-7,Now())'])],
    )
    people(world, "2026-11-20")
    world.run("import hr", "sync")
    assert working(world) == []
    world.clock.forward(days=3)
    assert working(world) == []
    world.clock.forward(days=2)
    assert working(world) == ["sync"]
    world.run("sync")
    assert working(world) == []
    assert len(world.resources()) == 1


def test_held_deletes_are_no_work_until_somebody_lets_them_through(world: World) -> None:
    configure(world)
    people(world, "Ada", "Grace")
    world.run("import hr", "sync", "export app", "import app", "sync")
    people(world, "Ada")
    world.run("import hr", "sync")
    assert working(world) == ["export app"]
    world.run("export app")
    ((hold, kind, _),) = world.holds()
    assert kind == "deletes"
    assert working(world) == []
    release(world.store, hold)
    assert working(world) == ["export app"]
    world.run("export app", "import app", "sync")
    assert working(world) == []


def test_held_deletes_that_are_not_wanted_any_more_are_work(world: World) -> None:
    configure(world, deletes=Guard(1, 0.0))
    people(world, "Ada", "Grace", "Jean")
    world.run("import hr", "sync", "export app", "import app", "sync")
    people(world, "Ada")
    world.run("import hr", "sync", "export app")
    assert world.holds()
    people(world, "Ada", "Grace")
    world.run("import hr", "sync")
    assert working(world) == ["export app"], "one of the two came back, and the guard lets the other through"
    world.run("export app")
    assert world.holds() == []


def test_what_waits_for_its_next_try_is_no_work_until_then(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.configure(
        [delimited("hr", "id name"), door(world, monkeypatch, "id name")],
        [
            inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"]),
            outbound("app", {"id": "employeeId", "name": "name"}, join=["id=employeeId"]),
        ],
    )
    people(world, "Ada", "Grace")
    Door.refuses = {"1"}
    world.run("import hr", "sync", "export app", "import app", "export app")
    assert (working(world), has_failed(world.store, STEPS[2])) == (["export app"], False)
    world.run("export app")
    assert (working(world), has_failed(world.store, STEPS[2])) == ([], True)
    world.clock.forward(minutes=15)
    assert working(world) == ["export app"]
    Door.refuses = set()
    world.run("export app")
    assert (working(world), has_failed(world.store, STEPS[2])) == ([], False)


def test_held_changes_of_an_attribute_are_no_work(world: World) -> None:
    app = replace(target("app", "id name"), changes={"name": Guard(0, 0.0)})
    world.configure(
        [delimited("hr", "id name"), app],
        [
            inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"]),
            outbound("app", {"id": "employeeId", "name": "name"}, join=["id=employeeId"]),
        ],
    )
    people(world, "Ada", "Grace")
    world.run("import hr", "sync", "export app", "import app")
    people(world, "Ada", "Jean")
    world.run("import hr", "sync")
    assert working(world) == ["export app"]
    world.run("export app")
    assert [kind for _, kind, _ in world.holds()] == ["changes"]
    assert working(world) == []


def test_a_run_if_changed_leaves_out_what_is_idle(world: World) -> None:
    configure(world)
    people(world, "Ada", "Grace")
    assert changed_only(world, *STEPS) == ["import hr", "sync", "export app", "import app"]
    assert changed_only(world, *STEPS) == ["import hr", "import app"]
    before = world.dump()
    world.engine.run("p", STEPS)
    assert world.dump() == before, "what was left out would have done nothing"
    runs = len(looking.runs(world.store))
    report = world.engine.run("p", STEPS[1:3], course=Course(lambda step: has_work(world.store, step, world.clock())))
    assert (report.number, report.steps, report.result) == (0, [], "success")
    assert len(looking.runs(world.store)) == runs, "a run without a step is none"


def test_a_run_that_is_to_stop_begins_no_other_step(world: World) -> None:
    configure(world)
    people(world, "Ada", "Grace")
    ended: list[StepReport] = []
    report = world.engine.run("p", STEPS, Watcher(ends=ended.append), Course(stops=lambda: bool(ended)))
    assert [step.step.title for step in report.steps] == ["import hr", "sync"]
    assert (report.stopped, report.result) == (True, "stopped")
    run = looking.run(world.store, report.number)
    assert run is not None
    assert (run["result"], [step["result"] for step in run["steps"]]) == ("stopped", ["success", STOPPED])
    assert world.run("sync", "export app").result == "success"


def test_the_titles_of_steps_are_those_of_documents() -> None:
    from mimas.configuration.notation import step

    for text in ("import hr", "import hr delta", "sync", "sync full", "sync hr", "sync hr full", "export app"):
        assert Step(**step(text)).title == text


def test_being_alone_within_being_alone(world: World) -> None:
    with world.store.database.alone():
        configure(world)
        people(world, "Ada")
        assert world.run("import hr").result == "success"
