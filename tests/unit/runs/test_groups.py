"""Scopes that ask for a group: who enters or leaves it is looked at again, however that happens."""

from collections.abc import Iterable

import pytest

from mimas.sync.rules import LinkType
from tests.world import World, delimited, inbound, ldif

PILOT = "cn=Pilot,ou=groups,o=x"


def entry(dn: str, kind: str, values: Iterable[tuple[str, str]]) -> str:
    return "\n".join([f"dn: {dn}", f"objectClass: {kind}", *(f"{name}: {value}" for name, value in values)])


def person(name: str, *extra: tuple[str, str]) -> str:
    return entry(f"cn={name},o=x", "person", [("uid", name), ("cn", name), *extra])


def group(dn: str, *members: str) -> str:
    return entry(dn, "group", [("uid", "g"), *(("member", f"cn={name},o=x") for name in members)])


@pytest.fixture
def pilot(world: World) -> World:
    """People of the pilot group become resources; those outside it get no title."""
    people = inbound("dir", {"employeeId": "uid", "name": "cn"}, where=[f"member ISMEMBEROF {PILOT.upper()}"])
    titles = inbound(
        "dir",
        {"title": "cn", "manager": "manager"},
        name="titles",
        link=LinkType.JOIN,
        where=["member ISNOTMEMBEROF cn=Blocked,o=x"],
    )
    world.configure(
        [ldif("dir", {"person": "uid cn manager>person", "group": "uid member>person*"}, anchor="uid")],
        [people, titles],
    )
    return world


def see(world: World, *entries: str) -> set[str]:
    """Import and sync; a full sync has nothing to add. The living people."""
    world.write("dir.ldif", "version: 1", *entries)
    assert world.run("import dir", "sync").errors == 0
    before = world.dump()
    world.run("full")
    assert world.dump() == before
    return {str(values["employeeId"]) for values in world.resources().values()}


def test_whoever_enters_or_leaves_the_group(pilot: World) -> None:
    people = [person("a"), person("b"), person("c")]
    assert see(pilot, group(PILOT, "a", "b"), *people) == {"a", "b"}
    assert see(pilot, group(PILOT, "b", "c"), *people) == {"b", "c"}
    assert see(pilot, group("cn=Others,o=x", "b", "c"), *people) == set()
    assert see(pilot, group(PILOT, "a"), *people) == {"a"}
    assert see(pilot, *people) == set()
    assert see(pilot, *people, group(PILOT, "d")) == set()
    assert see(pilot, *people, group(PILOT, "d"), person("d")) == {"d"}


def test_a_flow_depends_on_it_too_and_references_with_it(pilot: World) -> None:
    people = [person("a", ("manager", "cn=b,o=x")), person("b"), group(PILOT, "a", "b")]
    see(pilot, *people)
    assert {values.get("title") for values in pilot.resources().values()} == {"a", "b"}
    assert pilot.references("manager", "employeeId") == {("a", "b")}
    see(pilot, *people, group("cn=Blocked,o=x", "a").replace("uid: g", "uid: h"))
    assert {values.get("title") for values in pilot.resources().values()} == {None, "b"}
    assert pilot.references("manager", "employeeId") == set()
    see(pilot, *people)
    assert pilot.references("manager", "employeeId") == {("a", "b")}


def test_a_group_without_a_name_is_asked_for_by_its_anchor(world: World) -> None:
    world.configure(
        [delimited("hr", "id members>person*")],
        [inbound("hr", {"employeeId": "id"}, where=["members ISMEMBEROF g1"])],
    )
    rows = [{"id": "1", "members": ""}, {"id": "2", "members": ""}]
    for members, living in (("1", {"1"}), ("1|2", {"1", "2"}), ("2", {"2"}), ("", set())):
        world.write("hr.csv", *rows, {"id": "g1", "members": members})
        world.run("import hr", "sync")
        assert {values["employeeId"] for values in world.resources().values()} == living
