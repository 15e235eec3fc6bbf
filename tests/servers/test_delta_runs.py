"""Whole runs with delta imports, against directories that put right what refers to others and do not say so."""

from typing import Any

import pytest

from mimas.runs.setup import ConnectorSetup
from mimas.schema.attributes import NAME, ObjectType
from mimas.store.references import SEEN
from mimas.sync.rules import ResourceType
from tests.servers.directories import EVERY, TELL_DELETES, Place, places
from tests.world import OPEN, World, attribute, attributes, inbound

# One group, so that under xdist each server is started once.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("directories")]

TYPES = {"inetOrgPerson": "uid cn sn manager>inetOrgPerson", "groupOfNames": "cn member>inetOrgPerson*"}


@pytest.fixture
def names(world: World, place: Place) -> dict[str, str]:
    """Three people and a group of them, read into the metaverse."""
    schema = {name: ObjectType(name, {NAME: attribute(NAME)} | attributes(texts), ()) for name, texts in TYPES.items()}
    settings: dict[str, Any] = {"uri": place.server.uri, "base": place.top, "bind_dn": place.reader}
    settings["password"] = {"env": "LDAP_PASSWORD"}
    world.configure(
        [ConnectorSetup("dir", "ldap", settings, schema, missing=OPEN, deletes=OPEN)],
        [
            inbound("dir", {"name": "uid"}, object_type="inetOrgPerson"),
            inbound("dir", {"name": "cn", "member": "member"}, name="groups", object_type="groupOfNames",
                    resource_type="team"),
        ],
        [
            ResourceType("person", attributes("name"), frozenset()),
            ResourceType("team", attributes("name member>person*"), frozenset()),
        ],
    )  # fmt: skip
    unit = place.unit(f"ou=unit,{place.top}")
    names = {name: place.person(name, unit) for name in ("anna", "berta", "clara")}
    place.group(*names.values())
    assert world.run("import dir", "sync").errors == 0
    return names


def members(world: World) -> set[str]:
    return {member for _, member in world.references("member", "name")}


def shown(world: World) -> set[str]:
    """The names that Mimas knows as the group's members in the directory."""
    sql = f"SELECT t.name FROM reference r JOIN object t ON t.id = r.target WHERE (r.bits & {SEEN}) <> 0"
    return {name for (name,) in world.rows(sql)}


def is_what_a_full_import_shows(world: World) -> None:
    before = members(world), shown(world)
    counters = world.step("import dir").counters
    assert counters.total() == counters["stage-no-change"]
    world.run("sync")
    assert (members(world), shown(world)) == before


@places(*TELL_DELETES)
def test_who_is_deleted_has_left_the_group(place: Place, world: World, names: dict[str, str]) -> None:
    place.link.delete_s(names["berta"])
    assert world.run("delta dir", "sync").errors == 0
    assert members(world) == {"anna", "clara"}
    assert shown(world) == {names["anna"], names["clara"]}
    is_what_a_full_import_shows(world)


@places(*EVERY)
def test_who_is_renamed_stays_in_the_group(place: Place, world: World, names: dict[str, str]) -> None:
    place.rename(names["berta"], "uid=beate")
    assert world.run("delta dir", "sync").errors == 0
    assert members(world) == {"anna", "beate", "clara"}
    assert shown(world) == {names["anna"], names["clara"], names["berta"].replace("berta", "beate")}
    is_what_a_full_import_shows(world)


@places(*EVERY)
def test_who_is_carried_along_by_a_container_is_known_by_the_new_name(
    place: Place, world: World, names: dict[str, str]
) -> None:
    place.rename(f"ou=unit,{place.top}", "ou=other")
    assert world.run("delta dir", "sync").errors == 0
    moved = {name.replace("ou=unit", "ou=other") for name in names.values()}
    assert moved <= {name for (name,) in world.rows("SELECT name FROM object")}
    is_what_a_full_import_shows(world)


@places(*TELL_DELETES)
def test_what_the_directory_has_forgotten_is_read_as_a_whole(place: Place, world: World, names: dict[str, str]) -> None:
    place.link.delete_s(names["berta"])
    with world.store.transaction() as tx:
        tx.run("UPDATE connector_state SET watermark = 'elsewhere:1'")
    outcome = world.step("delta dir")
    assert "everything was read" in outcome.message
    world.run("sync")
    assert members(world) == {"anna", "clara"}
