"""People who are away let others decide for them."""

from mimas.requests.journal import Status as Request
from tests.unit.workflows.approving.conftest import Consenting


def test_a_deputy_decides_and_it_is_told_for_whom(office: Consenting) -> None:
    office.approval(str(office.ids["Ada"]))
    office.away("Ada", "Tom", From="2026-11-20", Until="2026-12-24T12:00:00Z")
    office.ask()
    assert [who for who, _ in office.posted()] == ["ada", "tom"]
    decided = office.decided("Tom", reason="as agreed")
    assert decided.status is Request.COMPLETED
    (response,) = office.last.responses
    assert (response.person, response.behalf) == (office.ids["Tom"], office.ids["Ada"])
    office.ids["response"] = response.id
    assert office.values("response")["OnBehalfOf"] == [office.ids["Ada"]]


def test_only_while_the_other_one_is_away(office: Consenting) -> None:
    office.approval(str(office.ids["Ada"]), duration="90 days")
    office.away("Ada", "Tom", From="2026-12-01", Until="2026-12-24")
    office.away("Ada", "Eve", Until="2026-11-23T08:00:00Z")
    office.ask()
    number = office.last.id
    assert office.decide("Tom") == office.decide("Eve") == f"No approval {number} waits for you."
    assert [who for who, _ in office.posted()] == ["ada"]
    office.later(days=32)
    # A day is meant as a whole: the 24th is the last one.
    office.engine.clock.now = office.engine.clock.now.replace(month=12, day=25, hour=0)  # type: ignore[attr-defined]
    assert office.decide("Tom") == f"No approval {number} waits for you."
    office.engine.clock.now = office.engine.clock.now.replace(day=24, hour=23)  # type: ignore[attr-defined]
    assert office.decide("Tom") == ""


def test_only_over_the_types_that_are_named(office: Consenting) -> None:
    office.approval(str(office.ids["Ada"]))
    office.away("Ada", "Tom", ForObjectType=["group"])
    office.away("Ada", "Eve", ForObjectType=["group", "person"])
    office.ask()
    assert [who for who, _ in office.posted()] == ["ada", "eve"]
    assert office.decide("Tom").startswith("No approval")
    assert office.decide("Eve") == ""


def test_nobody_is_their_own_deputy_or_that_of_whom_they_ask(office: Consenting) -> None:
    office.approval(str(office.ids["Ada"]))
    office.away("Ada", "Max")
    office.ask()
    assert office.decide("Max") == "You have asked for it yourself: somebody else has to decide."
    assert [who for who, _ in office.posted()] == ["ada"]


def test_nobody_decides_for_two(office: Consenting) -> None:
    office.approval(f"{office.ids['Ada']}; {office.ids['Eve']}", threshold=2)
    office.away("Ada", "Tom")
    office.away("Eve", "Tom")
    office.ask()
    assert office.decided("Tom").status is Request.AUTHORIZING
    assert office.decide("Tom") == "You have decided over it already, and nobody decides twice."
    # Tom has spoken for Ada, whose id is the lower one.
    assert "your deputy has" in office.decide("Ada")
    assert office.decide("Eve") == ""
    assert office.values("Ann")["mobile"] == ["7"]


def test_deputies_of_deputies_decide_nothing(office: Consenting) -> None:
    office.approval(str(office.ids["Ada"]))
    office.away("Ada", "Tom")
    office.away("Tom", "Eve")
    office.away("Tom", "Ada")
    office.ask()
    assert office.decide("Eve").startswith("No approval")
