"""References on their way out: what is sent, what is believed to be there, what is still to be sent."""

import pytest

from mimas.runs.images import SENT
from mimas.sync.rules import ResourceType
from tests.door import Door, door
from tests.world import World, attributes, delimited, inbound, outbound

ORG = delimited("org", "id title members>person*")
CLUB = ResourceType("person", attributes("employeeId title members>person* boss>person"), frozenset(["employeeId"]))


@pytest.fixture
def club(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """People 1 to 4 and groups with members, of one file into one system of their own."""
    world.configure(
        [ORG, door(world, monkeypatch, "id title members>person*")],
        [
            inbound("org", {"employeeId": "id", "title": "title", "members": "members"}, join=["id=employeeId"]),
            outbound("app", {"id": "employeeId", "title": "title", "members": "members"}),
        ],
        [CLUB],
    )
    return world


def org(world: World, members: str, title: str = "") -> None:
    """A group 9 with these members, and the people 1 to 4."""
    group = {"id": "9", "title": title, "members": list(members)}
    world.write("org.csv", group, *({"id": key} for key in "1234"), columns="id title members")


def members(world: World) -> str:
    return world.read("app.csv")["9"].get("members", "").replace("|", "")


def test_a_second_change_before_the_first_is_confirmed_sends_only_itself(club: World) -> None:
    org(club, "12")
    club.run("import org", "sync", "export app", "import app", "sync")
    org(club, "123")
    club.run("import org", "sync", "export app")
    org(club, "1234")
    Door.told = []
    club.run("import org", "sync", "export app")
    assert Door.told == [("9", {"members": (["4"], [])})]
    assert members(club) == "1234"
    club.run("import app", "sync")
    assert (club.pending(), club.codes()) == ({}, [])


def test_a_member_taken_back_before_the_confirmation_is_taken_out_again(club: World) -> None:
    org(club, "12")
    club.run("import org", "sync", "export app", "import app", "sync")
    org(club, "13")
    club.run("import org", "sync", "export app")
    org(club, "12")
    Door.told = []
    club.run("import org", "sync", "export app")
    assert Door.told == [("9", {"members": (["2"], ["3"])})]
    club.run("import app", "sync")
    assert (members(club), club.pending(), club.codes()) == ("12", {}, [])


def test_a_member_that_comes_and_goes_between_two_exports_leaves_the_first_waiting_for_its_confirmation(
    club: World,
) -> None:
    org(club, "12")
    club.run("import org", "sync", "export app", "import app", "sync")
    org(club, "123")
    club.run("import org", "sync", "export app")
    org(club, "1234")
    club.run("import org", "sync")
    org(club, "123")
    Door.told = []
    club.run("import org", "sync", "export app")
    assert Door.told == []
    assert club.pending() == {"9": ("update", SENT)}
    club.run("import app")
    assert (club.pending(), club.codes()) == ({}, [])


def test_a_new_group_gets_its_next_member_before_it_was_ever_seen(club: World) -> None:
    org(club, "1")
    club.run("import org", "sync", "export app")
    org(club, "12", title="x")
    Door.sent, Door.told = [], []
    club.run("import org", "sync", "export app")
    assert Door.sent == [("update", "9")]
    assert Door.told == [("9", {"title": (["x"], []), "members": (["2"], [])})]
    club.run("import app", "sync")
    assert (members(club), club.pending(), club.codes()) == ("12", {}, [])


def test_a_reference_that_did_not_arrive_is_told_and_sent_again(club: World) -> None:
    org(club, "1")
    club.run("import org", "sync", "export app", "import app", "sync")
    Door.forgets = {"9"}
    org(club, "12")
    club.run("import org", "sync", "export app", "import app")
    assert club.codes() == ["exported-change-not-reimported"]
    Door.forgets, Door.told = set(), []
    club.run("export app", "import app", "sync")
    assert Door.told == [("9", {"members": (["2"], [])})]
    assert (members(club), club.pending()) == ("12", {})


def test_a_group_that_did_not_arrive_is_made_with_all_its_members(club: World) -> None:
    org(club, "1")
    Door.forgets = {"9"}
    club.run("import org", "sync", "export app", "import app")
    assert club.codes() == ["exported-change-not-reimported"]
    Door.forgets = set()
    club.run("sync", "export app", "import app", "sync")
    assert (members(club), club.pending()) == ("1", {})


def test_members_that_are_refused_wait_and_are_sent_whole(club: World) -> None:
    org(club, "1")
    club.run("import org", "sync", "export app", "import app", "sync")
    Door.refuses = {"9"}
    org(club, "12")
    club.run("import org", "sync", "export app")
    Door.refuses = set()
    org(club, "123")
    club.run("import org", "sync", "export app", "import app", "sync")
    assert (members(club), club.pending()) == ("123", {})


def test_what_is_no_longer_governed_forgets_what_was_sent(club: World) -> None:
    org(club, "1")
    club.run("import org", "sync", "export app", "import app", "sync")
    org(club, "12")
    club.run("import org", "sync", "export app")
    club.configure(club.engine.setup.connectors.values(), club.engine.setup.rules.rules[:1], [CLUB])
    club.run("sync")
    assert club.rows("SELECT DISTINCT bits & 14 FROM reference") == [(0,)]


@pytest.mark.parametrize("change", ["123", "1", "34", ""])
def test_single_members_are_followed_and_come_to_what_a_full_sync_comes_to(club: World, change: str) -> None:
    org(club, "12")
    club.run("import org", "sync", "export app", "import app", "sync")
    org(club, change)
    club.run("import org")
    assert club.rows("SELECT 1 FROM pending_import") == []
    assert club.rows("SELECT 1 FROM moved") != []
    club.run("sync", "export app", "import app", "sync")
    assert club.rows("SELECT 1 FROM moved") == []
    assert members(club) == change
    before = club.dump()
    club.run("full", "export app")
    assert club.dump() == before


def test_a_member_who_is_nobody_yet_is_referred_to_when_they_come(club: World) -> None:
    org(club, "12")
    club.run("import org", "sync", "export app", "import app", "sync")
    group = {"id": "9", "title": "", "members": ["1", "2", "7"]}
    club.write("org.csv", group, *({"id": key} for key in "1234"), columns="id title members")
    club.run("import org", "sync")
    club.write("org.csv", group, *({"id": key} for key in "12347"), columns="id title members")
    club.run("import org", "sync", "export app", "export app")
    assert members(club) == "127"


def test_where_one_value_stands_in_for_another_all_are_looked_at(world: World) -> None:
    """A better source takes the place of all that the other one says."""
    type_ = ResourceType("person", attributes("employeeId members>person*"), frozenset(["employeeId"]))
    flows, join = {"employeeId": "id", "members": "members"}, ["id=employeeId"]
    world.configure(
        [ORG, delimited("hr", "id members>person*")],
        [inbound("org", flows, join=join), inbound("hr", flows, join=join, precedence=50)],
        [type_],
    )
    people = [{"id": key} for key in "1234"]
    org(world, "12")
    world.write("hr.csv", {"id": "9", "members": []}, *people, columns="id members")
    world.run("import org", "import hr", "sync")
    assert {target for _, target in world.references("members", "employeeId")} == {"1", "2"}
    world.write("hr.csv", {"id": "9", "members": ["3"]}, *people, columns="id members")
    world.run("import hr", "sync")
    assert {target for _, target in world.references("members", "employeeId")} == {"3"}
    world.write("hr.csv", {"id": "9", "members": []}, *people, columns="id members")
    world.run("import hr", "sync")
    assert {target for _, target in world.references("members", "employeeId")} == {"1", "2"}
