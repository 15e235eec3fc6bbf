"""Objects that move with their container, become another type, or are deleted and made anew under one name."""

import pytest

from tests.world import World, inbound, ldif

FLOWS = {"employeeId": "uid", "name": "cn"}


def entry(dn: str, kind: str = "person", **values: str) -> str:
    return "\n".join([f"dn: {dn}", f"objectClass: {kind}", *(f"{name}: {value}" for name, value in values.items())])


def source(world: World, anchor: str) -> World:
    world.configure(
        [ldif("dir", {"person": "uid cn title manager>person", "contact": "uid cn"}, anchor=anchor)],
        [
            inbound("dir", {**FLOWS, "title": "title", "manager": "manager"}, join=["uid=employeeId"]),
            inbound("dir", {**FLOWS, "dept": "#contact"}, name="c", object_type="contact", join=["uid=employeeId"]),
        ],
    )
    return world


def settle(world: World, *entries: str) -> None:
    """Import and sync; then nothing is left to do."""
    world.write("dir.ldif", "version: 1", *entries)
    assert world.run("import dir", "sync").errors == 0
    before = world.dump()
    world.run("import dir", "sync", "full")
    assert world.dump() == before


def test_whoever_moves_with_the_container_keeps_id_and_references(world: World) -> None:
    source(world, "uid")
    settle(
        world,
        entry("cn=A,ou=old,o=x", uid="1", cn="A", manager="cn=B,ou=old,o=x"),
        entry("cn=B,ou=old,o=x", uid="2", cn="B"),
    )
    before = world.resources()
    settle(
        world,
        entry("cn=A,ou=new,o=x", uid="1", cn="A", manager="cn=B,ou=new,o=x"),
        entry("cn=B,ou=new,o=x", uid="2", cn="B"),
    )
    assert world.resources() == before
    assert world.references("manager", "employeeId") == {("1", "2")}
    assert len(world.rows("SELECT id FROM object")) == 2


@pytest.mark.parametrize("dn", ["cn=A,o=x", "cn=A,ou=partners,o=x"])
def test_whoever_becomes_another_type_stays_one_resource(world: World, dn: str) -> None:
    source(world, "uid")
    settle(world, entry("cn=A,o=x", uid="1", cn="A", title="t"))
    (number,) = world.resources()
    settle(world, entry(dn, "contact", uid="1", cn="A"))
    assert world.resources() == {number: {"employeeId": "1", "name": "A", "dept": "contact"}}


def test_a_name_that_is_of_another_type_now_is_one_resource_still(world: World) -> None:
    """MIM: delete-add. Where the name is the anchor, the join tells that it is the same person."""
    source(world, "")
    settle(world, entry("cn=A,o=x", uid="1", cn="A", title="t"))
    settle(world, entry("cn=A,o=x", "contact", uid="1", cn="A"))
    assert list(world.resources().values()) == [{"employeeId": "1", "name": "A", "dept": "contact"}]
