"""Workflows are tried: what they would do is told, and nothing is done."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mimas.requests.wishes import Operation, Wish
from mimas.store import letters
from mimas.store.letters import State
from mimas.workflows.definition import DefinitionError
from mimas.workflows.rehearsing import Rehearsal, rehearse
from tests.unit.workflows.conftest import Works, delay, update

HELLO: dict[str, Any] = {
    "activity": "Notification",
    "to": "ann@example.com",
    "subject": "Hello [//Target/displayName]",
    "body": "Your number is [//Target/mobile].",
}


def _try(works: Works, phase: str, *activities: dict[str, Any], wish: Wish | None = None, **others: Any) -> Rehearsal:
    workflow = works.workflow("it", phase, *activities)
    before = _all(works)
    found = rehearse(
        works.requests, workflow, wish or Wish(Operation.PUT, "person", works.ids["Ann"]), works.ids["Max"], **others
    )
    assert _all(works) == before, "nothing is left of it"
    return found


def _all(works: Works) -> list[Any]:
    tables = ("resource", "resource_reference", "outbox", "workflow", "workflow_step", "letter", "fact", "batch")
    with works.store.reading() as tx:
        return [sorted(map(str, tx.rows(f"SELECT * FROM {table}"))) for table in tables]


def test_each_activity_tells_what_it_would_do(works: Works) -> None:
    found = _try(works, "Action", update("[//Target/grade]", "3"), delay("3 days"), HELLO)
    assert [step.activity for step in found.steps] == ["UpdateResources", "AddDelay", "Notification"]
    assert found.steps[1].waited == (works.store.clock() + timedelta(days=3),)
    (asked,) = found.asked
    assert asked.status == "Completed"
    assert [(one.label, one.after) for one in asked.changes] == [("grade", ["3"])]
    (letter,) = found.letters
    assert (letter.to, letter.subject, letter.text) == (("ann@example.com",), "Hello Ann", "Your number is 1.")
    assert found.status == "Completed"


def test_what_is_wished_is_done_before_an_action(works: Works) -> None:
    found = _try(works, "Action", HELLO, wish=works.wish("Ann", "mobile=77"))
    assert found.letters[0].text == "Your number is 77."


def test_a_resource_that_is_to_be_made(works: Works) -> None:
    wish = Wish(Operation.CREATE, "person", None, works.wish("Ann", "displayName=New", "mobile=5").changes)
    found = _try(works, "Action", HELLO, wish=wish)
    assert (found.letters[0].subject, found.letters[0].text) == ("Hello New", "Your number is 5.")


def test_whoever_is_asked_consents_or_does_not(works: Works) -> None:
    approval = {"activity": "Approval", "approvers": "[//Target/manager]; [//Queries/it]", "threshold": 2}
    queries = {"queries": {"it": "/person[department = 'IT']"}, "self_approval": True}
    found = _try(works, "Authorization", {**approval, **queries}, wish=works.wish("Ann", "mobile=77"))
    assert (found.status, found.request) == ("Completed", "Completed")
    assert found.steps[0].note == "approved by Max, Ada"
    workflow = works.ids["it"]
    refused = rehearse(works.requests, workflow, works.wish("Ann", "mobile=77"), works.ids["Max"], rejects=True)
    assert refused.status == "Terminated"
    assert refused.request.startswith("Denied: Rejected by Max")
    assert works.values("Ann")["mobile"] == ["1"]


def test_a_request_that_would_be_denied(works: Works) -> None:
    never = {
        "activity": "VerifyRequest",
        "conditions": [{"condition": "=[//Effective/mobile] < 50", "message": "Too big."}],
    }
    found = _try(works, "Authorization", never, HELLO, wish=works.wish("Ann", "mobile=77"))
    assert (found.status, found.request) == ("Terminated", "Denied: Too big.")
    assert [step.reached for step in found.steps] == [True, False]
    assert found.letters == ()


def test_a_request_that_policy_would_not_let_through(works: Works) -> None:
    workflow = works.workflow("it", "Authorization", delay("1 day"))
    found = rehearse(works.requests, workflow, works.wish("Ann", "mobile=77"), works.ids["Bob"])
    assert found.request.startswith("Denied: No policy rule lets you change mobile")


def test_scripts_are_told_of_and_not_run(works: Works, tmp_path: Path) -> None:
    (tmp_path / "go.sh").write_text(f"#!/bin/sh\ntouch {tmp_path}/done\n")
    (tmp_path / "go.sh").chmod(0o755)
    works.requests.scripts = tmp_path
    script = {
        "activity": "RunScript",
        "script": "go.sh",
        "input": {"who": "[//Target/displayName]"},
        "arguments": ["-v"],
    }
    found = _try(works, "Action", script, HELLO)
    assert found.steps[0].note == 'would run go.sh -v with {"who": "Ann"}'
    assert not (tmp_path / "done").exists()
    assert len(found.letters) == 1


def test_gates_are_passed(works: Works) -> None:
    found = _try(works, "Authentication", {"activity": "OneTimePasswordGate"}, wish=works.wish("Ann", "mobile=77"))
    assert found.steps[0].note == "a code would be sent and asked for"
    assert found.request == "Completed"


def test_a_failure_is_told(works: Works) -> None:
    found = _try(works, "Action", update("[//Target/grade]", "99"), HELLO)
    assert found.status == "Failed"
    assert "grade" in found.steps[0].note
    assert [step.reached for step in found.steps] == [True, False]


def test_one_that_waits_for_ever_is_not_followed_for_ever(works: Works) -> None:
    found = _try(works, "Action", *[delay("1 day")] * 300)
    assert found.status == "Running"


def test_one_that_cannot_be_read(works: Works) -> None:
    workflow = works.workflow("it", "Action", {"activity": "Nothing"})
    with pytest.raises(DefinitionError, match="there is no activity 'Nothing'"):
        rehearse(works.requests, workflow, works.wish("Ann"), None)


def test_a_wish_that_cannot_be(works: Works) -> None:
    workflow = works.workflow("it", "Action", HELLO)
    with pytest.raises(ValueError, match="What is wished cannot be done"):
        rehearse(works.requests, workflow, works.wish("Ann", "grade=99"), None)


def test_the_clock_is_as_before(works: Works) -> None:
    clock = works.store.clock
    _try(works, "Action", delay("3 days"))
    assert works.store.clock is clock


def test_real_ones_go_on_as_if_nothing_had_been(works: Works) -> None:
    workflow = works.workflow("it", "Action", HELLO)
    named: dict[str, Any] = {"before": "Everybody", "after": "Everybody", "ActionWorkflowDefinition": "it"}
    works.rule("then", "Modify", relative="manager", **named, GrantRight=False)
    for number in range(2):
        rehearse(works.requests, workflow, works.wish("Ann", f"mobile={number}1"), works.ids["Max"])
    works.modify("Max", "Ann", "mobile=7")
    works.worker.work()
    with works.store.reading() as tx:
        (letter,) = letters.listed(tx, [State.WAITING], 10)
    assert letter.text == "Your number is 7."
