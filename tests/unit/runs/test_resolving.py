"""Stratum 2: precedence, recall, unique values, merges, deletion, rules that fail, and time."""

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from mimas.sync.rules import Deletion, DeletionRule, LinkType, Membership
from tests.world import World, delimited, inbound, outbound, person, scope, target, with_rule

COLUMNS = "id name mail title tags*"
HEADER = "id name mail title tags"
FLOWS = {"employeeId": "id", "name": "name", "mail": "mail", "title": "title"}


class TestPrecedence:
    @pytest.fixture
    def two(self, world: World) -> World:
        world.configure(
            [delimited("hr", COLUMNS), delimited("ext", COLUMNS)],
            [
                inbound("hr", FLOWS, precedence=10, join=["id=employeeId"]),
                inbound("ext", FLOWS, precedence=20, join=["id=employeeId"]),
            ],
        )
        world.write("hr.csv", {"id": "1", "name": "HR", "mail": ""}, columns=HEADER)
        world.write("ext.csv", {"id": "1", "name": "Ext", "mail": "m", "title": "t"}, columns=HEADER)
        return world

    @pytest.mark.parametrize(
        "steps",
        [
            ("import hr", "import ext", "sync"),
            ("import ext", "import hr", "sync"),
            ("import hr", "sync", "import ext", "sync"),
            ("import ext", "sync", "import hr", "sync"),
            ("import ext", "import hr", "sync ext", "sync hr"),
        ],
    )
    def test_the_lowest_number_wins_for_each_attribute_whatever_came_first(self, two: World, steps: list[str]) -> None:
        two.run(*steps)
        assert list(two.resources().values()) == [{"employeeId": "1", "name": "HR", "mail": "m", "title": "t"}]

    def test_when_the_winner_goes_the_next_takes_over_and_the_resource_stays(self, two: World) -> None:
        two.run("import hr", "import ext", "sync")
        number = two.id_of("HR")
        two.write("hr.csv", columns=HEADER)
        two.run("import hr", "sync")
        assert two.resources() == {number: {"employeeId": "1", "name": "Ext", "mail": "m", "title": "t"}}

    def test_when_the_winner_clears_its_value_the_next_takes_over(self, two: World) -> None:
        two.run("import hr", "import ext", "sync")
        two.write("hr.csv", {"id": "1", "name": ""}, columns=HEADER)
        two.run("import hr", "sync")
        assert set(two.people()) == {"Ext"}

    def test_when_nobody_is_left_it_is_deleted_and_the_same_key_brings_it_back(self, two: World) -> None:
        two.run("import hr", "import ext", "sync")
        number = two.id_of("HR")
        two.write("hr.csv", columns=HEADER)
        two.write("ext.csv", columns=HEADER)
        two.run("import hr", "import ext", "sync")
        assert (two.resources(), list(two.resources(deleted=True))) == ({}, [number])
        two.write("ext.csv", {"id": "1", "name": "Again"}, columns=HEADER)
        two.run("import ext", "sync")
        assert two.resources() == {number: {"employeeId": "1", "name": "Again"}}


class TestEqualPrecedence:
    """Two systems with equal right: the latest change wins."""

    @pytest.fixture
    def tied(self, world: World) -> World:
        rules = [inbound(name, FLOWS, precedence=10, join=["id=employeeId"]) for name in ("b", "a")]
        world.configure([delimited("a", COLUMNS), delimited("b", COLUMNS)], rules)
        self.show(world, a="A", b="B")
        return world

    def show(self, world: World, **names: str) -> None:
        for system, name in names.items():
            rows = [{"id": "1", "name": name}] if name else []
            world.write(f"{system}.csv", *rows, columns=HEADER)

    def name(self, world: World) -> str:
        """The name that everybody agrees on, also after full syncs, which change nothing."""
        before = world.dump()
        world.run("full", "sync", "full")
        assert world.dump() == before
        (person,) = world.resources().values()
        return str(person.get("name"))

    @pytest.mark.parametrize("runs", [("import a", "sync", "import b"), ("import b", "sync", "import a")])
    def test_whoever_comes_later_wins(self, tied: World, runs: tuple[str, ...]) -> None:
        tied.run(*runs, "sync")
        assert self.name(tied) == runs[-1][-1].upper()

    @pytest.mark.parametrize("runs", [("import a", "import b"), ("import b", "import a")])
    def test_of_those_seen_by_one_sync_the_name_of_the_connector_decides(
        self, tied: World, runs: tuple[str, ...]
    ) -> None:
        tied.run(*runs, "sync")
        assert self.name(tied) == "A"

    def test_each_change_wins_in_its_turn(self, tied: World) -> None:
        tied.run("import a", "import b", "sync")
        for system, name in (("b", "B2"), ("a", "A2"), ("b", "B3"), ("b", "A2"), ("a", "A4")):
            self.show(tied, **{system: name})
            tied.run(f"import {system}", "sync")
            assert self.name(tied) == name

    def test_whoever_goes_takes_the_value_along_and_is_the_latest_when_back(self, tied: World) -> None:
        tied.run("import a", "import b", "sync")
        self.show(tied, a="")
        tied.run("import a", "sync")
        assert self.name(tied) == "B"
        self.show(tied, b="B2")
        tied.run("import b", "sync")
        self.show(tied, a="A")
        tied.run("import a", "sync")
        assert self.name(tied) == "A"

    def test_a_change_made_while_alone_is_older_than_whoever_comes_after(self, tied: World) -> None:
        tied.run("import a", "import b", "sync")
        self.show(tied, a="")
        tied.run("import a", "sync")
        self.show(tied, b="B2")
        tied.run("import b", "sync")
        assert self.name(tied) == "B2"
        self.show(tied, a="A2", b="B2")
        tied.run("import a", "import b", "sync")
        assert self.name(tied) == "A2"

    def test_two_directories_follow_one_another(self, world: World) -> None:
        rules = [
            inbound("hr", {"employeeId": "id"}, join=["id=employeeId"]),
            *(
                rule
                for system in "ab"
                for rule in (
                    inbound(system, {"name": "name"}, join=["id=employeeId"], link=LinkType.JOIN),
                    outbound(system, {"id": "employeeId", "name": "name"}, precedence=200),
                )
            ),
        ]
        world.configure([delimited("hr", "id"), target("a", "id name"), target("b", "id name")], rules)
        world.write("hr.csv", {"id": "1"})
        everywhere = ("sync", "export a", "export b", "import a", "import b", "sync")
        world.run("import hr", *everywhere)
        for system, name in (("a", "X"), ("b", "Y"), ("b", "Z"), ("a", "Y"), ("a", "X")):
            world.write(f"{system}.csv", {"id": "1", "name": name}, columns="id name")
            world.run(f"import {system}", *everywhere)
            assert world.read("a.csv")["1"] == world.read("b.csv")["1"] == {"name": name}
            assert self.name(world) == name


def test_merging_flows_unite_their_values(world: World) -> None:
    rules = [
        inbound(
            name,
            {"employeeId": "id", "name": "name", "tags": "tags"},
            precedence=p,
            join=["id=employeeId"],
            merge=["tags"],
        )
        for p, name in enumerate("ab")
    ]
    world.configure([delimited("a", COLUMNS), delimited("b", COLUMNS)], rules)
    world.write("a.csv", {"id": "1", "name": "A", "tags": ["x", "y"]}, columns=HEADER)
    world.write("b.csv", {"id": "1", "name": "B", "tags": ["y", "z"]}, columns=HEADER)
    world.run("import a", "import b", "sync")
    assert world.people()["A"]["tags"] == ["x", "y", "z"]
    world.write("a.csv", {"id": "1", "name": "A"}, columns=HEADER)
    world.run("import a", "sync")
    assert world.people()["A"]["tags"] == ["y", "z"]


def test_merging_flows_of_one_object_unite_their_values(world: World) -> None:
    world.configure(
        [delimited("a", COLUMNS)],
        [
            inbound("a", {"name": "name", "tags": "tags"}, merge=["tags"]),
            inbound("a", {"tags": "title"}, name="titles", precedence=200, merge=["tags"], link=LinkType.JOIN),
        ],
    )
    world.write("a.csv", {"id": "1", "name": "A", "tags": ["x"], "title": "t"}, columns=HEADER)
    world.run("import a", "sync")
    assert world.people()["A"]["tags"] == ["t", "x"]


class TestUnique:
    FLOWS: ClassVar = {"employeeId": "id", "name": "name", "mail": ("=[name]", "=Left([id], 1) & [name]")}

    @pytest.fixture
    def hr(self, world: World) -> World:
        world.configure([delimited("hr", COLUMNS)], [inbound("hr", self.FLOWS, join=["id=employeeId"])])
        return world

    def mails(self, world: World) -> dict[str, str]:
        return {values["employeeId"]: values["mail"] for values in world.resources().values()}

    def test_two_people_of_one_name_in_one_batch(self, hr: World) -> None:
        hr.write("hr.csv", *({"id": i, "name": "ann"} for i in ("11", "12", "13", "14")), columns=HEADER)
        hr.run("import hr", "sync")
        assert self.mails(hr) == {"11": "ann", "12": "1ann", "13": "1ann2", "14": "1ann3"}

    def test_a_name_given_is_kept_and_remembered_after_deletion(self, hr: World) -> None:
        hr.write("hr.csv", {"id": "1", "name": "ann"}, columns=HEADER)
        hr.run("import hr", "sync")
        hr.write("hr.csv", {"id": "1", "name": "bea"}, columns=HEADER)
        hr.run("import hr", "sync", "full")
        assert self.mails(hr) == {"1": "ann"}
        hr.write("hr.csv", {"id": "2", "name": "Ann"}, columns=HEADER)
        hr.run("import hr", "sync")
        assert self.mails(hr) == {"2": "2Ann"}
        hr.write("hr.csv", {"id": "1", "name": "bea"}, {"id": "2", "name": "Ann"}, columns=HEADER)
        hr.run("import hr", "sync")
        assert self.mails(hr) == {"1": "ann", "2": "2Ann"}

    def test_a_name_is_free_again_so_many_days_after_the_deletion(self, world: World) -> None:
        rules = [inbound("hr", self.FLOWS, join=["id=employeeId"])]
        world.configure([delimited("hr", COLUMNS)], rules, [replace(person(), release=30)])
        one, two, three = ({"id": i, "name": "ann"} for i in ("1", "2", "3"))
        world.write("hr.csv", one, columns=HEADER)
        world.run("import hr", "sync")
        world.write("hr.csv", columns=HEADER)
        world.run("import hr", "sync")
        world.clock.forward(days=29)
        world.write("hr.csv", two, columns=HEADER)
        world.run("import hr", "sync")
        assert self.mails(world) == {"2": "2ann"}
        world.clock.forward(days=1)
        world.write("hr.csv", two, three, columns=HEADER)
        world.run("import hr", "sync")
        assert self.mails(world) == {"2": "2ann", "3": "ann"}
        world.write("hr.csv", one, two, three, columns=HEADER)
        world.run("import hr", "sync")
        assert self.mails(world) == {"1": "1ann", "2": "2ann", "3": "ann"}
        before = world.dump()
        world.run("full")
        assert world.dump() == before

    def test_whoever_is_back_in_time_keeps_it(self, world: World) -> None:
        rules = [inbound("hr", self.FLOWS, join=["id=employeeId"])]
        world.configure([delimited("hr", COLUMNS)], rules, [replace(person(), release=30)])
        for days, rows in ((0, ["1"]), (20, []), (20, ["1"]), (40, ["1", "2"])):
            world.clock.forward(days=days)
            world.write("hr.csv", *({"id": i, "name": "ann"} for i in rows), columns=HEADER)
            world.run("import hr", "sync")
        assert self.mails(world) == {"1": "ann", "2": "2ann"}

    def test_a_value_that_somebody_has_from_elsewhere_is_taken(self, world: World) -> None:
        world.configure(
            [delimited("hr", COLUMNS), delimited("old", COLUMNS)],
            [
                inbound("hr", self.FLOWS, join=["id=employeeId"]),
                inbound(
                    "old", {"employeeId": "id", "name": "name", "mail": "mail"}, join=["id=employeeId"], precedence=10
                ),
            ],
        )
        world.write("old.csv", {"id": "1", "name": "Ann", "mail": "ANN"}, columns=HEADER)
        world.write("hr.csv", {"id": "2", "name": "ann"}, columns=HEADER)
        world.run("import old", "sync", "import hr", "sync")
        assert self.mails(world) == {"1": "ANN", "2": "2ann"}

    def test_nothing_to_make_it_of_gives_no_value_until_there_is(self, hr: World) -> None:
        hr.write("hr.csv", {"id": "1", "name": ""}, columns=HEADER)
        assert hr.run("import hr", "sync").errors == 0


class TestOnce:
    """Flows that happen once only: what they gave first is kept for the resource."""

    FLOWS: ClassVar = {"employeeId": "id", "name": "name", "title": "title", "mail": "=RandomString(20)"}

    @pytest.fixture
    def hr(self, world: World) -> World:
        rule = inbound("hr", self.FLOWS, join=["id=employeeId"])
        flows_ = tuple(replace(flow, once=flow.target in ("title", "mail")) for flow in rule.flows)
        world.configure([delimited("hr", COLUMNS)], [replace(rule, flows=flows_)])
        return world

    def show(self, world: World, **titles: str) -> dict[str, dict[str, Any]]:
        rows = [{"id": name, "name": name, "title": title} for name, title in titles.items()]
        world.write("hr.csv", *rows, columns=HEADER)
        assert world.run("import hr", "sync").errors == 0
        before = world.dump()
        world.run("full")
        assert world.dump() == before
        return world.people()

    def test_the_first_value_stays(self, hr: World) -> None:
        first = self.show(hr, a="clerk", b="")
        assert (first["a"]["title"], first["b"].get("title")) == ("clerk", None)
        assert len(first["a"]["mail"]) == 20
        later = self.show(hr, a="boss", b="boss")
        assert later == {"a": first["a"], "b": {**first["b"], "title": "boss"}}
        assert self.show(hr, a="", b="") == later
        self.show(hr)
        assert self.show(hr, a="x", b="y") == later

    def test_with_a_unique_value_in_the_same_rule(self, world: World) -> None:
        rule = inbound("hr", {**self.FLOWS, "dept": ("=[name]",)}, join=["id=employeeId"])
        flows_ = tuple(replace(flow, once=flow.target == "mail") for flow in rule.flows)
        world.configure([delimited("hr", COLUMNS)], [replace(rule, flows=flows_)])
        first = self.show(world, a="clerk")
        assert first["a"]["dept"] == "a"
        assert self.show(world, a="clerk") == first


class TestARuleThatFails:
    @pytest.fixture(autouse=True)
    def extension(self, tmp_path: Path) -> None:
        (tmp_path / "extensions").mkdir()
        (tmp_path / "extensions" / "levels.py").write_text(
            "def share(values):\n    return str(12 // values['level'])\n"
        )

    @pytest.fixture
    def hr(self, world: World) -> World:
        world.configure(
            [delimited("hr", "id name level:integer")],
            [inbound("hr", {"employeeId": "id", "name": "name", "title": "levels:share"}, join=["id=employeeId"])],
        )
        return world

    def rows(self, hr: World, **levels: object) -> None:
        hr.write(
            "hr.csv", *({"id": i, "name": i, "level": level} for i, level in levels.items()), columns="id name level"
        )

    def test_fails_for_one_person_with_rule_file_and_line_and_the_rest_go_on(self, hr: World) -> None:
        self.rows(hr, a=3, b=0, c=4)
        report = hr.run("import hr", "sync")
        assert report.errors == 1
        assert set(hr.people()) == {"a", "c"}
        (note,) = hr.notes
        assert (note["code"], note["name"]) == ("flow-failure", "b")
        assert "“hr in”, flow to title (hr-in.yaml:12)" in note["message"]
        assert "zero" in note["message"]

    def test_recovers_when_the_value_is_put_right(self, hr: World) -> None:
        self.rows(hr, a=3, b=0)
        hr.run("import hr", "sync")
        self.rows(hr, a=3, b=6)
        assert hr.run("import hr", "sync").errors == 0
        assert set(hr.people()) == {"a", "b"}

    def test_whoever_was_right_before_keeps_the_last_result(self, hr: World) -> None:
        self.rows(hr, a=3)
        hr.run("import hr", "sync")
        before = hr.people()
        self.rows(hr, a=0)
        assert hr.run("import hr", "sync").errors == 1
        assert hr.people() == before

    def test_is_told_once_in_a_full_sync_and_again_at_every_sync(self, hr: World) -> None:
        self.rows(hr, a=3, b=3)
        hr.run("import hr", "sync")
        self.rows(hr, a=0, b=3)
        assert hr.run("import hr", "full").errors == 1
        assert hr.run("sync").errors == 1
        assert hr.run("sync").errors == 1

    def test_because_the_rule_changed_is_retried_until_it_is_put_right(self, hr: World) -> None:
        self.rows(hr, a=3, b=0)
        rules = [inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"])]
        connectors = [delimited("hr", "id name level:integer")]
        hr.configure(connectors, rules)
        hr.run("import hr", "sync")
        broken = {"employeeId": "id", "name": "name", "title": "levels:share"}
        hr.configure(connectors, [inbound("hr", broken, join=["id=employeeId"])])
        assert hr.run("sync").errors == 1
        assert hr.run("sync").errors == 1
        hr.configure(connectors, rules)
        assert hr.run("sync").errors == 0

    def test_a_contribution_that_is_recalled_while_another_fails_is_not_forgotten(self, world: World) -> None:
        world.configure(
            [delimited("hr", "id name level:integer"), delimited("ext", "id name")],
            [
                inbound("hr", {"employeeId": "id", "title": "levels:share"}, join=["id=employeeId"]),
                inbound("ext", {"employeeId": "id", "name": "name"}, join=["id=employeeId"]),
            ],
        )
        world.write("ext.csv", {"id": "1", "name": "A"})
        world.write("hr.csv", {"id": "1", "name": "", "level": "2"})
        world.run("import ext", "import hr", "sync")
        world.write("hr.csv", {"id": "1", "name": "", "level": "0"})
        world.run("import hr", "sync")
        world.write("ext.csv", columns="id name")
        assert world.run("import ext", "sync").errors == 1
        world.write("hr.csv", {"id": "1", "name": "", "level": "3"})
        assert world.run("import hr", "sync").errors == 0
        assert list(world.resources().values()) == [{"employeeId": "1", "title": "4"}]


def test_extensions_are_called_with_what_cannot_be_changed(world: World) -> None:
    (world.folder / "extensions").mkdir()
    (world.folder / "extensions" / "names.py").write_text(
        "def initials(values):\n    return ''.join(part[0] for part in values['name'].split())\n"
        "def spoil(values):\n    values['name'] = 'x'\n    return 'y'\n"
    )
    world.configure(
        [delimited("hr", COLUMNS)], [inbound("hr", {"employeeId": "id", "name": "name", "title": "names:initials"})]
    )
    world.write("hr.csv", {"id": "1", "name": "Ann Bea"}, columns=HEADER)
    world.run("import hr", "sync")
    assert world.people()["Ann Bea"]["title"] == "AB"
    world.configure(
        [delimited("hr", COLUMNS)], [inbound("hr", {"employeeId": "id", "name": "name", "title": "names:spoil"})]
    )
    assert world.run("sync").errors == 1
    assert "does not support item assignment" in world.notes[0]["message"]


class TestTime:
    def test_a_flow_that_depends_on_now_changes_by_itself_when_it_is_due(self, world: World) -> None:
        world.configure(
            [delimited("hr", "id name mail")],
            [
                inbound(
                    "hr",
                    {
                        "employeeId": "id",
                        "name": "name",
                        "title": '=IIF(DateDiff("d", [mail], Now()) >= 0, "here", "soon")',
                    },
                )
            ],
        )
        world.write("hr.csv", {"id": "1", "name": "A", "mail": "2026-12-01"})
        world.run("import hr", "sync")
        assert world.people()["A"]["title"] == "soon"
        world.clock.forward(days=3)
        world.run("sync")
        assert world.people()["A"]["title"] == "soon"
        world.clock.forward(days=6)
        world.run("sync")
        assert world.people()["A"]["title"] == "here"

    def test_an_inbound_scope_lets_somebody_in_and_out_when_due(self, world: World) -> None:
        world.configure(
            [delimited("hr", "id name start end")],
            [
                inbound(
                    "hr",
                    {"employeeId": "id", "name": "name"},
                    join=["id=employeeId"],
                    where=["start LESSTHAN_OR_EQUAL =Now()", "end GREATERTHAN =Now()"],
                )
            ],
        )
        world.write("hr.csv", {"id": "1", "name": "A", "start": "2026-12-01", "end": "2026-12-24"})
        world.run("import hr", "sync")
        assert world.people() == {}
        world.clock.forward(days=10)
        world.run("sync")
        assert set(world.people()) == {"A"}
        world.clock.forward(days=30)
        world.run("sync")
        assert world.people() == {}
        assert world.rows("SELECT * FROM due") == []

    def test_an_outbound_scope_provisions_before_the_first_day(self, world: World) -> None:
        world.configure(
            [delimited("hr", "id name start"), target("app", "id name")],
            [
                inbound("hr", {"employeeId": "id", "name": "name", "title": "start"}),
                outbound(
                    "app",
                    {"id": "employeeId", "name": "name"},
                    where=['title LESSTHAN_OR_EQUAL =DateAdd("d", 7, Now())'],
                ),
            ],
        )
        world.write("hr.csv", {"id": "1", "name": "A", "start": "2026-12-10"})
        world.run("import hr", "sync")
        assert world.pending() == {}
        world.clock.forward(days=11)
        world.run("sync")
        assert world.pending() == {"1": ("add", 0)}

    def test_a_sync_before_the_due_instant_writes_nothing(self, world: World) -> None:
        self.test_an_outbound_scope_provisions_before_the_first_day(world)
        world.write("hr.csv", {"id": "1", "name": "A", "start": "2027-12-10"})
        world.run("import hr", "sync")
        before = world.dump()
        world.clock.forward(days=1)
        world.run("sync")
        assert world.dump() == before


GROUP = person("name dept member>person*", "name")
DEPARTMENTS = [person(), GROUP.__class__("group", GROUP.attributes, frozenset(["name"]))]


def membership(*where: str) -> Membership:
    return Membership("departments", "group", "member", "person", "dept", "dept", scope(*where))


class TestMemberships:
    def configure(self, world: World, *where: str) -> None:
        world.configure(
            [delimited("hr", "id name dept title"), delimited("org", "id dept")],
            [
                inbound(
                    "hr", {"employeeId": "id", "name": "name", "dept": "dept", "title": "title"}, join=["id=employeeId"]
                ),
                inbound("org", {"name": "id", "dept": "dept"}, resource_type="group", join=["id=name"]),
            ],
            DEPARTMENTS,
            [membership(*where)],
        )

    def people(self, world: World, *rows: str) -> None:
        world.write(
            "hr.csv", *(dict(zip(["id", "name", "dept", "title"], row.split("/"), strict=True)) for row in rows)
        )

    @pytest.mark.parametrize(
        "steps",
        [
            ("import hr", "import org", "sync"),
            ("import org", "sync", "import hr", "sync"),
            ("import hr", "sync", "import org", "sync"),
        ],
    )
    def test_members_belong_whatever_came_first(self, world: World, steps: list[str]) -> None:
        self.configure(world)
        self.people(world, "1/A/it/", "2/B/hr/", "3/C/IT /")
        world.write("org.csv", {"id": "g1", "dept": "it"}, {"id": "g2", "dept": "legal"})
        world.run(*steps)
        assert world.references("member") == {("g1", "A"), ("g1", "C")}

    @pytest.mark.parametrize("sync", ["sync", "full"])
    def test_members_move_leave_and_come_back(self, world: World, sync: str) -> None:
        self.configure(world)
        self.people(world, "1/A/it/", "2/B/hr/", "3/C/it/")
        world.write("org.csv", {"id": "g1", "dept": "it"}, {"id": "g2", "dept": "hr"})
        world.run("import hr", "import org", sync)
        self.people(world, "1/A/hr/", "2/B/hr/")
        world.run("import hr", sync)
        assert world.references("member") == {("g2", "A"), ("g2", "B")}
        self.people(world, "2/B/hr/", "3/C/it/")
        world.run("import hr", sync)
        assert world.references("member") == {("g1", "C"), ("g2", "B")}

    @pytest.mark.parametrize("sync", ["sync", "full"])
    def test_a_group_that_changes_its_criterion_changes_its_members(self, world: World, sync: str) -> None:
        self.configure(world)
        self.people(world, "1/A/it/", "2/B/hr/")
        world.write("org.csv", {"id": "g1", "dept": "it"})
        world.run("import hr", "import org", sync)
        world.write("org.csv", {"id": "g1", "dept": "hr"})
        world.run("import org", sync)
        assert world.references("member") == {("g1", "B")}
        world.write("org.csv", columns="id dept")
        world.run("import org", sync)
        assert world.references("member") == set()

    def test_a_scope_leaves_members_out_and_its_change_lets_them_in(self, world: World) -> None:
        self.configure(world, "title EQUAL boss")
        self.people(world, "1/A/it/boss", "2/B/it/")
        world.write("org.csv", {"id": "g1", "dept": "it"})
        world.run("import hr", "import org", "sync")
        assert world.references("member") == {("g1", "A")}
        self.configure(world, "title NOTEQUAL boss")
        world.run("sync")
        assert world.references("member") == {("g1", "B")}

    def test_a_scope_that_fails_for_one_person_leaves_out_that_person_and_is_told(self, world: World) -> None:
        self.configure(world, "title ISBITSET 1")
        self.people(world, "1/A/it/1", "2/B/it/many")
        world.write("org.csv", {"id": "g1", "dept": "it"})
        report = world.run("import hr", "import org", "sync")
        assert world.references("member") == {("g1", "A")}
        assert report.errors == 1
        assert "departments" in world.notes[0]["message"]


def test_a_value_longer_than_an_index_can_hold_is_found_all_the_same(world: World) -> None:
    import random

    long = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=9000))
    badge = inbound("badge", {"title": "id"}, link=LinkType.JOIN, join=["mail=mail"])
    world.configure(
        [delimited("hr", COLUMNS), delimited("badge", COLUMNS)], [inbound("hr", FLOWS, join=["id=employeeId"]), badge]
    )
    world.write(
        "hr.csv",
        {"id": "1", "name": "A", "mail": long},
        {"id": "2", "name": "B", "mail": long[:-1] + "!"},
        columns=HEADER,
    )
    world.write("badge.csv", {"id": "b", "mail": long}, columns=HEADER)
    world.run("import hr", "import badge", "sync")
    assert {values["name"]: values.get("title") for values in world.resources().values()} == {"A": "b", "B": None}


def test_very_many_flows_have_a_lineage(world: World) -> None:
    names = [f"attribute{n}of{n * 7919 % 1000}" for n in range(150)]
    world.configure(
        [delimited("hr", " ".join(["id", *names]))],
        [inbound("hr", {name: name for name in names})],
        [person(" ".join(names), "")],
    )
    world.write("hr.csv", {"id": "1", **dict.fromkeys(names, "v")})
    assert world.run("import hr", "sync").errors == 0
    assert len(world.resources()) == 1


def test_a_changed_flow_takes_effect_for_everybody(world: World) -> None:
    rule = inbound("hr", FLOWS, join=["id=employeeId"])
    world.configure([delimited("hr", COLUMNS)], [rule])
    world.write("hr.csv", {"id": "1", "name": "A", "mail": "m", "title": "t"}, columns=HEADER)
    world.run("import hr", "sync")
    changed = inbound("hr", {**FLOWS, "title": "=UCase([title])"}, join=["id=employeeId"])
    world.configure([delimited("hr", COLUMNS)], with_rule([rule], "hr in", flows=changed.flows))
    world.run("sync")
    assert world.people()["A"]["title"] == "T"
    before = world.dump()
    world.run("sync", "full")
    assert world.dump() == before


@pytest.mark.parametrize("sync", ["sync", "full"])
def test_a_rule_out_of_scope_contributes_no_references_either(world: World, sync: str) -> None:
    staff = inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"])
    managed = inbound(
        "hr", {"manager": "manager"}, name="managed", link=LinkType.JOIN, precedence=50, where=["title EQUAL staff"]
    )
    world.configure([delimited("hr", "id name title manager>person")], [staff, managed])
    header = "id name title manager"
    boss = {"id": "1", "name": "A", "title": "boss", "manager": "1"}
    world.write("hr.csv", boss, {"id": "2", "name": "B", "title": "staff", "manager": "1"}, columns=header)
    world.run("import hr", sync)
    assert world.references("manager") == {("B", "A")}
    world.write("hr.csv", boss, {"id": "2", "name": "B", "title": "guest", "manager": "1"}, columns=header)
    world.run("import hr", sync)
    assert world.references("manager") == set()


class TestSeveralOffersOfReferences:
    """Two sources of people who know each other under the same numbers."""

    COLUMNS = "id name boss>person"

    def configure(self, world: World, precedences: tuple[int, int], *where: str, types: str = "") -> None:
        flows = {"employeeId": "id", "name": "name", "manager": "boss"}
        world.configure(
            [delimited("hr", self.COLUMNS), delimited("ext", self.COLUMNS)],
            [
                inbound(name, flows, join=["id=employeeId"], precedence=precedence)
                for name, precedence in zip(("hr", "ext"), precedences, strict=True)
            ]
            if not where
            else [
                inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"], precedence=5),
                inbound(
                    "hr", {"manager": "boss"}, name="scoped", link=LinkType.JOIN, precedence=precedences[0], where=where
                ),
                inbound("ext", flows, join=["id=employeeId"], precedence=precedences[1]),
            ],
            [person(types)] if types else (),
        )

    def write(self, world: World, hr: str, ext: str) -> None:
        """The bosses of A, B and C by number, ``-`` for none, in each source."""
        for file, bosses in (("hr.csv", hr), ("ext.csv", ext)):
            rows = [
                {"id": str(number), "name": name, "boss": boss.strip("-")}
                for number, (name, boss) in enumerate(zip("ABC", bosses, strict=True), 1)
            ]
            world.write(file, *rows, columns="id name boss")

    @pytest.mark.parametrize("sync", ["sync", "full"])
    def test_the_best_precedence_wins_and_the_next_takes_over(self, world: World, sync: str) -> None:
        self.configure(world, (10, 20))
        self.write(world, "-1-", "332")
        world.run("import hr", "import ext", sync)
        assert world.references("manager") == {("A", "C"), ("B", "A"), ("C", "B")}
        self.write(world, "2--", "-32")
        world.run("import hr", "import ext", sync)
        assert world.references("manager") == {("A", "B"), ("B", "C"), ("C", "B")}
        before = world.dump()
        world.run("sync", "full")
        assert world.dump() == before

    @pytest.mark.parametrize("sync", ["sync", "full"])
    def test_a_better_offer_out_of_scope_does_not_count(self, world: World, sync: str) -> None:
        self.configure(world, (10, 20), "name NOTEQUAL B")
        self.write(world, "211", "333")
        world.run("import hr", "import ext", sync)
        assert world.references("manager") == {("A", "B"), ("B", "C"), ("C", "A")}

    @pytest.mark.parametrize("sync", ["sync", "full"])
    def test_merging_flows_unite_whatever_their_precedence(self, world: World, sync: str) -> None:
        flows = {"employeeId": "id", "name": "name", "manager": "boss"}
        world.configure(
            [delimited("hr", self.COLUMNS), delimited("ext", self.COLUMNS)],
            [
                inbound("hr", flows, join=["id=employeeId"], precedence=10, merge=["manager"]),
                inbound("ext", flows, join=["id=employeeId"], precedence=20, merge=["manager"]),
            ],
        )
        self.write(world, "22-", "231")
        world.run("import hr", "import ext", sync)
        assert world.references("manager") == {("A", "B"), ("B", "B"), ("B", "C"), ("C", "A")}
        self.write(world, "2--", "-31")
        world.run("import hr", "import ext", sync)
        assert world.references("manager") == {("A", "B"), ("B", "C"), ("C", "A")}

    @pytest.mark.parametrize("several", ["", "*"])
    def test_equal_precedence_unites_several_values_and_comes_to_rest(self, world: World, several: str) -> None:
        self.configure(world, (10, 10), types=f"employeeId name mail manager>person{several}")
        self.write(world, "221", "231")
        world.run("import hr", "import ext", "full")
        # Where there is one value it is that of the connector whose name comes first.
        united = {("B", "B")} if several else set()
        assert world.references("manager") == {("A", "B"), ("B", "C"), ("C", "A")} | united
        before = world.dump()
        world.run("full", "sync", "full")
        assert world.dump() == before


class TestDeletionRules:
    """HR and a badge register; the badge joins and is sticky."""

    def world_with(self, world: World, deletion: Deletion) -> World:
        world.configure(
            [delimited("hr", "id name"), delimited("badge", "id kind")],
            [
                inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"]),
                inbound("badge", {"title": "kind"}, join=["id=employeeId"], link=LinkType.STICKY),
            ],
            [replace(person(), deletion=deletion)],
        )
        self.write(world, hr="1", badge="1")
        world.run("import hr", "import badge", "sync")
        return world

    def write(self, world: World, hr: str = "", badge: str = "") -> None:
        world.write("hr.csv", *({"id": id_, "name": f"P{id_}"} for id_ in hr), columns="id name")
        world.write("badge.csv", *({"id": id_, "kind": "k"} for id_ in badge), columns="id kind")

    def pass_by(self, world: World, sync: str, **files: str) -> None:
        self.write(world, **files)
        world.run("import hr", "import badge", sync)
        before = world.dump()
        world.run("sync", "full")
        assert world.dump() == before

    @pytest.mark.parametrize("sync", ["sync", "full"])
    def test_last_is_when_no_keeping_link_is_left(self, world: World, sync: str) -> None:
        self.world_with(world, Deletion())
        self.pass_by(world, sync, badge="1")
        assert list(world.resources().values()) == [{"title": "k"}]
        self.pass_by(world, sync)
        assert world.resources() == {}

    @pytest.mark.parametrize("sync", ["sync", "full"])
    def test_any_is_when_one_of_the_named_has_gone_and_it_comes_back_with_it(self, world: World, sync: str) -> None:
        self.world_with(world, Deletion(DeletionRule.ANY, ("hr",)))
        number = world.id_of("P1")
        self.pass_by(world, sync, badge="1")
        assert world.resources() == {}
        self.pass_by(world, sync, hr="1", badge="1")
        assert world.resources() == {number: {"employeeId": "1", "name": "P1", "title": "k"}}
        self.pass_by(world, sync, hr="1")
        assert world.resources() == {number: {"employeeId": "1", "name": "P1"}}

    @pytest.mark.parametrize("sync", ["sync", "full"])
    def test_never_keeps_what_was_there_and_whoever_comes_back_joins(self, world: World, sync: str) -> None:
        self.world_with(world, Deletion(DeletionRule.NEVER))
        number = world.id_of("P1")
        self.pass_by(world, sync)
        assert world.resources() == {number: {"employeeId": "1", "name": "P1", "title": "k"}}
        self.pass_by(world, sync, hr="1")
        assert world.resources() == {number: {"employeeId": "1", "name": "P1"}}

    def test_a_function_decides_and_one_that_fails_keeps(self, world: World) -> None:
        (world.folder / "extensions").mkdir()
        (world.folder / "extensions" / "life.py").write_text(
            "def over(values, connectors):\n"
            "    if values.get('title') == 'broken': raise ValueError('what is this')\n"
            "    return 'hr' not in connectors and values.get('title') != 'visitor'\n"
        )
        self.world_with(world, Deletion(DeletionRule.EXTENSION, function="life:over"))
        self.pass_by(world, "sync", badge="1")
        assert world.resources() == {}
        self.write(world, hr="2")
        world.write("badge.csv", {"id": "2", "kind": "broken"}, columns="id kind")
        world.run("import hr", "import badge", "sync")
        assert world.codes() == ["flow-failure"]
        assert "deletion of person" in world.notes[0]["message"]
        assert [values["employeeId"] for values in world.resources().values()] == ["2"]
