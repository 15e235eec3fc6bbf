"""Grants: reference values for a time, kept by sync, ended by a due, never made permanent."""

from datetime import timedelta

import pytest

from mimas.runs import granting
from mimas.runs.granting import GrantError
from mimas.store import grants
from mimas.sync.rules import ResourceType
from tests.world import World, attributes, delimited, inbound, outbound, target

ORG = delimited("org", "id members>person* boss>person")
COLUMNS = "id members>person* boss>person"
ALL = ("import org", "sync", "export app", "import app", "sync")


def org(world: World, members: str, boss: str = "") -> None:
    """A group 9 with these members, and the people 1 to 4."""
    group = {"id": "9", "members": list(members), "boss": boss}
    world.write("org.csv", group, *({"id": key} for key in "1234"), columns="id members boss")


@pytest.fixture
def club(world: World) -> World:
    """The members flow out, and what the application makes of them flows back."""
    type_ = ResourceType("person", attributes("employeeId members>person* boss>person"), frozenset(["employeeId"]))
    both = {"members": "members", "boss": "boss"}
    world.configure(
        [ORG, target("app", COLUMNS)],
        [
            inbound("org", {"employeeId": "id", **both}, join=["id=employeeId"], merge=["members"]),
            inbound("app", {"members": "members"}, join=["id=employeeId"], merge=["members"], precedence=200),
            outbound("app", {"id": "employeeId", **both}),
        ],
        [type_],
    )
    org(world, "12", "1")
    world.run(*ALL)
    return world


def give(world: World, whom: str, attribute: str = "members", begins: int | None = None, days: int | None = 10) -> int:
    """Person ``whom`` in the group, from and until so many days from now."""
    now = world.clock()
    return granting.grant(
        world.engine.symbols,
        world.id_of("9", "employeeId"),
        attribute,
        world.id_of(whom, "employeeId"),
        None if begins is None else now + timedelta(days=begins),
        None if days is None else now + timedelta(days=days),
        "ticket 815",
        "ann",
        now,
    )


def members(world: World, attribute: str = "members") -> str:
    return "".join(sorted(target for _, target in world.references(attribute, "employeeId")))


def app(world: World, attribute: str = "members") -> str:
    return world.read("app.csv")["9"].get(attribute, "").replace("|", "")


def test_it_is_kept_by_sync_and_exported(club: World) -> None:
    give(club, "3")
    club.run(*ALL, *ALL, "full", "export app", "import app", "full")
    assert (members(club), app(club), club.pending()) == ("123", "123", {})


def test_it_ends_by_itself_and_no_echo_brings_it_back(club: World) -> None:
    give(club, "3")
    club.run(*ALL, "import app", "sync")
    club.clock.forward(days=11)
    club.run("sync")
    assert members(club) == "12"
    club.run("import app", "sync", "full")
    assert members(club) == "12", "the application shows it still, and that is an echo"
    club.run("export app", "import app", "sync", "full")
    assert (members(club), app(club), club.pending()) == ("12", "12", {})


@pytest.mark.parametrize("sync", ["sync", "full"])
def test_it_begins_by_itself(club: World, sync: str) -> None:
    give(club, "3", begins=5)
    club.run("sync")
    assert members(club) == "12"
    club.clock.forward(days=6)
    club.run(sync)
    assert members(club) == "123"
    club.clock.forward(days=6)
    club.run(sync)
    assert members(club) == "12"


def test_a_member_of_the_source_stays_when_the_grant_ends(club: World) -> None:
    give(club, "2")
    club.run(*ALL)
    club.clock.forward(days=11)
    club.run(*ALL)
    assert (members(club), app(club)) == ("12", "12")


def test_a_member_of_the_applications_own_stays_when_the_grant_ends(club: World) -> None:
    group = {"id": "9", "members": list("124"), "boss": "1"}
    club.write("app.csv", group, *({"id": key} for key in "1234"), columns="id members boss")
    club.run("import app", "sync")
    give(club, "4")
    club.run(*ALL)
    club.clock.forward(days=11)
    club.run(*ALL)
    assert (members(club), app(club)) == ("124", "124")


def test_revoked_it_goes(club: World) -> None:
    number = give(club, "3", days=None)
    club.run(*ALL)
    assert granting.revoke(club.engine.symbols, number, club.clock()).reason == "ticket 815"
    club.run(*ALL)
    assert (members(club), app(club)) == ("12", "12")
    with pytest.raises(GrantError, match="no grant"):
        granting.revoke(club.engine.symbols, number, club.clock())


def test_two_grants_of_one_value_end_one_after_the_other(club: World) -> None:
    give(club, "3", days=5)
    give(club, "3", days=10)
    for days, expected in ((1, "123"), (6, "123"), (6, "12")):
        club.run("sync")
        club.clock.forward(days=days)
        club.run("sync")
        assert members(club) == expected
    with club.store.transaction() as tx:
        assert grants.listed(tx, club.clock()) == []
        assert tx.rows("SELECT 1 FROM due") == []


def test_of_an_attribute_with_one_value_the_last_grant_stands_in_for_the_flow(club: World) -> None:
    give(club, "2", "boss", days=10)
    give(club, "3", "boss", days=5)
    club.run(*ALL)
    assert (members(club, "boss"), app(club, "boss")) == ("3", "3")
    club.clock.forward(days=6)
    club.run(*ALL)
    assert app(club, "boss") == "2"
    club.clock.forward(days=6)
    club.run(*ALL, "full")
    assert (members(club, "boss"), app(club, "boss"), club.pending()) == ("1", "1", {})


def test_what_cannot_be_granted(club: World) -> None:
    with pytest.raises(GrantError, match="not in the past"):
        give(club, "3", days=-1)
    with pytest.raises(GrantError, match="ends after it begins"):
        give(club, "3", begins=5, days=4)
    with pytest.raises(GrantError, match="It has: boss, members"):
        granting.attribute_of(club.engine.symbols, "person", "employeeId")
