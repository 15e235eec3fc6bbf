"""Several processes decide, or let time pass, at the same instant, and one thing comes of it; on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from mimas.workflows.approving.approvals import Status
from tests.unit.workflows.approving.conftest import Consenting

_Result = TypeVar("_Result")
_ROUNDS = 4


def _at_once(office: Consenting, *several: Callable[[Consenting], _Result]) -> list[_Result]:
    """What comes of some things that are done at the same instant, each by a process of its own."""
    barrier = Barrier(len(several))

    def one(does: Callable[[Consenting], _Result]) -> _Result:
        own = office.again()
        try:
            own.rows("SELECT 1")
            barrier.wait()
            return does(own)
        finally:
            own.store.close()

    with ThreadPoolExecutor(len(several)) as pool:
        return list(pool.map(one, several))


def _decides(who: str, number: int, decision: str = "Approved") -> Callable[[Consenting], str]:
    return lambda own: own.decide(who, decision, approval=number)


def _asked(office: Consenting, index: int) -> int:
    office.make("person", f"P{index}", manager="Max")
    office.ask(whom=f"P{index}")
    return office.last.id


def test_of_two_who_decide_at_once_one_decides(office: Consenting) -> None:
    office.approval(f"{office.ids['Ada']}; {office.ids['Eve']}")
    for index in range(_ROUNDS):
        number = _asked(office, index)
        said = _at_once(
            office,
            _decides("Ada", number, "Approved"),
            _decides("Eve", number, "Rejected"),
        )
        assert sorted(map(bool, said)) == [False, True], said
        approved = said[0] == ""
        assert office.last.status is (Status.APPROVED if approved else Status.REJECTED)
        assert len(office.last.responses) == 1
        assert office.values(f"P{index}").get("mobile") == (["7"] if approved else None)


def test_two_who_have_to_agree_do_so_at_once(office: Consenting) -> None:
    office.approval(f"{office.ids['Ada']}; {office.ids['Eve']}", threshold=2)
    for index in range(_ROUNDS):
        number = _asked(office, index)
        said = _at_once(
            office,
            _decides("Ada", number),
            _decides("Eve", number),
        )
        assert said == ["", ""]
        assert office.values(f"P{index}")["mobile"] == ["7"]


def test_one_who_decides_twice_at_once_decides_once(office: Consenting) -> None:
    office.approval(f"{office.ids['Ada']}; {office.ids['Eve']}", threshold=2)
    number = _asked(office, 0)
    said = _at_once(office, *[_decides("Ada", number)] * 3)
    assert sorted(map(bool, said)) == [False, True, True]
    assert office.last.status == "Pending"


def test_a_decision_and_the_end_of_the_time_agree(office: Consenting) -> None:
    office.approval(str(office.ids["Ada"]), duration="1 day")
    for index in range(_ROUNDS):
        number = _asked(office, index)
        office.engine.clock.forward(days=1)  # type: ignore[attr-defined]

        def works(own: Consenting) -> str:
            own.worker.work()
            return ""

        decided, _ = _at_once(office, _decides("Ada", number), works)
        office.worker.work()
        mobile = office.values(f"P{index}").get("mobile")
        if decided == "":
            assert (office.last.status, mobile) == (Status.APPROVED, ["7"])
        else:
            assert (office.last.status, mobile) == (Status.EXPIRED, None)
        assert office.waiting() == 0
