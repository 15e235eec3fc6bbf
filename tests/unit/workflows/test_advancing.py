"""Workflows begin, have their turns, wait, end, fail, and are tried again; on both databases."""

from typing import Any

from mimas.requests.journal import Status
from tests.unit.workflows.conftest import Works, delay, update


def _follow(works: Works, *activities: dict[str, object], **rule: Any) -> None:
    """What follows when Max changes somebody of his."""
    works.workflow("after", "Action", *activities)
    named = {"before": "Everybody", "after": "Everybody", "GrantRight": False, "ActionWorkflowDefinition": "after"}
    works.rule("then", "Modify", relative="manager", **{**named, **rule})


def test_a_workflow_follows_from_a_request(works: Works) -> None:
    _follow(works, update("[//Target/grade]", "3"), update("[//Requestor/mobile]", "[//Target/displayName]!"))
    outcome = works.modify("Max", "Ann", "mobile=7")
    assert outcome.status is Status.POST_PROCESSING
    works.worker.work()
    assert works.values("Ann")["grade"] == [3]
    assert works.values("Max")["mobile"] == ["Ann!"]
    assert works.statuses() == ["Completed"]
    assert works.request(outcome.request)["RequestStatus"] == ["Completed"]
    assert works.waiting() == 0


def test_what_it_asks_for_is_a_request_that_names_its_cause(works: Works) -> None:
    _follow(works, update("[//Target/grade]", "3"))
    cause = works.modify("Max", "Ann", "mobile=7").request
    works.worker.work()
    assert works.request()["ParentRequest"] == [cause]


def test_it_waits_and_goes_on(works: Works) -> None:
    _follow(works, delay("3 days"), update("[//Target/grade]", "3"))
    works.modify("Max", "Ann", "mobile=7")
    works.worker.work()
    works.later(days=2)
    assert "grade" not in works.values("Ann")
    assert works.statuses() == ["Running"]
    works.later(days=1, seconds=1)
    assert works.values("Ann")["grade"] == [3]


def test_a_condition_passes_an_activity_over(works: Works) -> None:
    _follow(
        works,
        update(
            "[//Target/grade]",
            "3",
        )
        | {"when": '=[//Target/department] = "Buying"'},
        update("[//Target/skills]", '=Split("a,b", ",")', how="add"),
    )
    works.modify("Max", "Ann", "mobile=7")
    works.worker.work()
    assert "grade" not in works.values("Ann")
    assert works.values("Ann")["skills"] == ["a", "b"]


def test_what_fails_is_tried_again_and_left_to_a_person(works: Works) -> None:
    _follow(works, update("[//Target/grade]", "=3 + 10") | {"tries": 2})
    outcome = works.modify("Max", "Ann", "mobile=7")
    works.modify(None, "Ann", "department=Sales")
    works.worker.work()
    assert works.statuses() == ["Running"]
    works.later(minutes=1)
    assert works.statuses() == ["Suspended"]
    request = works.request(outcome.request)
    assert request["RequestStatus"] == ["PostProcessingError"]
    assert works.waiting() == 1


def test_running_ones_keep_the_activities_they_began_with(works: Works) -> None:
    _follow(works, delay("1 day"), update("[//Target/grade]", "3"))
    works.modify("Max", "Ann", "mobile=7")
    works.worker.work()
    new = '[{"activity":"UpdateResources","updates":[{"target":"[//Target/grade]","value":"9"}]}]'
    works.modify(None, "after", f"Activities={new}", type_="WorkflowDefinition")
    works.modify("Max", "Bob", "mobile=7")
    works.later(days=1, seconds=1)
    assert works.values("Ann")["grade"] == [3]
    assert works.values("Bob")["grade"] == [9]


def test_a_set_that_is_entered_and_left(works: Works) -> None:
    works.set("IT", "/person[department = 'IT']")
    for name, place, value in (("in", "ResourceFinalSet", "1"), ("out", "ResourceCurrentSet", "2")):
        works.workflow(name, "Action", update("[//Target/grade]", value))
        rule = {"ManagementPolicyRuleType": "SetTransition", "GrantRight": False, "ActionWorkflowDefinition": name}
        works.make("ManagementPolicyRule", f"when {name}", ActionType=["TransitionIn"], **{place: "IT"}, **rule)
    works.modify(None, "Ann", "department=IT")
    works.worker.work()
    assert works.values("Ann")["grade"] == [1]
    works.modify(None, "Ann", "department=Sales")
    works.worker.work()
    assert works.values("Ann")["grade"] == [2]
    assert works.request()["Operation"] == ["Put"]


def test_whoever_has_long_been_in_a_set(works: Works) -> None:
    """MIM: Run On Policy Update."""
    works.workflow("welcome", "Action", update("[//Target/grade]", "1"), RunOnPolicyUpdate=True)
    works.worker.work()
    rule = {"ManagementPolicyRuleType": "SetTransition", "GrantRight": False, "ActionWorkflowDefinition": "welcome"}
    works.make("ManagementPolicyRule", "all", ActionType=["TransitionIn"], ResourceFinalSet="Everybody", **rule)
    works.worker.work()
    assert [works.values(name)["grade"] for name in ("Ann", "Bob", "Max", "Ada")] == [[1]] * 4
    works.modify(None, "Ann", "grade=5")
    works.modify(None, "all", "Description=other words", type_="ManagementPolicyRule")
    works.worker.work()
    assert works.values("Ann")["grade"] == [5]


def test_each_of_several_values(works: Works) -> None:
    _follow(
        works,
        update("[//Value/grade]", "4")
        | {"for_each": "[//Queries/team]", "queries": {"team": "/person[manager = '[//Requestor/ObjectID]']"}},
    )
    works.modify("Max", "Ann", "mobile=7")
    works.worker.work()
    assert [works.values(name).get("grade") for name in ("Ann", "Bob", "Ada")] == [[4], [4], None]


def _authorize(works: Works, *activities: dict[str, object]) -> None:
    works.workflow("first", "Authorization", *activities)
    works.rule(
        "only if",
        "Modify",
        relative="manager",
        before="Everybody",
        after="Everybody",
        GrantRight=False,
        AuthorizationWorkflowDefinition="first",
    )


def test_a_request_waits_to_be_let_through(works: Works) -> None:
    _authorize(works, delay("1 hour"))
    outcome = works.modify("Max", "Ann", "mobile=7")
    assert outcome.status is Status.AUTHORIZING
    works.worker.work()
    assert works.values("Ann")["mobile"] == ["1"]
    works.later(hours=1, seconds=1)
    assert works.values("Ann")["mobile"] == ["7"]
    request = works.request(outcome.request)
    assert request["RequestStatus"] == ["Completed"]
    assert request["Target"] == [works.ids["Ann"]]


def test_several_wait_for_one_another(works: Works) -> None:
    _authorize(works, delay("1 hour"), delay("1 hour", when='=[//Target/displayName] = "Bob"'))
    works.requests.submit(works.ids["Max"], works.wish("Ann", "mobile=7"), works.wish("Bob", "mobile=7"))
    works.worker.work()
    works.later(hours=1, seconds=1)
    assert works.values("Ann")["mobile"] == ["1"]
    works.later(hours=1, seconds=1)
    assert [works.values(name)["mobile"] for name in ("Ann", "Bob")] == [["7"], ["7"]]


def test_a_workflow_without_activities_lets_nothing_through(works: Works) -> None:
    works.make("WorkflowDefinition", "first", RequestPhase="Authorization")
    works.rule(
        "only if",
        "Modify",
        relative="manager",
        before="Everybody",
        after="Everybody",
        GrantRight=False,
        AuthorizationWorkflowDefinition="first",
    )
    outcome = works.modify("Max", "Ann", "mobile=7")
    works.worker.work()
    assert works.request(outcome.request)["RequestStatus"] == ["Denied"]


def test_a_cancelled_request_ends_its_workflows(works: Works) -> None:
    _authorize(works, delay("1 hour"))
    number = works.modify("Max", "Ann", "mobile=7").request
    works.worker.work()
    works.ids["it"] = number
    works.modify(None, "it", "RequestControl=CancelOperation", type_="Request")
    works.worker.work()
    assert works.statuses() == ["Canceled"]
    assert works.waiting() == 0
    assert works.values("Ann")["mobile"] == ["1"]


def test_what_one_workflow_asks_for_twice_does_not_wait_together(works: Works) -> None:
    """Two requests of one workflow wait each by itself, unlike those that somebody has asked for together."""
    works.set("Salespeople", "/person[department = 'Sales']")
    ask = {"actor": "requestor", "apply_authorization": True}
    first, second = update("[//Queries/ann/mobile]", "8") | ask, update("[//Queries/bob/mobile]", "8") | ask
    queries = {"ann": "/person[displayName = 'Ann']", "bob": "/person[displayName = 'Bob']"}
    works.workflow("after", "Action", first | {"queries": queries}, second | {"queries": queries})
    rule = {"before": "Everybody", "after": "Everybody", "GrantRight": False}
    works.rule("then", "Modify", "department", relative="manager", **rule, ActionWorkflowDefinition="after")
    works.workflow("first", "Authorization", delay("1 day"))
    works.rule("only if", "Modify", "mobile", relative="manager", **rule, AuthorizationWorkflowDefinition="first")
    works.modify("Max", "Ann", "department=Buying")
    works.worker.work()
    asked = [row[0] for row in works.rows("SELECT max(id) FROM resource WHERE type = ?", works.store.symbol("Request"))]
    works.ids["it"] = asked[0]
    works.modify(None, "it", "RequestControl=CancelOperation", type_="Request")
    works.worker.work()
    works.later(days=1, seconds=1)
    assert [works.values(name)["mobile"] for name in ("Ann", "Bob")] == [["8"], ["2"]]
