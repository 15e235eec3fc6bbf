"""Erasing on both databases: what stands in place of the values, what is covered, what stays of others."""

import pytest

from mimas.runs import granting, joiner
from mimas.store import looking
from mimas.store.history import biography
from mimas.store.history.audit import verify
from mimas.store.history.erasing import Erased, EraseError, covered, erase, said
from mimas.store.history.past import Then
from mimas.store.history.recording import RECORDED
from tests.world import World, delimited, inbound, outbound, target

NAMES = ("Zebedee", "zebedee", "Zeus", "Zanzibar")


@pytest.fixture
def left(world: World) -> World:
    """Zebedee, whose name was given out as unique, who was Zeus for a while; and Ada, who stays."""
    world.configure(
        [delimited("hr", "id name"), target("app", "id name mail")],
        [
            inbound("hr", {"employeeId": "id", "name": "name", "mail": ("=LCase([name])",)}, join=["id=employeeId"]),
            outbound("app", {"id": "employeeId", "name": "name", "mail": "mail"}),
        ],
    )
    world.write("app.csv", columns="id name mail")
    for rows in ([("1", "Ada"), ("2", "Zebedee")], [("1", "Ada"), ("2", "Zeus")], [("1", "Bea")]):
        if len(rows) == 1:
            joiner.disconnect(world.engine.symbols, "hr", "2", world.clock())
            granting.grant(world.engine.symbols, 1, "manager", 2, None, None, "Zanzibar", "kim", world.clock())
        world.write("hr.csv", *({"id": id_, "name": name} for id_, name in rows))
        world.run("import hr", "sync", "export app", "import app", "sync")
        world.clock.forward(hours=1)
    return world


def stands(world: World) -> set[str]:
    """The tables in which a name stands."""
    found = set()
    for (table,) in world.rows(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        if world.store.database.postgresql
        else "SELECT name FROM sqlite_master WHERE type = 'table'"
    ):
        if any(name in repr(world.rows(f'SELECT * FROM "{table}"')) for name in NAMES):
            found.add(table)
    return found


def test_every_table_is_without_the_names(left: World) -> None:
    assert {"resource", "past_resource", "past_object", "fact", "granted", "step_object"} <= stands(left)
    before = {one.past.name: len(left.rows(f"SELECT * FROM {one.past.name}")) for one in RECORDED}
    assert erase(left.store, 2, "case 815") > 0
    assert stands(left) == set()
    after = {one.past.name: len(left.rows(f"SELECT * FROM {one.past.name}")) for one in RECORDED}
    assert all(after[name] >= count for name, count in before.items()), "nothing is taken out but values"
    verdict = verify(left.store)
    assert verdict.sound, verdict
    assert verdict.erased > 0


def test_others_keep_theirs(left: World) -> None:
    story = biography.of_resource(left.store, 1, 100)
    erase(left.store, 2, "case 815")
    told = biography.of_resource(left.store, 1, 100)
    changes = [change for entry in told for change in entry["changes"] if change["what"] == "value"]
    assert changes == [change for entry in story for change in entry["changes"] if change["what"] == "value"]
    assert looking.show(left.store, 1)["values"]["name"] == "Bea"


def test_what_was_erased_can_still_be_asked_for(left: World) -> None:
    erase(left.store, 2, "case 815")
    for (place,) in left.rows("SELECT place FROM batch ORDER BY place"):
        if place:
            try:
                shown = looking.show(left.store, 2, Then(place, 1))
            except LookupError:
                continue
            assert shown["values"] == {}
    assert biography.of_resource(left.store, 2, 100)[0]["why"].endswith("case 815")


def test_twice_is_as_once(left: World) -> None:
    erase(left.store, 2, "case 815")
    assert erase(left.store, 2, "case 816") == 0
    assert verify(left.store).sound


def test_a_row_that_somebody_else_has_erased_is_found(left: World) -> None:
    with left.store.transaction() as tx:
        left.store.database.before_commit = lambda _: None
        tx.run("UPDATE past_resource SET erased = 'x', doc = NULL WHERE id = 1 AND doc IS NOT NULL")
    verdict = verify(left.store)
    assert not verdict.sound
    assert "rows kept of the table resource were erased, and no entry says so" in verdict.others[0]


def test_who_lives_is_not_erased(left: World) -> None:
    with pytest.raises(EraseError, match="Resource 1 is not deleted"):
        erase(left.store, 1, "case 815")
    with pytest.raises(EraseError, match="Resource 99 is not deleted"):
        erase(left.store, 99, "case 815")


def test_what_an_entry_says_is_read_again() -> None:
    assert covered(said(7, [1, 22], "case 815: x")) == Erased(7, frozenset({1, 22}))
    assert covered(said(7, [], "case")) == Erased(7, frozenset())
    assert covered("config apply") is None
