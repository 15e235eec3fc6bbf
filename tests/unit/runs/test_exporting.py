"""Stratum 4 and the export step: what is provisioned, sent, confirmed, put right, held and taken away."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

import pytest

from mimas.runs.engine import RunReport
from mimas.runs.images import SENDING, SENT, WAITING
from mimas.runs.releasing import refuse, release
from mimas.runs.setup import Guard
from mimas.store import looking
from mimas.sync.rules import Deprovision, LinkType, ResourceType
from tests.door import Door, door
from tests.world import World, attributes, delimited, inbound, ldif, outbound, person, target

HR = delimited("hr", "id name mail title dept manager>person")
IN = inbound(
    "hr",
    {"employeeId": "id", "name": "name", "mail": "mail", "title": "title", "dept": "dept", "manager": "manager"},
    join=["id=employeeId"],
)
APP = target("app", "id name title note manager>person")
OUT = outbound("app", {"id": "employeeId", "name": "name", "title": "title", "manager": "manager"})


def staff(world: World, *rows: str) -> None:
    """Each ``id/name/title/dept/manager``."""
    names = ["id", "name", "title", "dept", "manager"]
    filled = [dict(zip(names, [*row.split("/"), "", "", ""], strict=False)) for row in rows]
    world.write("hr.csv", *(row | {"mail": ""} for row in filled), columns="id name mail title dept manager")


def app(world: World, **changes: dict[str, str] | None) -> None:
    """Change rows of the application by hand; None deletes one."""
    rows = {key: {"id": key, **row} for key, row in world.read("app.csv").items()}
    for name, change in changes.items():
        key = name.removeprefix("_")
        if change is None:
            del rows[key]
        else:
            rows[key] = {"id": key} | rows.get(key, {}) | change
    world.write("app.csv", *rows.values(), columns="id name title note manager")


@pytest.fixture
def company(world: World) -> World:
    world.configure([HR, APP], [IN, OUT])
    staff(world, "1/A/boss", "2/B/dev//1", "3/C/dev//1")
    world.run("import hr", "sync", "export app", "import app", "sync")
    return world


def test_everybody_is_provisioned_sent_and_confirmed(company: World) -> None:
    assert company.read("app.csv") == {
        "1": {"name": "A", "title": "boss"},
        "2": {"name": "B", "title": "dev", "manager": "1"},
        "3": {"name": "C", "title": "dev", "manager": "1"},
    }
    assert company.pending() == {}
    before = company.dump()
    company.run("import hr", "import app", "sync", "export app", "full", "export app", "import app", "sync")
    assert company.dump() == before


def test_a_change_is_sent_and_confirmed(company: World) -> None:
    staff(company, "1/A/boss", "2/B/chief//3", "3/C/dev//")
    company.run("import hr", "sync")
    assert company.pending() == {"2": ("update", WAITING), "3": ("update", WAITING)}
    company.run("export app")
    assert company.pending() == {"2": ("update", SENT), "3": ("update", SENT)}
    outcome = company.step("import app")
    assert outcome.counters["confirmed"] == 2
    assert company.pending() == {}
    assert company.read("app.csv")["2"] == {"name": "B", "title": "chief", "manager": "3"}
    assert company.read("app.csv")["3"] == {"name": "C", "title": "dev"}


def test_a_change_taken_back_before_the_export_sends_nothing(company: World) -> None:
    staff(company, "1/A/boss", "2/B/chief//3", "3/C/dev//1")
    company.run("import hr", "sync")
    staff(company, "1/A/boss", "2/B/dev//1", "3/C/dev//1")
    company.run("import hr", "sync")
    before = company.read("app.csv")
    company.run("export app", "import app")
    assert company.pending() == {}
    assert company.read("app.csv") == before


def test_a_value_taken_back_does_not_take_a_reference_along(company: World) -> None:
    staff(company, "1/A/boss", "2/B/chief//3", "3/C/dev//1")
    company.run("import hr", "sync")
    staff(company, "1/A/boss", "2/B/dev//3", "3/C/dev//1")
    company.run("import hr", "sync", "export app", "import app")
    assert company.read("app.csv")["2"]["manager"] == "3"
    assert company.pending() == {}


def test_drift_is_told_and_put_right(company: World) -> None:
    app(company, _2={"title": "king", "note": "mine"})
    outcome = company.step("import app")
    assert outcome.counters["drift"] == 1
    (note,) = company.notes
    assert (note["code"], note["name"]) == ("drift", "2")
    assert "“king”" in note["message"]
    assert "“dev”" in note["message"]
    company.run("sync", "export app", "import app", "sync")
    assert company.read("app.csv")["2"] == {"name": "B", "title": "dev", "manager": "1", "note": "mine"}
    assert company.pending() == {}


def test_a_reference_changed_by_hand_is_put_right(company: World) -> None:
    app(company, _2={"manager": "3"})
    assert company.step("import app").counters["drift"] == 1
    company.run("sync", "export app", "import app", "sync")
    assert company.read("app.csv")["2"]["manager"] == "1"


def test_two_targets_keep_their_references_apart(world: World) -> None:
    crm = target("crm", "id name boss>person")
    out = outbound("crm", {"id": "employeeId", "name": "name", "boss": "manager"})
    world.configure([HR, APP, crm], [IN, OUT, out])
    staff(world, "1/A/boss", "2/B/dev//1", "3/C/dev//1")
    everything = ("import hr", "sync", "export app", "export crm", "import app", "import crm", "sync")
    world.run(*everything)
    staff(world, "1/A/boss", "2/B/dev//3", "3/C/dev//1")
    world.run(*everything)
    assert [row.get("manager") for row in world.read("app.csv").values()] == [None, "3", "1"]
    assert [row.get("boss") for row in world.read("crm.csv").values()] == [None, "3", "1"]


def test_the_scope_of_a_rule_covers_its_references_too(world: World) -> None:
    accounts = outbound("app", {"id": "employeeId", "name": "name"})
    managers = outbound(
        "app", {"manager": "manager"}, name="managers", precedence=200, link=LinkType.JOIN, where=["title EQUAL dev"]
    )
    world.configure([HR, APP], [IN, accounts, managers])
    staff(world, "1/A/boss", "2/B/dev//1", "3/C/clerk//1")
    everything = ("import hr", "sync", "export app", "import app", "sync")
    world.run(*everything)
    assert {id_: row.get("manager") for id_, row in world.read("app.csv").items()} == {"1": None, "2": "1", "3": None}
    staff(world, "1/A/boss", "2/B/clerk//1", "3/C/dev//1")
    world.run(*everything)
    assert {id_: row.get("manager") for id_, row in world.read("app.csv").items()} == {"1": None, "2": None, "3": "1"}
    before = world.dump()
    world.run("full", *everything)
    assert world.dump() == before


def test_an_account_deleted_by_hand_is_made_again(company: World) -> None:
    app(company, _2=None)
    company.run("import app", "sync", "export app", "import app", "sync")
    assert company.read("app.csv")["2"] == {"name": "B", "title": "dev", "manager": "1"}
    assert company.pending() == {}


def test_a_manager_who_arrives_later_is_referred_to_in_the_target(world: World) -> None:
    world.configure([HR, APP], [IN, OUT])
    staff(world, "2/B/dev//1")
    world.run("import hr", "sync", "export app", "import app", "sync")
    assert world.read("app.csv") == {"2": {"name": "B", "title": "dev"}}
    staff(world, "2/B/dev//1", "1/A/boss//2")
    world.run("import hr", "sync", "export app", "import app", "sync")
    assert world.read("app.csv") == {
        "1": {"name": "A", "title": "boss", "manager": "2"},
        "2": {"name": "B", "title": "dev", "manager": "1"},
    }
    assert world.pending() == {}


def test_whoever_leaves_is_deleted_and_nobody_refers_to_them(company: World) -> None:
    staff(company, "2/B/dev//1", "3/C/dev//2")
    company.run("import hr", "sync", "export app", "import app", "sync")
    assert company.read("app.csv") == {
        "2": {"name": "B", "title": "dev"},
        "3": {"name": "C", "title": "dev", "manager": "2"},
    }
    assert company.pending() == {}
    assert set(company.objects("app")) == {"2", "3"}


def test_whoever_comes_back_before_the_delete_is_sent_keeps_the_account(company: World) -> None:
    number = company.id_of("B")
    staff(company, "1/A/boss", "3/C/dev//1")
    company.run("import hr", "sync")
    assert company.pending() == {"2": ("delete", WAITING)}
    staff(company, "1/A/boss", "2/B/dev//1", "3/C/dev//1")
    company.run("import hr", "sync")
    assert company.id_of("B") == number
    company.run("export app", "import app", "sync")
    assert company.pending() == {}
    assert company.read("app.csv")["2"] == {"name": "B", "title": "dev", "manager": "1"}


def test_whoever_comes_back_after_the_delete_was_sent_gets_an_account(company: World) -> None:
    staff(company, "1/A/boss", "3/C/dev//1")
    company.run("import hr", "sync", "export app")
    staff(company, "1/A/boss", "2/B/dev//1", "3/C/dev//1")
    company.run("import hr", "sync", "import app", "sync", "export app", "import app", "sync")
    assert company.read("app.csv")["2"] == {"name": "B", "title": "dev", "manager": "1"}
    assert company.pending() == {}


def test_whoever_leaves_before_having_been_made_leaves_no_trace(company: World) -> None:
    staff(company, "1/A/boss", "2/B/dev//1", "3/C/dev//1", "4/D/dev//1")
    company.run("import hr", "sync")
    staff(company, "1/A/boss", "2/B/dev//1", "3/C/dev//1")
    company.run("import hr", "sync")
    assert company.pending() == {}
    assert set(company.objects("app")) == {"1", "2", "3"}


class TestScopes:
    def configure(self, world: World, deprovision: Deprovision, *where: str) -> None:
        flows = {"id": "employeeId", "name": "name", "title": "title", "manager": "manager"}
        world.configure([HR, APP], [IN, outbound("app", flows, where=where, deprovision=deprovision)])

    def test_leaving_with_delete(self, world: World) -> None:
        self.configure(world, Deprovision.DELETE, "dept NOTEQUAL out")
        staff(world, "1/A", "2/B//out")
        world.run("import hr", "sync", "export app", "import app", "sync")
        assert set(world.read("app.csv")) == {"1"}
        staff(world, "1/A//out", "2/B//in/1")
        world.run("import hr", "sync", "export app", "import app", "sync")
        assert world.read("app.csv") == {"2": {"name": "B"}}
        assert world.pending() == {}

    def test_leaving_with_disconnect_leaves_the_account_as_it_is(self, world: World) -> None:
        self.configure(world, Deprovision.DISCONNECT, "dept NOTEQUAL out")
        staff(world, "1/A/x", "2/B/y//1")
        world.run("import hr", "sync", "export app", "import app", "sync")
        staff(world, "1/A/changed/out", "2/B/z//1")
        world.run("import hr", "sync", "export app", "import app", "sync", "full")
        assert world.read("app.csv") == {"1": {"name": "A", "title": "x"}, "2": {"name": "B", "title": "z"}}
        assert world.pending() == {}
        assert ("app", "1", "app out") not in world.links()

    def test_coming_back_meets_the_account_that_was_left(self, world: World) -> None:
        self.test_leaving_with_disconnect_leaves_the_account_as_it_is(world)
        staff(world, "1/A/back", "2/B/z//1")
        world.run("import hr", "sync", "export app", "import app", "sync")
        assert world.read("app.csv") == {
            "1": {"name": "A", "title": "back"},
            "2": {"name": "B", "title": "z", "manager": "1"},
        }
        assert world.pending() == {}

    def test_whoever_was_never_made_is_not_left_behind_by_disconnect(self, world: World) -> None:
        self.configure(world, Deprovision.DISCONNECT, "dept NOTEQUAL out")
        staff(world, "1/A/x", "2/B/y//1")
        world.run("import hr", "sync")
        staff(world, "1/A/x", "2/B/y/out/1")
        world.run("import hr", "sync")
        assert set(world.objects("app")) == {"1"}
        assert world.pending() == {"1": ("add", WAITING)}

    def test_a_rule_that_only_updates_lets_go_of_what_leaves_its_scope(self, world: World) -> None:
        world.configure(
            [HR, APP],
            [
                IN,
                inbound("app", {}, name="app in", link=LinkType.JOIN, join=["id=employeeId"]),
                outbound("app", {"title": "title"}, link=LinkType.JOIN, where=["dept NOTEQUAL out"]),
            ],
        )
        staff(world, "1/A/x")
        world.write("app.csv", {"id": "1", "name": "Hand", "title": "", "note": "", "manager": ""})
        world.run("import hr", "import app", "sync", "export app", "import app", "sync")
        assert world.read("app.csv") == {"1": {"name": "Hand", "title": "x"}}
        staff(world, "1/A/y/out")
        world.run("import hr", "sync", "export app")
        assert world.read("app.csv") == {"1": {"name": "Hand", "title": "x"}}
        assert ("app", "1", "app in") in world.links()


def test_a_first_export_that_died_before_its_listing_was_there_is_done_by_the_next(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.configure([HR, APP], [IN, OUT])
    staff(world, "1/A/boss")
    world.run("import hr", "sync")
    with monkeypatch.context() as patch:
        patch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            world.run("export app")
    assert world.pending() == {"1": ("add", SENDING)}
    world.reopen()
    assert not world.run("import app", "export app", "import app").failed
    assert world.read("app.csv") == {"1": {"name": "A", "title": "boss"}}
    assert world.pending() == {}


@pytest.mark.parametrize("steps", [["export app"], ["export app", "import app"]])
def test_a_listing_that_was_written_and_is_not_there_any_more_is_told(world: World, steps: list[str]) -> None:
    world.configure([HR, APP], [IN, OUT])
    staff(world, "1/A/boss")
    world.run("import hr", "sync", *steps)
    (world.folder / "app.csv").unlink()
    assert world.step("import app").result == "stopped-connectivity"
    assert not (world.folder / "app.csv").exists()


def test_rows_that_nobody_governs_stay_in_a_listing(company: World) -> None:
    app(company, _9={"name": "Service", "note": "by hand", "manager": "1"})
    company.run("import app", "sync")
    staff(company, "1/A/boss", "2/B/chief//1", "3/C/dev//1")
    company.run("import hr", "sync", "export app", "import app", "sync")
    assert company.read("app.csv")["9"] == {"name": "Service", "note": "by hand", "manager": "1"}
    assert company.read("app.csv")["2"]["title"] == "chief"
    assert company.pending() == {}


class TestGuardedDeletes:
    @pytest.fixture
    def guarded(self, world: World) -> World:
        world.configure([HR, target("app", "id name title note manager>person", deletes=Guard(1, 0.1))], [IN, OUT])
        staff(world, *(f"{n}/P{n}/t//1" for n in range(6)))
        world.run("import hr", "sync", "export app", "import app", "sync")
        return world

    def test_too_many_are_held_and_everything_else_is_sent(self, guarded: World) -> None:
        before = guarded.read("app.csv")
        staff(guarded, "0/P0/new//1", "1/P1/t//1", "2/P2/t//1")
        guarded.run("import hr", "sync")
        outcome = guarded.step("export app")
        assert (outcome.result, outcome.held) == ("completed-held", 3)
        ((number, kind, count),) = guarded.holds()
        assert (kind, count) == ("deletes", 3)
        assert f"mimas holds release {number}" in outcome.message
        after = guarded.read("app.csv")
        assert set(after) == set(before)
        assert after["0"]["title"] == "new"
        assert after["5"] == before["5"]

    def test_held_deletes_survive_imports_and_syncs(self, guarded: World) -> None:
        self.test_too_many_are_held_and_everything_else_is_sent(guarded)
        guarded.run("import app", "sync", "full", "export app")
        assert len(guarded.holds()) == 1
        assert len(guarded.read("app.csv")) == 6

    def test_released_they_are_sent(self, guarded: World) -> None:
        self.test_too_many_are_held_and_everything_else_is_sent(guarded)
        release(guarded.store, guarded.holds()[0][0])
        report = guarded.run("export app", "import app", "sync")
        assert report.held == 0
        assert set(guarded.read("app.csv")) == {"0", "1", "2"}
        assert guarded.pending() == {}

    def test_refused_the_next_export_asks_again(self, guarded: World) -> None:
        self.test_too_many_are_held_and_everything_else_is_sent(guarded)
        refuse(guarded.store, guarded.holds()[0][0])
        guarded.run("export app")
        assert len(guarded.holds()) == 1
        assert len(guarded.read("app.csv")) == 6

    def test_whoever_comes_back_is_no_longer_held(self, guarded: World) -> None:
        self.test_too_many_are_held_and_everything_else_is_sent(guarded)
        staff(guarded, *(f"{n}/P{n}/t//1" for n in range(6)))
        guarded.run("import hr", "sync", "export app", "import app", "sync")
        assert guarded.holds() == []
        assert guarded.pending() == {}


class TestNamesThatAreTaken:
    def test_two_resources_that_want_one_account(self, world: World) -> None:
        world.configure([HR, APP], [IN, outbound("app", {"id": "name", "title": "title"})])
        staff(world, "1/A/x", "2/A/y")
        report = world.run("import hr", "sync")
        assert report.errors == 1
        assert world.codes() == ["cd-existing-object"]
        assert world.run("sync").errors == 1
        staff(world, "1/A/x", "2/B/y")
        assert world.run("import hr", "sync", "export app", "import app", "sync").errors == 0
        assert set(world.read("app.csv")) == {"A", "B"}

    def test_an_account_that_is_there_and_free_is_joined_and_brought_into_line(self, world: World) -> None:
        world.configure([HR, APP], [IN, OUT])
        world.write("app.csv", {"id": "1", "name": "Old", "title": "", "note": "n", "manager": ""})
        staff(world, "1/A/x")
        outcome = world.run("import app", "import hr", "sync").steps[2].outcome
        assert outcome.counters["joined"] == 1
        assert world.pending() == {"1": ("update", WAITING)}
        world.run("export app", "import app", "sync")
        assert world.read("app.csv") == {"1": {"name": "A", "title": "x", "note": "n"}}

    def test_a_missing_anchor_is_told_and_recovers(self, world: World) -> None:
        world.configure([HR, APP], [IN, outbound("app", {"id": "dept", "name": "name"})])
        staff(world, "1/A/x/d1", "2/B/y")
        assert world.run("import hr", "sync").errors == 1
        assert world.codes() == ["missing-anchor-component"]
        staff(world, "1/A/x/d1", "2/B/y/d2")
        assert world.run("import hr", "sync").errors == 0
        assert set(world.pending()) == {"d1", "d2"}

    def test_an_anchor_that_changes_before_the_account_is_made(self, world: World) -> None:
        world.configure([HR, APP], [IN, outbound("app", {"id": "dept", "name": "name"})])
        staff(world, "1/A/x/d1")
        world.run("import hr", "sync")
        staff(world, "1/A/x/d2")
        world.run("import hr", "sync", "export app", "import app", "sync")
        assert world.read("app.csv") == {"d2": {"name": "A"}}
        assert world.pending() == {}
        assert set(world.objects("app")) == {"d2"}


def test_a_once_only_flow_is_given_at_birth_and_left_alone_from_then_on(world: World) -> None:
    flows = {"id": "employeeId", "name": "name", "note": '="welcome " & [name]'}
    world.configure([HR, APP], [IN, outbound("app", flows, once=["note"])])
    staff(world, "1/A/x")
    world.run("import hr", "sync", "export app", "import app", "sync")
    assert world.read("app.csv")["1"]["note"] == "welcome A"
    app(world, _1={"note": "changed"})
    report = world.run("import app", "sync", "export app", "import app", "sync")
    assert report.steps[0].outcome.counters["drift"] == 0
    assert world.read("app.csv")["1"]["note"] == "changed"
    staff(world, "1/B/x")
    world.run("import hr", "sync", "export app", "import app", "sync")
    assert world.read("app.csv")["1"] == {"name": "B", "note": "changed"}


def test_what_an_inbound_rule_says_of_a_new_account_is_known_when_the_account_is_seen(world: World) -> None:
    world.configure(
        [HR, APP],
        [
            inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"]),
            inbound("app", {"title": "#has an account"}, name="app in", link=LinkType.JOIN),
            outbound("app", {"id": "employeeId", "name": "name"}),
        ],
    )
    staff(world, "1/A")
    world.run("import hr", "sync")
    assert "title" not in world.people()["A"]
    world.run("export app", "import app", "sync")
    assert world.people()["A"]["title"] == "has an account"
    before = world.dump()
    world.run("full")
    assert world.dump() == before


def test_a_value_that_we_sent_ourselves_is_no_contribution(world: World) -> None:
    world.configure(
        [HR, APP],
        [
            IN,
            inbound("app", {"title": "title"}, name="app in", link=LinkType.JOIN, precedence=200),
            outbound("app", {"id": "employeeId", "title": "title"}),
        ],
    )
    staff(world, "1/A/boss")
    world.run("import hr", "sync", "export app", "import app", "sync")
    staff(world, "1/A/")
    world.run("import hr", "sync")
    assert "title" not in world.people()["A"]
    world.run("export app", "import app", "sync")
    assert world.read("app.csv") == {"1": {}}


class TestEchoes:
    """The application contributes what the rules write there, too: titles, tags and managers."""

    CRM = target("app", "id name title tags* manager>person")
    FLOWS: ClassVar = {"title": "title", "tags": "tags", "manager": "manager"}
    EVERYTHING = ("import hr", "import app", "full", "export app", "import app", "full")

    @pytest.fixture
    def both(self, world: World) -> World:
        world.configure(
            [delimited("hr", "id name title tags* manager>person"), self.CRM],
            [
                inbound("hr", {"employeeId": "id", "name": "name", **self.FLOWS}, join=["id=employeeId"]),
                inbound("app", self.FLOWS, name="app in", link=LinkType.JOIN, precedence=200, join=["id=employeeId"]),
                outbound("app", {"id": "employeeId", "name": "name", **self.FLOWS}),
            ],
        )
        return world

    def write(self, world: World, file: str, first: str = "", tags: str = "", manager: str = "") -> None:
        """A file of two people; what is given is the first one's."""
        rows = [{"id": "1", "name": "A", "title": first, "tags": tags, "manager": manager}, {"id": "2", "name": "B"}]
        world.write(file, *rows, columns="id name title tags manager")

    def test_what_a_system_has_of_its_own_stays(self, both: World) -> None:
        self.write(both, "hr.csv")
        self.write(both, "app.csv", "own", "x|y", "2")
        both.run(*self.EVERYTHING)
        before = both.dump()
        both.run(*self.EVERYTHING)
        assert both.dump() == before
        assert both.read("app.csv")["1"] == {"name": "A", "title": "own", "tags": "x|y", "manager": "2"}
        assert both.people()["A"]["title"] == "own"
        assert both.references("manager") == {("A", "B")}

    def test_what_both_have_stays_when_the_source_withdraws(self, both: World) -> None:
        self.write(both, "hr.csv", "same", "x", "2")
        self.write(both, "app.csv", "same", "x", "2")
        both.run(*self.EVERYTHING)
        self.write(both, "hr.csv")
        both.run(*self.EVERYTHING)
        assert both.read("app.csv")["1"] == {"name": "A", "title": "same", "tags": "x", "manager": "2"}

    def test_what_was_put_there_goes_with_its_source(self, both: World) -> None:
        self.write(both, "hr.csv", "given", "x|y", "2")
        self.write(both, "app.csv")
        both.run(*self.EVERYTHING)
        assert both.read("app.csv")["1"] == {"name": "A", "title": "given", "tags": "x|y", "manager": "2"}
        self.write(both, "hr.csv", "", "x")
        both.run(*self.EVERYTHING)
        assert both.read("app.csv")["1"] == {"name": "A", "tags": "x"}
        assert both.references("manager") == set()

    def test_what_the_system_changes_is_its_own_again(self, both: World) -> None:
        self.write(both, "hr.csv", "given", "x")
        self.write(both, "app.csv")
        both.run(*self.EVERYTHING)
        self.write(both, "app.csv", "own", "x|z")
        self.write(both, "hr.csv")
        both.run(*self.EVERYTHING)
        assert both.people()["A"]["title"] == "own"
        assert both.people()["A"]["tags"] == ["z"]
        assert both.read("app.csv")["1"] == {"name": "A", "title": "own", "tags": "z"}

    @pytest.mark.parametrize("sync", ["sync", "full"])
    def test_a_value_of_the_systems_own_that_comes_back_changed_stays(self, world: World, sync: str) -> None:
        world.configure(
            [delimited("hr", "id name title"), self.CRM],
            [
                inbound("hr", {"employeeId": "id", "name": "name", "title": "title"}, join=["id=employeeId"]),
                inbound(
                    "app",
                    {"title": "=LCase([title])"},
                    name="app in",
                    link=LinkType.JOIN,
                    precedence=200,
                    join=["id=employeeId"],
                ),
                outbound("app", {"id": "employeeId", "name": "name", "title": "title"}),
            ],
        )
        world.write("hr.csv", {"id": "1", "name": "A", "title": ""})
        world.write("app.csv", {"id": "1", "name": "A", "title": "Boss"}, columns="id name title tags manager")
        everything = ("import hr", "import app", sync, "export app", "import app", sync)
        world.run(*everything)
        before = world.dump()
        world.run(*everything, "full")
        assert world.read("app.csv")["1"]["title"] == "boss"
        assert world.dump() == before
        world.write("hr.csv", {"id": "1", "name": "A", "title": "Chief"})
        world.run(*everything)
        world.write("hr.csv", {"id": "1", "name": "A", "title": ""})
        world.run(*everything)
        assert "title" not in world.read("app.csv")["1"]

    @pytest.mark.parametrize("sync", ["sync", "full"])
    def test_a_scope_that_our_own_export_changes_is_looked_at_again(self, world: World, sync: str) -> None:
        world.configure(
            [HR, self.CRM],
            [
                IN,
                inbound("app", {"mail": "#none yet"}, name="app in", link=LinkType.JOIN, where=["title ISNULL"]),
                outbound("app", {"id": "employeeId", "name": "name", "title": "title"}),
            ],
        )
        everything = ("import hr", sync, "export app", "import app", sync)
        staff(world, "1/A/")
        world.run(*everything)
        assert world.people()["A"]["mail"] == "none yet"
        staff(world, "1/A/boss")
        world.run(*everything)
        assert "mail" not in world.people()["A"]

    def test_a_scope_reads_what_the_system_shows_whoever_put_it_there(self, world: World) -> None:
        world.configure(
            [HR, self.CRM],
            [
                IN,
                inbound("app", {"mail": "#active"}, name="app in", link=LinkType.JOIN, where=["title EQUAL boss"]),
                inbound("app", {"dept": "title"}, name="app title", link=LinkType.JOIN, precedence=200),
                outbound("app", {"id": "employeeId", "title": "title"}),
            ],
        )
        staff(world, "1/A/boss")
        world.run("import hr", "sync", "export app", "import app", "full")
        assert world.people()["A"]["mail"] == "active"
        assert "dept" not in world.people()["A"]


def test_two_extensions_of_two_rules_stay_apart(world: World) -> None:
    (world.folder / "extensions").mkdir()
    (world.folder / "extensions" / "x.py").write_text("def one(v):\n    return 'one'\ndef two(v):\n    return 'two'\n")
    world.configure(
        [HR, APP],
        [
            IN,
            outbound("app", {"name": "x:one", "id": "employeeId"}, precedence=1),
            outbound("app", {"title": "x:two"}, name="second", precedence=2, link=LinkType.JOIN),
        ],
    )
    staff(world, "1/A")
    world.run("import hr", "sync", "export app")
    assert world.read("app.csv") == {"1": {"name": "one", "title": "two"}}


def test_an_outbound_rule_that_fails_for_one_person_is_retried(world: World) -> None:
    (world.folder / "extensions").mkdir()
    (world.folder / "extensions" / "x.py").write_text("def half(v):\n    return str(12 // int(v['title']))\n")
    world.configure([HR, APP], [IN, outbound("app", {"id": "employeeId", "title": "x:half"})])
    staff(world, "1/A/0", "2/B/3")
    report = world.run("import hr", "sync")
    assert report.errors == 1
    assert "flow to title (app-out.yaml:11)" in world.notes[0]["message"]
    assert world.run("sync").errors == 1
    staff(world, "1/A/4", "2/B/3")
    assert world.run("import hr", "sync", "export app").errors == 0
    assert world.read("app.csv") == {"1": {"title": "3"}, "2": {"title": "4"}}


class TestADoorThatIsNotAlwaysOpen:
    @pytest.fixture
    def stubborn(self, world: World, monkeypatch: pytest.MonkeyPatch) -> World:
        world.configure([HR, door(world, monkeypatch, "id name title note manager>person")], [IN, OUT])
        staff(world, "1/A/a", "2/B/b", "3/C/c", "4/D/d")
        return world

    def behind(self, world: World, report: RunReport, counter: str) -> list[str]:
        """Whom the export of a run counts so."""
        return [one["name"] for one in looking.behind(world.store, report.steps[2].number, counter, 9)]

    def test_an_object_that_is_refused_is_told_and_retried_alone(self, stubborn: World) -> None:
        Door.refuses = {"2"}
        report = stubborn.run("import hr", "sync", "export app")
        assert report.errors == 1
        assert stubborn.codes() == ["constraint-violation"]
        assert self.behind(stubborn, report, "export-failure") == ["2"]
        assert self.behind(stubborn, report, "export-add") == ["1", "3", "4"]
        Door.refuses, Door.sent = set(), []
        stubborn.run("export app")
        assert Door.sent == [("add", "2")]
        stubborn.run("import app", "sync")
        assert stubborn.pending() == {}

    def test_a_line_that_dies_leaves_everything_known(self, stubborn: World) -> None:
        Door.breaks_after = 3
        report = stubborn.run("import hr", "sync", "export app", "import app", "sync")
        assert report.failed
        assert report.steps[2].outcome.result == "stopped-connectivity"
        assert self.behind(stubborn, report, "export-add") == ["1", "2", "3"], "what was sent was sent"
        assert stubborn.pending() == {
            "1": ("add", SENT),
            "2": ("add", SENT),
            "3": ("add", SENT),
            "4": ("add", SENDING),
        }
        Door.breaks_after, Door.sent = None, []
        stubborn.run("export app", "import app", "sync")
        assert Door.sent == [("add", "4")]
        assert stubborn.pending() == {}

    def test_the_function_after_an_export_is_told_of_what_went_out_before_the_line_died(self, stubborn: World) -> None:
        (stubborn.folder / "extensions").mkdir()
        (stubborn.folder / "extensions" / "x.py").write_text(
            f"def after(e):\n    open('{stubborn.folder}/told', 'a').write(e['anchor'])\n"
        )
        setup = stubborn.engine.setup
        told = {**setup.connectors, "app": replace(setup.connectors["app"], after_export="x:after")}
        stubborn.configure(told.values(), setup.rules.rules)
        Door.breaks_after = 3
        stubborn.run("import hr", "sync", "export app")
        assert (stubborn.folder / "told").read_text() == "123"

    @pytest.mark.parametrize("between", [(), ("full",), ("import hr", "sync")])
    def test_what_arrived_before_the_crash_is_not_sent_again(self, stubborn: World, between: Sequence[str]) -> None:
        stubborn.run("import hr", "sync")
        with stubborn.store.transaction() as tx:
            tx.run("UPDATE pending_export SET state = ?", SENDING)
        app(stubborn, _1={"name": "A", "title": "a"})
        staff(stubborn, "1/A/new", "2/B/b", "3/C/c", "4/D/d")
        stubborn.reopen()
        if between:
            stubborn.run(*between)
        stubborn.run("export app", "import app")
        assert ("add", "1") not in Door.sent
        assert ("add", "2") in Door.sent
        stubborn.run("import hr", "sync", "export app", "import app", "sync")
        assert stubborn.pending() == {}
        assert stubborn.read("app.csv")["1"] == {"name": "A", "title": "new"}

    def test_an_update_that_is_forgotten_is_told_and_sent_again(self, stubborn: World) -> None:
        stubborn.run("import hr", "sync", "export app", "import app", "sync")
        Door.forgets = {"3"}
        staff(stubborn, "1/A/a", "2/B/b", "3/C/new", "4/D/d")
        stubborn.run("import hr", "sync", "export app", "import app")
        assert stubborn.codes() == ["exported-change-not-reimported"]
        assert stubborn.pending() == {"3": ("update", WAITING)}
        Door.forgets = set()
        stubborn.run("export app", "import app", "sync")
        assert stubborn.read("app.csv")["3"]["title"] == "new"
        assert stubborn.pending() == {}

    def test_an_add_that_is_forgotten_is_told_and_sent_again(self, stubborn: World) -> None:
        Door.forgets = {"3"}
        stubborn.run("import hr", "sync", "export app", "import app")
        assert stubborn.codes() == ["exported-change-not-reimported"]
        Door.forgets = set()
        stubborn.run("sync", "export app", "import app", "sync")
        assert set(stubborn.read("app.csv")) == {"1", "2", "3", "4"}
        assert stubborn.pending() == {}

    def test_a_delete_that_is_forgotten_is_told_and_sent_again(self, stubborn: World) -> None:
        stubborn.run("import hr", "sync", "export app", "import app", "sync")
        Door.forgets = {"4"}
        staff(stubborn, "1/A/a", "2/B/b", "3/C/c")
        stubborn.run("import hr", "sync", "export app", "import app")
        assert stubborn.codes() == ["exported-change-not-reimported"]
        Door.forgets = set()
        stubborn.run("sync", "export app", "import app", "sync")
        assert "4" not in stubborn.read("app.csv")
        assert stubborn.pending() == {}

    def test_what_is_changed_while_it_is_sent_goes_out_next(self, stubborn: World) -> None:
        stubborn.run("import hr", "sync", "export app")
        staff(stubborn, "1/A/new", "2/B/b", "3/C/c", "4/D/d")
        stubborn.run("import hr", "sync", "export app", "import app", "sync")
        assert stubborn.pending() == {}
        assert stubborn.read("app.csv")["1"]["title"] == "new"
        assert [sent for sent in Door.sent if sent[1] == "1"] == [("add", "1"), ("update", "1")]

    def test_a_change_taken_back_after_it_was_sent_is_sent_back(self, stubborn: World) -> None:
        stubborn.run("import hr", "sync", "export app", "import app", "sync")
        staff(stubborn, "1/A/new", "2/B/b", "3/C/c", "4/D/d")
        stubborn.run("import hr", "sync", "export app")
        staff(stubborn, "1/A/a", "2/B/b", "3/C/c", "4/D/d")
        stubborn.run("import hr", "sync", "export app", "import app", "sync")
        assert stubborn.read("app.csv")["1"]["title"] == "a"
        assert stubborn.pending() == {}
        assert stubborn.codes() == []


class TestReferencesToThoseWhoLeaveATarget:
    """The person lives on and stays a member; only the account goes."""

    @pytest.mark.parametrize("deprovision", [Deprovision.DISCONNECT, Deprovision.DELETE])
    def test_are_withdrawn(self, world: World, deprovision: Deprovision) -> None:
        out = outbound(
            "app",
            {"id": "employeeId", "name": "name", "manager": "manager"},
            where=["dept NOTEQUAL out"],
            deprovision=deprovision,
        )
        world.configure([HR, APP], [IN, out])
        staff(world, "1/A", "2/B///1")
        world.run("import hr", "sync", "export app", "import app", "sync")
        assert world.read("app.csv")["2"]["manager"] == "1"
        staff(world, "1/A//out", "2/B///1")
        world.run("import hr", "sync", "export app", "import app", "sync")
        assert world.references("manager") == {("B", "A")}
        assert "manager" not in world.read("app.csv")["2"]
        assert world.pending() == {}
        staff(world, "1/A", "2/B///1")
        world.run("import hr", "sync", "export app", "import app", "sync", "export app", "import app")
        assert world.read("app.csv")["2"]["manager"] == "1"
        assert world.pending() == {}


class TestADirectory:
    TYPES: ClassVar = {"person": "cn title manager>person", "group": "cn member>person*"}

    @pytest.fixture
    def directory(self, world: World) -> World:
        group = ResourceType("group", attributes("name member>person*"), frozenset(["name"]))
        world.configure(
            [HR, delimited("org", "id boss members>person*"), ldif("dir", self.TYPES, export="listing")],
            [
                inbound(
                    "hr",
                    {"employeeId": "id", "name": "name", "title": "title", "manager": "manager"},
                    join=["id=employeeId"],
                ),
                outbound(
                    "dir",
                    {
                        "dn": '="cn=" & EscapeDNComponent([name]) & ",o=x"',
                        "cn": "name",
                        "title": "title",
                        "manager": "manager",
                    },
                ),
            ],
            [person(), group],
        )
        return world

    def test_objects_are_made_named_and_confirmed(self, directory: World) -> None:
        staff(directory, "1/A/x//2", "2/Bee, Ann/y//1")
        assert directory.run("import hr", "sync", "export dir", "import dir", "sync").errors == 0
        assert directory.pending() == {}
        before = directory.dump()
        directory.run("import dir", "sync", "full", "export dir")
        assert directory.dump() == before

    def test_a_name_with_an_empty_part_is_told_by_the_sync_and_nothing_is_sent(self, directory: World) -> None:
        staff(directory, "1/A/x", "2//y")
        report = directory.run("import hr", "sync", "export dir", "import dir", "sync")
        assert report.errors == 2
        assert directory.codes() == ["invalid-dn", "invalid-dn"]
        assert "“cn=,o=x”, whose part “cn=” has no value" in directory.notes[0]["message"]
        assert "cn=,o=x" not in (directory.folder / "dir.ldif").read_text()
        staff(directory, "1/A/x", "2/B/y")
        assert directory.run("import hr", "sync", "export dir", "import dir", "sync").errors == 0
        assert directory.pending() == {}
        staff(directory, "1/A/x", "2//y")
        directory.run("import hr", "sync", "export dir")
        assert "dn: cn=B,o=x" in (directory.folder / "dir.ldif").read_text()

    def test_a_rename_is_sent_and_references_follow(self, directory: World) -> None:
        staff(directory, "1/A/x//2", "2/B/y//1")
        directory.run("import hr", "sync", "export dir", "import dir", "sync")
        number = directory.id_of("B")
        staff(directory, "1/A/x//2", "2/Bea/y//1")
        directory.run(*("import hr", "sync", "export dir", "import dir", "sync") * 2)
        assert directory.id_of("Bea") == number
        text = (directory.folder / "dir.ldif").read_text()
        assert "manager: cn=Bea,o=x" in text
        assert "cn=B,o=x" not in text
        assert directory.pending() == {}


class TestTheFirstListing:
    """A listing that is replaced for the first time may hold what nobody has told Mimas of."""

    @pytest.fixture
    def fresh(self, world: World) -> World:
        world.configure([HR, APP], [IN, OUT])
        staff(world, "1/A/boss")
        world.run("import hr", "sync")
        return world

    def test_there_need_be_none(self, fresh: World) -> None:
        for _ in range(2):
            outcome = fresh.step("import app")
            assert (outcome.result, outcome.errors) == ("success", 0)
            assert "the first export makes it" in outcome.message
        fresh.run("export app")
        assert list(fresh.read("app.csv")) == ["1"]

    def test_once_written_it_must_be_there(self, fresh: World) -> None:
        fresh.run("export app", "import app")
        (fresh.folder / "app.csv").unlink()
        assert fresh.step("import app").result == "stopped-connectivity"

    def test_rows_that_were_never_imported_stay(self, fresh: World) -> None:
        fresh.write("app.csv", {"id": "9", "name": "stranger"}, columns="id name title note manager")
        fresh.run("export app")
        assert sorted(fresh.read("app.csv")) == ["1", "9"]

    def test_one_that_cannot_be_read_whole_is_not_replaced(self, fresh: World) -> None:
        fresh.write("app.csv", {"id": "9", "name": "stranger"}, "8,too,few", columns="id name title note manager")
        before = (fresh.folder / "app.csv").read_bytes()
        outcome = fresh.step("export app")
        assert outcome.result == "stopped-connectivity"
        assert "never imported" in outcome.message
        assert (fresh.folder / "app.csv").read_bytes() == before


def test_when_the_last_rule_of_a_connector_goes_nothing_is_wanted_there_any_more(company: World) -> None:
    staff(company, "1/A/chief", "2/B/dev//1", "3/C/dev//1")
    company.run("import hr", "sync")
    assert company.pending() == {"1": ("update", WAITING)}
    company.configure([HR, APP], [IN])
    company.run("sync")
    assert company.pending() == {}
    company.run("export app")
    assert company.read("app.csv")["1"]["title"] == "boss"
