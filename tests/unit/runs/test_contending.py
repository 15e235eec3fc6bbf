"""Renames to names that others have."""

import pytest

from mimas.testing import System
from tests.world import World, delimited, inbound, ldif, outbound, person, simulated

STEPS = ("import hr", "sync", "export dir", "import dir", "sync")


def show(world: World, *rows: str) -> None:
    """Each ``id/name`` or ``id/name/manager``."""
    names = ("id", "name", "manager")
    world.write("hr.csv", *(dict(zip(names, [*row.split("/"), ""], strict=False)) for row in rows))


@pytest.fixture(params=["", "uid"])
def directory(world: World, request: pytest.FixtureRequest) -> World:
    """A listing of objects with names, of which the anchor is the name itself, or an attribute."""
    flows = {"dn": '="cn=" & [name] & ",o=x"', "cn": "name", "uid": "employeeId", "manager": "manager"}
    values = {"employeeId": "id", "name": "name", "manager": "manager"}
    world.configure(
        [
            delimited("hr", "id name manager>person"),
            ldif("dir", {"person": "cn uid manager>person"}, export="listing", anchor=request.param),
        ],
        [inbound("hr", values, join=["id=employeeId"]), outbound("dir", flows)],
        [person()],
    )
    show(world, "1/A", "2/B", "3/C")
    world.run(*STEPS)
    return world


def listed(world: World) -> list[tuple[str, str]]:
    """(name, number) of every record."""
    records = (world.folder / "dir.ldif").read_text().strip().split("\n\n")
    found = [dict(line.split(": ", 1) for line in record.splitlines() if ": " in line) for record in records]
    return sorted((record["dn"], record["uid"]) for record in found if "dn" in record)


def test_to_the_name_of_one_that_stays(directory: World) -> None:
    show(directory, "1/B", "2/B", "3/C/1")
    report = directory.run("import hr", "sync", "export dir")
    assert listed(directory) == [("cn=A,o=x", "1"), ("cn=B,o=x", "2"), ("cn=C,o=x", "3")]
    assert "manager: cn=A,o=x" in (directory.folder / "dir.ldif").read_text()
    assert report.steps[2].outcome.counters["export-failure"] == 1
    (note,) = directory.rows("SELECT code, name, message FROM step_error")
    assert note == ("rename-to-existing-dn", "cn=A,o=x", "another object has the name “cn=B,o=x”, and keeps it")


def test_it_is_given_when_that_one_has_left(directory: World) -> None:
    show(directory, "1/B", "2/B", "3/C")
    directory.run(*STEPS)
    show(directory, "1/B", "2/D", "3/C")
    directory.run(*STEPS, "retry dir", "import dir", "sync")
    assert listed(directory) == [("cn=B,o=x", "1"), ("cn=C,o=x", "3"), ("cn=D,o=x", "2")]
    assert directory.pending() == {}


def test_of_two_that_want_one_name_one_gets_it(directory: World) -> None:
    show(directory, "1/D", "2/D", "3/C")
    directory.run("import hr", "sync", "export dir")
    one_of_them = ([("cn=A,o=x", "1"), ("cn=D,o=x", "2")], [("cn=B,o=x", "2"), ("cn=D,o=x", "1")])
    assert [row for row in listed(directory) if row[1] != "3"] in one_of_them
    assert directory.codes() == ["rename-to-existing-dn"]


def test_whoever_cannot_leave_stops_those_who_counted_on_it(directory: World) -> None:
    show(directory, "1/B", "2/C", "3/C")
    directory.run("import hr", "sync", "export dir")
    assert listed(directory) == [("cn=A,o=x", "1"), ("cn=B,o=x", "2"), ("cn=C,o=x", "3")]
    assert directory.codes() == ["rename-to-existing-dn"] * 2


def test_to_the_name_of_one_that_is_to_be_deleted(directory: World) -> None:
    show(directory, "1/B", "3/C")
    directory.run(*STEPS)
    assert listed(directory) == [("cn=B,o=x", "1"), ("cn=C,o=x", "3")]
    assert (directory.codes(), directory.pending()) == ([], {})


class TestNamesThatNobodyHas:
    """What still refers to somebody by an old name leaves a placeholder there, which is nobody."""

    @pytest.fixture
    def people(self, world: World) -> World:
        """Ann, who leads Bob, in a directory that puts no reference right by itself; a guest of its own there."""
        values = {"employeeId": "id", "name": "name", "manager": "manager"}
        world.configure(
            [
                delimited("hr", "id name manager>person"),
                simulated("dir", {"person": "uid manager>person"}, named=True, references="name"),
            ],
            [
                inbound("hr", values, join=["id=employeeId"]),
                outbound("dir", {"dn": '="cn=" & [name]', "uid": "employeeId", "manager": "manager"}),
            ],
            [person()],
        )
        with System(world.folder / "dir.system") as system:
            system.put("person", {"uid": "0", "manager": "cn=Anna"}, name="cn=Guest")
        show(world, "1/Ann", "2/Bob/1")
        world.run("import dir", *STEPS)
        return world

    def managers(self, world: World) -> dict[str | None, str]:
        with System(world.folder / "dir.system") as system:
            return {one.name: str(*one.values.get("manager", ())) for one in system.entries().values()}

    def test_can_be_given(self, people: World) -> None:
        for name in ("Anna", "Ann", "Anna"):
            show(people, f"1/{name}", "2/Bob/1")
            assert people.run(*STEPS * 2).errors == 0
            assert self.managers(people) == {"cn=Guest": "cn=Anna", f"cn={name}": "", "cn=Bob": f"cn={name}"}
            assert people.pending() == {}

    @pytest.mark.parametrize("later", [(), STEPS])
    def test_refer_to_whoever_gets_them(self, people: World, later: tuple[str, ...]) -> None:
        show(people, "1/Anna", "2/Bob/1")
        people.run("import hr", "sync", "export dir", *later)
        ((target,),) = people.rows(
            "SELECT r.target FROM reference r JOIN object o ON o.id = r.object WHERE o.name = 'cn=Guest'"
        )
        assert '"uid":"1"' in people.rows("SELECT seen FROM object WHERE id = ?", target)[0][0]
        assert people.rows("SELECT id FROM object WHERE presence = 0 AND name = 'cn=Anna'") == []
