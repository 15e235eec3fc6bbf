"""References that a system ends by itself: it is told when, and told again when that changes."""

from datetime import datetime, timedelta

import pytest

from mimas.runs import granting
from mimas.sync.rules import ResourceType
from tests.door import Door, door
from tests.world import World, attributes, delimited, inbound, outbound

COLUMNS = "id members>person*"
EXPORT = ("sync", "export app", "import app", "sync")


def org(world: World, members: str) -> None:
    """A group 9 with these members, and the people 1 to 4."""
    group = {"id": "9", "members": list(members)}
    world.write("org.csv", group, *({"id": key} for key in "1234"), columns="id members")


@pytest.fixture
def club(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The members flow to an application that takes ends with them, and back again."""
    app = door(world, monkeypatch, COLUMNS)
    Door.expires = True
    type_ = ResourceType("person", attributes("employeeId members>person*"), frozenset(["employeeId"]))
    both = {"members": "members"}
    world.configure(
        [delimited("org", COLUMNS), app],
        [
            inbound("org", {"employeeId": "id", **both}, join=["id=employeeId"], merge=["members"]),
            inbound("app", both, join=["id=employeeId"], merge=["members"], precedence=200),
            outbound("app", {"id": "employeeId", **both}),
        ],
        [type_],
    )
    org(world, "12")
    world.run("import org", *EXPORT)
    forget()
    return world


def forget() -> None:
    Door.until, Door.told = [], []


def give(world: World, whom: str, days: int | None, begins: int | None = None) -> int:
    """Person ``whom`` in the group, from and until so many days from now; the number of the grant."""
    now = world.clock()
    start, end = (None if many is None else now + timedelta(days=many) for many in (begins, days))
    group, member = (world.id_of(key, "employeeId") for key in ("9", whom))
    return granting.grant(world.engine.symbols, group, "members", member, start, end, "ticket 815", "ann", now)


def days(world: World) -> list[dict[str, int]]:
    """What the application was told since the last call: in how many days which members go by themselves."""
    found = [
        {who: round((end - world.clock()).total_seconds() / 86_400) for who, end in one.items()} for one in Door.until
    ]
    forget()
    return found


def test_the_end_of_a_grant_is_told(club: World) -> None:
    give(club, "3", 10)
    give(club, "4", None)
    club.run(*EXPORT)
    assert (Door.told, days(club)) == ([("9", {"members": (["3", "4"], [])})], [{"3": 10}])
    club.run("full", *EXPORT, "full")
    assert (Door.told, club.pending()) == ([], {})


def test_what_ends_otherwise_is_told_again(club: World) -> None:
    give(club, "3", 10)
    club.run(*EXPORT)
    forget()
    longer = give(club, "3", 20)
    club.run(*EXPORT)
    assert (Door.told, days(club)) == ([("9", {"members": (["3"], ["3"])})], [{"3": 20}])
    granting.revoke(club.engine.symbols, longer, club.clock())
    club.run(*EXPORT)
    assert days(club) == [{"3": 10}]
    club.run("full", *EXPORT)
    assert (Door.told, club.pending()) == ([], {})


@pytest.mark.parametrize("sync", ["sync", "full"])
def test_what_a_rule_gives_as_well_stays(club: World, sync: str) -> None:
    give(club, "3", 10)
    club.run(*EXPORT)
    forget()
    org(club, "123")
    club.run("import org", sync, "export app", "import app", "sync")
    assert (Door.told, days(club)) == ([("9", {"members": (["3"], ["3"])})], [{}])
    org(club, "12")
    club.run("import org", sync, "export app")
    assert Door.told == [], "the application is told nothing: it has the member, and Mimas removes it in time"
    club.clock.forward(days=11)
    club.run(*EXPORT)
    assert Door.told == [("9", {"members": ([], ["3"])})]


def test_grants_that_follow_one_another_are_one(club: World) -> None:
    for begins, ends in ((10, 20), (None, 10), (15, 30), (40, 50)):
        give(club, "3", ends, begins)
    club.run(*EXPORT)
    assert days(club) == [{"3": 30}]


def test_what_has_not_been_confirmed_is_told_again_too(club: World) -> None:
    Door.forgets = {"9"}
    give(club, "3", 10)
    club.run("sync", "export app")
    give(club, "3", 20)
    club.run("sync", "export app")
    assert days(club) == [{"3": 10}, {"3": 20}]


def test_a_new_group_gets_its_temporary_members_afterwards(club: World) -> None:
    club.write(
        "org.csv", {"id": "8"}, {"id": "9", "members": ["1", "2"]}, *({"id": k} for k in "1234"), columns="id members"
    )
    club.run("import org", "sync")
    now: datetime = club.clock()
    ids = [club.id_of(key, "employeeId") for key in "83"]
    granting.grant(club.engine.symbols, ids[0], "members", ids[1], None, now + timedelta(days=3), "why", "ann", now)
    club.run(*EXPORT)
    assert [anchor for anchor, _ in Door.told] == ["8", "8"]
    assert set(Door.told[0][1]) == {"id"}
    assert days(club) == [{"3": 3}]
