"""Workflows of the portal: the activities of MIMWAL."""

from pathlib import Path
from typing import Any

import pytest
from service_workflows import TEMPLATE, activities, carried, draft, listed, table, wal, workflow, xoml

from mimas.migrate.drafts import plain


def test_updates_with_everything(tmp_path: Path) -> None:
    update = wal(
        "UpdateResources",
        table("QueriesTable", ("Boss", "/Person[Manager='[//Target/ObjectID]']"))
        + table(
            "UpdatesTable",
            ("[//Target/DisplayName]", "$name", "False"),
            ('"Hello, " + $name', "[//Target/Description]", "True"),
            ("Null()", "[//Queries/Boss/Manager]", "True"),
            ("InsertValues([//Requestor/ObjectID])", "[//Target/Readers]", "True"),
            ('IIF(Eq($name, "x"), RemoveValues([//Value]), InsertValues([//Value]))', "[//Target/Roles]", "False"),
            ("5", "[//Target/Floor]", "True"),
        ),
        ActivityDisplayName="Greet",
        QueryResources="True",
        ActivityExecutionCondition="IsPresent([//Target/Manager])",
        Iteration="[//WorkflowData/Roles]",
        ActorType="Account",
        ActorString="CORP\\svc",
        ApplyAuthorizationPolicy="True",
    )
    assert activities(tmp_path, update) == [
        {
            "activity": "UpdateResources",
            "title": "Greet",
            "when": "=IsPresent([//Target/Manager])",
            "for_each": "[//WorkflowData/Roles]",
            "queries": {
                "Boss": "/person[manager='[//Target/ObjectID]']",
                "Actor": "/person[accountName = 'svc']",
            },
            "actor": "[//Queries/Actor]",
            "apply_authorization": True,
            "updates": [
                {"target": "[//WorkflowData/name]", "value": "[//Target/DisplayName]", "allow_null": False},
                {"target": "[//Target/Description]", "value": '="Hello, " & [//WorkflowData/name]'},
                {"target": "[//Queries/Boss/Manager]", "value": "=Null()"},
                {
                    "target": "[//Target/Readers]",
                    "value": "[//Requestor/ObjectID]",
                    "how": "add",
                    "allow_null": False,
                },
                {
                    "target": "[//Target/Roles]",
                    "value": '=IIF(Eq([//WorkflowData/name], "x"), Null(), [//Value])',
                    "how": "add",
                    "allow_null": False,
                },
                {
                    "target": "[//Target/Roles]",
                    "value": '=IIF(Eq([//WorkflowData/name], "x"), [//Value], Null())',
                    "how": "remove",
                    "allow_null": False,
                },
                {"target": "[//Target/Floor]", "value": "5"},
            ],
        }
    ]


def test_what_is_advanced_holds_only_where_that_is_ticked(tmp_path: Path) -> None:
    update = wal(
        "UpdateResources",
        table("QueriesTable", ("A", "/Person")) + table("UpdatesTable", ('"x"', "[//Target/A]", "True")),
        Advanced="False",
        QueryResources="True",
        ActivityExecutionCondition="And(",
        Iteration="[//Target/B]",
        ActorType="Requestor",
    )
    assert activities(tmp_path, update) == [
        {"activity": "UpdateResources", "updates": [{"target": "[//Target/A]", "value": "x"}]}
    ]


def test_keys_of_tables_may_be_attributes(tmp_path: Path) -> None:
    rows = [
        ("0:0", "String", '"x"'),
        ("0:1", "String", "[//Target/A]"),
        ("0:2", "Boolean", "True"),
        ("Count", "Int32", "1"),
    ]
    inner = "".join(f'<ns3:{type_} x:Key="{key}">{text}</ns3:{type_}>' for key, type_, text in rows)
    update = wal("UpdateResources", f"<TAG.UpdatesTable><ns2:Hashtable>{inner}</ns2:Hashtable></TAG.UpdatesTable>")
    (found,) = activities(tmp_path, update)
    assert found["updates"] == [{"target": "[//Target/A]", "value": "x"}]


def test_making_and_deleting(tmp_path: Path) -> None:
    create = wal(
        "CreateResource",
        table(
            "AttributesTable",
            ('"svc-" + [//Target/AccountName]', "$account"),
            ("$account", "AccountName"),
            ("[//Target]", "Manager"),
        ),
        ResourceType="Person",
        CheckForConflict="True",
        ConflictFilter="/Person[AccountName='svc-[//Target/AccountName]']",
        CreatedResourceIdTarget="[//Target/Assistant]",
        ActivityExecutionCondition="[//Target/Wanted]",
    )
    assert activities(
        tmp_path,
        create,
        wal("DeleteResources", TargetType="WorkflowTarget", TargetExpression="{x:Null}"),
        wal(
            "DeleteResources", TargetType="ResolveTarget", TargetExpression="[//Target/Accounts]", ActorType="Requestor"
        ),
        wal("DeleteResources", TargetType="SearchForTarget", TargetExpression="/Person[Manager='[//Target/ObjectID]']"),
    ) == [
        {
            "activity": "UpdateResources",
            "when": "=[//Target/Wanted]",
            "updates": [
                {
                    "target": "[//WorkflowData/account]",
                    "value": '="svc-" & [//Target/AccountName]',
                    "allow_null": False,
                }
            ],
        },
        {
            "activity": "CreateResource",
            "when": "=[//Target/Wanted]",
            "type": "person",
            "attributes": {"accountName": "[//WorkflowData/account]", "manager": "[//Target]"},
            "conflict": "/person[accountName='svc-[//Target/AccountName]']",
            "on_conflict": "use",
            "result": "created",
        },
        {
            "activity": "UpdateResources",
            "when": "=[//Target/Wanted]",
            "updates": [{"target": "[//Target/Assistant]", "value": "[//WorkflowData/created]"}],
        },
        {"activity": "DeleteResources"},
        {"activity": "DeleteResources", "actor": "requestor", "resources": "[//Target/Accounts]"},
        {"activity": "DeleteResources", "resources": "/person[manager='[//Target/ObjectID]']"},
    ]


def test_the_others(tmp_path: Path) -> None:
    assert activities(
        tmp_path,
        wal("AddDelay", TimeoutDuration="00:30:00"),
        wal("AddDelay", TimeoutDuration="[//WorkflowData/Pause]", ActivityExecutionCondition="Not([//Target/Now])"),
        wal(
            "GenerateUniqueValue",
            listed("ValueExpressions", "[//Target/A]", "[//Target/A] + [//UniquenessKey]"),
            PublicationTarget="[//Target/AccountName]",
            ConflictFilter="/Person[AccountName = '[//Value]']",
            UniquenessSeed="2",
            QueryLdap="False",
        ),
        wal(
            "RequestApproval",
            Approvers="[//Target/Manager]",
            Threshold="1",
            Duration="7",
            Escalation="/Person[AccountName='boss']",
            ApprovalEmailTemplate="/EmailTemplate[DisplayName='Welcome']",
            ApprovalDeniedEmailTemplate=TEMPLATE,
        ),
        wal(
            "SendEmailNotification",
            table("WorkflowDataVariablesTable", ("[//Target/DisplayName]", "[//WorkflowData/who]")),
            To="[//Target/Manager]",
            CC="it@example.com, hr@example.com",
            EmailTemplate=TEMPLATE,
            SuppressException="True",
        ),
        wal(
            "VerifyRequest",
            table(
                "ConditionsTable",
                ("IsPresent([//Effective/Manager])", "Say who your manager is, [//Requestor/DisplayName]."),
            ),
            CheckForConflict="True",
            ConflictFilter="/Person[AccountName='[//Effective/AccountName]']",
            ConflictDenialMessage="Taken.",
            CheckForRequestConflict="True",
            RequestConflictMatchCondition="Eq([//Delta/AccountName], [//ComparedRequest/Delta/AccountName])",
            RequestConflictDenialMessage="Somebody else asks for it.",
        ),
        phase="Authorization",
    ) == [
        {"activity": "AddDelay", "duration": "00:30:00"},
        {"activity": "AddDelay", "when": "=Not([//Target/Now])", "duration": "[//WorkflowData/Pause]"},
        {
            "activity": "GenerateUniqueValue",
            "target": "[//Target/AccountName]",
            "candidates": ["[//Target/A]", "=[//Target/A] & [//UniquenessKey]"],
            "conflicts": ["/person[accountName = '[//Value]']"],
            "first_key": 2,
        },
        {
            "activity": "Approval",
            "approvers": "[//Target/Manager]",
            "threshold": 1,
            "duration": "7",
            "escalation": "/person[accountName='boss']",
            "templates": {"pending": "Welcome", "denied": "Welcome"},
        },
        {
            "activity": "UpdateResources",
            "updates": [{"target": "[//WorkflowData/who]", "value": "[//Target/DisplayName]", "allow_null": False}],
        },
        {
            "activity": "Notification",
            "to": "[//Target/Manager]; it@example.com; hr@example.com",
            "template": "Welcome",
        },
        {
            "activity": "VerifyRequest",
            "conditions": [
                {
                    "condition": "=IsPresent([//Effective/Manager])",
                    "message": "Say who your manager is, [//Requestor/DisplayName].",
                }
            ],
            "unique": [{"filter": "/person[accountName='[//Effective/AccountName]']", "message": "Taken."}],
            "conflicts": [
                {
                    "condition": "=Eq([//Delta/AccountName], [//ComparedRequest/Delta/AccountName])",
                    "message": "Somebody else asks for it.",
                }
            ],
        },
    ]


def test_scripts_become_files(tmp_path: Path) -> None:
    script = {"ScriptLocation": "WorkflowDefinition", "Script": "param($Name)\nGet-Mailbox $Name"}
    found = carried(
        tmp_path,
        workflow(
            xoml(
                wal(
                    "RunPowerShellScript",
                    table("ParametersTable", ("Name", "[//Target/AccountName]")),
                    InputType="Parameters",
                    ReturnType="Explicit",
                    ReturnValueLookup="[//Target/Mailbox]",
                    **script,
                ),
                wal(
                    "RunPowerShellScript",
                    listed("Arguments", '"-all"'),
                    InputType="Arguments",
                    ReturnType="Table",
                    **script,
                ),
            ),
            name="Make mailbox",
        ),
    )
    assert plain(draft(found, "Make mailbox").body["Activities"]) == [
        {"activity": "RunScript", "script": "make-mailbox.ps1", "input": {"Name": "[//Target/AccountName]"}},
        {
            "activity": "UpdateResources",
            "updates": [{"target": "[//Target/Mailbox]", "value": "[//WorkflowData/result]"}],
        },
        {"activity": "RunScript", "script": "make-mailbox-2.ps1", "arguments": ["-all"]},
    ]
    assert (
        "# It ran within the Service, on Windows: see whether scripts/make-mailbox.ps1"
        in draft(found, "Make mailbox").yaml()
    )
    found.write(tmp_path / "home")
    text = (tmp_path / "home" / "scripts" / "make-mailbox.ps1").read_text(encoding="utf-8")
    assert "param($Name)\nGet-Mailbox $Name\n}\n" in text
    assert text.endswith("ConvertTo-Json -Compress @{ 'result' = $found }\n")


@pytest.mark.parametrize(
    ("activity", "why"),
    [
        (wal("UpdateResources"), "it updates nothing"),
        (
            wal("UpdateResources", table("UpdatesTable", ("Nope(1)", "[//Target/A]"))),
            "the expression Nope(1) cannot be written: There is no function Nope",
        ),
        (
            wal(
                "UpdateResources", table("UpdatesTable", ('IIF([//Target/B], "x", InsertValues("y"))', "[//Target/A]"))
            ),
            'IIF([//Target/B], "x", InsertValues("y")) both sets a value and adds to what is there',
        ),
        (
            wal("UpdateResources", table("UpdatesTable", ("true", "$__BREAK_ITERATION__")), Iteration="[//Target/A]"),
            "it ends its repetition early, by $__BREAK_ITERATION__",
        ),
        (
            wal("UpdateResources", table("UpdatesTable", ('"x"', "[//Target/A]")), ResolveDynamicGrammar="True"),
            "it resolves look-ups in what its expressions come to",
        ),
        (
            wal(
                "GenerateUniqueValue",
                table("LdapQueriesTable", ("LDAP://DC=a", "(cn=[//Value])")) + listed("ValueExpressions", '"x"'),
                QueryLdap="True",
                PublicationTarget="[//Target/A]",
            ),
            "it asks LDAP://DC=a by LDAP: name connectors in `spaces` of GenerateUniqueValue",
        ),
        (
            wal("RequestApproval", Approvers="boss@example.com", Duration="7", Threshold="1"),
            "it asks mail addresses for consent, and only people can be asked",
        ),
        (
            wal("SendEmailNotification", To="[//Target]", EmailTemplate="/EmailTemplate[DisplayName='Nope']"),
            "it names the EmailTemplate /EmailTemplate[DisplayName='Nope'], which is not in the files that were read",
        ),
    ],
)
def test_what_cannot_be_carried(tmp_path: Path, activity: str, why: str) -> None:
    (stub,) = activities(tmp_path, activity, phase="Authorization")
    assert stub["activity"] == "Stub"
    assert stub["why"].startswith(why)


def test_variables_do_not_take_the_names_of_other_data(tmp_path: Path) -> None:
    rows: list[Any] = [('"x"', "$name"), ("$name", "[//WorkflowData/Name]")]
    (found,) = activities(tmp_path, wal("UpdateResources", table("UpdatesTable", *rows)))
    assert [one["target"] for one in found["updates"]] == ["[//WorkflowData/name_variable]", "[//WorkflowData/Name]"]
