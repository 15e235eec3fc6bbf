"""Two who write at a time on PostgreSQL: neither may miss what the other does."""

from collections.abc import Iterator
from threading import Event, Thread

import pytest

from mimas.store.membership import settle
from tests.unit.store.membership.conftest import Office


@pytest.fixture
def two(postgresql_url: str) -> Iterator[tuple[Office, Office]]:
    """Two processes with one database."""
    one, other = Office(postgresql_url), Office(postgresql_url)
    one.store.migrate()
    yield one, other
    for office in (one, other):
        office.store.close()


def meanwhile(
    first: Office, second: Office, id_: int, values: dict[str, object], and_: tuple[int, dict[str, object]]
) -> None:
    """The first changes something, and before it commits the second changes something else and wants to commit."""
    written, failed = Event(), []

    def other() -> None:
        written.wait(20)
        try:
            second.change(and_[0], **and_[1])
        except Exception as error:  # noqa: BLE001 - told below, in the thread of the test
            failed.append(error)

    thread = Thread(target=other)
    thread.start()
    with first.store.transaction() as tx:
        first.change(id_, **values)
        # From here on it knows of nothing that is not committed yet.
        settle(tx, first.store, first.clock())
        written.set()
        thread.join(1)
    thread.join(20)
    assert not thread.is_alive()
    assert failed == []


def test_a_manager_changes_while_somebody_gets_that_manager(two: tuple[Office, Office]) -> None:
    one, other = two
    led = one.make("Set", "led", Filter="/Person[Manager = /Person[Department = 'Sales']]")
    boss, ann = one.make("Person", "boss"), one.make("Person", "ann")
    meanwhile(one, other, boss, {"Department": "Sales"}, (ann, {"Manager": boss}))
    assert one.members(led) == "ann"


def test_somebody_gets_a_manager_while_they_move(two: tuple[Office, Office]) -> None:
    one, other = two
    boss, ann = one.make("Person", "boss"), one.make("Person", "ann")
    led = one.make("Set", "led", Filter=f"/Person[Manager = '{boss}' and Department = 'Sales']")
    meanwhile(one, other, ann, {"Department": "Sales"}, (ann, {"Manager": boss}))
    assert one.members(led) == "ann"


def test_a_set_changes_while_somebody_moves(two: tuple[Office, Office]) -> None:
    one, other = two
    some = one.make("Set", "some", ExplicitMember=[])
    ann = one.make("Person", "ann")
    meanwhile(one, other, ann, {"Department": "Sales"}, (some, {"Filter": "/Person[Department = 'Sales']"}))
    assert one.members(some) == "ann"


def test_somebody_moves_while_a_set_changes(two: tuple[Office, Office]) -> None:
    one, other = two
    some = one.make("Set", "some", ExplicitMember=[])
    ann = one.make("Person", "ann")
    meanwhile(one, other, some, {"Filter": "/Person[Department = 'Sales']"}, (ann, {"Department": "Sales"}))
    assert one.members(some) == "ann"
