"""Changes from a connected system that wait for consent, because a policy rule says so."""

from typing import Any

import pytest

from mimas.requests.owners import owners
from mimas.requests.processing import Requests
from mimas.requests.wishes import Change, Mode, Operation, Wish
from mimas.runs.releasing import refuse, release
from mimas.schema.values import decode
from mimas.store import looking
from tests.world import World, delimited, inbound, person


@pytest.fixture
def world(world: World) -> World:
    """Ann, Bob and Cid from a file; changes of a seller's department wait."""
    world.configure(
        [delimited("hr", "id name dept")],
        [inbound("hr", {"employeeId": "id", "name": "name", "dept": "dept"}, join=["id=employeeId"])],
        [person("employeeId name dept")],
    )
    hr(world, "1 Ann Sales", "2 Bob Sales", "3 Cid IT")
    sellers = make(world, "Set", DisplayName="Sellers", Filter="/person[dept = 'Sales']")
    make(
        world,
        "ManagementPolicyRule",
        DisplayName="Sellers are asked about",
        GrantRight=False,
        HoldsSynchronization=True,
        ActionType=["Modify", "Delete"],
        ActionParameter=["dept"],
        ResourceCurrentSet=[sellers],
    )
    return world


def make(world: World, type_: str, **values: Any) -> int:
    requests = Requests(world.store, world.engine.symbols, owners(world.engine.setup.rules))
    changes = tuple(
        Change(name, Mode.REPLACE, tuple(value) if isinstance(value, list) else (value,))
        for name, value in values.items()
    )
    (outcome,) = requests.submit(None, Wish(Operation.CREATE, type_, None, changes))
    assert outcome.target is not None, outcome.message
    return outcome.target


def hr(world: World, *rows: str) -> None:
    named = [dict(zip(("id", "name", "dept"), row.split(), strict=True)) for row in rows]
    world.write("hr.csv", *named, columns="id name dept")
    world.run("import hr")
    world.run("sync")


def people(world: World) -> dict[str, str]:
    found = [decode(row[2]) for row in world.rows("SELECT id, type, doc FROM resource")]
    return {str(values["name"]): str(values.get("dept", "")) for values in found if "employeeId" in values}


def held(world: World) -> list[tuple[int, int]]:
    return [(hold["id"], hold["count"]) for hold in looking.open_holds(world.store) if hold["kind"] == "consent"]


def test_a_change_that_the_rule_names_waits_and_others_do_not(world: World) -> None:
    hr(world, "1 Ann IT", "2 Rob Sales", "3 Cid HR")
    assert people(world) == {"Ann": "Sales", "Rob": "Sales", "Cid": "HR"}
    ((number, count),) = held(world)
    assert count == 1
    release(world.store, number)
    world.run("sync")
    assert people(world)["Ann"] == "IT"
    assert held(world) == []


def test_it_waits_through_every_sync_and_a_full_one(world: World) -> None:
    hr(world, "1 Ann IT", "2 Bob Sales", "3 Cid IT")
    world.run("full")
    assert people(world)["Ann"] == "Sales"
    assert [count for _, count in held(world)] == [1]


def test_consent_is_for_what_was_shown(world: World) -> None:
    hr(world, "1 Ann IT", "2 Bob Sales", "3 Cid IT")
    ((number, _),) = held(world)
    release(world.store, number)
    hr(world, "1 Ann HR", "2 Bob Sales", "3 Cid IT")
    assert people(world)["Ann"] == "Sales"
    ((again, _),) = held(world)
    assert again != number


def test_what_is_taken_back_waits_no_more(world: World) -> None:
    hr(world, "1 Ann IT", "2 Bob Sales", "3 Cid IT")
    hr(world, "1 Ann Sales", "2 Bob Sales", "3 Cid IT")
    assert held(world) == []


def test_what_is_refused_is_asked_again(world: World) -> None:
    hr(world, "1 Ann IT", "2 Bob Sales", "3 Cid IT")
    ((number, _),) = held(world)
    refuse(world.store, number)
    world.run("sync")
    assert people(world)["Ann"] == "Sales"
    assert [count for _, count in held(world)] == [1]


def test_a_rule_that_is_switched_off_holds_nothing(world: World) -> None:
    hr(world, "1 Ann IT", "2 Bob Sales", "3 Cid IT")
    requests = Requests(world.store, world.engine.symbols, owners(world.engine.setup.rules))
    with world.store.reading() as tx:
        (rule,) = requests.policies.current(tx).rules
    requests.submit(
        None, Wish(Operation.PUT, "ManagementPolicyRule", rule.id, (Change("Disabled", Mode.REPLACE, (True,)),))
    )
    world.run("sync")
    assert people(world)["Ann"] == "IT"
    assert held(world) == []
