"""What a person does about workflows that have failed; and what is done at once when somebody asks."""

from typing import Any

import pytest

from mimas.requests.journal import Status
from mimas.store import workflows
from mimas.workflows.desk import Desk
from mimas.workflows.repairing import RepairError, Repairing, described
from tests.unit.workflows.conftest import Works, delay, update


@pytest.fixture
def failed(works: Works) -> tuple[Works, int, int]:
    """A workflow whose first activity has failed; its id, and that of its request."""
    works.workflow(
        "after",
        "Action",
        update("[//Target/grade]", "=[//Requestor/mobile]") | {"tries": 1},
        update("[//Target/skills]", "x"),
    )
    named: dict[str, Any] = {
        "before": "Everybody",
        "after": "Everybody",
        "GrantRight": False,
        "ActionWorkflowDefinition": "after",
    }
    works.rule("then", "Modify", relative="manager", **named)
    works.modify(None, "Max", "mobile=seven")
    request = works.modify("Max", "Ann", "mobile=7").request
    works.worker.work()
    (instance,) = works.instances()
    assert instance["WorkflowStatus"] == ["Suspended"]
    return works, instance["id"], request


def test_it_says_why(failed: tuple[Works, int, int]) -> None:
    works, instance, _ = failed
    with works.store.reading() as tx:
        progress = workflows.load(tx, instance)
        assert progress is not None
        (first, second) = described(tx, progress)
    assert "grade" in first[2]
    assert second == ("UpdateResources", "", "")


def test_it_is_tried_again(failed: tuple[Works, int, int]) -> None:
    works, instance, request = failed
    works.modify(None, "Max", "mobile=4")
    with works.store.transaction() as tx:
        Repairing(works.engine.symbols).retry(tx, instance)
    works.worker.work()
    assert works.values("Ann")["grade"] == [4]
    assert works.values("Ann")["skills"] == ["x"]
    assert works.request(request)["RequestStatus"] == ["Completed"]


def test_an_activity_is_left_out(failed: tuple[Works, int, int]) -> None:
    works, instance, request = failed
    with works.store.transaction() as tx:
        Repairing(works.engine.symbols).skip(tx, instance, "wrong number")
    works.worker.work()
    assert works.values("Ann")["skills"] == ["x"]
    assert works.request(request)["RequestStatus"] == ["Completed"]


def test_it_is_ended_and_cannot_be_ended_twice(failed: tuple[Works, int, int]) -> None:
    works, instance, _ = failed
    repairing = Repairing(works.engine.symbols)
    with works.store.transaction() as tx:
        repairing.end(tx, instance, "not needed")
    assert works.statuses() == ["Terminated"]
    assert works.waiting() == 0
    with pytest.raises(RepairError, match="has ended"), works.store.transaction() as tx:
        repairing.retry(tx, instance)


def test_what_needs_nobodys_time_is_done_at_once(works: Works) -> None:
    works.workflow(
        "first", "Authorization", update("[//WorkflowData/x]", "1"), delay("1 hour", when='=[//Delta/mobile] = "late"')
    )
    named: dict[str, Any] = {"before": "Everybody", "after": "Everybody", "GrantRight": False}
    works.rule("only if", "Modify", relative="manager", AuthorizationWorkflowDefinition="first", **named)
    desk = Desk(works.requests)
    (outcome,) = desk.submit(works.ids["Max"], works.wish("Ann", "mobile=7"))
    assert outcome.status is Status.COMPLETED
    assert works.values("Ann")["mobile"] == ["7"]
    (outcome,) = desk.submit(works.ids["Max"], works.wish("Ann", "mobile=late"))
    assert outcome.status is Status.AUTHORIZING


def test_what_it_asks_for_and_is_not_done_undoes_only_the_activity(works: Works) -> None:
    """A request within an activity fails: the workflow is told, and nothing of it stays."""
    works.workflow("after", "Action", update("[//Target/grade]", "3") | {"actor": "requestor", "tries": 1})
    named: dict[str, Any] = {
        "before": "Everybody",
        "after": "Everybody",
        "GrantRight": False,
        "ActionWorkflowDefinition": "after",
    }
    works.rule("then", "Modify", relative="manager", **named)
    works.modify("Max", "Ann", "mobile=7")
    works.modify(None, "Ann", "manager=Ada")
    works.worker.work()
    assert works.statuses() == ["Suspended"]
    assert "grade" not in works.values("Ann")
