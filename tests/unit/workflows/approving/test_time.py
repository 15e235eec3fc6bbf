"""Weeks go by: reminders, escalation, the end of the time; across restarts, and beside new versions."""

from datetime import timedelta

from mimas.requests.journal import Status as Request
from mimas.workflows.approving.approvals import Status
from tests.unit.workflows.approving.conftest import Consenting

_ASKED = "Please decide: Max asks for a change to Ann"


def test_what_nobody_decides_in_time_is_denied(office: Consenting) -> None:
    office.approval(str(office.ids["Ada"]), duration="3 days")
    outcome = office.ask()
    office.posted()
    office.later(days=2, hours=23)
    assert office.last.status == "Pending"
    office.later(hours=1)
    assert office.last.status is Status.EXPIRED
    request = office.request(outcome.request)
    assert (request["RequestStatus"], request["RequestStatusDetail"]) == (["Denied"], ["Nobody has decided in time."])
    assert office.posted() == [("max", "Not decided in time: your request about Ann")]
    assert "not decided in time" in office.decide("Ada")


def test_others_are_asked_when_the_time_is_over(office: Consenting) -> None:
    office.approval(str(office.ids["Ada"]), duration="3 days", escalation=str(office.ids["Eve"]))
    office.ask()
    office.posted()
    office.later(days=3)
    assert office.last.approvers == (office.ids["Ada"], office.ids["Eve"])
    assert office.last.deadline == office.engine.clock() + timedelta(days=3)
    assert office.posted() == [("eve", "Passed on to you: Max asks for a change to Ann")]
    # The first ones may still decide, and it ends when the second time is over.
    office.later(days=2)
    assert office.decide("Ada") == ""
    assert office.values("Ann")["mobile"] == ["7"]


def test_it_is_passed_on_once(office: Consenting) -> None:
    office.approval(str(office.ids["Ada"]), duration="3 days", escalation=str(office.ids["Eve"]))
    outcome = office.ask()
    office.later(days=3)
    office.later(days=3)
    assert office.last.status is Status.EXPIRED
    assert office.request(outcome.request)["RequestStatus"] == ["Denied"]
    assert office.waiting() == 0


def test_whoever_has_not_decided_is_reminded(office: Consenting) -> None:
    several = f"{office.ids['Ada']}; {office.ids['Eve']}"
    office.approval(several, threshold=2, duration="7 days", reminders={"every": "2 days", "before": ["1 hour"]})
    office.ask()
    assert office.posted() == [("ada", _ASKED), ("eve", _ASKED)]
    office.decide("Ada")
    reminded = []
    for hour in range(1, 7 * 24):
        office.later(hours=1)
        reminded += [(hour, who) for who, _ in office.posted()]
    assert reminded == [(48, "eve"), (96, "eve"), (144, "eve"), (167, "eve")]


def test_reminders_belong_to_the_first_letter(office: Consenting) -> None:
    office.approval(str(office.ids["Ada"]), reminders={"every": "1 day"})
    office.ask()
    (first,) = office.letters()
    office.later(days=1)
    second = office.letters()[-1]
    assert (first.follows, second.follows) == (None, first.mark)
    assert first.asked == second.asked == office.ids["Ada"]


def test_it_outlasts_restarts_for_weeks(office: Consenting) -> None:
    office.approval(str(office.ids["Ada"]), duration="60 days", reminders={"every": "7 days"})
    outcome = office.ask()
    for _ in range(5):
        other = office.again()
        other.later(days=7)
        other.store.close()
    other = office.again()
    assert other.decide("Ada") == ""
    assert other.request(outcome.request)["RequestStatus"] == ["Completed"]
    assert other.values("Ann")["mobile"] == ["7"]
    other.store.close()


def test_what_waits_keeps_to_the_version_it_began_with(office: Consenting) -> None:
    office.approval(str(office.ids["Ada"]), duration="3 days")
    first = office.ask()
    new = f'[{{"activity":"Approval","approvers":"{office.ids["Eve"]}","duration":"1 day","threshold":1}}]'
    office.modify(None, "consent", f"Activities={new}", type_="WorkflowDefinition")
    office.make("person", "Bob", manager="Max")
    second = office.ask(whom="Bob")
    assert [one.approvers for one in office.kept()] == [(office.ids["Ada"],), (office.ids["Eve"],)]
    office.later(days=1)
    assert office.request(second.request)["RequestStatus"] == ["Denied"]
    assert office.request(first.request)["RequestStatus"] == ["Authorizing"]
    assert office.decide("Ada", approval=office.kept()[0].id) == ""
    assert office.values("Ann")["mobile"] == ["7"]


def test_a_decision_in_the_instant_in_which_the_time_ends_counts_if_it_comes_first(office: Consenting) -> None:
    office.approval(str(office.ids["Ada"]), duration="3 days")
    outcome = office.ask()
    office.engine.clock.forward(days=3)  # type: ignore[attr-defined]
    decided = office.decided("Ada")
    assert decided.status is Request.COMPLETED
    office.worker.work()
    assert office.request(outcome.request)["RequestStatus"] == ["Completed"]
