"""Workflows of the portal: MIM's own activities, what has no equal, and what is told of it."""

from pathlib import Path

import pytest
from service_exports import adds_up, guid
from service_workflows import TEMPLATE, activities, carried, draft, mim, wal, workflow, xoml

from mimas.migrate.drafts import plain
from mimas.migrate.elements import Outcome
from mimas.workflows.situation import AUTHENTICATION, AUTHORIZATION

FUNCTION = (
    '<fn id="IIF" isCustomExpression="false"><arg><fn id="Eq"><arg>[//Target/Department/Source]</arg><arg>"HR"</arg>'
    '</fn></arg><arg>"@a.example"</arg><arg><fn id="+"><arg>"@"</arg><arg>[//WorkflowData/Domain]</arg></fn></arg></fn>'
)


def test_an_approval_with_everything(tmp_path: Path) -> None:
    approval = mim(
        "ApprovalActivity",
        '<TAG.WorkflowServiceAttributes><ns0:W Name="ApprovalActivity" /></TAG.WorkflowServiceAttributes>',
        Approvers=f"[//Target/Owner]; {guid(71)};{guid(99)}",
        Threshold="2",
        Duration="3.00:00:00",
        Escalation="[//Requestor/Manager]",
        ApprovalEmailTemplate=TEMPLATE.upper(),
        EscalationEmailTemplate=TEMPLATE,
        ApprovalCompleteEmailTemplate=TEMPLATE,
        ApprovalDeniedEmailTemplate=TEMPLATE,
        ApprovalTimeoutEmailTemplate="{x:Null}",
        IsApproved="{x:Null}",
        ReceivedApprovals="0",
        CurrentApprovalResponseActorId="00000000-0000-0000-0000-000000000000",
        RequestTimedOut="False",
    )
    assert activities(tmp_path, approval, phase=AUTHORIZATION) == [
        {
            "activity": "Approval",
            "approvers": f"[//Target/Owner]; Set/Help desk; {guid(99)}",
            "threshold": 2,
            "duration": "3.00:00:00",
            "escalation": "[//Requestor/Manager]",
            "templates": {"pending": "Welcome", "escalated": "Welcome", "completed": "Welcome", "denied": "Welcome"},
        }
    ]


def test_the_other_activities_of_mim(tmp_path: Path) -> None:
    bound = "{ActivityBind SequentialWorkflow,Path=TargetId}"
    assert activities(
        tmp_path,
        mim("EmailNotificationActivity", To="[//Target/Owner];it@example.com", CC=guid(71), EmailTemplate=TEMPLATE),
        mim(
            "FunctionActivity", Description="Suffix", Destination="[//WorkflowData/suffix]", FunctionExpression=FUNCTION
        ),
        mim(
            "FunctionActivity",
            Destination="[//Target/_source]",
            FunctionExpression='<fn id="SingleValueAssignment"><arg>[//Target/Origin]</arg></fn>',
        ),
        mim("DeleteResourceActivity", ResourceId=bound, ActorId="{ActivityBind SequentialWorkflow,Path=ActorId}"),
    ) == [
        {"activity": "Notification", "to": "[//Target/Owner]; it@example.com; Set/Help desk", "template": "Welcome"},
        {
            "activity": "UpdateResources",
            "title": "Suffix",
            "updates": [
                {
                    "target": "[//WorkflowData/suffix]",
                    "value": '=IIF([//Target/Department/Source] = "HR", "@a.example", "@" & [//WorkflowData/Domain])',
                }
            ],
        },
        {"activity": "UpdateResources", "updates": [{"target": "[//Target/_source]", "value": "[//Target/Origin]"}]},
        {"activity": "DeleteResources"},
    ]


def test_validations(tmp_path: Path) -> None:
    assert activities(
        tmp_path,
        mim("FilterValidationActivity", FilterScopeIdentifier=guid(72)),
        mim("GroupValidationActivity", ValidationSemantics="All"),
        mim("RequestorValidationActivity", OwnerAuthorization="True"),
        mim("RequestorValidationActivity", OwnerAuthorization="False"),
        phase=AUTHORIZATION,
    ) == [
        {"activity": "FilterValidation", "scope": "Few"},
        {"activity": "GroupValidation"},
        {"activity": "RequestorValidation", "owner_authorization": True},
        {"activity": "RequestorValidation"},
    ]


def test_gates(tmp_path: Path) -> None:
    gate = "<TAG.AuthenticationGate><ns0:LockoutGate LockoutThreshold='4' TimeoutThreshold='2' Timeout='15'/>"
    code = "<TAG.AuthenticationGate><ns0:OneTimePasswordEmailAuthenticationGate/></TAG.AuthenticationGate>"
    assert activities(
        tmp_path,
        mim("AuthenticationGateActivity", f"{gate}</TAG.AuthenticationGate>", ValidationError="{x:Null}"),
        mim("AuthenticationGateActivity", code),
        phase=AUTHENTICATION,
    ) == [
        {"activity": "LockoutGate", "threshold": 4, "duration": "15 minutes", "lockouts": 2},
        {"activity": "OneTimePasswordGate", "address": "[//Requestor/msidmOneTimePasswordEmailAddress]"},
    ]


def test_what_is_another_way_stands_above_the_activity(tmp_path: Path) -> None:
    notification = mim(
        "EmailNotificationActivity", To="a@example.com", Bcc="b@example.com", EmailTemplate=TEMPLATE, Odd="1"
    )
    found = carried(tmp_path, workflow(xoml(notification)))
    assert (
        "Activities:\n"
        "  # Copies went along with it: here, each of them gets a letter of their own.\n"
        "  # Odd was 1: nothing here is like it.\n"
        "  - activity: Notification\n"
        "    to: a@example.com; b@example.com\n"
        "    template: Welcome\n"
    ) in draft(found).yaml()
    remarks = found.report.remarks("policy.xml")
    assert [one.note for one in remarks if one.outcome is Outcome.DIFFERENT and "activities" in one.note] == [
        "some of its activities do it in another way"
    ]
    adds_up(found, tmp_path)


@pytest.mark.parametrize(
    ("activity", "why"),
    [
        (mim("Strange"), "there is no activity Strange of Microsoft.ResourceManagement.Workflow.Activities"),
        ("<Bare/>", "there is no activity Bare of no library"),
        (mim("UpdateResources"), "there is no activity UpdateResources of Microsoft.ResourceManagement.Workflow.Act"),
        (mim("FunctionActivity", Destination="[//Target/x]"), "it has no function that can be read, or no destination"),
        (
            mim("FunctionActivity", Destination="[//Target/x]", FunctionExpression='<fn id="Trim"><arg>x</arg></fn>'),
            "an argument is x, which is no look-up",
        ),
        (
            mim("FunctionActivity", Destination="[//Target/x]", FunctionExpression='<fn id="Nope"><arg>"x"</arg></fn>'),
            "there is no function Nope",
        ),
        (
            mim("EmailNotificationActivity", To="[//Target]", EmailTemplate=guid(71)),
            f"it names the EmailTemplate {guid(71)}, which is not in the files that were read",
        ),
        (mim("GroupValidationActivity", ValidationSemantics="Owner"), "it checks Owner only"),
        (
            mim("AuthenticationGateActivity", "<TAG.AuthenticationGate><ns0:LockoutGate/></TAG.AuthenticationGate>"),
            "what it would be cannot be run: 'LockoutGate' has no place in the phase Authorization",
        ),
        (
            wal("DeleteResources", TargetType="SearchForTarget", TargetExpression="/Person[Nope='x']"),
            "the filter /person",
        ),
        (mim("DeleteResourceActivity", ResourceId=guid(71)), f"it deletes {guid(71)}, and not the target"),
        (
            mim("SynchronizationRuleActivity", Action="Add", SynchronizationRuleId=guid(73).upper()),
            "it gives the sync rule to the target: SynchronizationRule “To AD”. Here a rule's scope says",
        ),
    ],
)
def test_what_has_no_equal_is_a_stub_that_holds_it(tmp_path: Path, activity: str, why: str) -> None:
    found = carried(tmp_path, workflow(xoml(mim("GroupValidationActivity"), activity), AUTHORIZATION))
    first, stub = plain(draft(found).body["Activities"])
    assert first == {"activity": "GroupValidation"}
    assert (stub["activity"], stub["why"][: len(why)]) == ("Stub", why)
    assert stub["was"].startswith(f"<{stub['title']}")
    (told,) = [one for one in found.report.to_do if one.startswith("The workflow")]
    assert told.startswith(
        f"The workflow “Do” (policy.xml) holds a stub, which lets nothing through. {stub['title']} (line "
    )
    assert why in told
    line = int(told.partition("(line ")[2].partition(")")[0])
    text = (tmp_path / "policy.xml").read_text(encoding="utf-8").splitlines()
    assert stub["title"] in text[line - 1]
    assert Outcome.PERSON in found.report.counts("policy.xml")
    adds_up(found, tmp_path)


def test_stubs_are_told_together(tmp_path: Path) -> None:
    found = carried(tmp_path, workflow(xoml(mim("Strange"), mim("PWResetActivity"), mim("Strange"))))
    (told,) = [one for one in found.report.to_do if one.startswith("The workflow")]
    assert "holds 3 stubs, which let nothing through. Strange (line 8), Strange (line 10): there is no activity" in told
    assert "; PWResetActivity (line 9): it resets passwords, which is of a later version of Mimas." in told


def test_a_workflow_without_activities_lets_nothing_through_and_that_is_told(tmp_path: Path) -> None:
    found = carried(tmp_path, workflow(xoml(), "Authorization"), workflow(xoml(), "Action", "Other", 61))
    assert draft(found).body["Activities"] == draft(found, "Other").body["Activities"] == []
    notes = [one.note for one in found.report.remarks("policy.xml") if one.outcome is Outcome.DIFFERENT]
    assert "it has no activities: here, such a workflow lets nothing through" in notes


def test_passwords_are_written_nowhere(tmp_path: Path) -> None:
    script = wal("RunPowerShellScript", ScriptLocation="Disk", Script="C:\\x.ps1", PowerShellUserPassword="hunter2")
    found = carried(tmp_path, workflow(xoml(script)))
    (stub,) = plain(draft(found).body["Activities"])
    assert stub["why"] == "its script is not in the workflow: it is C:\\x.ps1"
    assert "hunter2" not in draft(found).yaml()
    assert "hunter2" not in found.report.text()
