"""When a value was first shown, made, sent and confirmed, and by which run: what `why` tells of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mimas.runs.explaining.chronicle import Since
from mimas.runs.explaining.onward import Onward
from mimas.runs.explaining.why import Why, why
from mimas.store import pruning
from mimas.sync.rules import LinkType
from tests.world import World, delimited, inbound, outbound, target

HR = delimited("hr", "id name mail boss>person")
IN = inbound(
    "hr", {"employeeId": "id", "name": "=Trim([name])", "mail": "mail", "manager": "boss"}, join=["id=employeeId"]
)
APP = target("app", "id name mail boss>person")
OUT = outbound("app", {"id": "employeeId", "name": "name", "mail": "mail", "boss": "manager"})
DAY = ("import hr", "sync", "export app", "import app", "sync")
ANN, BEA = (
    {"id": key, "name": name, "mail": "", "boss": boss} for key, name, boss in (("1", "Ann", ""), ("2", "Bea", "1"))
)


@pytest.fixture
def lived(world: World) -> World:
    """Two days, of which each step is a run of its own, an hour apart; on the second one Ann is called Anne."""
    world.configure([HR, APP], [IN, OUT])
    for name in ("Ann", "Anne"):
        world.write("hr.csv", {**ANN, "name": name}, BEA)
        steps(world, *DAY)
    return world


def steps(world: World, *some: str) -> None:
    for step in some:
        world.clock.forward(hours=1)
        world.run(step)


def asked(world: World, attribute: str, key: str = "1") -> Why:
    _ = world.engine.symbols
    return why(world.engine, world.id_of(key, "employeeId"), attribute)


def goes(answer: Why) -> Onward:
    (one,) = answer.onward
    return one


def run(since: Since | None) -> tuple[int | None, str]:
    """The run, and the step that it was."""
    assert since is not None
    assert since.known
    assert since.what.startswith(f"run {since.run} (test): ")
    return since.run, since.what.rpartition(": ")[2]


def test_every_station_of_a_value_has_its_run(lived: World) -> None:
    answer = asked(lived, "name")
    (origin,) = answer.origins
    assert (origin.connector, origin.anchor, run(origin.since)) == ("hr", "1", (6, "import hr"))
    assert run(answer.since) == (7, "sync")
    assert run(goes(answer).carried) == (8, "export app")
    assert run(goes(answer).confirmed) == (9, "import app")


def test_what_did_not_change_since_is_as_old_as_it_is(lived: World) -> None:
    answer = asked(lived, "name", "2")
    assert [run(answer.origins[0].since), run(answer.since)] == [(1, "import hr"), (2, "sync")]
    assert [run(goes(answer).carried), run(goes(answer).confirmed)] == [(3, "export app"), (4, "import app")]


def test_what_was_sent_and_is_not_confirmed(lived: World) -> None:
    lived.write("hr.csv", {**ANN, "name": "Annie"}, BEA)
    steps(lived, "import hr", "sync")
    assert (goes(asked(lived, "name")).state, goes(asked(lived, "name")).carried) == ("to be sent", None)
    steps(lived, "export app")
    one = goes(asked(lived, "name"))
    assert (run(one.carried), one.confirmed) == ((13, "export app"), None)


def test_what_the_system_holds_by_itself_was_brought_by_no_export(world: World) -> None:
    world.configure([HR, APP], [IN, replace(OUT, join=inbound("app", {}, join=["id=employeeId"]).join)])
    world.write("hr.csv", ANN)
    world.write("app.csv", {"id": "1", "name": "Ann", "mail": "x", "boss": ""})
    steps(world, "import app", "import hr", "sync", "export app", "import app")
    one = goes(asked(world, "name"))
    assert (one.state, one.carried, run(one.confirmed)) == ("as it should be", None, (1, "import app"))
    one = goes(asked(world, "mail"))
    assert (one.shows, run(one.carried), run(one.confirmed)) == (None, (4, "export app"), (5, "import app"))


def test_a_system_that_is_taken_at_its_word(world: World) -> None:
    files = replace(delimited("app", "id name"), settings={"export": "changes", "changes": "out.csv"})
    world.configure([HR, files], [IN, outbound("app", {"id": "employeeId", "name": "name"})])
    world.write("hr.csv", ANN)
    steps(world, "import hr", "sync", "export app")
    one = goes(asked(world, "name"))
    assert (one.state, run(one.carried), run(one.confirmed)) == (
        "as it should be",
        (3, "export app"),
        (3, "export app"),
    )


def test_a_reference_and_what_was_made_of_it(lived: World) -> None:
    answer = asked(lived, "manager", "2")
    (reference,) = answer.references
    assert (run(reference.since), run(reference.flows[0].since)) == ((2, "sync"), (1, "import hr"))
    assert [run(goes(answer).carried), run(goes(answer).confirmed)] == [(3, "export app"), (4, "import app")]
    lived.write("hr.csv", ANN, {**BEA, "boss": "2"})
    steps(lived, *DAY)
    answer = asked(lived, "manager", "2")
    (reference,) = answer.references
    assert (run(reference.since), run(reference.flows[0].since)) == ((12, "sync"), (11, "import hr"))
    assert [run(goes(answer).carried), run(goes(answer).confirmed)] == [(13, "export app"), (14, "import app")]


def test_of_runs_that_were_pruned_the_history_tells(lived: World) -> None:
    before = asked(lived, "name")
    pruning.prune(lived.store, lived.clock.now + timedelta(hours=1))
    answer = asked(lived, "name")
    assert answer.since is not None
    assert before.since is not None
    assert (answer.since.what, answer.since.run) == (before.since.what, None)
    assert goes(answer).carried is not None, "the history does not have what it sent, and knows that it did"


def test_where_the_history_does_not_reach_it_says_so(lived: World) -> None:
    with lived.store.transaction() as tx:
        first = tx.value("SELECT place FROM batch WHERE step = (SELECT max(id) FROM step WHERE run = 7)")
        for (name,) in [("resource",), ("object",), ("reference",), ("pending_export",)]:
            tx.run(f"DELETE FROM past_{name} WHERE batch IN (SELECT id FROM batch WHERE place <= ?)", first)
        tx.run("DELETE FROM batch WHERE place < ?", first)
        begins = tx.value("SELECT at FROM batch ORDER BY place LIMIT 1")
    answer = asked(lived, "name")
    assert (answer.since, answer.origins[0].since) == (Since(begins, known=False), Since(begins, known=False))
    assert run(goes(answer).confirmed) == (9, "import app")
    one = goes(asked(lived, "name", "2"))
    assert (one.carried, one.confirmed) == (None, Since(begins, known=False))


def test_the_word_of_a_rule_that_only_joins(world: World) -> None:
    """A second source takes over: the value is as old as what it shows, and not as what was there before."""
    more = delimited("more", "id name")
    joins = inbound("more", {"name": "name"}, join=["id=employeeId"], link=LinkType.JOIN, precedence=9)
    world.configure([HR, more], [IN, joins])
    world.write("hr.csv", ANN)
    world.write("more.csv", {"id": "1", "name": "Ann"})
    steps(world, "import hr", "sync", "import more", "sync")
    answer = asked(world, "name")
    assert [(o.connector, run(o.since)) for o in answer.origins] == [("more", (3, "import more"))]
    assert run(answer.since) == (2, "sync"), "the value itself has stayed"
