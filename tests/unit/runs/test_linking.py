"""Stratum 1: joins, projections, and links that end."""

from dataclasses import replace

import pytest

from mimas.runs.joiner import JoinerError, disconnect, disconnectors, join
from mimas.runs.releasing import HoldError, release
from mimas.schema.values import encode
from mimas.store import tables
from mimas.store.looking import hold_objects
from mimas.store.resources import find
from mimas.sync.rules import Deprovision, LinkType, ResourceType
from tests.world import World, attributes, delimited, inbound, outbound, person, target, with_rule

COLUMNS = "id name mail kind"


HR = delimited("hr", COLUMNS)
HR_RULE = inbound("hr", {"employeeId": "id", "name": "name", "mail": "mail"}, join=["id=employeeId"])


def test_projection_makes_one_resource_an_object(world: World) -> None:
    world.configure([HR], [HR_RULE])
    world.write("hr.csv", {"id": "1", "name": "A"}, {"id": "2", "name": "B"}, columns=COLUMNS)
    outcome = world.run("import hr", "sync").steps[1].outcome
    assert outcome.counters["projected"] == 2
    assert world.links() == {("hr", "1", "hr in"), ("hr", "2", "hr in")}


def test_whoever_is_in_no_rules_scope_stays_a_disconnector(world: World) -> None:
    world.configure([HR], [inbound("hr", {"employeeId": "id", "name": "name"}, where=["kind EQUAL staff"])])
    world.write(
        "hr.csv", {"id": "1", "name": "A", "kind": "Staff"}, {"id": "2", "name": "B", "kind": "guest"}, columns=COLUMNS
    )
    world.run("import hr", "sync")
    assert set(world.people()) == {"A"}


class TestJoin:
    @pytest.fixture
    def two(self, world: World) -> World:
        badge = inbound(
            "badge",
            {"tags": "kind"},
            link=LinkType.JOIN,
            precedence=200,
            join=["id=employeeId", "name=name mail=mail", "name=name"],
        )
        world.configure([HR, delimited("badge", COLUMNS)], [HR_RULE, badge])
        return world

    def joined(self, world: World) -> dict[str, list[str]]:
        return {name: values["tags"] for name, values in world.people("employeeId").items() if "tags" in values}

    def test_the_first_criterion_that_finds_somebody_wins(self, two: World) -> None:
        two.write(
            "hr.csv", {"id": "1", "name": "A", "mail": "x"}, {"id": "2", "name": "B", "mail": "y"}, columns=COLUMNS
        )
        two.write("badge.csv", {"id": "1", "name": "B", "mail": "y", "kind": "k"}, columns=COLUMNS)
        two.run("import hr", "import badge", "sync")
        assert self.joined(two) == {"1": ["k"]}

    def test_keys_are_compared_without_case_and_spaces(self, two: World) -> None:
        two.write("hr.csv", {"id": "1", "name": "Jörg  Groß", "mail": "x"}, columns=COLUMNS)
        two.write("badge.csv", {"id": "9", "name": " JÖRG GROSS ", "kind": "k"}, columns=COLUMNS)
        two.run("import hr", "import badge", "sync")
        assert self.joined(two) == {"1": ["k"]}

    def test_every_condition_of_a_criterion_must_hold_and_a_missing_value_holds_for_none(self, two: World) -> None:
        two.write(
            "hr.csv", {"id": "1", "name": "A", "mail": "x"}, {"id": "2", "name": "A", "mail": ""}, columns=COLUMNS
        )
        two.write("badge.csv", {"id": "8", "name": "A", "mail": "X", "kind": "k"}, columns=COLUMNS)
        two.run("import hr", "import badge", "sync")
        assert self.joined(two) == {"1": ["k"]}

    def test_an_ambiguous_criterion_joins_nobody_and_is_told(self, two: World) -> None:
        two.write("hr.csv", {"id": "1", "name": "A"}, {"id": "2", "name": "A"}, columns=COLUMNS)
        two.write("badge.csv", {"id": "8", "name": "A", "kind": "k"}, columns=COLUMNS)
        two.run("import hr", "import badge", "sync")
        assert self.joined(two) == {}
        assert two.codes() == ["ambiguous-join"]
        assert "2 resources match" in two.notes[0]["message"]

    def test_the_ambiguous_one_joins_when_only_one_is_left(self, two: World) -> None:
        two.write("hr.csv", {"id": "1", "name": "A"}, {"id": "2", "name": "A"}, columns=COLUMNS)
        two.write("badge.csv", {"id": "8", "name": "A", "kind": "k"}, columns=COLUMNS)
        two.run("import hr", "import badge", "sync")
        two.write("hr.csv", {"id": "1", "name": "A"}, {"id": "2", "name": "Z"}, columns=COLUMNS)
        two.run("import hr", "full")
        assert self.joined(two) == {"1": ["k"]}

    def test_the_ambiguous_one_joins_by_itself_when_the_other_loses_its_key(self, two: World) -> None:
        two.write("hr.csv", {"id": "1", "name": "A"}, {"id": "2", "name": "A"}, columns=COLUMNS)
        two.write("badge.csv", {"id": "8", "name": "A", "kind": "k"}, columns=COLUMNS)
        two.run("import hr", "import badge", "sync")
        two.write("hr.csv", {"id": "1", "name": "A"}, {"id": "2", "name": "Z"}, columns=COLUMNS)
        two.run("import hr", "sync")
        assert self.joined(two) == {"1": ["k"]}
        assert two.holds() == []

    def test_the_ambiguous_one_is_held_for_a_person(self, two: World) -> None:
        two.write("hr.csv", {"id": "1", "name": "A"}, {"id": "2", "name": "A"}, columns=COLUMNS)
        two.write("badge.csv", {"id": "8", "name": "A", "kind": "k"}, columns=COLUMNS)
        assert two.run("import hr", "import badge", "sync").held == 1
        ((number, kind, count),) = two.holds()
        assert (kind, count) == ("ambiguous", 1)
        (shown,) = hold_objects(two.store, number)
        assert [text.split()[1] for text in shown["may-be"]] == ["(A)", "(A)"]
        with pytest.raises(HoldError, match="mimas join"):
            release(two.store, number)
        person = next(id_ for id_, values in two.resources().items() if values["employeeId"] == "2")
        join(two.engine.symbols, "badge", "8", person, two.clock.now)
        two.run("sync")
        assert self.joined(two) == {"2": ["k"]}
        assert two.holds() == []
        before = two.dump()
        two.run("full", "sync")
        assert two.dump() == before

    def test_whoever_waits_is_joined_when_the_key_arrives(self, two: World) -> None:
        two.write("hr.csv", columns=COLUMNS)
        two.write("badge.csv", {"id": "1", "name": "A", "kind": "k"}, columns=COLUMNS)
        two.run("import hr", "import badge", "sync")
        assert two.resources() == {}
        two.write("hr.csv", {"id": "1", "name": "A"}, columns=COLUMNS)
        two.run("import hr", "sync")
        assert self.joined(two) == {"1": ["k"]}

    def test_a_join_does_not_keep_a_resource_alive_nor_bring_it_back(self, two: World) -> None:
        two.write("hr.csv", {"id": "1", "name": "A"}, columns=COLUMNS)
        two.write("badge.csv", {"id": "1", "name": "A", "kind": "k"}, columns=COLUMNS)
        two.run("import hr", "import badge", "sync")
        two.write("hr.csv", columns=COLUMNS)
        two.run("import hr", "sync", "full")
        assert two.resources() == {}

    def test_a_joining_object_does_not_meet_the_deleted(self, two: World) -> None:
        two.write("hr.csv", {"id": "1", "name": "A"}, columns=COLUMNS)
        two.write("badge.csv", columns=COLUMNS)
        two.run("import hr", "import badge", "sync")
        two.write("hr.csv", columns=COLUMNS)
        two.run("import hr", "sync")
        two.write("badge.csv", {"id": "1", "name": "A", "kind": "k"}, columns=COLUMNS)
        two.run("import badge", "sync")
        assert ("badge", "1", "badge in") not in two.links()
        two.write("hr.csv", {"id": "1", "name": "A"}, columns=COLUMNS)
        two.run("import hr", "sync")
        assert self.joined(two) == {"1": ["k"]}

    def test_the_living_are_preferred_to_the_deleted(self, two: World) -> None:
        two.write("hr.csv", {"id": "1", "name": "A"}, columns=COLUMNS)
        two.write("badge.csv", columns=COLUMNS)
        two.run("import hr", "import badge", "sync")
        two.write("hr.csv", {"id": "2", "name": "A"}, columns=COLUMNS)
        two.write("badge.csv", {"id": "9", "name": "A", "kind": "k"}, columns=COLUMNS)
        two.run("import hr", "import badge", "sync")
        assert self.joined(two) == {"2": ["k"]}
        assert two.codes() == []

    def test_a_sticky_link_keeps_the_resource_alive(self, world: World) -> None:
        badge = inbound("badge", {"name": "name"}, link=LinkType.STICKY, precedence=200, join=["id=employeeId"])
        world.configure([HR, delimited("badge", COLUMNS)], [HR_RULE, badge])
        world.write("hr.csv", {"id": "1", "name": "A"}, columns=COLUMNS)
        world.write("badge.csv", {"id": "1", "name": "B"}, columns=COLUMNS)
        world.run("import hr", "import badge", "sync")
        world.write("hr.csv", columns=COLUMNS)
        world.run("import hr", "sync")
        assert list(world.resources().values()) == [{"name": "B"}]


class TestSeveralObjectsOfOneKind:
    """Several objects of one type in one system that find the same resource."""

    @pytest.fixture
    def contracts(self, world: World) -> World:
        """Rows of HR are contracts, and people have one, or seem to have several."""
        world.configure([HR], [inbound("hr", {"employeeId": "mail", "name": "name"}, join=["mail=employeeId"])])
        return world

    def hr(self, world: World, *ids: str) -> None:
        world.write("hr.csv", *({"id": id_, "name": id_, "mail": "7"} for id_ in ids), columns=COLUMNS)
        world.run("import hr", "sync")

    def linked(self, world: World) -> list[str]:
        assert len(world.resources()) == 1
        return [key for _, key, _ in world.links()]

    @pytest.mark.parametrize("days", [["c1 c2 c3"], ["c1", "c1 c2", "c1 c2 c3"]])
    def test_the_first_makes_the_resource_and_the_others_are_held(self, contracts: World, days: list[str]) -> None:
        for day in days:
            self.hr(contracts, *day.split())
        assert self.linked(contracts) == ["c1"]
        assert contracts.holds()[0][1:] == ("ambiguous", 2)
        assert "as it does for another object of hr" in contracts.notes[0]["message"]
        before = contracts.dump()
        contracts.run("full", "sync", "import hr", "sync")
        assert contracts.dump() == before

    def test_when_it_goes_another_one_takes_its_place(self, contracts: World) -> None:
        self.hr(contracts, "c1", "c2", "c3")
        number = contracts.id_of("c1")
        self.hr(contracts, "c2", "c3")
        assert self.linked(contracts) == ["c2"]
        self.hr(contracts, "c3")
        assert self.linked(contracts) == ["c3"]
        assert contracts.holds() == []
        assert contracts.id_of("c3") == number

    def test_a_row_that_came_in_the_place_of_another_one_is_linked_at_once(self, contracts: World) -> None:
        self.hr(contracts, "c1")
        number = contracts.id_of("c1")
        self.hr(contracts, "c2")
        assert (self.linked(contracts), contracts.id_of("c2"), contracts.holds()) == (["c2"], number, [])

    def test_of_two_at_once_that_would_only_join_neither_is(self, world: World) -> None:
        badge = inbound(
            "badge", {"tags": "kind"}, link=LinkType.JOIN, precedence=200, join=["id=employeeId", "name=name"]
        )
        world.configure([HR, delimited("badge", COLUMNS)], [HR_RULE, badge])
        world.write("hr.csv", {"id": "1", "name": "A"}, columns=COLUMNS)
        world.write("badge.csv", *({"id": id_, "name": "A", "kind": id_} for id_ in "89"), columns=COLUMNS)
        world.run("import hr", "import badge", "sync")
        assert world.people()["A"].get("tags") is None
        assert world.holds()[0][1:] == ("ambiguous", 2)
        world.write("badge.csv", *({"id": id_, "name": "A", "kind": id_} for id_ in "891"), columns=COLUMNS)
        world.run("import badge", "full")
        assert world.people()["A"]["tags"] == ["1"]
        assert world.holds()[0][1:] == ("ambiguous", 2)

    def test_a_better_criterion_goes_before_the_other_ones_of_its_batch(self, world: World) -> None:
        badge = inbound(
            "badge", {"tags": "kind"}, link=LinkType.JOIN, precedence=200, join=["id=employeeId", "name=name"]
        )
        world.configure([HR, delimited("badge", COLUMNS)], [HR_RULE, badge])
        world.write("hr.csv", {"id": "9", "name": "A"}, columns=COLUMNS)
        world.write("badge.csv", *({"id": id_, "name": "A", "kind": id_} for id_ in "89"), columns=COLUMNS)
        world.run("import hr", "import badge", "sync")
        assert world.people()["A"]["tags"] == ["9"]
        assert world.holds()[0][1:] == ("ambiguous", 1)

    def test_rules_of_different_intent_link_one_each(self, world: World) -> None:
        badge = inbound(
            "badge", {"mail": "mail"}, link=LinkType.JOIN, precedence=200, join=["name=name"], where=["kind EQUAL a"]
        )
        second = replace(
            inbound(
                "badge",
                {"tags": "mail"},
                link=LinkType.JOIN,
                precedence=201,
                join=["name=name"],
                where=["kind EQUAL b"],
                name="second",
            ),
            intent="second",
        )
        world.configure([HR, delimited("badge", COLUMNS)], [HR_RULE, badge, second])
        world.write("hr.csv", {"id": "1", "name": "A"}, columns=COLUMNS)
        world.write("badge.csv", *({"id": k, "name": "A", "kind": k, "mail": k} for k in "ab"), columns=COLUMNS)
        world.run("import hr", "import badge", "sync")
        assert len(world.links()) == 3
        assert world.holds() == []
        world.write(
            "badge.csv",
            *({"id": k + k, "name": "A", "kind": k} for k in "ab"),
            {"id": "a", "name": "A", "kind": "a"},
            columns=COLUMNS,
        )
        world.run("import badge", "sync")
        assert {key for connector, key, _ in world.links() if connector == "badge"} == {"a", "bb"}
        assert world.holds()[0][1:] == ("ambiguous", 1)


def test_two_new_objects_that_seek_a_key_nobody_gives_are_two_people(world: World) -> None:
    world.configure([HR], [inbound("hr", {"name": "name"}, join=["mail=employeeId"])])
    world.write("hr.csv", *({"id": f"c{n}", "name": "A", "mail": "7"} for n in range(3)), columns=COLUMNS)
    world.run("import hr", "sync")
    assert len(world.resources()) == 3


class TestLeavingTheScopeOfAnInboundRule:
    @pytest.fixture
    def linked(self, world: World) -> World:
        world.configure(
            [HR],
            [inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"], where=["kind EQUAL staff"])],
        )
        world.write("hr.csv", {"id": "1", "name": "A", "kind": "staff"}, columns=COLUMNS)
        world.run("import hr", "sync")
        return world

    def test_ends_the_link_and_coming_back_restores_the_resource(self, linked: World) -> None:
        number = linked.id_of("A")
        linked.write("hr.csv", {"id": "1", "name": "A", "kind": "guest"}, columns=COLUMNS)
        linked.run("import hr", "sync")
        assert (linked.resources(), linked.links()) == ({}, set())
        linked.write("hr.csv", {"id": "1", "name": "A", "kind": "staff"}, columns=COLUMNS)
        linked.run("import hr", "sync")
        assert linked.id_of("A") == number

    def test_because_the_rule_changed(self, linked: World) -> None:
        linked.configure(
            [HR],
            [inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"], where=["kind EQUAL boss"])],
        )
        linked.run("sync")
        assert (linked.resources(), linked.links()) == ({}, set())
        linked.configure(
            [HR],
            [inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"], where=["kind EQUAL staff"])],
        )
        linked.run("sync")
        assert set(linked.people()) == {"A"}

    def test_because_the_rule_is_gone(self, linked: World) -> None:
        linked.configure(
            [HR],
            [
                inbound(
                    "hr",
                    {"employeeId": "id", "name": "name"},
                    name="other",
                    join=["id=employeeId"],
                    where=["kind EQUAL x"],
                )
            ],
        )
        linked.run("sync")
        assert (linked.resources(), linked.links()) == ({}, set())

    def test_because_no_rule_reads_its_type_any_more(self, linked: World) -> None:
        linked.configure([HR], [])
        linked.run("sync")
        assert (linked.resources(), linked.links()) == ({}, set())
        linked.configure(
            [HR],
            [inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"], where=["kind EQUAL staff"])],
        )
        linked.run("sync")
        assert set(linked.people()) == {"A"}


def test_an_outbound_rule_that_comes_back_has_its_objects_again(world: World) -> None:
    app = target("app", "id name")
    world.configure([HR, app], [HR_RULE, outbound("app", {"id": "employeeId", "name": "name"})])
    world.write("hr.csv", {"id": "1", "name": "A"}, columns=COLUMNS)
    world.run("import hr", "sync", "export app", "import app", "sync")
    world.configure([HR, app], [HR_RULE])
    world.run("sync", "full")
    world.configure([HR, app], [HR_RULE, outbound("app", {"id": "employeeId", "name": "mail"}, name="other")])
    world.run("sync")
    assert world.pending() == {"1": ("update", 0)}
    assert ("app", "1", "app out") in world.links()


def test_an_object_that_leaves_an_inbound_scope_is_no_longer_exported_to(world: World) -> None:
    app = target("app", "id name kind")
    rules = [
        HR_RULE,
        inbound("app", {}, name="app in", link=LinkType.JOIN, join=["id=employeeId"], where=["kind NOTEQUAL local"]),
        outbound("app", {"name": "name"}, link=LinkType.JOIN),
    ]
    world.configure([HR, app], rules)
    world.write("hr.csv", {"id": "1", "name": "New"}, columns=COLUMNS)
    world.write("app.csv", {"id": "1", "name": "Old", "kind": ""}, columns="id name kind")
    world.run("import hr", "import app", "sync")
    assert world.pending() == {"1": ("update", 0)}
    world.write("app.csv", {"id": "1", "name": "Old", "kind": "local"}, columns="id name kind")
    world.run("import app", "sync")
    assert world.pending() == {}
    assert world.objects("app")["1"][1] is None


def test_an_ended_outbound_link_takes_its_contributions_along(world: World) -> None:
    app = target("app", "id name phone")
    rules = [
        inbound("hr", {"employeeId": "id", "name": "name", "title": "kind"}, join=["id=employeeId"]),
        inbound("app", {"mail": "phone"}, name="app in", link=LinkType.JOIN),
        outbound(
            "app", {"id": "employeeId", "name": "name"}, where=["title EQUAL staff"], deprovision=Deprovision.DISCONNECT
        ),
    ]
    world.configure([HR, app], rules)
    world.write("hr.csv", {"id": "1", "name": "A", "kind": "staff"}, columns=COLUMNS)
    world.run("import hr", "sync", "export app")
    world.write("app.csv", {"id": "1", "name": "A", "phone": "123"}, columns="id name phone")
    world.run("import app", "sync")
    assert world.people()["A"]["mail"] == "123"
    world.write("hr.csv", {"id": "1", "name": "A", "kind": "guest"}, columns=COLUMNS)
    world.run("import hr", "sync")
    assert "mail" not in world.people()["A"]
    before = world.dump()
    world.run("full")
    assert world.dump() == before


def test_an_object_met_by_provisioning_contributes_at_once(world: World) -> None:
    app = target("app", "id name phone")
    rules = [
        HR_RULE,
        inbound("app", {"title": "phone"}, name="app in", link=LinkType.JOIN),
        outbound("app", {"id": "employeeId", "name": "name"}),
    ]
    world.configure([HR, app], rules)
    world.write("hr.csv", {"id": "1", "name": "A"}, columns=COLUMNS)
    world.write("app.csv", {"id": "1", "name": "A", "phone": "123"}, columns="id name phone")
    world.run("import app", "sync", "import hr", "sync")
    assert world.people()["A"]["title"] == "123"


def test_a_new_index_finds_those_who_are_there_already(world: World) -> None:
    world.configure([HR], [HR_RULE], [person(indexed="employeeId")])
    world.write("hr.csv", {"id": "1", "name": "A", "mail": "m"}, columns=COLUMNS)
    world.run("import hr", "sync")
    badge = inbound("badge", {"tags": "kind"}, link=LinkType.JOIN, precedence=200, join=["mail=mail"])
    world.configure([HR, delimited("badge", COLUMNS)], [HR_RULE, badge], [person(indexed="employeeId mail")])
    world.write("badge.csv", {"id": "9", "mail": "m", "kind": "k"}, columns=COLUMNS)
    world.run("import badge", "sync")
    assert world.people()["A"]["tags"] == ["k"]


def test_a_new_index_leaves_sets_what_they_are_found_by(world: World) -> None:
    world.configure([HR], [HR_RULE], [person(indexed="employeeId")])
    type_, key = world.store.symbols(["Set", "Set.DisplayName"])
    with world.store.transaction() as tx:
        number = tx.allocate("resource", 1)
        doc = encode({"DisplayName": "All People"})
        tx.insert(tables.resource, "id, type, doc, pattern, state", [(number, type_, doc, 1, 0)])
    world.write("hr.csv", {"id": "1", "name": "A", "mail": "m"}, columns=COLUMNS)
    world.run("import hr", "sync")
    world.configure([HR], [HR_RULE], [person(indexed="employeeId mail")])
    world.run("sync")
    with world.store.reading() as tx:
        assert find(tx, key, ["all people"]) == {"all people": [number]}


def test_a_broken_scope_fails_for_one_object_only(world: World) -> None:
    rule = inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"], where=["kind ISBITSET 2"])
    world.configure([HR], [rule])
    world.write(
        "hr.csv", {"id": "1", "name": "A", "kind": "2"}, {"id": "2", "name": "B", "kind": "many"}, columns=COLUMNS
    )
    report = world.run("import hr", "sync")
    assert (report.errors, set(world.people())) == (1, {"A"})
    assert "hr-in.yaml:1" in world.notes[0]["message"]
    world.write("hr.csv", {"id": "1", "name": "A", "kind": "2"}, {"id": "2", "name": "B", "kind": "3"}, columns=COLUMNS)
    world.run("import hr", "sync")
    assert set(world.people()) == {"A", "B"}


def test_a_full_sync_of_rules_renamed_keeps_everybody(world: World) -> None:
    world.configure([HR], [HR_RULE])
    world.write("hr.csv", {"id": "1", "name": "A"}, columns=COLUMNS)
    world.run("import hr", "sync")
    number = world.id_of("A")
    world.configure([HR], with_rule([HR_RULE], "hr in", name="staff"))
    world.run("sync")
    assert world.id_of("A") == number
    assert world.links() == {("hr", "1", "staff")}


class TestByHand:
    """What a person decides over a link stays, whatever the rules say."""

    @pytest.fixture
    def two(self, world: World) -> World:
        badge = inbound(
            "badge",
            {"tags": "kind", "mail": "mail"},
            link=LinkType.STICKY,
            join=["name=name"],
            where=["kind NOTEQUAL none"],
        )
        world.configure([HR, delimited("badge", COLUMNS)], [HR_RULE, badge])
        world.write("hr.csv", {"id": "1", "name": "A"}, {"id": "2", "name": "B"}, columns=COLUMNS)
        world.write("badge.csv", {"id": "8", "name": "A", "kind": "k"}, columns=COLUMNS)
        world.run("import hr", "import badge", "sync")
        return world

    def tagged(self, world: World) -> list[str]:
        return sorted(values["employeeId"] for values in world.resources().values() if "tags" in values)

    def test_an_object_moves_to_another_resource_and_stays(self, two: World) -> None:
        assert self.tagged(two) == ["1"]
        join(two.engine.symbols, "badge", "8", two.id_of("B"), two.clock.now)
        two.run("sync")
        assert self.tagged(two) == ["2"]
        before = two.dump()
        two.run("full", "import badge", "full")
        assert two.dump() == before

    def test_it_stays_out_of_the_scope_of_its_rule_too(self, two: World) -> None:
        join(two.engine.symbols, "badge", "8", two.id_of("B"), two.clock.now)
        two.write("badge.csv", {"id": "8", "name": "A", "kind": "none"}, columns=COLUMNS)
        two.run("import badge", "sync", "full")
        assert ("badge", "8") in {(connector, key) for connector, key, _ in two.links()}
        assert self.tagged(two) == []

    def test_a_disconnected_object_is_not_joined_again_until_the_rules_may(self, two: World) -> None:
        disconnect(two.engine.symbols, "badge", "8", two.clock.now)
        two.run("sync", "full")
        assert self.tagged(two) == []
        assert disconnectors(two.engine.symbols, "badge", two.clock.now, 10)[1][0].why == "disconnected by hand"
        disconnect(two.engine.symbols, "badge", "8", two.clock.now, normal=True)
        two.run("sync")
        assert self.tagged(two) == ["1"]

    def test_a_disconnected_account_is_not_taken_over_by_its_name(self, world: World) -> None:
        app = target("app", "id name title")
        out = outbound("app", {"id": "employeeId", "name": "name"}, join=["id=employeeId"])
        world.configure([HR, app], [HR_RULE, out])
        world.write("hr.csv", {"id": "1", "name": "A"}, columns=COLUMNS)
        world.write("app.csv", {"id": "1", "name": "Service", "title": "s"})
        world.run("import app")
        disconnect(world.engine.symbols, "app", "1", world.clock.now)
        world.run("import hr", "sync", "export app")
        assert world.read("app.csv") == {"1": {"name": "Service", "title": "s"}}
        assert world.codes() == ["cd-existing-object"]

    def test_an_account_that_no_rule_joins_can_be_disconnected_too(self, world: World) -> None:
        app = target("app", "id name")
        world.configure([HR, app], [HR_RULE, outbound("app", {"id": "employeeId", "name": "name"})])
        world.write("hr.csv", {"id": "1", "name": "A"}, columns=COLUMNS)
        world.run("import hr", "sync", "export app", "import app", "sync")
        disconnect(world.engine.symbols, "app", "1", world.clock.now)
        world.run("sync")
        assert world.links() == {("hr", "1", "hr in")}
        assert world.codes() == ["cd-existing-object"]
        world.write("hr.csv", {"id": "1", "name": "B"}, columns=COLUMNS)
        world.run("import hr", "sync", "export app")
        assert world.read("app.csv") == {"1": {"name": "A"}}
        disconnect(world.engine.symbols, "app", "1", world.clock.now, normal=True)
        world.run("sync", "export app")
        assert world.read("app.csv") == {"1": {"name": "B"}}

    def test_what_cannot_be_is_said(self, two: World) -> None:
        symbols, now = two.engine.symbols, two.clock.now
        with pytest.raises(JoinerError, match="shows no object"):
            join(symbols, "badge", "9", two.id_of("B"), now)
        two.write("badge.csv", *({"id": i, "name": "A", "kind": "k"} for i in "89"), columns=COLUMNS)
        two.run("import badge")
        with pytest.raises(JoinerError, match="mimas disconnect badge 8"):
            join(symbols, "badge", "9", two.id_of("A"), now)

    def test_a_decision_goes_with_its_object(self, two: World) -> None:
        disconnect(two.engine.symbols, "badge", "8", two.clock.now)
        two.write("badge.csv", columns=COLUMNS)
        two.run("import badge", "sync")
        assert two.rows("SELECT * FROM fact") == []


class TestWhatIsCompared:
    """Badges say "Family, Given", people have both apart."""

    def configure(self, world: World, join: str, choose: str = "") -> None:
        badge = replace(inbound("badge", {"tags": "kind"}, link=LinkType.JOIN, join=[join]), choose=choose)
        world.configure([HR, delimited("badge", COLUMNS)], [HR_RULE, badge])

    def write(self, world: World, *badges: str) -> None:
        world.write(
            "hr.csv",
            {"id": "1", "name": "Käthe", "mail": "k@x"},
            {"id": "2", "name": "Kathe", "mail": "old@x"},
            columns=COLUMNS,
        )
        world.write("badge.csv", *({"id": n, "name": n, "kind": "k"} for n in badges), columns=COLUMNS)

    def tagged(self, world: World) -> list[str]:
        return sorted(values["employeeId"] for values in world.resources().values() if "tags" in values)

    def extension(self, world: World, text: str) -> None:
        (world.folder / "extensions").mkdir(exist_ok=True)
        (world.folder / "extensions" / "x.py").write_text(text)

    def test_an_expression(self, world: World) -> None:
        self.configure(world, '=Word([name],1,"-")&"@x"=mail')
        self.write(world, "k-1")
        world.run("import hr", "import badge", "sync")
        assert self.tagged(world) == ["1"]

    def test_a_function_that_gives_several_values(self, world: World) -> None:
        self.extension(world, "def mails(v):\n    return [v['name'] + '@y', v['name'] + '@x']\n")
        self.configure(world, "x:mails=mail")
        self.write(world, "old")
        world.run("import hr", "import badge", "sync")
        assert self.tagged(world) == ["2"]

    def test_a_function_chooses_where_several_match(self, world: World) -> None:
        self.extension(
            world,
            "def names(v):\n    return ['Käthe', 'Kathe']\n"
            "def youngest(v, people):\n"
            "    return None if v['name'] == 'nobody' else [p['mail'] for p in people].index('old@x')\n",
        )
        self.configure(world, "x:names=name", "x:youngest")
        self.write(world, "somebody")
        world.run("import hr", "import badge", "sync")
        assert self.tagged(world) == ["2"]
        self.write(world, "nobody")
        assert world.run("import badge", "sync").held == 1
        assert self.tagged(world) == []

    def test_what_fails_for_one_is_told_and_the_others_go_on(self, world: World) -> None:
        self.extension(world, "def mails(v):\n    return {'k': 'k@x'}[v['name']]\n")
        self.configure(world, "x:mails=mail")
        self.write(world, "k", "unknown")
        world.run("import hr", "import badge", "sync")
        assert self.tagged(world) == ["1"]
        assert world.codes() == ["flow-failure"]
        assert "flow to join" in world.notes[0]["message"]


@pytest.mark.parametrize("sync", ["sync", "full"])
def test_binary_values_are_joined_letter_by_letter(world: World, sync: str) -> None:
    """Two security identifiers, which as base64 differ in the case of one letter."""
    hr, app = delimited("hr", "id sid:binary"), delimited("app", "id sid:binary")
    type_ = ResourceType("person", attributes("employeeId sid:binary"), frozenset(["employeeId", "sid"]))
    world.configure(
        [hr, app],
        [
            inbound("hr", {"employeeId": "id", "sid": "sid"}, join=["sid=sid"]),
            inbound("app", {}, join=["sid=sid"], link=LinkType.JOIN),
        ],
        [type_],
    )
    world.write("hr.csv", {"id": "1", "sid": "AQUAAQ=="}, {"id": "2", "sid": "AQUAaQ=="}, columns="id sid")
    world.write("app.csv", {"id": "a", "sid": "AQUAaQ=="}, {"id": "b", "sid": "AQUAAQ=="}, columns="id sid")
    world.run("import hr", sync, "import app", sync)
    assert world.codes() == []
    linked = {(one["employeeId"], one["sid"]) for one in world.resources().values()}
    assert linked == {("1", "AQUAAQ=="), ("2", "AQUAaQ==")}
    assert len(world.links()) == 4
