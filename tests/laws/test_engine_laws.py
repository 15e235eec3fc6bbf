"""The laws of the engine (design, section 9) over small generated worlds, on SQLite."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimas.sync.rules import Deprovision, LinkType, Membership, ResourceType
from tests.laws.days import COLUMNS, LAW, Day, days, deliver
from tests.world import World, attributes, delimited, inbound, ldif, outbound, person, target

Make: TypeAlias = Callable[[], Any]


@pytest.fixture
def make(sqlite_store: Path) -> Make:
    """Gives a new world; a property test needs one an example."""

    @contextmanager
    def new() -> Iterator[World]:
        with TemporaryDirectory() as folder:
            path = Path(folder)
            made = World(path, f"sqlite:///{shutil.copy(sqlite_store, path / 'mimas.db')}")
            configure(made)
            yield made
            made.close()

    return new


def configure(world: World, deprovision: Deprovision = Deprovision.DELETE) -> None:
    """Two sources of people and one of departments; an application for some of the people, a directory for all."""
    flows = {"employeeId": "id", "name": "name", "mail": "mail", "dept": "dept", "manager": "manager"}
    world.configure(
        [
            delimited("hr", COLUMNS),
            delimited("ext", COLUMNS),
            delimited("org", "id dept"),
            target("app", "id name mail note manager>person"),
            ldif("dir", {"person": "cn manager>person", "group": "cn member>person*"}, export="listing"),
        ],
        [
            inbound("hr", flows, precedence=10, join=["id=employeeId"]),
            inbound("ext", flows, precedence=20, join=["id=employeeId"], where=["dept NOTEQUAL out"]),
            inbound("org", {"name": "id", "dept": "dept"}, resource_type="group", join=["id=name"]),
            inbound(
                "app",
                {"title": "note", "mail": "mail", "manager": "manager"},
                name="app in",
                link=LinkType.JOIN,
                precedence=30,
            ),
            outbound(
                "app",
                {"id": "employeeId", "name": "name", "mail": "mail", "manager": "manager"},
                where=["dept NOTEQUAL out"],
                deprovision=deprovision,
            ),
            outbound("dir", {"dn": '="cn=" & [employeeId] & ",o=people"', "cn": "name", "manager": "manager"}),
            outbound(
                "dir",
                {"dn": '="cn=" & [name] & ",o=groups"', "cn": "dept", "member": "member"},
                name="groups out",
                object_type="group",
                resource_type="group",
            ),
        ],
        [person(), ResourceType("group", attributes("name dept member>person*"), frozenset(["name"]))],
        [Membership("departments", "group", "member", "person", "dept", "dept")],
    )


IMPORTS = ("import hr", "import ext", "import org")


def cycle(world: World, sync: str = "sync") -> None:
    """Everything once."""
    world.run(*IMPORTS, sync, "export app", "export dir", "import app", "import dir", sync)


def whole(world: World) -> dict[str, Any]:
    """The shape, and what the two targets hold."""
    text = (world.folder / "dir.ldif").read_text() if (world.folder / "dir.ldif").exists() else ""
    return {
        **world.shape(),
        "app": world.read("app.csv") if (world.folder / "app.csv").exists() else {},
        "dir": sorted(sorted(record.splitlines()) for record in text.split("\n\n") if "dn:" in record),
    }


@LAW
@given(st.lists(days, min_size=1, max_size=3))
def test_law_1_and_2_a_world_comes_to_rest_and_then_nothing_is_written(make: Make, history: Sequence[Day]) -> None:
    with make() as world:
        for day in history:
            deliver(world, day)
            cycle(world)
        assert world.pending() == {}
        before = world.dump()
        cycle(world)
        assert world.dump() == before
        cycle(world, "full")
        assert world.dump() == before


@LAW
@given(st.lists(days, min_size=2, max_size=4))
def test_law_3_following_changes_ends_where_full_passes_do(make: Make, history: Sequence[Day]) -> None:
    with make() as followed, make() as swept:
        for number, day in enumerate(history):
            for world, sync in ((followed, "sync" if number else "full"), (swept, "full")):
                deliver(world, day)
                cycle(world, sync)
            assert whole(followed) == whole(swept)


@LAW
@given(days, st.sampled_from(list(permutations(IMPORTS))), st.booleans())
def test_law_4_the_order_of_connectors_decides_nothing(
    make: Make, day: Day, order: Sequence[str], between: bool
) -> None:
    with make() as one, make() as other:
        deliver(one, day)
        deliver(other, day)
        one.run(*IMPORTS, "sync")
        other.run(*[step for import_ in order for step in ((import_, "sync") if between else (import_,))], "sync")
        assert whole(one) == whole(other)


@LAW
@given(days, days)
def test_law_5_whoever_leaves_and_comes_back_has_everything_back(make: Make, day: Day, absence: Day) -> None:
    with make() as world:
        deliver(world, day)
        cycle(world)
        before, numbers = whole(world), world.resources()
        deliver(world, absence)
        cycle(world)
        deliver(world, day)
        cycle(world)
        after = whole(world)
        alive = {id_: values for id_, values in world.resources().items() if id_ in numbers}
        assert alive == numbers
        assert [row for row in after["resources"] if row[1] == 0] == [row for row in before["resources"] if row[1] == 0]
        for part in ("references", "objects", "app", "dir", "pending"):
            assert after[part] == before[part]


@LAW
@given(st.lists(days, min_size=1, max_size=3))
def test_what_the_rules_want_is_what_the_application_holds(make: Make, history: Sequence[Day]) -> None:
    with make() as world:
        for day in history:
            deliver(world, day)
            cycle(world)
        people = {values["employeeId"]: values for values in world.resources().values()}
        wanted = {id_ for id_, values in people.items() if values.get("dept") != "out"}
        held = world.read("app.csv") if (world.folder / "app.csv").exists() else {}
        assert set(held) == wanted
        for id_ in wanted:
            assert held[id_].get("name") == people[id_].get("name")
        managers = world.references("manager", "employeeId")
        assert {(id_, row["manager"]) for id_, row in held.items() if "manager" in row} == {
            pair for pair in managers if set(pair) <= wanted
        }
