"""`workflows test`: what somebody reads who tries a workflow. And `request answer`, `request unlock`."""

import re

import pytest

from tests.unit.cli.shell import Shell

DOCUMENTS = """\
kind: WorkflowDefinition
name: greet
RequestPhase: Action
Activities:
  - activity: UpdateResources
    title: Note the number
    updates: [{target: "[//Target/room]", value: "Room [//Target/mobile]"}]
  - activity: AddDelay
    duration: 3 days
  - activity: Notification
    to: grace@example.com
    subject: Hello [//Target/displayName]
    body: Your room is [//Target/room].
---
kind: WorkflowDefinition
name: code
RequestPhase: Authentication
Activities:
  - {activity: LockoutGate, threshold: 1, lockouts: 1}
  - {activity: OneTimePasswordGate, attempts: 1, address: grace@example.com}
---
kind: ManagementPolicyRule
name: only with a code
GrantRight: false
ActionType: [Modify]
ActionParameter: [mobile]
PrincipalRelativeToResource: ObjectID
ResourceCurrentSet: all-people
ResourceFinalSet: all-people
AuthenticationWorkflowDefinition: code
"""


@pytest.fixture
def shell(used: Shell) -> Shell:
    """The example, where people change their own number, with a code."""
    for name in ("mobile", "room"):
        used.done("schema", "add", "person", name, "string")
    for bundle in ("directory", "my-profile"):
        used.done("policy", "add", bundle)
    used.write("documents/workflows.yaml", DOCUMENTS)
    used.done("config", "apply")
    return used


def test_what_a_workflow_would_do_is_told(shell: Shell) -> None:
    said = shell.done("workflows", "test", "greet", "--target", "person/ghopper", "mobile=7")
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert lines[0] == "greet (Action)"
    assert any("UpdateResources: Note the number a request" in line for line in lines)
    assert any("AddDelay waits until" in line for line in lines)
    assert "room: Room 7" in lines
    assert "Your room is Room 7." in lines
    assert "The workflow: Completed. The request: Completed." in lines
    assert lines[-1] == "This was a test: nothing was changed, and no letter is sent."
    assert "mobile" not in shell.done("show", "person", "ghopper")
    assert shell.done("workflows", "--all") == "No workflow is under way.\n"


def test_a_failure_is_told_and_the_exit_status_says_so(shell: Shell) -> None:
    shell.write("documents/workflows.yaml", DOCUMENTS.replace("[//Target/room]", "[//Target/grade]"))
    shell.done("config", "apply")
    ended = shell("workflows", "test", "greet", "--target", "person/ghopper")
    assert ended.code == 1
    assert "person has no attribute 'grade'" in " ".join(ended.out.split())
    assert "not reached" in ended.out


def test_as_json(shell: Shell) -> None:
    found = shell("workflows", "test", "greet", "--target", "person/ghopper", "--json").json
    assert [step["activity"].partition(":")[0] for step in found["steps"]] == [
        "UpdateResources",
        "AddDelay",
        "Notification",
    ]


def test_mistakes(shell: Shell) -> None:
    assert (
        "There is no WorkflowDefinition 'great'"
        in shell("workflows", "test", "great", "--target", "person/ghopper").err
    )
    assert "--target person/ann, or --new person" in shell("workflows", "test", "greet").err
    assert "'mobile' was meant" in shell("workflows", "test", "greet", "--target", "person/ghopper", "mobille=1").err


def test_a_code_is_answered_and_a_lockout_ended(shell: Shell) -> None:
    mine = ("--as", "person/ghopper")
    number = _ask(shell)
    assert "That is not the code" in shell("request", "answer", number, "wrong", *mine).err
    assert "waits for an answer" in shell("request", "answer", number, "wrong", *mine).err
    said = shell("request", "modify", "person", "ghopper", "mobile=2", *mine)
    assert "Ask an administrator" in said.out
    assert shell.done("request", "unlock", "person/ghopper") == "person/ghopper may try again.\n"
    number = _ask(shell)
    code = re.findall(r"[0-9]{6}", shell.done("letters", "show", _letter(shell)))[0]
    assert "There is no request of yours" in shell("request", "answer", number, code, "--as", "person/kpaulus").err
    assert shell.done("request", "answer", number, code, *mine) == f"request {number}: Completed\n"
    assert "mobile" in shell.done("show", "person", "ghopper")


def _ask(shell: Shell) -> str:
    said = shell("request", "modify", "person", "ghopper", "mobile=1", "--as", "person/ghopper")
    assert said.code == 4
    return str(re.findall(r"request ([0-9]+): Authenticating", said.out)[0])


def _letter(shell: Shell) -> str:
    return str(shell("letters", "--json").json[0]["id"])
