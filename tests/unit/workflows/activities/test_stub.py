"""A stub lets nothing through: before a request it refuses, afterwards it waits for a person."""

import json
from typing import Any

import pytest

from mimas.requests.journal import Status
from mimas.workflows.activities.stub import Stub
from mimas.workflows.definition import look
from tests.unit.workflows.conftest import Works, update

STUB = {"activity": "Stub", "title": "Ring up", "why": "there is no telephone", "was": "<RingUp To='[//Nobody/x]'/>"}


def _goes_with(works: Works, phase: str, attribute: str) -> None:
    works.workflow("do", phase, STUB, update("[//Target/department]", "Never"))
    named: dict[str, Any] = {"before": "Everybody", "after": "Everybody", "GrantRight": False, attribute: "do"}
    works.rule("then", "Modify", relative="manager", **named)


def test_before_a_request_it_refuses(works: Works) -> None:
    _goes_with(works, "Authorization", "AuthorizationWorkflowDefinition")
    outcome = works.modify("Max", "Ann", "mobile=7")
    works.worker.work()
    request = works.request(outcome.request)
    assert request["RequestStatus"] == [Status.DENIED.value]
    assert "The step Ring up of the workflow 'do' is yet to be written" in "".join(request["RequestStatusDetail"])
    assert works.values("Ann")["mobile"] == ["1"]


def test_after_a_request_it_waits_for_a_person_and_what_follows_is_not_done(works: Works) -> None:
    _goes_with(works, "Action", "ActionWorkflowDefinition")
    works.modify("Max", "Ann", "mobile=7")
    works.worker.work()
    (instance,) = works.instances()
    assert instance["WorkflowStatus"] == ["Suspended"]
    assert "Write another activity in its place" in instance["WorkflowStatusDetail"][0]
    works.later(days=7)
    assert works.values("Ann")["department"] == ["Sales"]


@pytest.mark.parametrize("phase", ["Authentication", "Authorization", "Action"])
def test_it_can_stand_anywhere_and_what_it_holds_is_no_text_of_ours(phase: str) -> None:
    found, mistakes = look(json.dumps([STUB]), phase)
    assert mistakes == []
    assert isinstance(found[0], Stub)
    assert look(json.dumps([{**STUB, "when": "[//Nobody/x]"}]))[1]
