"""A clock that jumps a day forward and back, between steps and within them: nothing is lost, doubled or deleted."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from mimas.dev.faults.kill import judge
from mimas.dev.faults.shelf import Shelf
from mimas.dev.faults.state import faults
from mimas.dev.faults.twin import Rest, Twin
from mimas.runs.engine import Engine
from mimas.testing import System
from tests.world import World, delimited, inbound, outbound, person, simulated

DAY = timedelta(days=1)


class Jumping:
    """Right, a day ahead or a day behind, and another one each time that it is asked."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.chance.choice([-DAY, timedelta(), DAY])


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    shelf = Shelf(tmp_path_factory.mktemp("shelf"))
    yield Twin(shelf, 1)
    shelf.close()


@pytest.mark.slow
@pytest.mark.parametrize("number", range(5))
def test_a_day_of_a_company_ends_as_it_would_have(twin: Twin, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    day = twin.days[number]
    twin.shelf.restore(day.copy)
    defaults = Engine.__init__.__kwdefaults__
    assert defaults is not None
    with monkeypatch.context() as patch:
        patch.setitem(defaults, "clock", Jumping(number))
        for command in day.commands:
            twin.desk.type(command)
        assert not re.search(r"\(-|\([0-9,]{3,}", twin.desk.said()), "a step that takes a day, or less than none"
        twin.desk.type(("runs",))
        assert "success" in twin.desk.said().splitlines()[1]
    twin.desk.come_to_rest()
    assert {name: wrong for name, wrong in judge(Rest.of(twin.shelf), day.rest).items() if wrong} == {}
    with twin.shelf.store() as store:
        assert faults(store) == []


class TestWhatDependsOnTime:
    """What is due while the clock is ahead is done early, and only that; nothing is done twice."""

    @pytest.fixture
    def club(self, world: World) -> World:
        world.configure(
            [delimited("hr", "id name start"), simulated("app", {"person": "id name"})],
            [
                inbound("hr", {"employeeId": "id", "name": "name", "title": "start"}, join=["id=employeeId"]),
                outbound("app", {"id": "employeeId", "name": "name"}, where=["title LESSTHAN_OR_EQUAL =Now()"]),
            ],
            [person()],
        )
        starts = {"1": "2026-11-22", "2": "2026-11-24T06:00:00Z", "3": "2026-11-25T06:00:00Z"}
        world.write("hr.csv", *({"id": id_, "name": f"P{id_}", "start": start} for id_, start in starts.items()))
        return world

    def run(self, club: World, *, forward: timedelta = timedelta()) -> set[str]:
        """A day's run by a clock that is moved after it has begun; who is in the application then."""
        steps = ("import hr", "sync", "export app", "import app", "sync")
        club.clock.now += forward
        assert not club.run(*steps).failed
        with System(club.folder / "app.system") as app:
            return {str(one.values["id"][0]) for one in app.entries().values()}

    def adds(self, club: World) -> list[str]:
        with System(club.folder / "app.system") as app:
            return [str(write.values["id"][0]) for write, _ in app.asked() if write.operation == "add"]

    def test_comes_early_by_a_clock_that_is_ahead_and_stays(self, club: World) -> None:
        assert self.run(club) == {"1"}
        assert self.run(club, forward=DAY) == {"1", "2"}
        assert self.run(club, forward=-DAY) == {"1", "2"}, "nobody who has an account loses it by a clock"
        assert self.run(club, forward=DAY) == {"1", "2"}
        assert self.run(club, forward=DAY) == {"1", "2", "3"}
        assert self.adds(club) == ["1", "2", "3"]
        assert club.pending() == {}

    def test_is_as_the_clock_says_after_a_full_sync(self, club: World) -> None:
        self.run(club, forward=DAY)
        club.clock.now -= DAY
        club.run("full")
        assert self.run(club) == {"1"}
        assert self.run(club, forward=DAY) == {"1", "2"}
        assert club.pending() == {}

    def test_waits_for_a_clock_that_is_behind(self, club: World) -> None:
        assert self.run(club, forward=-DAY) == {"1"}
        assert self.run(club, forward=DAY) == {"1"}
        assert self.run(club, forward=DAY) == {"1", "2"}
        assert self.adds(club) == ["1", "2"]
