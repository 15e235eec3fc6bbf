"""The simulated system, and what the engine makes of each way in which a system can be unfaithful."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from mimas.testing import Nature, System
from tests.world import World, delimited, inbound, outbound, person, simulated

CYCLE = ("import hr", "sync", "export app", "import app", "sync")
AGAIN = ("import app", "sync", "retry app") * 6 + ("import app", "sync")
FLOWS = {"id": "employeeId", "name": "name", "mail": "mail", "manager": "manager"}
COLUMNS = "id name mail manager>person"


@pytest.fixture
def company(world: World) -> World:
    """A source, and an application that gives the anchors itself."""
    world.configure(
        [delimited("hr", COLUMNS), simulated("app", {"person": COLUMNS}, delta=True)],
        [
            inbound(
                "hr",
                {"employeeId": "id", "name": "name", "mail": "mail", "manager": "manager"},
                join=["id=employeeId"],
            ),
            outbound("app", FLOWS),
        ],
        [person()],
    )
    return world


def show(world: World, *rows: str) -> None:
    """Each ``id/name/mail/manager``."""
    names = ("id", "name", "mail", "manager")
    world.write("hr.csv", *(dict(zip(names, row.split("/"), strict=True)) for row in rows), columns=" ".join(names))


def app(world: World, nature: Nature | None = None) -> System:
    return System(world.folder / "app.system", nature)


def held(world: World) -> dict[str, dict[str, Any]]:
    """Number → what the application holds; references by number."""
    with app(world) as system:
        entries = system.entries()
    number = {anchor: str(entry.values["id"][0]) for anchor, entry in entries.items()}
    assert len(set(number.values())) == len(number), "somebody is there twice"
    return {
        number[anchor]: {
            name: number.get(str(values[0]), values[0]) for name, values in entry.values.items() if name != "id"
        }
        for anchor, entry in entries.items()
    }


STAFF = ("1/Ann/a@x/", "2/Bob//1", "3/Cid//2", "4/Dan/d@x/1", "5/Eve//4")
WHOLE = {
    "1": {"name": "Ann", "mail": "a@x"},
    "2": {"name": "Bob", "manager": "1"},
    "3": {"name": "Cid", "manager": "2"},
    "4": {"name": "Dan", "mail": "d@x", "manager": "1"},
    "5": {"name": "Eve", "manager": "4"},
}
CHANGED = ("1/Anna/a@x/", "2/Bob/b@x/4", "4/Dan//1", "6/Fay//2")
AFTER = {
    "1": {"name": "Anna", "mail": "a@x"},
    "2": {"name": "Bob", "mail": "b@x", "manager": "4"},
    "4": {"name": "Dan", "manager": "1"},
    "6": {"name": "Fay", "manager": "2"},
}


@pytest.mark.parametrize(
    "nature",
    [
        Nature(),
        Nature(reorders=True),
        Nature(refuses=0.4),
        Nature(ignores=0.4),
        Nature(late=0.4),
        Nature(twice=0.5),
        Nature(silent=0.4),
        Nature(breaks=0.3),
        Nature(truncates=0.5),
        Nature(refuses=0.2, ignores=0.1, late=0.2, twice=0.2, silent=0.2, breaks=0.2, truncates=0.3, reorders=True),
    ],
    ids=str,
)
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_it_does_with_time_it_holds_what_is_wanted_once(company: World, nature: Nature, seed: int) -> None:
    app(company, replace(nature, seed=seed)).close()
    for rows, whole in ((STAFF, WHOLE), (CHANGED, AFTER)):
        show(company, *rows)
        company.run(*CYCLE)
        for _ in range(12):
            company.run(*AGAIN)
            if not company.pending():
                break
        assert company.pending() == {}
        assert held(company) == whole


def outcomes(world: World) -> Counter[str]:
    with app(world) as system:
        return Counter(outcome for *_, outcome in system.journal())


@pytest.mark.parametrize(
    ("nature", "outcome"),
    [
        (Nature(refuses=0.5), "constraint-violation"),
        (Nature(ignores=0.5), "ignored"),
        (Nature(late=0.5), "late"),
        (Nature(), "done"),
    ],
)
def test_it_is_what_it_is_said_to_be(company: World, nature: Nature, outcome: str) -> None:
    app(company, nature).close()
    show(company, *STAFF)
    company.run(*CYCLE)
    assert outcomes(company)[outcome] > 0


def test_a_connection_that_is_lost_ends_the_step(company: World) -> None:
    app(company, Nature(breaks=1)).close()
    show(company, *STAFF)
    report = company.run("import hr", "sync", "export app")
    assert report.steps[2].outcome.result == "stopped-connectivity"
    assert len(held(company)) == 1


def test_what_is_never_answered_is_looked_for_before_it_is_sent_again(company: World) -> None:
    app(company, Nature(silent=1)).close()
    show(company, *STAFF)
    report = company.run("import hr", "sync", "export app")
    assert (report.steps[2].outcome.result, set(company.codes())) == ("completed-export-errors", {"cd-error"})
    company.run("import app", "sync", "export app", "import app", "sync")
    with app(company) as system:
        assert Counter(operation for operation, *_ in system.journal())["add"] == 5
    assert set(held(company)) == set("12345")


def test_a_listing_that_stops_is_no_evidence(company: World) -> None:
    show(company, *STAFF)
    company.run(*CYCLE)
    app(company, Nature(truncates=1)).close()
    outcome = company.run("import app").steps[0].outcome
    assert outcome.result == "completed-discovery-errors"
    assert outcome.counters["stage-delete"] == 0
    company.run("sync", "export app")
    assert set(held(company)) == set("12345")


@pytest.mark.parametrize("hides", [False, True])
def test_deltas_tell_what_is_gone_or_do_not(company: World, hides: bool) -> None:
    app(company, Nature(hides_deletes=hides)).close()
    show(company, *STAFF)
    company.run(*CYCLE)
    with app(company) as system:
        (anchor,) = [a for a, entry in system.entries().items() if entry.values["id"] == ["5"]]
        system.remove(anchor)
    assert company.run("delta app").steps[0].outcome.counters["stage-delete"] == (not hides)
    assert company.run("import app").steps[0].outcome.counters["stage-delete"] == hides


def test_what_it_makes_of_values_is_learned_and_what_it_drops_is_told(company: World) -> None:
    app(company, Nature(trims=frozenset(["name"]), folds=frozenset(["mail"]), drops=frozenset(["manager"]))).close()
    show(company, "1/ Ann /A@X/", "2/Bob//1")
    company.run(*CYCLE, *AGAIN)
    assert held(company) == {"1": {"name": "Ann", "mail": "a@x"}, "2": {"name": "Bob"}}
    report = company.run("retry app", "import app")
    assert outcomes(company)["done"] < 20
    assert report.steps[1].outcome.counters["exported-change-not-reimported"] == 1
    assert len(company.pending()) == 1
