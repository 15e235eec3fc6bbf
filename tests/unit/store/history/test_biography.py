"""What has happened to one resource and its objects, entry by entry."""

from typing import Any

import pytest

from mimas.runs import granting, joiner
from mimas.store.history import biography
from tests.world import World, delimited, inbound, outbound, target

Story = list[tuple[str, list[tuple[Any, ...]]]]


@pytest.fixture
def town(world: World) -> World:
    """HR and a register offer, an application gets."""
    world.configure(
        [delimited("hr", "id name title manager>person"), delimited("reg", "id title"), target("app", "id name title")],
        [
            inbound(
                "hr",
                {"employeeId": "id", "name": "name", "title": "title", "manager": "manager"},
                join=["id=employeeId"],
                precedence=1,
            ),
            inbound("reg", {"title": "title"}, join=["id=employeeId"], precedence=2),
            outbound("app", {"id": "employeeId", "name": "name", "title": "title"}),
        ],
    )
    world.write("app.csv", columns="id name title")
    world.write("reg.csv", {"id": "1", "title": "Chief"})
    people(world, title="Clerk")
    world.run("import hr", "import reg", "import app", "sync", "export app", "import app")
    world.clock.forward(hours=1)
    return world


def people(world: World, **ada: str) -> None:
    world.write(
        "hr.csv", {"id": "1", "name": "Ada", **ada}, {"id": "2", "name": "Bea"}, columns="id name title manager"
    )


def story(world: World, name: str, limit: int = 100) -> Story:
    """The entries of a person, the last first: of each change its kind, and what else matters."""
    entries = biography.of_resource(world.store, world.id_of(name), limit)
    return [(entry["why"].rpartition(": ")[2], [short(change) for change in entry["changes"]]) for entry in entries]


def short(change: dict[str, Any]) -> tuple[Any, ...]:
    names = ("connector", "attribute", "before", "after", "name", "operation")
    return (change["what"], *(change[name] for name in names if change.get(name)))


def test_from_the_source_to_the_target(town: World) -> None:
    people(town, title="Lead", manager="2")
    town.run("import hr", "sync", "export app", "import app")
    assert story(town, "Ada", 4) == [
        ("import app", [("seen", "app", "title", "Clerk", "Lead"), ("confirmed", "app", "update")]),
        ("export app", [("sent", "app", "update")]),
        (
            "sync",
            [
                ("value", "title", "Clerk", "Lead"),
                ("reference added", "manager", "Bea"),
                ("wanted", "app", "title", "Clerk", "Lead"),
            ],
        ),
        ("import hr", [("seen", "hr", "title", "Clerk", "Lead"), ("seen reference added", "hr", "manager", "2")]),
    ]


def test_a_value_that_another_rule_gives(town: World) -> None:
    people(town)
    town.run("import hr", "sync")
    (entry,) = biography.of_resource(town.store, town.id_of("Ada"), 1)
    (value,) = [change for change in entry["changes"] if change["what"] == "value"]
    assert (value["before"], value["after"]) == ("Clerk", "Chief")
    assert (value["from-before"]["rule"], value["from"]["rule"]) == ("hr in", "reg in")
    people(town, title="Chief")
    town.run("import hr", "sync")
    (entry,) = biography.of_resource(town.store, town.id_of("Ada"), 1)
    assert [short(change) for change in entry["changes"]] == [("value", "title", "Chief", "Chief")]


def test_a_system_that_changes_by_itself_and_one_that_does_not_keep_what_it_was_sent(town: World) -> None:
    rows = town.read("app.csv")
    town.write("app.csv", *({"id": id_, **row} for id_, row in rows.items() if id_ != "1"), columns="id name title")
    rows["1"]["title"] = "Boss"
    town.write("app.csv", *({"id": id_, **row} for id_, row in rows.items()), columns="id name title")
    town.run("import app")
    ((why, changes),) = story(town, "Ada", 1)
    assert (why, changes) == ("import app", [("seen", "app", "title", "Clerk", "Boss")])
    town.run("export app")
    town.write("app.csv", *({"id": id_, **row} for id_, row in rows.items()), columns="id name title")
    town.run("import app")
    assert ("not kept", "app", "update") in story(town, "Ada", 1)[0][1]


def test_how_it_began_is_told_once(town: World) -> None:
    told = story(town, "Ada")
    assert [why for why, _ in told] == ["import app", "export app", "sync", "import reg", "import hr"]
    kinds = [change[:2] for change in told[2][1]]
    assert kinds.count(("made",)) == 1
    assert kinds.count(("link made", "hr")) == kinds.count(("link made", "app")) == 1
    assert ("presence", "app", "not seen yet") in told[2][1]
    assert ("sent", "app", "add") in told[1][1]


def test_decisions_and_grants(town: World) -> None:
    granting.grant(
        town.engine.symbols, town.id_of("Ada"), "manager", town.id_of("Bea"), None, None, "x", "kim", town.clock()
    )
    assert story(town, "Ada", 1)[0][1] == [("granted", "manager", "Bea")]
    assert story(town, "Bea", 1)[0][1] == [("granted", "manager", "Ada")]
    joiner.disconnect(town.engine.symbols, "reg", "1", town.clock())
    assert story(town, "Ada", 1)[0][1] == [("decided", "reg")]
    town.run("sync")
    assert ("link broken", "reg") in story(town, "Ada", 1)[0][1]


def test_an_object_that_goes_over_to_somebody_else(town: World) -> None:
    joiner.join(town.engine.symbols, "reg", "1", town.id_of("Bea"), town.clock())
    town.run("sync")
    assert ("link broken", "reg") in story(town, "Ada", 1)[0][1]
    assert ("link made", "reg") in story(town, "Bea", 1)[0][1]
    town.write("reg.csv", {"id": "1", "title": "Head"})
    town.run("import reg")
    assert story(town, "Bea", 1)[0][1] == [("seen", "reg", "title", "Chief", "Head")]
    assert not any(change[:2] == ("seen", "reg") for change in story(town, "Ada", 1)[0][1])
    assert ("seen", "reg", "title", "Chief") in [c for _, changes in story(town, "Ada") for c in changes]


def test_of_an_object_by_its_keys_of_now_and_before(town: World) -> None:
    (found,) = biography.find_object(town.store, "reg", "1", "1")
    entries = biography.of_object(town.store, found, 10)
    assert [[short(change)[0] for change in entry["changes"]] for entry in entries] == [
        ["link made"],
        ["presence", "seen", "seen"],
    ]
    town.write("reg.csv", columns="id title")
    town.run("import reg", "sync")
    assert town.rows("SELECT * FROM object WHERE id = ?", found) == []
    assert biography.find_object(town.store, "reg", "1", "1") == [found]
    assert biography.find_object(town.store, "reg", "2", "2") == []


def test_who_has_done_it(town: World) -> None:
    with town.store.caused_by(town.store.cause.__class__("kim", "x")):
        people(town, title="Lead")
        town.run("import hr", "sync", "export app")
    entries = biography.of_resource(town.store, town.id_of("Ada"), 3)
    assert [(entry["person"], entry["run"]) for entry in entries] == [("kim", 2)] * 3
    assert [entry["why"] for entry in entries] == [f"run 2 (test): {s}" for s in ("export app", "sync", "import hr")]
