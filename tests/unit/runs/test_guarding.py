"""Guards at the door of a target, attribute by attribute."""

from dataclasses import replace

import pytest

from mimas.runs.images import HELD
from mimas.runs.releasing import refuse, release
from mimas.runs.setup import Guard
from tests.door import Door, door
from tests.world import World, delimited, inbound, outbound, target

HR = delimited("hr", "id name title dept")
IN = inbound("hr", {"employeeId": "id", "name": "name", "title": "title", "dept": "dept"}, join=["id=employeeId"])
COLUMNS = "id name title dept"
ALL = ("import hr", "sync", "export app", "import app", "sync")


def hr(world: World, count: int = 10, **values: str) -> None:
    world.write(
        "hr.csv", *({"id": str(n), "name": f"N{n}", "title": "dev", "dept": "a"} | values for n in range(count))
    )


@pytest.fixture(params=["door", "listing"])
def guarded(world: World, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> World:
    app = door(world, monkeypatch, COLUMNS) if request.param == "door" else target("app", COLUMNS)
    world.configure(
        [HR, replace(app, changes={"title": Guard(2, 0.5), "name": Guard(2, 0.5)})],
        [IN, outbound("app", {"id": "employeeId", "name": "name", "title": "title", "dept": "dept"})],
    )
    hr(world)
    world.run(*ALL)
    Door.sent = []
    return world


def titles(world: World) -> set[str]:
    return {row["title"] for row in world.read("app.csv").values()}


def test_too_many_changes_are_held_and_joiners_keep_flowing(guarded: World) -> None:
    hr(guarded, 12, title="boss")
    outcome = guarded.run(*ALL).steps[2].outcome
    assert (outcome.result, outcome.held) == ("completed-held", 10)
    assert "10 of 10 objects are to get another title; the guard lets 2 or 50% through" in outcome.message
    assert {key for key, row in guarded.read("app.csv").items() if row["title"] == "boss"} == {"10", "11"}
    assert set(guarded.pending().values()) == {("update", HELD)}
    assert [kind for _, kind, _ in guarded.holds()] == ["changes"]


def test_few_changes_flow(guarded: World) -> None:
    rows = [{"id": str(n), "name": f"N{n}", "title": "boss" if n < 5 else "dev", "dept": "a"} for n in range(10)]
    guarded.write("hr.csv", *rows)
    assert guarded.run(*ALL).held == 0
    assert guarded.pending() == {}


def test_an_attribute_without_a_guard_flows(guarded: World) -> None:
    hr(guarded, dept="b")
    assert guarded.run(*ALL).held == 0
    assert {row["dept"] for row in guarded.read("app.csv").values()} == {"b"}


def test_released_they_are_sent(guarded: World) -> None:
    hr(guarded, title="boss")
    guarded.run(*ALL)
    ((number, _, _),) = guarded.holds()
    assert "10 changes are let through" in release(guarded.store, number)
    guarded.run("export app", "import app", "sync")
    assert (titles(guarded), guarded.pending(), guarded.holds()) == ({"boss"}, {}, [])


def test_refused_they_leave_no_trace_and_are_asked_for_again(guarded: World) -> None:
    hr(guarded, title="boss")
    guarded.run(*ALL)
    refuse(guarded.store, guarded.holds()[0][0])
    assert guarded.holds() == []
    guarded.run("export app")
    assert [kind for _, kind, _ in guarded.holds()] == ["changes"]
    hr(guarded)
    guarded.run(*ALL)
    assert (titles(guarded), guarded.pending(), guarded.holds()) == ({"dev"}, {}, [])


def test_whoever_is_held_for_two_reasons_waits_for_both(guarded: World) -> None:
    hr(guarded, title="boss", name="X")
    guarded.run(*ALL)
    (first, _, _), (second, _, _) = guarded.holds()
    release(guarded.store, first)
    guarded.run("import app")
    assert set(guarded.pending().values()) == {("update", HELD)}
    release(guarded.store, second)
    guarded.run("export app", "import app", "sync")
    assert (titles(guarded), guarded.pending()) == ({"boss"}, {})
