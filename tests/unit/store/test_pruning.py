"""Runs of long ago are forgotten; whatever somebody may still ask for is not."""

from datetime import timedelta

import pytest

from mimas.runs.releasing import release
from mimas.runs.setup import Guard
from mimas.store import looking, runs, schedules
from mimas.store.pruning import prune, prune_daily
from mimas.store.schedules import Memory
from tests.world import World, delimited, inbound

RULES = [inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"])]
ROWS = [{"id": "1", "name": "Ada"}, {"id": "2", "name": "Grace"}]


@pytest.fixture
def old(world: World) -> World:
    """A world in which a run a day has found nothing to do; the last one was today."""
    world.configure([delimited("hr", "id name", missing=Guard(0, 0.0))], RULES)
    world.write("hr.csv", *ROWS)
    for _ in range(9):
        world.run("import hr")
        world.clock.forward(days=1)
    world.run("import hr")
    return world


def left(world: World) -> list[int]:
    return [run["id"] for run in reversed(looking.runs(world.store, 1_000))]


def forget(world: World, **ago: float) -> int:
    pruned = prune(world.store, world.clock() - timedelta(**ago))
    whole(world)
    return pruned


def whole(world: World) -> None:
    """Nothing refers to what is not there."""
    for table in ("step_error", "step_object", "hold"):
        assert world.rows(f"SELECT * FROM {table} WHERE step NOT IN (SELECT id FROM step)") == [], table
    assert world.rows("SELECT * FROM step WHERE run NOT IN (SELECT id FROM run)") == []
    assert world.rows("SELECT * FROM hold_item WHERE hold NOT IN (SELECT id FROM hold)") == []


def test_what_is_older_goes_with_all_that_was_kept_of_it(old: World) -> None:
    old.write("hr.csv", *ROWS, "3,too,many", columns="id name")
    old.run("import hr")
    old.run("import hr")
    assert old.rows("SELECT count(*) FROM step_error") == [(2,)]
    old.clock.forward(days=1)
    old.write("hr.csv", *ROWS)
    old.run("import hr")
    assert forget(old, days=5) == 5
    assert left(old) == [6, 7, 8, 9, 10, 11, 12, 13]
    assert forget(old, hours=1) == 7
    assert left(old) == [13]
    assert old.rows("SELECT count(*) FROM step_error") == [(0,)]
    assert {row[0] for row in old.rows("SELECT DISTINCT step FROM step_object")} <= {13}
    assert forget(old, hours=1) == 0


def test_an_instant_is_no_second(old: World) -> None:
    old.clock.forward(milliseconds=500)
    old.run("import hr")
    assert prune(old.store, old.clock()) == 10
    assert left(old) == [11]


def test_in_many_batches_and_stopped_between_two(old: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mimas.store.pruning._BATCH", 2)
    answers = iter([False, False, True])
    assert prune(old.store, old.clock(), lambda: next(answers)) == 4
    assert forget(old, hours=1) == 5


def test_the_last_run_stays_however_old_it_is(old: World) -> None:
    old.clock.forward(days=1000)
    forget(old)
    assert left(old) == [10]
    assert looking.status(old.store)["last-run"]["id"] == 10


def test_a_run_that_has_not_ended_stays_and_one_that_was_cut_off_goes(old: World) -> None:
    with old.store.transaction() as tx:
        number = runs.begin_run(tx, "test", old.clock())
        runs.begin_step(tx, number, "full-import", "hr", old.clock())
    old.clock.forward(days=1)
    forget(old)
    assert left(old) == [10, 11]
    old.run("import hr")
    old.clock.forward(days=1)
    forget(old)
    assert left(old) == [12]


def test_others_wait_for_the_last_whole_run_of_a_profile(old: World) -> None:
    with old.store.transaction() as tx:
        for profile, result in (("full", "success"), ("full", "held"), ("full", "failed"), ("other", "failed")):
            runs.end_run(tx, runs.begin_run(tx, profile, old.clock()), result, old.clock())
        before = schedules.ends(tx, ["full", "other"], old.clock())
    old.clock.forward(days=1)
    old.run("import hr")
    old.clock.forward(days=1)
    forget(old)
    assert left(old) == [12, 15]
    with old.store.transaction() as tx:
        assert schedules.ends(tx, ["full", "other"], old.clock()) == before


def test_a_schedule_remembers_its_last_run(old: World) -> None:
    with old.store.transaction() as tx:
        schedules.save(tx, "nightly", Memory("", old.clock(), run=4))
    forget(old)
    assert left(old) == [4, 10]


def test_what_is_held_keeps_its_run_until_it_is_decided(old: World) -> None:
    old.write("hr.csv", *ROWS[:1])
    old.run("import hr")
    old.run("import hr")
    old.clock.forward(days=1)
    old.run("import hr")
    assert len(old.rows("SELECT id FROM hold")) == 3
    forget(old)
    assert left(old) == [13], "earlier holds of the same question no longer speak"
    assert len(old.rows("SELECT id FROM hold")) == 1
    ((hold, _, _),) = old.holds()
    old.run("sync")
    old.clock.forward(days=1)
    forget(old)
    assert left(old) == [13, 14]
    release(old.store, hold)
    forget(old)
    assert left(old) == [14]
    assert old.rows("SELECT * FROM hold_item") == []


def test_what_a_run_has_changed_outlives_it(old: World) -> None:
    old.run("import hr", "sync", "sync")
    old.clock.forward(days=1)
    old.run("import hr")
    history = old.rows("SELECT * FROM batch ORDER BY id")
    assert forget(old, hours=1) == 11
    assert left(old) == [12]
    assert old.rows("SELECT * FROM batch ORDER BY id") == history
    assert {what for (what,) in old.rows("SELECT what FROM batch")} >= {"run 11 (test): sync"}


def test_what_is_kept_is_pruned_once_a_day(old: World) -> None:
    keep = timedelta(days=4)
    begin = old.clock()

    def daily(**later: float) -> int:
        old.clock.now = begin + timedelta(**later)
        return prune_daily(old.store, old.clock(), keep, lambda: False)

    assert daily() == 5
    assert daily(hours=23) == 0
    assert daily(hours=24) == 1
    assert daily(hours=47) == 0
    assert daily(days=2) == 1


def test_a_clock_that_was_ahead_for_a_while_keeps_nothing_for_ever(old: World) -> None:
    ahead, keep = old.clock() + timedelta(days=1000), timedelta(days=4)
    assert prune_daily(old.store, ahead, timedelta(days=2000), lambda: False) == 0
    assert prune_daily(old.store, old.clock(), keep, lambda: False) == 5


def test_what_was_stopped_goes_on_at_the_next_look(old: World) -> None:
    keep = timedelta(days=4)
    assert prune_daily(old.store, old.clock(), keep, lambda: True) == 0
    assert prune_daily(old.store, old.clock(), keep, lambda: False) == 5
