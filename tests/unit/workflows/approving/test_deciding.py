"""Who decides, what counts, and what comes of it at once; on both databases."""

import pytest

from mimas.requests.journal import Status as Request
from mimas.workflows.approving.approvals import Decision, Status
from mimas.workflows.approving.deciding import decide_over
from tests.unit.workflows.approving.conftest import Consenting
from tests.unit.workflows.conftest import update


def test_a_request_waits_for_consent_and_is_done(office: Consenting) -> None:
    office.approval("[//Target/manager]; person/Ada".replace("person/Ada", str(office.ids["Ada"])))
    outcome = office.ask()
    assert outcome.status is Request.AUTHORIZING
    # Max is the manager, but has asked himself.
    assert office.last.approvers == (office.ids["Ada"],)
    assert office.last.status == "Pending"
    assert office.values("Ann")["mobile"] == ["1"]
    decided = office.decided("Ada", reason="fine")
    assert decided.problem == ""
    assert (decided.request, decided.status) == (outcome.request, Request.COMPLETED)
    assert office.values("Ann")["mobile"] == ["7"]
    assert office.last.status is Status.APPROVED
    assert office.waiting() == 0


def test_the_first_who_rejects_rejects(office: Consenting) -> None:
    office.approval(f"{office.ids['Ada']}; {office.ids['Eve']}", threshold=2)
    outcome = office.ask()
    office.decide("Ada")
    assert office.values("Ann")["mobile"] == ["1"]
    decided = office.decided("Eve", Decision.REJECTED, "not now")
    assert decided.status is Request.DENIED
    request = office.request(outcome.request)
    assert request["RequestStatusDetail"] == ["Rejected by Eve: not now"]
    assert office.values("Ann")["mobile"] == ["1"]


def test_as_many_agree_as_have_to(office: Consenting) -> None:
    office.approval(f"{office.ids['Ada']}; {office.ids['Eve']}; {office.ids['Tom']}", threshold="=1 + 1")
    office.ask()
    decided = office.decided("Tom")
    assert (decided.status, decided.detail) == (Request.AUTHORIZING, "1 more has to agree.")
    office.decide("Ada")
    assert office.values("Ann")["mobile"] == ["7"]
    assert [one.person for one in office.last.consenting] == [office.ids["Tom"], office.ids["Ada"]]


def test_nobody_decides_who_may_not(office: Consenting) -> None:
    office.approval(f"{office.ids['Ada']}; {office.ids['Eve']}", threshold=2)
    office.ask()
    number = office.last.id
    assert office.decide("Tom") == f"No approval {number} waits for you."
    assert office.decide("Tom", approval=4711_000) == "No approval 4711000 waits for you."
    assert office.decide("Max") == "You have asked for it yourself: somebody else has to decide."
    assert office.decide("Ada") == ""
    assert "already" in office.decide("Ada", "Rejected")
    assert office.decide("Eve") == ""
    assert office.decide("Ada").startswith("You have decided")
    assert office.decide("Tom") == f"No approval {number} waits for you."
    with pytest.raises(ValueError, match="perhaps"):
        office.decide("Eve", "perhaps")


def test_where_too_few_can_be_asked_it_is_denied(office: Consenting) -> None:
    office.approval("[//Target/manager]")
    outcome = office.ask()
    request = office.request(outcome.request)
    assert request["RequestStatus"] == ["Denied"]
    assert request["RequestStatusDetail"] == [
        "There is nobody who could be asked for consent; whoever asks for something does not decide over it."
    ]
    assert office.kept() == []


def test_others_are_asked_where_too_few_can_be(office: Consenting) -> None:
    office.approval("[//Target/manager]", escalation=str(office.ids["Eve"]))
    office.ask()
    assert office.last.approvers == (office.ids["Eve"],)


def test_whoever_asks_may_decide_only_where_it_says_so(office: Consenting) -> None:
    office.approval("[//Target/manager]", self_approval=True)
    office.ask()
    assert office.decide("Max") == ""
    assert office.values("Ann")["mobile"] == ["7"]


def test_groups_and_sets_stand_for_their_members(office: Consenting) -> None:
    office.make("group", "Inner", ExplicitMember=["Eve"])
    office.make("group", "Outer", ExplicitMember=["Ada", "Inner"])
    office.make("group", "Circle", ExplicitMember=["Outer", "Circle"] if "Circle" in office.ids else ["Outer"])
    office.modify(None, "Inner", "ExplicitMember+=Outer", type_="group")
    office.set("Sales", "/person[department = 'Sales']")
    office.approval(f"{office.ids['Circle']}; {office.ids['Sales']}")
    office.ask()
    assert set(office.last.approvers) == {office.ids[name] for name in ("Ada", "Eve", "Ann")}


def test_who_decided_and_why_is_known_to_what_follows(office: Consenting) -> None:
    office.workflow(
        "consent",
        "Authorization",
        {"activity": "Approval", "approvers": f"{office.ids['Ada']}; {office.ids['Eve']}", "threshold": 2},
        update("[//Target/skills]", "[//Approvers/displayName]"),
        update("[//Requestor/mobile]", "[//WorkflowData/Reason]"),
    )
    office.rule(
        "only with consent", "Modify", relative="manager", before="Everybody", after="Everybody",
        GrantRight=False, AuthorizationWorkflowDefinition="consent",
    )  # fmt: skip
    office.ask()
    office.decide("Eve", reason="sound")
    office.decide("Ada")
    assert set(office.values("Ann")["skills"]) == {"Ada", "Eve"}
    assert office.values("Max")["mobile"] == ["sound"]


def test_several_at_once_each_by_itself(office: Consenting) -> None:
    office.approval(str(office.ids["Ada"]))
    office.make("person", "Bob", manager="Max")
    first, second = office.ask(), office.ask(whom="Bob")
    mine = [one.id for one in office.kept()]
    found = decide_over(office.requests, [mine[0], 999_999, mine[1]], office.ids["Ada"], Decision.APPROVED)
    assert [one.problem for one in found] == ["", "No approval 999999 waits for you.", ""]
    assert [one.request for one in found] == [first.request, None, second.request]
    assert office.values("Bob")["mobile"] == ["7"]


def test_what_cannot_be_done_any_more_is_told_to_whoever_consents(office: Consenting) -> None:
    office.approval(str(office.ids["Ada"]))
    office.ask()
    office.delete(None, "Ann")
    decided = office.decided("Ada")
    assert decided.problem == ""
    assert decided.status is Request.DENIED


def test_nobody_is_asked_any_more_when_the_request_is_canceled(office: Consenting) -> None:
    office.approval(str(office.ids["Ada"]))
    outcome = office.ask()
    office.ids["it"] = outcome.request
    office.modify(None, "it", "RequestControl=CancelOperation", type_="Request")
    assert (
        office.decide("Ada") == f"The request {outcome.request} has ended: Canceled. There is nothing left to decide."
    )
    office.worker.work()
    assert office.last.status is Status.EXPIRED
    assert office.letters() == []
    assert "over" in office.decide("Ada")


def test_parallel_workflows_all_have_to_consent(office: Consenting) -> None:
    office.approval(str(office.ids["Ada"]))
    office.workflow("other", "Authorization", {"activity": "Approval", "approvers": str(office.ids["Eve"])})
    office.rule(
        "and with hers", "Modify", relative="manager", before="Everybody", after="Everybody",
        GrantRight=False, AuthorizationWorkflowDefinition="other",
    )  # fmt: skip
    office.ask()
    first, second = office.kept()
    waiting_for = {first.approvers[0]: first.id, second.approvers[0]: second.id}
    decided = decide_over(office.requests, [waiting_for[office.ids["Ada"]]], office.ids["Ada"], Decision.APPROVED)[0]
    assert (decided.status, decided.detail) == (Request.AUTHORIZING, "It waits for more than this.")
    office.decide("Eve", approval=waiting_for[office.ids["Eve"]])
    assert office.values("Ann")["mobile"] == ["7"]
