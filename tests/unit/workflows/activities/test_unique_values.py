"""Values that nobody else has."""

from threading import Barrier, Thread
from typing import Any

from mimas.store import facts, tables
from mimas.store.store import Store
from mimas.workflows.worker import Worker
from tests.unit.workflows.activities.conftest import TYPES, Staffed, opened
from tests.unit.workflows.conftest import update

NAME: dict[str, Any] = {
    "activity": "GenerateUniqueValue",
    "target": "[//Target/accountName]",
    "candidates": ["=LowerCase([//Target/displayName])", "[//Target/department].x[//UniquenessKey]"],
}


def _given(office: Staffed) -> list[tuple[Any, ...]]:
    return office.rows("SELECT key, resource FROM fact WHERE kind = 'unique:accountName' ORDER BY key")


def test_the_first_that_is_free(office: Staffed) -> None:
    office.modify(None, "Ann", "accountName=")
    office.happen(NAME)
    assert office.values("Ann")["accountName"] == ["ann"]
    assert _given(office) == [("ann", office.ids["Ann"])]


def test_what_somebody_has_is_passed_over_in_whatever_case(office: Staffed) -> None:
    office.modify(None, "Ann", "accountName=")
    office.modify(None, "Bob", "accountName=ANN")
    office.modify(None, "Max", "accountName=sales.X2")
    office.happen(NAME)
    assert office.values("Ann")["accountName"] == ["Sales.x3"]


def test_what_was_given_out_is_kept_for_its_owner(office: Staffed) -> None:
    office.modify(None, "Ann", "accountName=")
    with office.store.transaction() as tx:
        assert facts.claim(tx, "accountName", "ann", office.ids["Bob"], "ann", office.store.clock())
    office.happen(NAME)
    assert office.values("Ann")["accountName"] == ["Sales.x2"]


def test_whoever_has_it_keeps_it(office: Staffed) -> None:
    office.happen(NAME)
    office.modify("Max", "Ann", "mobile=8")
    office.worker.work()
    assert office.values("Ann")["accountName"] == ["ann"]


def test_filters_say_what_else_stands_against_it(office: Staffed) -> None:
    office.modify(None, "Ann", "accountName=")
    office.modify(None, "Bob", "mobile=ann")
    office.happen({**NAME, "conflicts": ["/person[mobile = '[//Value]']"]})
    assert office.values("Ann")["accountName"] == ["Sales.x2"]


def test_for_somebody_who_is_yet_to_be_made(office: Staffed) -> None:
    made = {
        "activity": "CreateResource",
        "type": "person",
        "attributes": {"displayName": "New", "accountName": "[//WorkflowData/accountName]"},
    }
    office.happen({**NAME, "target": "[//WorkflowData/accountName]"}, made, {**made, "when": "=False"})
    assert [row[0] for row in _given(office)] == ["sales.x2"]
    office.modify("Max", "Bob", "mobile=7")
    office.worker.work()
    assert [row[0] for row in _given(office)] == ["buying.x2", "sales.x2"]


def test_the_objects_of_a_connected_system_are_asked(office: Staffed) -> None:
    office.modify(None, "Ann", "accountName=")
    connector = office.store.symbol("ad")
    with office.store.transaction() as tx:
        rows = [(1, connector, None, "a", "a", 1, '{"sAMAccountName":"ANN"}', "null", "null")]
        tx.insert(tables.object_, "id, connector, type, anchor, name, presence, seen, wanted, ours", rows)
    office.happen({**NAME, "spaces": [{"connector": "ad", "attribute": "samaccountname"}]})
    assert office.values("Ann")["accountName"] == ["Sales.x2"]


def test_an_object_of_ones_own_is_no_conflict(office: Staffed) -> None:
    office.modify(None, "Ann", "accountName=")
    connector = office.store.symbol("ad")
    with office.store.transaction() as tx:
        rows = [(1, connector, None, "a", "a", 1, '{"sAMAccountName":"ann"}', "null", "null")]
        tx.insert(tables.object_, "id, connector, type, anchor, name, presence, seen, wanted, ours", rows)
        tx.insert(tables.link, "resource, connector, object, rule", [(office.ids["Ann"], connector, 1, 0)])
    office.happen({**NAME, "spaces": [{"connector": "ad", "attribute": "sAMAccountName"}]})
    assert office.values("Ann")["accountName"] == ["ann"]


def test_two_that_race_never_get_the_same(postgresql_url: str) -> None:
    """Both look before either has written: what has been given out is what decides."""
    store = Store(postgresql_url)
    store.migrate()
    store.close()
    office = opened(postgresql_url)
    for name in ("Ann", "Bob"):
        office.modify(None, name, "accountName=", "department=Both")
    office.follow(
        {**NAME, "candidates": ["team[//UniquenessKey]"]}, update("[//Target/mobile]", "[//Target/accountName]")
    )
    office.modify("Max", "Ann", "mobile=7")
    office.modify("Max", "Bob", "mobile=7")
    barrier = Barrier(2)

    def work() -> None:
        store = Store(postgresql_url)
        other = Staffed(store, TYPES)
        other.store.clock = office.store.clock
        barrier.wait()
        Worker(other.requests).work()
        store.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    office.later(minutes=5)
    names = {office.values(name)["accountName"][0] for name in ("Ann", "Bob")}
    assert names == {"team2", "team3"}
    office.store.close()
