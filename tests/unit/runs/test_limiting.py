"""Steps that stop after so many objects."""

from pathlib import Path

import pytest

from mimas.runs.setup import Step
from tests.door import Door, door
from tests.world import World, delimited, inbound, outbound, target

HR = delimited("hr", "id name manager>person", changes="hr.changes.csv")
IN = inbound("hr", {"employeeId": "id", "name": "name", "manager": "manager"}, join=["id=employeeId"])
OUT = outbound("app", {"id": "employeeId", "name": "name", "manager": "manager"})


def staff(world: World, count: int, name: str = "P") -> None:
    world.write("hr.csv", *({"id": str(n), "name": f"{name}{n}", "manager": "1"} for n in range(1, count + 1)))


@pytest.fixture
def people(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Five people in HR, nothing imported; a target that takes two at a time."""
    world.configure([HR, door(world, monkeypatch, "id name manager>person")], [IN, OUT])
    staff(world, 5)
    return world


class TestImports:
    def test_the_first_ones_are_staged_and_nothing_is_concluded(self, people: World) -> None:
        report = people.engine.run("test", [Step("full-import", "hr", limit=3), Step("delta-sync")])
        first = report.steps[0].outcome
        assert (first.result, first.errors, dict(+first.counters)) == ("stopped-object-limit", 0, {"stage-add": 3})
        assert "The limit of 3 objects is reached" in first.message
        assert (report.result, report.failed, len(report.steps)) == ("success", False, 2)
        assert sorted(people.people()) == ["P1", "P2", "P3"]
        assert people.rows("SELECT * FROM connector_state") == [], "it has not been read to its end"
        assert people.step("import hr").counters["stage-add"] == 2

    def test_nothing_that_was_not_reached_counts_as_gone(self, people: World) -> None:
        people.run("import hr", "sync")
        staff(people, 5, "Q")
        before = people.rows("SELECT * FROM connector_state")
        outcome = people.engine.run("test", [Step("full-import", "hr", limit=2)]).steps[0].outcome
        assert dict(+outcome.counters) == {"stage-update": 2}
        people.run("sync")
        assert sorted(people.people()) == ["P3", "P4", "P5", "Q1", "Q2"]
        assert people.rows("SELECT * FROM connector_state") == before

    def test_a_limit_that_is_not_reached_is_none(self, people: World) -> None:
        people.run("import hr", "sync")
        staff(people, 4)
        outcome = people.engine.run("test", [Step("full-import", "hr", limit=4)]).steps[0].outcome
        assert (outcome.result, outcome.counters["stage-delete"]) == ("success", 1)

    def test_a_delta_leaves_its_deletes_for_the_next_one(self, people: World) -> None:
        people.run("import hr", "sync")
        people.write(
            "hr.changes.csv", "modify,1,Q1,", "delete,2,,", "delete,3,,", columns="change_type id name manager"
        )
        outcome = people.engine.run("test", [Step("delta-import", "hr", limit=2)]).steps[0].outcome
        assert (outcome.result, dict(+outcome.counters)) == ("stopped-object-limit", {"stage-update": 1})
        people.run("delta hr", "sync")
        assert sorted(people.people()) == ["P4", "P5", "Q1"]

    def test_errors_are_told(self, people: World) -> None:
        people.write("hr.csv", "1,P1,", "2,too,many,columns", "3,P3,", columns="id name manager")
        report = people.engine.run("test", [Step("full-import", "hr", limit=2)])
        assert (report.steps[0].outcome.errors, report.result) == (1, "errors")

    def test_with_a_file_that_holds_no_more(self, people: World) -> None:
        drop = Path("drop.jsonl")
        for only in (True, False):
            report = people.engine.run("test", [Step("full-import", "hr", limit=2, to=drop, only=only)])
            assert (report.steps[0].outcome.counters["recorded"], report.result) == (2, "success")
            text = (people.folder / drop).read_text()
            assert text.count('"line":"entry"') == 2
            assert '"complete":false,"reason":"The limit of 2 objects' in text
        report = people.engine.run("test", [Step("full-import", "hr", limit=1, source=drop)])
        assert dict(+report.steps[0].outcome.counters) == {"stage-no-change": 1}


class TestExports:
    @pytest.mark.parametrize("limit", [1, 2, 3])
    def test_the_first_ones_are_sent_and_the_others_next_time(self, people: World, limit: int) -> None:
        people.run("import hr", "sync")
        report = people.engine.run("test", [Step("export", "app", limit=limit)])
        outcome = report.steps[0].outcome
        assert (outcome.result, outcome.errors, dict(+outcome.counters)) == (
            "stopped-object-limit", 0, {"export-add": limit},
        )  # fmt: skip
        assert outcome.message == f"The limit of {limit} objects is reached; the next export sends what is left."
        assert report.result == "success"
        assert Door.sent == [("add", str(n)) for n in range(1, limit + 1)]
        people.run("import app", "sync", "export app", "import app", "sync")
        assert [key for _, key in Door.sent] == ["1", "2", "3", "4", "5"]
        assert people.pending() == {}

    def test_a_limit_that_is_not_reached_is_none(self, people: World) -> None:
        people.run("import hr", "sync")
        outcome = people.engine.run("test", [Step("export", "app", limit=5)]).steps[0].outcome
        assert (outcome.result, outcome.message, dict(+outcome.counters)) == ("success", "", {"export-add": 5})

    def test_deletes_come_last(self, people: World) -> None:
        people.run("import hr", "sync", "export app", "import app", "sync")
        people.write("hr.csv", {"id": "4", "name": "Q4", "manager": "4"}, {"id": "5", "name": "P5", "manager": "4"})
        people.run("import hr", "sync")
        Door.sent = []
        people.engine.run("test", [Step("export", "app", limit=3)])
        assert Door.sent == [("update", "4"), ("update", "5"), ("delete", "1")]

    def test_what_is_refused_counts_and_is_tried_again(self, people: World) -> None:
        people.run("import hr", "sync")
        Door.refuses = {"1"}
        report = people.engine.run("test", [Step("export", "app", limit=2)])
        outcome = report.steps[0].outcome
        assert (outcome.result, outcome.errors, report.result) == ("stopped-object-limit", 1, "errors")
        assert Door.sent == [("add", "1"), ("add", "2")]

    def test_a_rehearsal_shows_the_first_ones(self, people: World) -> None:
        people.run("import hr", "sync")
        before = people.dump()
        step = Step("export", "app", limit=2, to=Path("drop.jsonl"), only=True)
        outcome = people.engine.run("test", [step]).steps[0].outcome
        assert (outcome.result, dict(+outcome.counters)) == ("stopped-object-limit", {"recorded": 2})
        assert people.dump() == before

    def test_a_listing_has_no_first_ones(self, world: World) -> None:
        world.configure([HR, target("app", "id name manager>person")], [IN, OUT])
        staff(world, 3)
        world.run("import hr", "sync")
        before = world.dump("connector_state")
        outcome = world.engine.run("test", [Step("export", "app", limit=2)]).steps[0].outcome
        assert outcome.result == "stopped-connectivity"
        assert "writes its listing as a whole" in outcome.message
        assert not (world.folder / "app.csv").exists()
        assert world.dump("connector_state") == before
