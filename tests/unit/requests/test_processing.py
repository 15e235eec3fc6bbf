"""What comes of a request: all or nothing, written down, and with what follows."""

from datetime import timedelta

import msgspec

from mimas.requests.expiring import pass_time
from mimas.requests.journal import Status
from mimas.requests.wishes import Change, Mode, Operation, Wish
from tests.unit.requests.conftest import Office


def test_a_request_is_kept_with_who_what_and_by_which_rule(office: Office) -> None:
    rule = office.rule("self", "Modify", "mobile", relative="ObjectID", before="Everybody", after="Everybody")
    office.ids["it"] = office.modify("Ann", "Ann", "mobile=9").request
    kept = office.values("it")
    assert kept["RequestStatus"] == ["Completed"]
    assert kept["Operation"] == ["Put"]
    assert kept["Creator"] == kept["Target"] == [office.ids["Ann"]]
    assert kept["ManagementPolicy"] == [rule]
    (parameter,) = kept["RequestParameter"]
    assert msgspec.json.decode(parameter) == {"attribute": "mobile", "mode": "Replace", "values": ["9"]}


def test_a_denied_request_is_kept_too(office: Office) -> None:
    office.ids["it"] = office.modify("Ann", "Bob", "mobile=9").request
    kept = office.values("it")
    assert kept["RequestStatus"] == ["Denied"]
    assert kept["Creator"] == [office.ids["Ann"]]
    assert kept["Target"] == [office.ids["Bob"]]


def test_several_are_done_together_or_not_at_all(office: Office) -> None:
    office.rule("team", "Modify", "mobile", relative="manager", before="Everybody", after="Everybody")
    ann, max_ = office.wish("Ann", "mobile=8"), office.wish("Max", "mobile=8")
    first, second = office.requests.submit(office.ids["Max"], ann, max_)
    assert (first.status, second.status) == (Status.CANCELED, Status.DENIED)
    assert office.values("Ann")["mobile"] == ["1"]
    outcomes = office.requests.submit(office.ids["Max"], ann, office.wish("Bob", "mobile=8"))
    assert all(outcome.status is Status.COMPLETED for outcome in outcomes)


def test_the_schema_is_held_against_values(office: Office) -> None:
    for text in ("grade=10", "mobilee=1", "ComputedMember+=Ann"):
        wish = Wish(Operation.PUT, "person", office.ids["Ann"], (_change(text, office),))
        (outcome,) = office.requests.submit(None, wish)
        assert outcome.status is Status.FAILED, text
    assert office.modify(None, "Ann", "grade=9").status is Status.COMPLETED


def _change(text: str, office: Office) -> Change:
    name, _, value = text.partition("=")
    if name.endswith("+"):
        return Change(name[:-1], Mode.INSERT, (office.ids[value],))
    return Change(name, Mode.REPLACE, (int(value),))


def test_a_required_attribute(office: Office) -> None:
    assert office.create(None, "group", joining="open").status is Status.FAILED
    office.make("group", "Choir")
    assert office.modify(None, "Choir", "displayName=", type_="group").status is Status.FAILED


def test_a_reference_to_what_is_not_there(office: Office) -> None:
    wish = Wish(Operation.PUT, "person", office.ids["Ann"], (Change("manager", Mode.REPLACE, (10**6,)),))
    (outcome,) = office.requests.submit(None, wish)
    assert [fault.code for fault in outcome.faults] == ["ReferencedResourceIsMissing"]


def test_a_value_that_replaces_a_reference(office: Office) -> None:
    assert office.modify(None, "Ann", "manager=Ada").status is Status.COMPLETED
    assert office.values("Ann")["manager"] == [office.ids["Ada"]]
    assert office.modify(None, "Ann", "manager=").status is Status.COMPLETED
    assert "manager" not in office.values("Ann")


def test_a_list_that_replaces_another(office: Office) -> None:
    office.modify(None, "Ann", "skills=a", "skills=b")
    office.modify(None, "Ann", "skills=b", "skills=c")
    assert office.values("Ann")["skills"] == ["b", "c"]


def test_a_request_that_needs_consent_waits_and_can_be_cancelled_by_whoever_made_it(office: Office) -> None:
    flow = office.make("WorkflowDefinition", "Ask the manager", RequestPhase="Authorization")
    office.rule("self", "Modify", "mobile", relative="ObjectID", before="Everybody", after="Everybody")
    office.rule(
        "ask",
        "Modify",
        "mobile",
        by="Everybody",
        before="Everybody",
        after="Everybody",
        GrantRight=False,
        AuthorizationWorkflowDefinition=[flow],
    )
    waiting = office.modify("Ann", "Ann", "mobile=9")
    assert waiting.status is Status.AUTHORIZING
    assert office.values("Ann")["mobile"] == ["1"]
    office.ids["it"] = waiting.request
    office.set("Requests", "/Request")
    office.set("To be canceled", "/Request[RequestControl = 'CancelOperation']")
    office.rule("cancel", "Modify", "RequestControl", relative="Creator", before="Requests", after="To be canceled")
    assert office.modify("Bob", "it", "RequestControl=CancelOperation", type_="Request").status is Status.DENIED
    assert office.modify("Ann", "it", "RequestControl=Anything", type_="Request").status is Status.DENIED
    assert office.modify("Ann", "it", "RequestControl=CancelOperation", type_="Request").status is Status.COMPLETED
    assert office.values("it")["RequestStatus"] == ["Canceled"]
    office.ids["done"] = office.modify(None, "Bob", "mobile=9").request
    assert office.modify(None, "done", "RequestControl=CancelOperation", type_="Request").status is Status.FAILED
    assert office.values("done")["RequestStatus"] == ["Completed"]


def test_what_a_request_says_of_itself_cannot_be_written(office: Office) -> None:
    office.ids["it"] = office.modify("Ann", "Bob", "mobile=9").request
    assert office.modify(None, "it", "RequestStatus=Completed", type_="Request").status is Status.FAILED
    assert office.create(None, "Request", Operation="Put").status is Status.FAILED


def test_workflows_that_follow_stand_in_the_outbox(office: Office) -> None:
    flow = office.make("WorkflowDefinition", "Tell", RequestPhase="Action")
    rule = office.rule(
        "self",
        "Modify",
        "mobile",
        relative="ObjectID",
        before="Everybody",
        after="Everybody",
        ActionWorkflowDefinition=[flow],
    )
    outcome = office.modify("Ann", "Ann", "mobile=9")
    assert outcome.status is Status.POST_PROCESSING
    assert office.rows("SELECT kind, holder, resource FROM outbox") == [("follows", rule, outcome.request)]


def test_what_has_expired_is_ended(office: Office) -> None:
    clock = office.engine.clock
    later = (clock() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    office.modify(None, "Bob", f"ExpirationTime={later}")
    office.modify(None, "Ann", f"ExpirationTime={later}")
    office.modify(None, "Ann", "ExpirationTime=")
    assert pass_time(office.requests, clock()) == []
    clock.forward(hours=2)  # type: ignore[attr-defined]
    (outcome,) = pass_time(office.requests, clock())
    assert outcome.status is Status.COMPLETED
    assert office.see(None, "Bob") is None
    assert office.see(None, "Ann") is not None
    assert pass_time(office.requests, clock()) == []


def test_the_history_tells_who_asked(office: Office) -> None:
    office.rule("self", "Modify", "mobile", relative="ObjectID", before="Everybody", after="Everybody")
    outcome = office.modify("Ann", "Ann", "mobile=9")
    person, what = office.rows("SELECT person, what FROM batch ORDER BY place DESC LIMIT 1")[0]
    assert (person, what) == (f"Ann ({office.ids['Ann']})", f"request {outcome.request}: Put person Ann")


def test_a_transition_tells_who_has_caused_it(office: Office) -> None:
    sellers = office.set("Sellers", "/person[department = 'Sales']")
    office.make(
        "ManagementPolicyRule",
        "greet",
        ManagementPolicyRuleType="SetTransition",
        GrantRight=False,
        ActionType=["TransitionIn"],
        ResourceFinalSet=sellers,
    )
    office.rule("admins", "Modify", "department", by="Administrators", before="Everybody", after="Everybody")
    office.modify("Ada", "Bob", "department=Sales")
    told = office.rows("SELECT kind, holder, resource, person FROM outbox")
    assert told == [("entered", sellers, office.ids["Bob"], f"Ada ({office.ids['Ada']})")]
