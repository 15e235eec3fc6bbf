"""A container that an export renames carries what it contains along."""

import pytest

from mimas.sync.rules import ResourceType
from mimas.testing import Nature, System
from tests.world import World, attributes, delimited, inbound, outbound, person, simulated

STEPS = ("import units", "import hr", "sync", "export dir", "import dir", "sync")


@pytest.fixture(params=[False, True])
def company(world: World, request: pytest.FixtureRequest) -> World:
    """Units are containers of people; a directory that puts references right by itself, or does not."""
    System(world.folder / "dir.system", Nature(repairs=request.param)).close()
    types = {"unit": "id", "person": "id manager>person"}
    values = {"employeeId": "id", "name": "name", "dept": "dept", "manager": "manager"}
    world.configure(
        [
            delimited("units", "id name"),
            delimited("hr", "id name dept manager>person"),
            simulated("dir", types, named=True, references="name"),
        ],
        [
            inbound("units", {"employeeId": "id", "name": "name"}, resource_type="unit", join=["id=employeeId"]),
            inbound("hr", values, join=["id=employeeId"]),
            outbound(
                "dir",
                {"dn": '="ou=" & [name]', "id": "employeeId"},
                name="units out",
                object_type="unit",
                resource_type="unit",
            ),
            outbound(
                "dir",
                {"dn": '="cn=" & [name] & ",ou=" & [dept]', "id": "employeeId", "manager": "manager"},
                name="people out",
            ),
        ],
        [person(), ResourceType("unit", attributes("employeeId name"), frozenset(["employeeId"]))],
    )
    return world


def show(world: World, *units: str, ann: str = "Ann") -> None:
    """Ann and Cid in the first unit, Bob in the second; Ann leads both of them."""
    world.write("units.csv", *({"id": f"u{number}", "name": name} for number, name in enumerate(units)))
    world.write(
        "hr.csv",
        {"id": "1", "name": ann, "dept": units[0], "manager": ""},
        {"id": "2", "name": "Bob", "dept": units[1], "manager": "1"},
        {"id": "3", "name": "Cid", "dept": units[0], "manager": "1"},
    )


def held(world: World) -> dict[str | None, str]:
    """Name → manager."""
    with System(world.folder / "dir.system") as system:
        return {one.name: str(*one.values.get("manager", ())) for one in system.entries().values() if one.values["id"]}


def test_who_refers_to_what_was_carried_along_is_put_right(company: World) -> None:
    show(company, "Sales", "Legal")
    company.run(*STEPS)
    show(company, "Trade", "Legal")
    company.run(*STEPS * 2)
    assert held(company) == {
        "ou=Trade": "",
        "ou=Legal": "",
        "cn=Ann,ou=Trade": "",
        "cn=Bob,ou=Legal": "cn=Ann,ou=Trade",
        "cn=Cid,ou=Trade": "cn=Ann,ou=Trade",
    }
    assert company.pending() == {}
