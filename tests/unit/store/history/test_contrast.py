"""What two moments have differently, and putting together what is alike."""

from typing import Any

import pytest

from mimas.runs import granting
from mimas.store.history.alike import Alike, Alteration, Subject, grouped
from mimas.store.history.contrast import Span, contrast, names
from mimas.store.history.past import last_place
from tests.world import World, delimited, inbound, outbound, target

Told = dict[tuple[str, str, str], int]


@pytest.fixture
def town(world: World) -> World:
    """Six people in HR and an application; the first is everybody's manager."""
    world.configure(
        [delimited("hr", "id name title manager>person"), target("app", "id name title manager>person")],
        [
            inbound(
                "hr",
                {"employeeId": "id", "name": "name", "title": "title", "manager": "manager"},
                join=["id=employeeId"],
            ),
            outbound("app", {"id": "employeeId", "name": "name", "title": "title", "manager": "manager"}),
        ],
    )
    world.write("app.csv", columns="id name title manager")
    live(world, {f"{n}": {"title": "Clerk", "manager": "1"} for n in range(1, 7)})
    return world


def live(world: World, people: dict[str, dict[str, str]]) -> None:
    rows = ({"id": key, "name": f"N{key}", **row} for key, row in people.items())
    world.write("hr.csv", *rows, columns="id name title manager")
    world.run("import hr", "sync", "export app", "import app")
    world.clock.forward(hours=1)


def place(world: World) -> int:
    with world.store.transaction() as tx:
        return last_place(tx)


def differs(world: World, since: int, until: int | None = None, **only: Any) -> Alike:
    with world.store.transaction() as tx:
        return grouped(contrast(world.store, tx, Span(since, until), **only), 3)


def told(alike: Alike) -> Told:
    return {(g.first.of, g.first.action, g.first.attribute): g.count for g in alike.groups}


def test_alike_changes_are_counted_with_examples(town: World) -> None:
    since = place(town)
    live(town, {f"{n}": {"title": "Lead" if n < 6 else "Head", "manager": "1"} for n in range(1, 7)})
    alike = differs(town, since)
    assert told(alike) == {
        ("person", "changed", "title"): 6,
        ("app", "changed", "title"): 6,
        ("hr", "shows", "title"): 6,
    }
    (group,) = [g for g in alike.groups if g.first.of == "person"]
    assert (len(group.examples), group.uniform, group.first.rule) == (3, False, "hr in")
    assert (group.first.before, group.first.after) == ("Clerk", "Lead")
    assert alike.counts["person"] == {"changed": 6}
    assert told(differs(town, place(town))) == {}


def test_what_is_made_and_what_ends(town: World) -> None:
    since = place(town)
    live(town, {f"{n}": {"title": "Clerk", "manager": "1"} for n in range(1, 8) if n != 2})
    alike = differs(town, since)
    assert told(alike) == {
        ("person", "made", ""): 1,
        ("person", "deleted", ""): 1,
        ("hr", "made", ""): 1,
        ("hr", "gone", ""): 1,
        ("hr", "linked", ""): 1,
        ("hr", "unlinked", ""): 1,
        ("app", "made", ""): 1,
        ("app", "gone", ""): 1,
        ("app", "linked", ""): 1,
        ("app", "unlinked", ""): 1,
    }
    assert alike.counts["person"] == {"made": 1, "deleted": 1}


def test_references_are_told_by_the_names_of_their_targets(town: World) -> None:
    since = place(town)
    live(town, {f"{n}": {"title": "Clerk", "manager": "2" if n == 3 else "1"} for n in range(1, 7)})
    alike = differs(town, since)
    assert told(alike)["person", "added", "manager"] == told(alike)["app", "removed", "manager"] == 1
    (group,) = [g for g in alike.groups if g.first.of == "person" and g.first.action == "added"]
    with town.store.transaction() as tx:
        called = names(tx, [group.first.subject, group.first.after])
    assert [called[one].split()[0] for one in (group.first.subject, group.first.after)] == ["N3", "N2"]


def test_of_two_moments_in_the_past_and_back_again(town: World) -> None:
    first = place(town)
    live(town, {f"{n}": {"title": "Lead", "manager": "1"} for n in range(1, 7)})
    second = place(town)
    live(town, {f"{n}": {"title": "Clerk", "manager": "1"} for n in range(1, 7)})
    assert told(differs(town, first, second))["person", "changed", "title"] == 6
    assert told(differs(town, first)) == {}
    assert told(differs(town, first, first)) == {}


def test_of_one_type_and_of_one_resource(town: World) -> None:
    since = place(town)
    live(town, {f"{n}": {"title": "Lead" if n > 2 else "Clerk", "manager": "1"} for n in range(1, 7)})
    assert told(differs(town, since, type_="person")) == told(differs(town, since))
    assert told(differs(town, since, type_="group")) == {}
    one = town.id_of("N3")
    assert set(told(differs(town, since, only=[one])).values()) == {1}
    assert told(differs(town, since, only=[town.id_of("N1")])) == {}


def test_grants_and_values_that_were_given_out_are_told(town: World) -> None:
    since = place(town)
    engine = town.engine
    granting.grant(engine.symbols, town.id_of("N1"), "manager", town.id_of("N2"), None, None, "", "kim", town.clock())
    assert told(differs(town, since)) == {("grants", "made", ""): 1}


def test_what_is_alike_does_not_depend_on_the_order() -> None:
    some = [
        Alteration("person", "changed", Subject("resource", n), "title", "r", "a", "b" if n % 2 else "c")
        for n in range(4)
    ] + [Alteration("person", "changed", Subject("resource", n), "mail", "r", "a", "b") for n in range(9)]
    for order in (some, some[::-1]):
        alike = grouped(order, 2)
        assert [(g.first.attribute, g.count, g.uniform, len(g.examples)) for g in alike.groups] == [
            ("mail", 9, True, 2),
            ("title", 4, False, 2),
        ]
        assert alike.counts == {"person": {"changed": 9}}
