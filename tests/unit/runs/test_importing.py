"""Imports: what is staged, what counts as gone, and what never does."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from mimas.connectors.contract import End, OutdatedError, Page
from mimas.connectors.delimited import DelimitedConnector
from mimas.runs.engine import Watcher
from mimas.runs.releasing import HoldError, refuse, release
from mimas.runs.setup import Guard, Step
from tests.world import World, delimited, inbound, ldif, outbound, person, target

HR = delimited("hr", "id name mail title manager>person", changes="hr.changes.csv")
RULE = inbound(
    "hr",
    {"employeeId": "id", "name": "name", "mail": "mail", "title": "title", "manager": "manager"},
    join=["id=employeeId"],
)


def staff(count: int, **changes: str) -> list[dict[str, str]]:
    return [
        {"id": str(n), "name": f"P{n}", "mail": "", "title": changes.get(f"p{n}", ""), "manager": ""}
        for n in range(count)
    ]


@pytest.fixture
def hr(world: World) -> World:
    world.configure([HR], [RULE])
    return world


def test_a_delta_that_the_system_cannot_tell_any_more_becomes_a_whole_import(
    hr: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hr.write("hr.csv", *staff(3))
    hr.run("import hr")
    hr.write("hr.csv", *staff(2, p1="new"))
    whole = DelimitedConnector.read

    def read(self: DelimitedConnector, watermark: str | None = None) -> Iterator[Page | End]:
        for part in whole(self, None):
            if isinstance(part, End) and watermark is not None:
                raise OutdatedError("The system has forgotten what was before its last start")
            yield part

    monkeypatch.setattr(DelimitedConnector, "read", read)
    outcome = hr.step("delta hr")
    assert (outcome.result, outcome.counters["stage-update"], outcome.counters["stage-delete"]) == ("success", 1, 1)
    assert outcome.message == "The system has forgotten what was before its last start: everything was read."


def test_a_first_import_stages_every_record_and_changes_nothing_else(hr: World) -> None:
    hr.write("hr.csv", *staff(3))
    outcome = hr.step("import hr")
    assert outcome.result == "success"
    assert outcome.counters["stage-add"] == 3
    assert hr.objects("hr")["1"] == ({"id": "1", "name": "P1"}, None)
    assert hr.resources() == {}


def test_an_unchanged_import_writes_nothing(hr: World) -> None:
    hr.write("hr.csv", *staff(3))
    hr.run("import hr", "sync")
    before = hr.dump()
    outcome = hr.step("import hr")
    assert outcome.counters["stage-no-change"] == 3
    assert hr.dump() == before


def test_a_changed_record_is_staged_and_synced(hr: World) -> None:
    hr.write("hr.csv", *staff(3))
    hr.run("import hr", "sync")
    hr.write("hr.csv", *staff(3, p1="Boss"))
    outcome = hr.step("import hr")
    assert (outcome.counters["stage-update"], outcome.counters["stage-no-change"]) == (1, 2)
    assert hr.people()["P1"] == {"employeeId": "1", "name": "P1"}
    hr.run("sync")
    assert hr.people()["P1"]["title"] == "Boss"


def test_a_value_changed_and_changed_back_before_the_sync_leaves_nothing_behind(hr: World) -> None:
    hr.write("hr.csv", *staff(3))
    hr.run("import hr", "sync")
    before = hr.shape()
    hr.write("hr.csv", *staff(3, p1="Boss"))
    hr.run("import hr")
    hr.write("hr.csv", *staff(3))
    hr.run("import hr", "sync")
    assert hr.shape() == before


def test_the_second_of_two_records_with_one_anchor_is_told_and_nothing_is_deleted(hr: World) -> None:
    hr.write("hr.csv", *staff(3))
    hr.run("import hr", "sync")
    hr.write("hr.csv", *staff(2), {"id": "0", "name": "Other", "mail": "", "title": "", "manager": ""})
    outcome = hr.step("import hr")
    assert outcome.result == "completed-discovery-errors"
    assert hr.codes() == ["duplicate-object"]
    hr.run("sync")
    assert set(hr.people()) == {"P0", "P1", "P2"}


def test_two_new_records_with_one_anchor_keep_the_first(hr: World) -> None:
    hr.write(
        "hr.csv", {"id": "7", "name": "First"}, {"id": "7", "name": "Second"}, columns="id name mail title manager"
    )
    outcome = hr.step("import hr")
    assert hr.codes() == ["duplicate-object"]
    assert outcome.errors == 1
    assert hr.objects("hr")["7"][0] == {"id": "7", "name": "First"}


def test_a_broken_row_keeps_what_was_known_of_everybody(hr: World) -> None:
    hr.write("hr.csv", *staff(3))
    hr.run("import hr", "sync")
    hr.write("hr.csv", *staff(1), "1,too,few", columns="id name mail title manager")
    outcome = hr.step("import hr")
    assert outcome.result == "completed-discovery-errors"
    assert outcome.errors == 1
    assert outcome.counters["stage-delete"] == 0
    hr.run("sync")
    assert set(hr.people()) == {"P0", "P1", "P2"}


def test_a_file_cut_off_in_mid_row_is_no_evidence_and_the_message_says_what_to_do(hr: World) -> None:
    hr.write("hr.csv", *staff(20))
    hr.run("import hr", "sync")
    text = (hr.folder / "hr.csv").read_text()
    (hr.folder / "hr.csv").write_text(text[: len(text) // 2])
    outcome = hr.step("import hr")
    assert outcome.result == "completed-discovery-errors"
    assert "None of them was deleted" in outcome.message
    assert "import again" in outcome.message
    hr.run("sync")
    assert len(hr.people()) == 20


def test_an_unreachable_source_stops_the_step_and_loses_nothing(hr: World) -> None:
    hr.write("hr.csv", *staff(3))
    hr.run("import hr", "sync")
    (hr.folder / "hr.csv").unlink()
    report = hr.run("import hr", "sync")
    assert report.failed
    assert "hr.csv" in report.steps[0].outcome.message
    assert len(hr.people()) == 3


class TestTheGuard:
    @pytest.fixture
    def guarded(self, world: World) -> World:
        world.configure(
            [delimited("hr", "id name mail title manager>person", changes="hr.changes.csv", missing=Guard(2, 0.1))],
            [RULE],
        )
        world.write("hr.csv", *staff(20))
        world.run("import hr", "sync")
        return world

    def test_lets_few_through(self, guarded: World) -> None:
        guarded.write("hr.csv", *staff(18))
        outcome = guarded.step("import hr")
        assert outcome.counters["stage-delete"] == 2
        guarded.run("sync")
        assert len(guarded.people()) == 18

    def test_holds_many_and_says_how_to_go_on(self, guarded: World) -> None:
        guarded.write("hr.csv", *staff(15))
        report = guarded.run("import hr", "sync")
        assert report.held == 5
        ((number, kind, count),) = guarded.holds()
        assert (kind, count) == ("missing", 5)
        assert f"mimas holds release {number}" in report.steps[0].outcome.message
        assert len(guarded.people()) == 20

    def test_released_they_are_gone(self, guarded: World) -> None:
        guarded.write("hr.csv", *staff(15))
        guarded.run("import hr", "sync")
        release(guarded.store, guarded.holds()[0][0])
        guarded.run("sync")
        assert len(guarded.people()) == 15
        assert guarded.step("import hr").result == "success"
        assert guarded.holds() == []

    def test_refused_nothing_happens_and_the_next_import_asks_again(self, guarded: World) -> None:
        guarded.write("hr.csv", *staff(15))
        guarded.run("import hr")
        refuse(guarded.store, guarded.holds()[0][0])
        guarded.run("sync")
        assert (len(guarded.people()), guarded.holds()) == (20, [])
        guarded.run("import hr")
        assert len(guarded.holds()) == 1

    def test_a_complete_listing_supersedes_the_hold(self, guarded: World) -> None:
        guarded.write("hr.csv", *staff(15))
        guarded.run("import hr")
        number = guarded.holds()[0][0]
        guarded.write("hr.csv", *staff(20))
        guarded.run("import hr", "sync")
        assert guarded.holds() == []
        assert len(guarded.people()) == 20
        with pytest.raises(HoldError):
            release(guarded.store, number)

    def test_an_unchanged_import_asks_the_same_again(self, guarded: World) -> None:
        guarded.write("hr.csv", *staff(15))
        guarded.run("import hr", "import hr")
        assert [hold[1:] for hold in guarded.holds()] == [("missing", 5)]

    def test_a_delta_says_nothing_of_those_who_are_held_but_whoever_it_shows_is_not_missing(
        self, guarded: World
    ) -> None:
        guarded.write("hr.csv", *staff(15))
        guarded.run("import hr")
        guarded.write(
            "hr.changes.csv",
            {"change_type": "modify", "id": "19", "name": "P19", "mail": "", "title": "Back", "manager": ""},
        )
        guarded.run("delta hr")
        ((number, _, count),) = guarded.holds()
        assert count == 4
        release(guarded.store, number)
        guarded.run("sync")
        assert set(guarded.people()) == {f"P{n}" for n in [*range(15), 19]}

    def test_an_incomplete_listing_does_not_answer_the_question(self, guarded: World) -> None:
        guarded.write("hr.csv", *staff(15))
        guarded.run("import hr")
        guarded.write("hr.csv", *staff(16), '"', columns="id name mail title manager")
        guarded.run("import hr")
        ((number, _, count),) = guarded.holds()
        assert count == 4
        release(guarded.store, number)
        guarded.run("sync")
        assert len(guarded.people()) == 16


def test_who_comes_back_before_the_sync_was_never_away(hr: World) -> None:
    hr.write("hr.csv", *staff(3))
    hr.run("import hr", "sync")
    before = hr.shape()
    ids = hr.id_of("P1")
    hr.write("hr.csv", *staff(1))
    hr.run("import hr")
    hr.write("hr.csv", *staff(3))
    hr.run("import hr", "sync")
    assert hr.shape() == before
    assert hr.id_of("P1") == ids


def test_a_delta_of_what_was_never_read_to_its_end_reads_everything(hr: World) -> None:
    hr.write("hr.csv", *staff(3), "4,too,few", columns="id name mail title manager")
    assert hr.step("import hr").errors == 1
    hr.write("hr.csv", *staff(2))
    outcome = hr.step("delta hr")
    assert outcome.counters["stage-delete"] == 1
    assert "everything was read" in outcome.message


def test_a_run_that_was_cut_off_is_called_so_by_the_next(hr: World) -> None:
    class CutOff(BaseException):
        """What a kill is to the history: nothing is written down any more."""

    def cut(_: object) -> None:
        raise CutOff

    hr.write("hr.csv", *staff(1))
    with pytest.raises(CutOff):
        hr.engine.run("nightly", [Step("full-import", "hr")], Watcher(begins=cut))
    hr.run("import hr")
    assert hr.rows("SELECT result FROM run ORDER BY id") == [("interrupted",), ("success",)]
    assert hr.rows("SELECT result FROM step ORDER BY id") == [("interrupted",), ("success",)]


def test_a_manager_who_arrives_later_is_referred_to(hr: World) -> None:
    hr.write("hr.csv", {"id": "1", "name": "A", "mail": "", "title": "", "manager": "2"})
    hr.run("import hr", "sync")
    assert hr.references("manager") == set()
    assert set(hr.people()) == {"A"}
    hr.write("hr.csv", {"id": "1", "name": "A", "mail": "", "title": "", "manager": "2"}, {"id": "2", "name": "B"})
    hr.run("import hr", "sync")
    assert hr.references("manager") == {("A", "B")}
    assert len(hr.objects("hr")) == 2


def test_a_manager_who_goes_and_comes_back(hr: World) -> None:
    a = {"id": "1", "name": "A", "mail": "", "title": "", "manager": "2"}
    hr.write("hr.csv", a, {"id": "2", "name": "B"})
    hr.run("import hr", "sync")
    hr.write("hr.csv", a)
    hr.run("import hr", "sync")
    assert hr.references("manager") == set()
    assert hr.step("import hr").counters["stage-delete"] == 0
    hr.write("hr.csv", a, {"id": "2", "name": "B"})
    hr.run("import hr", "sync")
    assert hr.references("manager") == {("A", "B")}


def test_two_who_refer_to_each_other_leave_nothing_behind(hr: World) -> None:
    pair = [{"id": "1", "name": "A", "mail": "", "title": "", "manager": "2"}, {"id": "2", "name": "B", "manager": "1"}]
    hr.write("hr.csv", *staff(1), *pair)
    hr.run("import hr", "sync")
    hr.write("hr.csv", *staff(1))
    hr.run("import hr", "sync")
    assert set(hr.objects("hr")) == {"0"}
    assert hr.rows("SELECT * FROM reference") == []


class TestDelta:
    @pytest.fixture
    def begun(self, hr: World) -> World:
        hr.write("hr.csv", *staff(4))
        hr.run("import hr", "sync")
        return hr

    def row(self, kind: str, id_: str, name: str, **values: str) -> dict[str, str]:
        return {"change_type": kind, "id": id_, "name": name, "mail": "", "title": "", "manager": "", **values}

    def test_adds_modifies_and_deletes(self, begun: World) -> None:
        begun.write(
            "hr.changes.csv",
            self.row("add", "9", "New", manager="1"),
            self.row("modify", "1", "P1", title="Boss"),
            self.row("delete", "2", ""),
        )
        begun.run("delta hr", "sync")
        assert set(begun.people()) == {"P0", "P1", "P3", "New"}
        assert begun.people()["P1"]["title"] == "Boss"
        assert begun.references("manager") == {("New", "P1")}

    def test_deleted_and_added_again_in_one_file_is_there(self, begun: World) -> None:
        begun.write("hr.changes.csv", self.row("delete", "2", ""), self.row("add", "2", "P2", title="Again"))
        begun.run("delta hr", "sync")
        assert begun.people()["P2"]["title"] == "Again"

    def test_added_and_deleted_in_one_file_is_gone(self, begun: World) -> None:
        begun.write("hr.changes.csv", self.row("add", "8", "Brief"), self.row("delete", "8", ""))
        begun.run("delta hr", "sync")
        assert "Brief" not in begun.people()

    def test_changed_and_deleted_in_one_file_is_gone(self, begun: World) -> None:
        begun.write("hr.changes.csv", self.row("modify", "2", "P2", title="x"), self.row("delete", "2", ""))
        begun.run("delta hr", "sync")
        assert "P2" not in begun.people()

    def test_the_deletion_of_somebody_unknown_is_counted_and_does_nothing(self, begun: World) -> None:
        begun.write("hr.changes.csv", self.row("delete", "77", ""))
        outcome = begun.step("delta hr")
        assert outcome.counters["filtered-deletions"] == 1
        assert begun.run("sync").errors == 0
        assert len(begun.people()) == 4

    def test_the_deletion_of_a_placeholder_leaves_it_one(self, begun: World) -> None:
        begun.write("hr.changes.csv", self.row("modify", "1", "P1", manager="50"))
        begun.run("delta hr", "sync")
        begun.write("hr.changes.csv", self.row("delete", "50", ""))
        begun.run("delta hr", "sync")
        begun.write("hr.changes.csv", self.row("add", "50", "Late"))
        begun.run("delta hr", "sync")
        assert begun.references("manager") == {("P1", "Late")}

    def test_deletes_beyond_the_guard_are_held(self, world: World) -> None:
        world.configure(
            [delimited("hr", "id name mail title manager>person", changes="hr.changes.csv", missing=Guard(1, 0.1))],
            [RULE],
        )
        world.write("hr.csv", *staff(4))
        world.run("import hr", "sync")
        world.write("hr.changes.csv", *(self.row("delete", str(n), "") for n in range(3)))
        world.run("delta hr", "sync")
        assert len(world.people()) == 4
        assert world.holds()[0][2] == 3

    def test_a_full_import_after_it_finds_nothing_new(self, begun: World) -> None:
        begun.write("hr.changes.csv", self.row("modify", "1", "P1", title="Boss"))
        begun.run("delta hr", "sync")
        begun.write("hr.csv", *staff(4, p1="Boss"))
        before = begun.shape()
        begun.run("import hr", "sync")
        assert begun.shape() == before


LDIF = ldif("dir", {"person": "uid cn mail* manager>person", "group": "cn member>group*"}, anchor="uid")


def entry(uid: str, name: str, *lines: str) -> str:
    return "\n".join([f"dn: {name}", "objectClass: person", f"uid: {uid}", f"cn: {uid}", *lines])


class TestNames:
    @pytest.fixture
    def directory(self, world: World) -> World:
        world.configure(
            [LDIF],
            [inbound("dir", {"employeeId": "uid", "name": "cn", "manager": "manager"}, join=["uid=employeeId"])],
        )
        return world

    def test_a_rename_is_an_update_and_references_follow_the_object(self, directory: World) -> None:
        directory.write("dir.ldif", entry("a", "cn=a,o=x", "manager: cn=b,o=x"), entry("b", "cn=b,o=x"))
        directory.run("import dir", "sync")
        ids = directory.id_of("b")
        directory.write("dir.ldif", entry("a", "cn=a,o=x", "manager: cn=b,ou=new,o=x"), entry("b", "cn=b,ou=new,o=x"))
        outcome = directory.step("import dir")
        assert outcome.counters["stage-rename"] == 1
        directory.run("sync")
        assert directory.references("manager") == {("a", "b")}
        assert directory.id_of("b") == ids
        assert len(directory.objects("dir")) == 2

    def test_two_who_swap_their_names_stay_themselves(self, directory: World) -> None:
        directory.write(
            "dir.ldif", entry("a", "cn=1,o=x"), entry("b", "cn=2,o=x"), entry("c", "cn=3,o=x", "manager: cn=1,o=x")
        )
        directory.run("import dir", "sync")
        directory.write(
            "dir.ldif", entry("a", "cn=2,o=x"), entry("b", "cn=1,o=x"), entry("c", "cn=3,o=x", "manager: cn=2,o=x")
        )
        directory.run("import dir", "sync")
        assert directory.references("manager") == {("c", "a")}
        assert dict(directory.rows("SELECT anchor, name FROM object")) == {
            "a": "cn=2,o=x",
            "b": "cn=1,o=x",
            "c": "cn=3,o=x",
        }

    def test_a_target_that_arrives_later_takes_its_placeholder(self, directory: World) -> None:
        directory.write("dir.ldif", entry("a", "cn=a,o=x", "manager: CN=B, O=x"))
        directory.run("import dir", "sync")
        directory.write("dir.ldif", entry("a", "cn=a,o=x", "manager: CN=B, O=x"), entry("b", "cn=b,o=x"))
        directory.run("import dir", "sync")
        assert directory.references("manager") == {("a", "b")}
        assert len(directory.objects("dir")) == 2


def test_a_partial_change_of_a_multi_valued_reference(world: World) -> None:
    world.configure(
        [ldif("dir", {"group": "cn member>group* note*"}, changes="changes.ldif")],
        [
            inbound(
                "dir", {"name": "cn", "member": "member", "tags": "note"}, object_type="group", resource_type="group"
            )
        ],
        [
            person(),
            person("name member>group* tags*", "name").__class__(
                "group", person("name member>group* tags*", "name").attributes, frozenset(["name"])
            ),
        ],
    )

    def group(cn: str, *lines: str) -> str:
        return "\n".join([f"dn: cn={cn},o=x", "objectClass: group", f"cn: {cn}", *lines])

    world.write(
        "dir.ldif",
        group("g", "member: cn=a,o=x", "member: cn=b,o=x", "note: 1", "note: 2"),
        group("a"),
        group("b"),
        group("c"),
    )
    world.run("import dir", "sync")
    assert world.references("member") == {("g", "a"), ("g", "b")}
    world.write(
        "changes.ldif",
        "dn: cn=g,o=x\nchangetype: modify\nadd: member\nmember: cn=c,o=x\n-\ndelete: member\nmember: cn=a,o=x\n-\n"
        "add: note\nnote: 3\n-\ndelete: note\nnote: 1\n-",
    )
    world.run("delta dir", "sync")
    assert world.references("member") == {("g", "b"), ("g", "c")}
    assert world.people(type_="group")["g"]["tags"] == ["2", "3"]
    world.write("changes.ldif", "dn: cn=g,o=x\nchangetype: modify\ndelete: member\n-\nreplace: note\nnote: 9\n-")
    world.run("delta dir", "sync")
    assert world.references("member") == set()
    assert world.people(type_="group")["g"]["tags"] == ["9"]


class TestGrace:
    """An object that is gone counts for ten days as if it were there."""

    @pytest.fixture
    def graced(self, world: World) -> World:
        setup = replace(HR, grace={"person": 10})
        app = target("app", "id name manager>person")
        out = outbound("app", {"id": "employeeId", "name": "name", "manager": "manager"})
        world.configure([setup, app], [RULE, out])
        self.write(world, "123")
        world.run(*self.EVERYTHING)
        return world

    EVERYTHING = ("import hr", "sync", "export app", "import app", "sync")

    def write(self, world: World, ids: str) -> None:
        """People whose manager is 1."""
        rows = [{"id": id_, "name": f"P{id_}", "manager": "" if id_ == "1" else "1"} for id_ in ids]
        world.write("hr.csv", *rows, columns="id name mail title manager")

    def test_everything_is_held_and_ends_by_itself(self, graced: World) -> None:
        before = graced.read("app.csv")
        self.write(graced, "2")
        report = graced.run(*self.EVERYTHING)
        assert report.steps[0].outcome.counters["stage-delete-grace"] == 2
        assert report.held == 0
        graced.clock.forward(days=9)
        graced.run(*self.EVERYTHING, "full")
        assert graced.read("app.csv") == before
        assert graced.references("manager") == {("P2", "P1"), ("P3", "P1")}
        graced.clock.forward(days=1)
        graced.run("sync", "export app")
        assert graced.read("app.csv") == {"2": {"name": "P2"}}
        assert graced.holds() == []

    def test_whoever_comes_back_has_never_been_away(self, graced: World) -> None:
        everything = graced.dump("hold", "hold_item", "due", "meta")
        self.write(graced, "23")
        graced.run("import hr", "sync")
        self.write(graced, "123")
        graced.run("import hr", "sync")
        assert graced.holds() == []
        graced.clock.forward(days=20)
        graced.run("sync", "full")
        assert graced.dump("hold", "hold_item", "due", "meta") == everything

    def test_it_can_be_ended_by_hand(self, graced: World) -> None:
        self.write(graced, "12")
        graced.run("import hr")
        ((number, kind, count),) = graced.holds()
        assert (kind, count) == ("grace", 1)
        release(graced.store, number)
        graced.run("sync", "export app")
        assert set(graced.read("app.csv")) == {"1", "2"}
        graced.clock.forward(days=20)
        graced.run("sync", "import hr")
        assert graced.holds() == []

    def test_each_has_its_own_days(self, graced: World) -> None:
        self.write(graced, "12")
        graced.run("import hr", "sync")
        graced.clock.forward(days=5)
        self.write(graced, "1")
        graced.run("import hr", "sync")
        graced.clock.forward(days=5)
        graced.run("sync")
        assert set(graced.people()) == {"P1", "P2"}
        graced.clock.forward(days=5)
        graced.run("import hr", "sync")
        assert set(graced.people()) == {"P1"}
