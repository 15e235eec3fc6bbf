"""What requests and documents have made and given is the store's own; and groups whose members follow."""

from pathlib import Path
from typing import Any

import pytest

from mimas.runs.explaining.preview import preview
from mimas.runs.explaining.why import why
from mimas.schema.values import decode, encode
from mimas.store import tables
from mimas.store.membership import members
from mimas.store.resources import LIVE
from mimas.sync.explain import Decision
from mimas.sync.rules import LinkType, ResourceType
from tests.world import World, attributes, delimited, inbound, ldif, outbound, person

FLOWS = {"employeeId": "id", "name": "name", "dept": "dept"}
TYPES = (
    person("employeeId name dept note manager>person friend>person*"),
    ResourceType(
        "group",
        attributes("name note Filter ExplicitMember>person* ExcludedMember>person* ComputedMember>person*"),
        frozenset({"name"}),
    ),
)


@pytest.fixture
def world(world: World) -> World:
    """People from a file, and groups of them that are made here, as entries of a directory."""
    world.configure(
        [
            delimited("hr", "id name dept manager>person"),
            ldif("ad", {"user": "cn", "group": "cn member>user*"}, export="listing"),
        ],
        [
            inbound("hr", {**FLOWS, "manager": "manager"}, join=["id=employeeId"]),
            outbound("ad", {"dn": '="cn=" & [name] & ",o=x"', "cn": "name"}, name="users", object_type="user"),
            outbound(
                "ad",
                {"dn": '="cn=" & [name] & ",o=x"', "cn": "name", "member": "ComputedMember"},
                name="groups",
                object_type="group",
                resource_type="group",
            ),
        ],
        TYPES,
    )
    world.store.catalogue = world.engine.setup.catalogue
    return world


def make(world: World, type_: str, references: dict[str, list[int]] | None = None, **values: Any) -> int:
    """What a request makes."""
    with world.store.transaction() as tx:
        id_ = tx.allocate("resource", 1)
        symbol = world.store.symbol
        pattern = world.engine.symbols.pattern(tx, ())
        tx.insert(
            tables.resource, "id, type, doc, pattern, state", [(id_, symbol(type_), encode(values), pattern, LIVE)]
        )
        rows = [(id_, symbol(name), other, symbol("own")) for name, ids in (references or {}).items() for other in ids]
        tx.insert(tables.resource_reference, "resource, attribute, target, origin", rows)
        tx.insert(tables.fact, "kind, key, resource, value, at", [("own", str(id_), id_, None, "2026-01-01")])
        tx.insert(tables.dirty, "resource", [(id_,)])
    return id_


def give(world: World, id_: int, **values: Any) -> None:
    """What a request changes."""
    with world.store.transaction() as tx:
        now = decode(tx.value("SELECT doc FROM resource WHERE id = ?", id_)) | values
        tx.run("UPDATE resource SET doc = ? WHERE id = ?", encode(now), id_)


def hr(world: World, *rows: str) -> None:
    """The people: ``id name dept [manager]``."""
    named = [dict(zip(("id", "name", "dept", "manager"), [*row.split(), ""], strict=False)) for row in rows]
    world.write("hr.csv", *named, columns="id name dept manager")
    world.run("import hr")


def wanted_members(world: World) -> set[str]:
    """The names of the members that the group is to have in the directory."""
    rows = world.rows(
        "SELECT p.name FROM reference f JOIN object g ON g.id = f.object JOIN object p ON p.id = f.target"
        " WHERE g.name LIKE 'cn=staff%' AND (f.bits & 2) <> 0"
    )
    return {name.split(",")[0].removeprefix("cn=") for (name,) in rows}


SYNCS = pytest.mark.parametrize("sync", ["sync", "full"])


@SYNCS
def test_what_is_made_here_lives_without_a_link_and_keeps_its_values(world: World, sync: str) -> None:
    hr(world, "1 Ann IT")
    group = make(world, "group", name="staff", note="ours")
    rule = make(world, "Set", DisplayName="all", Filter="/person")
    service = make(world, "person", note="keep")
    world.run(sync, "full", sync)
    assert world.resources("group") == {group: {"name": "staff", "note": "ours"}}
    assert world.resources("Set") == {rule: {"DisplayName": "all", "Filter": "/person"}}
    assert world.resources()[service] == {"note": "keep"}


@SYNCS
def test_values_that_no_rule_writes_stay_and_those_of_a_rule_follow_it(world: World, sync: str) -> None:
    hr(world, "1 Ann IT")
    world.run("sync")
    ann = world.id_of("Ann")
    give(world, ann, note="ours")
    hr(world, "1 Ann Sales")
    world.run(sync)
    assert world.resources()[ann] == {"employeeId": "1", "name": "Ann", "dept": "Sales", "note": "ours"}
    hr(world, "1 Ann")
    world.run(sync)
    assert world.resources()[ann] == {"employeeId": "1", "name": "Ann", "note": "ours"}


def test_what_a_rule_wrote_that_is_no_more_is_not_taken_for_ours(world: World) -> None:
    hr(world, "1 Ann IT")
    world.run("sync")
    ann = world.id_of("Ann")
    give(world, ann, note="ours")
    setup = world.engine.setup
    world.configure(setup.connectors.values(), [inbound("hr", {"employeeId": "id", "name": "name"})], TYPES)
    world.run("full")
    assert world.resources()[ann] == {"employeeId": "1", "name": "Ann", "note": "ours"}


def test_whoever_was_made_here_outlives_the_object_that_was_joined(world: World) -> None:
    robot = make(world, "person", employeeId="7", note="keep")
    world.store.symbol("person.employeeId")
    with world.store.transaction() as tx:
        key = (world.store.symbol("person.employeeId"), "7", robot)
        tx.insert(tables.resource_key, "attribute, value, resource", [key])
    setup = world.engine.setup
    world.configure(
        setup.connectors.values(), [inbound("hr", FLOWS, join=["id=employeeId"], link=LinkType.JOIN)],
        [person("employeeId name dept note", "employeeId")],
    )  # fmt: skip
    hr(world, "7 Robo IT")
    world.run("sync")
    assert world.resources()[robot] == {"employeeId": "7", "name": "Robo", "dept": "IT", "note": "keep"}
    hr(world)
    world.run("sync", "full")
    assert world.resources() == {robot: {"note": "keep"}}


@SYNCS
def test_references_that_were_given_here_are_left_alone(world: World, sync: str) -> None:
    hr(world, "1 Ann IT", "2 Bob IT 1")
    world.run("sync")
    ann, bob = world.id_of("Ann"), world.id_of("Bob")
    with world.store.transaction() as tx:
        own, friend, manager = world.store.symbols(["own", "friend", "manager"])
        rows = [(ann, friend, bob, own), (ann, manager, bob, own)]
        tx.insert(tables.resource_reference, "resource, attribute, target, origin", rows)
    hr(world, "1 Ann Sales 2", "2 Bob Sales")
    world.run(sync)
    assert world.references("friend") == {("Ann", "Bob")}
    # What a rule offers, too, is not the rule's because of that.
    assert world.references("manager") == {("Ann", "Bob")}
    hr(world, "1 Ann Sales", "2 Bob Sales")
    world.run(sync)
    assert world.references("manager") == {("Ann", "Bob")}


@SYNCS
def test_members_of_a_criteria_group_reach_the_directory_in_the_same_step(world: World, sync: str) -> None:
    make(world, "group", name="staff", Filter="/person[dept = 'IT']")
    hr(world, "1 Ann IT", "2 Bob Sales", "3 Cid IT")
    world.run(sync)
    assert wanted_members(world) == {"Ann", "Cid"}
    hr(world, "1 Ann Sales", "2 Bob IT", "3 Cid IT")
    world.run(sync)
    assert wanted_members(world) == {"Bob", "Cid"}
    hr(world, "2 Bob IT")
    world.run(sync)
    assert wanted_members(world) == {"Bob"}
    assert world.rows("SELECT * FROM moved") == world.rows("SELECT * FROM dirty") == []


def test_a_filter_over_references_follows_what_the_sync_relates(world: World) -> None:
    make(world, "group", name="staff", Filter="/person[manager = /person[dept = 'IT']]")
    hr(world, "1 Ann IT", "2 Bob Sales 1", "3 Cid Sales 2")
    world.run("sync")
    assert wanted_members(world) == {"Bob"}
    hr(world, "1 Ann Sales", "2 Bob IT 1", "3 Cid Sales 2")
    world.run("sync")
    assert wanted_members(world) == {"Cid"}


def test_a_sync_that_changes_nothing_writes_nothing(world: World) -> None:
    make(world, "group", name="staff", Filter="/person[dept = 'IT']")
    hr(world, "1 Ann IT")
    world.run("sync", "export ad", "import ad", "sync")
    before = world.dump()
    world.run("sync", "full")
    assert world.dump() == before


def test_a_rehearsed_sync_shows_the_members(world: World, tmp_path: Path) -> None:
    group = make(world, "group", name="staff", Filter="/person[dept = 'IT']")
    hr(world, "1 Ann IT")
    with world.store.database.alone(), world.store.rehearsal() as tx:
        world.run("sync")
        assert [world.resources()[id_]["name"] for id_ in members(tx, group, 0, 9)] == ["Ann"]
        assert wanted_members(world) == {"Ann"}
    assert wanted_members(world) == set()


def test_what_is_the_stores_own_is_explained_as_that(world: World) -> None:
    world.write("hr.csv", {"id": "1", "name": "Ann", "dept": "it", "manager": ""})
    world.run("import hr", "sync")
    ann, group = world.id_of("1", "employeeId"), make(world, "group", name="Readers", note="on paper")
    with world.store.transaction() as tx:
        rows = tx.rows("SELECT id, doc FROM resource WHERE id = ?", ann)
        tx.update(tables.resource, "id, doc", [(ann, encode({**decode(rows[0][1]), "note": "tall"}))])
    for id_, attribute, value in ((ann, "note", "tall"), (group, "note", "on paper")):
        answer = why(world.engine, id_, attribute)
        assert answer.proof is not None
        assert (answer.value, answer.following, answer.proof.decision) == (value, value, Decision.OWN)
        assert ("before", attribute) in {(one.kind, one.attribute) for one in answer.inputs}
    assert why(world.engine, ann, "name").following == "Ann"
    (target,) = [one for one in preview(world.engine, group).targets if one.proof.object_type == "group"]
    assert target.proof.values["cn"] == "Readers"
    assert target.after is not None
    assert [(one.attribute, one.wanted) for one in target.after.differences if one.attribute == "cn"] == [
        ("cn", "Readers")
    ]
