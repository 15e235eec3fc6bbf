"""How many members a group has is a value that expressions can ask for; which, they cannot."""

import pytest

from mimas.sync.rules import ResourceType
from tests.world import World, attributes, delimited, inbound, outbound, target

COLUMNS = "id members>person* boss>person"


def org(world: World, members: str, boss: str = "") -> None:
    """A group 9 with these members, and the people 1 to 4."""
    group = {"id": "9", "members": list(members), "boss": boss}
    world.write("org.csv", group, *({"id": key} for key in "1234"), columns="id members boss")


@pytest.fixture
def club(world: World) -> World:
    """The size of a group, and whether it has a boss, flow with its members."""
    type_ = ResourceType(
        "person",
        attributes("employeeId size:integer led:boolean members>person* boss>person"),
        frozenset(["employeeId"]),
    )
    flows = {"employeeId": "id", "members": "members", "boss": "boss"}
    flows |= {"size": '=ValueCount("members")', "led": "=IsPresent([boss])"}
    world.configure(
        [delimited("org", COLUMNS), target("app", "id size:integer members>person*")],
        [
            inbound("org", flows, join=["id=employeeId"]),
            outbound(
                "app",
                {"id": "employeeId", "size": "size", "members": '=IIF([size] > 2, Error("too many"), IgnoreThisFlow)'},
            ),
            outbound("app", {"members": "members"}, name="members", precedence=200, where=["employeeId ISNOTNULL"]),
        ],
        [type_],
    )
    org(world, "12", "1")
    world.run("import org", "sync", "export app", "import app")
    return world


def group(world: World) -> tuple[int, bool]:
    values = next(one for one in world.resources().values() if one["employeeId"] == "9")
    return values.get("size", 0), values["led"]


def test_a_new_group_is_counted(club: World) -> None:
    assert group(club) == (2, True)
    assert club.read("app.csv")["9"]["size"] == "2"


@pytest.mark.parametrize("sync", ["sync", "full"])
def test_one_member_more_or_less_is_counted(club: World, sync: str) -> None:
    org(club, "1")
    club.run("import org", sync)
    assert group(club) == (1, False)
    org(club, "")
    club.run("import org", sync)
    assert group(club) == (0, False)


def test_an_expression_that_only_refuses_gives_no_member_and_fails_its_object(club: World) -> None:
    assert club.read("app.csv")["9"]["members"] == "1|2"
    org(club, "123")
    club.run("import org", "sync", "export app")
    assert club.codes() == ["flow-failure"]
    assert club.read("app.csv")["9"]["members"] == "1|2", "the group is too large, and keeps what it had"
    org(club, "13")
    club.run("import org", "sync", "export app")
    assert (club.codes(), club.read("app.csv")["9"]["members"]) == ([], "1|3")
