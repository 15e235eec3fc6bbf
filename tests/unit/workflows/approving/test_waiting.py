"""What waits for somebody is found by whom it refers to; on both databases."""

from mimas.workflows.approving.waiting import waiting, waiting_for
from tests.unit.workflows.approving.conftest import Consenting


def _mine(office: Consenting, who: str, limit: int = 10) -> list[int]:
    with office.store.reading() as tx:
        return [one.id for one in waiting_for(tx, office.store, office.ids[who], office.store.clock(), limit)]


def test_what_waits_for_somebody_and_for_whom_they_stand_in(office: Consenting) -> None:
    office.approval(f"{office.ids['Ada']}; {office.ids['Eve']}", threshold=2)
    for name in ("Bob", "Cid", "Dan"):
        office.make("person", name, manager="Max")
        office.ask(whom=name)
    numbers = [one.id for one in office.kept()]
    office.decide("Ada", approval=numbers[0])
    office.decide("Eve", "Rejected", approval=numbers[1])
    assert _mine(office, "Ada") == [numbers[2]]
    assert _mine(office, "Eve") == [numbers[0], numbers[2]]
    assert _mine(office, "Eve", 1) == numbers[:1]
    assert _mine(office, "Max") == _mine(office, "Tom") == []
    office.away("Ada", "Tom")
    office.away("Ada", "Max")
    assert _mine(office, "Tom") == [numbers[2]]
    # Max has asked himself.
    assert _mine(office, "Max") == []
    with office.store.reading() as tx:
        assert [one.id for one in waiting(tx, office.store, 10)] == [numbers[0], numbers[2]]
