"""Portal sync rules in all their variants, as documents that are right in their form."""

from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from service_exports import (
    AGENT,
    attr,
    criteria,
    document,
    export_flow,
    exported,
    fn,
    guid,
    import_flow,
    ma_data,
    migrated,
    results,
    rules,
    scoping,
    sync_rule,
)

from mimas.configuration.check import check
from mimas.configuration.problem import Severity
from mimas.configuration.reading import read_folder
from mimas.migrate.drafts import Draft, plain
from mimas.migrate.elements import Outcome
from mimas.migrate.migration import Migration

JOIN = ["employeeNumber = employeeID"]
PARAMETER = "<sync-parameter><name>Floor</name><type>String</type></sync-parameter>"


def body(migration: Migration, name: str) -> dict[str, Any]:
    """The body of a rule, as it is read from its YAML."""
    return dict(document(rules(migration)[name]).body)


def notes(migration: Migration, outcome: Outcome) -> set[str]:
    """What the report says of a file under an outcome."""
    return {one.note for one in migration.report.remarks("policy.xml") if one.outcome is outcome}


def connector() -> Draft:
    """The directory as another part of the migration drafts it."""
    attributes = {
        **dict.fromkeys(("employeeNumber", "mail", "title", "sn", "info", "cn"), "string"),
        "userAccountControl": "integer",
        "manager": "reference",
        "proxyAddresses": "string, multivalued",
    }
    objects = {"user": {"attributes": attributes}}
    return Draft(
        "Connector",
        "directory",
        {"type": "ldif", "settings": {"path": "out.ldif", "export": "listing"}, "objects": objects},
    )


def person() -> Draft:
    """The metaverse's type."""
    names = ("employeeID", "email", "jobTitle", "lastName", "accountName", "employeeStatus", "type")
    attributes: dict[str, Any] = dict.fromkeys(names, "string")
    return Draft(
        "ObjectType", "person", {"attributes": attributes | {"boss": "reference", "mails": "string, multivalued"}}
    )


def test_inbound(tmp_path: Path) -> None:
    rule = sync_rule(
        1,
        {
            "DisplayName": "HR in",
            "Description": "People: from\tHR",
            "FlowType": "0",
            "CreateILMObject": "True",
            "ConnectedSystemScope": scoping(("employeeType", "NOTEQUAL", "Intern"), ("mail", "NOTEQUAL", "")),
            "PersistentFlow": [
                import_flow(attr("givenName"), "firstName"),
                import_flow("CONTOSO", "domain"),
                import_flow(
                    attr("sn", "kind"),
                    "employeeType",
                    fn(
                        "IIF",
                        fn("Eq", "kind", '"50"'),
                        '"Full"',
                        fn("IIF", fn("IsPresent", "sn"), fn("+", "sn", '" – "', fn("Left", "kind", "3")), '"Le""g"'),
                    ),
                ),
            ],
        },
    )
    migration = migrated(tmp_path, policy=results(ma_data(), rule))
    joined = '[sn] & " – " & Left([kind], 3)'
    assert body(migration, "HR in") == {
        "description": "People: from HR",
        "direction": "inbound",
        "connector": "directory",
        "object": "user",
        "resource": "person",
        "precedence": 1,
        "link": "provision",
        "scope": ["employeeType NOTEQUAL Intern", "mail ISNOTNULL"],
        "join": JOIN,
        "flows": {
            "firstName": "givenName",
            "domain": {"constant": "CONTOSO"},
            "employeeType": f'=IIF([kind] = "50", "Full", IIF(IsPresent([sn]), {joined}, "Le""g"))',
        },
    }
    assert not rules(migration)["HR in"].aside
    assert migration.report.total[Outcome.PERSON] == 0


def test_outbound_by_filter(tmp_path: Path) -> None:
    dn = fn("+", fn("EscapeDNComponent", fn("+", '"CN="', "accountName")), '",OU=People,DC=example,DC=com"')
    rule = sync_rule(
        2,
        {
            "DisplayName": "AD out",
            "FlowType": "1",
            "CreateConnectedSystemObject": "True",
            "DisconnectConnectedSystemObject": "True",
            "msidmOutboundIsFilterBased": "True",
            "msidmOutboundScopingFilters": scoping(("employeeStatus", "EQUAL", "Active")),
            "RelationshipCriteria": criteria(("employeeID", "employeeNumber"), ("email", "mail")),
            "InitialFlow": [
                export_flow(attr("accountName"), "dn", dn),
                export_flow("512", "userAccountControl"),
                export_flow(attr("email"), "mail"),
                export_flow(attr("jobTitle"), "title"),
            ],
            "PersistentFlow": [
                export_flow(attr("email"), "mail"),
                export_flow(attr("lastName"), "sn", null=True),
                export_flow(attr("boss"), "manager"),
                export_flow(attr("mails"), "proxyAddresses", null=True),
                export_flow("", "info", fn("RandomNum", "1", "9")),
                export_flow(attr("accountName"), "cn", fn("UpperCase", "accountName")),
            ],
        },
    )
    migration = migrated(tmp_path, policy=results(ma_data(), rule), drafts=[connector(), person()])
    assert body(migration, "AD out") == {
        "direction": "outbound",
        "connector": "directory",
        "object": "user",
        "resource": "person",
        "precedence": 2,
        "link": "provision",
        "scope": ["employeeStatus EQUAL Active"],
        "join": ["employeeNumber = employeeID and mail = email"],
        "flows": {
            "mail": "=IgnoreFlowIfNullOrEmpty([email])",
            "sn": "lastName",
            "manager": "boss",
            "proxyAddresses": "mails",
            "info": {"expression": "=RandomNum(1, 9)", "once": True},
            "cn": "=IgnoreFlowIfNullOrEmpty(UpperCase([accountName]))",
            "dn": {
                "expression": '=EscapeDNComponent("CN=" & [accountName]) & ",OU=People,DC=example,DC=com"',
                "once": True,
            },
            "userAccountControl": {"constant": 512, "once": True},
            "title": {"attribute": "jobTitle", "once": True},
        },
        "deprovision": "disconnect",
    }
    assert {"where the resource has no value any more, the object's is cleared; MIM left it"} < notes(
        migration, Outcome.DIFFERENT
    )


def test_what_is_carried_passes_the_check(tmp_path: Path) -> None:
    inbound = {
        "FlowType": "0",
        "CreateILMObject": "True",
        "PersistentFlow": [
            import_flow(attr("employeeNumber"), "employeeID"),
            import_flow(attr("mail"), "accountName", fn("LowerCase", "mail")),
        ],
    }
    outbound = {
        "FlowType": "1",
        "CreateConnectedSystemObject": "True",
        "msidmOutboundIsFilterBased": "True",
        "PersistentFlow": [
            export_flow(attr("employeeID"), "employeeNumber"),
            export_flow(attr("accountName"), "dn", fn("+", '"cn="', "accountName", '",dc=x"')),
        ],
    }
    policy = results(ma_data(), sync_rule(1, inbound), sync_rule(2, outbound))
    migration = migrated(tmp_path, policy=policy, drafts=[connector(), person()])
    home = tmp_path / "home"
    migration.write(home)
    documents, problems = read_folder(home)
    assert problems == []
    assert len(documents) == 4
    assert [str(one) for one in check(home, documents) if one.severity is Severity.ERROR] == []
    (type_,) = [one for one in documents if one.kind == "ObjectType"]
    # What resources are joined by is indexed, whoever drafted the type.
    assert type_.body["attributes"]["employeeID"] == "string, indexed"


def test_outbound_ends_as_its_agent_says(tmp_path: Path) -> None:
    flows = {"FlowType": "1", "CreateConnectedSystemObject": "True", "msidmOutboundIsFilterBased": "True"}
    policy = results(ma_data(), sync_rule(1, {**flows, "DisconnectConnectedSystemObject": "True"}), sync_rule(2, flows))
    migration = migrated(tmp_path, policy=policy, endings={"directory": "delete"})
    assert body(migration, "Rule 1")["deprovision"] == "delete"
    assert body(migration, "Rule 2")["deprovision"] == "keep"


def test_outbound_by_policy_stands_aside_with_those_who_add_it(tmp_path: Path) -> None:
    xoml = (
        '<ns0:SequentialWorkflow xmlns:x="http://schemas.microsoft.com/winfx/2006/xaml" xmlns:ns0="clr-namespace:'
        'Microsoft.ResourceManagement.Workflow.Activities;Assembly=Microsoft.ResourceManagement, Version=4.4.1302.0">'
        f'<ns0:SynchronizationRuleActivity Action="Add" SynchronizationRuleId="{guid(3).upper()}">'
        '<ns0:SynchronizationRuleActivity.Parameters><x:Array Type="{x:Type ns0:P}" />'
        "</ns0:SynchronizationRuleActivity.Parameters></ns0:SynchronizationRuleActivity></ns0:SequentialWorkflow>"
    )
    namespace = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
    filter_ = f"<Filter xmlns='{namespace}'>/Person[EmployeeType = 'Contractor']</Filter>"
    policy = results(
        ma_data(),
        sync_rule(
            3,
            {
                "DisplayName": "By policy",
                "FlowType": "1",
                "CreateConnectedSystemObject": "True",
                "msidmOutboundIsFilterBased": "False",
                "SynchronizationRuleParameters": [PARAMETER],
                "PersistentFlow": [
                    export_flow(attr("email"), "mail", null=True),
                    export_flow("", "floor", fn("Trim", "$Floor")),
                ],
                "ExistenceTest": [export_flow(attr("employeeID"), "employeeNumber")],
            },
        ),
        exported("WorkflowDefinition", guid(90), {"DisplayName": "Add AD", "RequestPhase": "Action", "XOML": xoml}),
        exported("Set", guid(91), {"DisplayName": "Contractors", "Filter": filter_}),
        exported(
            "ManagementPolicyRule",
            guid(92),
            {
                "DisplayName": "Contractors get AD",
                "Disabled": "True",
                "ManagementPolicyRuleType": "SetTransition",
                "ActionType": ["TransitionIn"],
                "ResourceFinalSet": f"urn:uuid:{guid(91)}",
                "ActionWorkflowDefinition": [f"urn:uuid:{guid(90)}"],
            },
        ),
    )
    migration = migrated(tmp_path, policy=policy)
    draft = rules(migration)["By policy"]
    assert draft.aside
    assert plain(draft.body)["flows"] == {"mail": "email"}
    assert body(migration, "By policy")["link"] == "provision"
    for said in (
        "The workflow “Add AD” does it (Add); 1 policy rules start it.",
        "The policy rule “Contractors get AD”, which is disabled: TransitionIn of the set “Contractors”, /Person[E",
        "A workflow gives it the parameter Floor (String).",
        export_flow("", "floor", fn("Trim", "$Floor")),
    ):
        assert said in draft.note
    assert notes(migration, Outcome.PERSON) == {
        "policy adds the rule: give it a scope",
        "a rule has no parameters of a workflow",
        "it takes the workflow parameter $Floor, which a rule does not have here",
        "it was an existence test, and there are no detected rules",
        "what has no equal stands in stubs",
    }
    (told,) = [one for one in migration.report.to_do if one.startswith("The sync rule")]
    assert told.startswith("The sync rule “By policy” stands aside. Policy adds it to resources;")


def test_before_there_were_filters_rules_were_by_policy(tmp_path: Path) -> None:
    migration = migrated(tmp_path, policy=results(ma_data(), sync_rule(1, {"FlowType": "1"})))
    assert rules(migration)["Rule 1"].aside
    assert notes(migration, Outcome.PERSON) == {"policy adds the rule: give it a scope"}


def test_both_directions_are_two_rules(tmp_path: Path) -> None:
    rule = sync_rule(
        4,
        {
            "DisplayName": "Both",
            "FlowType": "2",
            "CreateILMObject": "True",
            "msidmOutboundIsFilterBased": "True",
            "ConnectedSystemScope": scoping(("ou", "ENDSWITH", "DC=a"), ("n", "LESSTHAN_OR_EQUAL", "5")),
            "msidmOutboundScopingFilters": scoping(("type", "NOTSTARTSWITH", "%")),
            "PersistentFlow": [export_flow(attr("email"), "mail", null=True), import_flow(attr("sn"), "lastName")],
        },
    )
    migration = migrated(tmp_path, policy=results(ma_data(), rule))
    inbound, outbound = body(migration, "Both (inbound)"), body(migration, "Both (outbound)")
    assert (inbound["direction"], inbound["link"], inbound["flows"]) == ("inbound", "provision", {"lastName": "sn"})
    assert inbound["scope"] == ["ou ENDSWITH DC=a", "n LESSTHAN_OR_EQUAL 5"]
    assert (outbound["direction"], outbound["link"], outbound["flows"]) == ("outbound", "join", {"mail": "email"})
    assert outbound["scope"] == ["type ISNOTNULL"]
    assert inbound["join"] == outbound["join"] == JOIN
    assert "deprovision" not in inbound | outbound
    assert migration.report.total[Outcome.PERSON] == 0


def test_flows_of_the_other_direction_did_nothing(tmp_path: Path) -> None:
    rule = sync_rule(1, {"FlowType": "0", "PersistentFlow": [export_flow(attr("a"), "b"), import_flow(attr("b"), "a")]})
    migration = migrated(tmp_path, policy=results(ma_data(), rule))
    assert body(migration, "Rule 1")["flows"] == {"a": "b"}
    assert "it flows in the direction that the rule does not have" in notes(migration, Outcome.NOT_APPLICABLE)


def test_a_dependent_rule_has_the_scope_of_the_other_one(tmp_path: Path) -> None:
    usual = {"FlowType": "1", "msidmOutboundIsFilterBased": "True"}
    first = sync_rule(1, {**usual, "msidmOutboundScopingFilters": scoping(("type", "EQUAL", "a"))})
    second = sync_rule(
        2, {**usual, "Dependency": f"urn:uuid:{guid(1)}", "msidmOutboundScopingFilters": scoping(("x", "ISNULL", ""))}
    )
    lost = sync_rule(3, {**usual, "Dependency": f"urn:uuid:{guid(8)}"})
    circle = sync_rule(4, {**usual, "Dependency": f"urn:uuid:{guid(4)}"})
    migration = migrated(tmp_path, policy=results(ma_data(), second, first, lost, circle))
    assert body(migration, "Rule 2")["scope"] == ["type EQUAL a", "x ISNULL"]
    assert "scope" not in body(migration, "Rule 4")
    assert notes(migration, Outcome.PERSON) == {"the rule it depends on is not in the file"}


@pytest.mark.parametrize(
    ("values", "aside", "name"),
    [
        ({"ManagementAgentID": f"urn:uuid:{guid(77)}", "ConnectedSystem": "Other"}, True, "Other"),
        ({"ManagementAgentID": "", "ConnectedSystem": ""}, True, "unknown"),
        ({"ManagementAgentID": "", "ConnectedSystem": "{" + AGENT + "}"}, False, "directory"),
        ({"ManagementAgentID": f"urn:uuid:{AGENT}", "ConnectedSystem": ""}, False, "directory"),
        ({"ManagementAgentID": "", "ConnectedSystem": "directory"}, False, "directory"),
        ({"ILMObjectType": ""}, True, "directory"),
    ],
)
def test_a_rule_whose_ends_are_not_known_stands_aside(
    tmp_path: Path, values: dict[str, str], aside: bool, name: str
) -> None:
    migration = migrated(tmp_path, policy=results(ma_data(), sync_rule(1, {"FlowType": "0", **values})))
    assert rules(migration)["Rule 1"].aside is aside
    assert body(migration, "Rule 1")["connector"] == name
    assert len(migration.report.to_do) == aside


def test_a_filter_that_is_not_whole_is_in_force_nowhere(tmp_path: Path) -> None:
    broken = {
        1: {"ConnectedSystemScope": scoping(("a", "EQUAL", "x"), ("b", "SOUNDSLIKE", "y"))},
        2: {"ConnectedSystemScope": "<scoping><scope>"},
        3: {"RelationshipCriteria": criteria(("employeeID", "employeeNumber"), ("", "mail"))},
        4: {"ConnectedSystemScope": scoping(("a", "STARTSWITH", ""))},
    }
    some = [sync_rule(number, {"FlowType": "0", **values}) for number, values in broken.items()]
    migration = migrated(tmp_path, policy=results(ma_data(), *some))
    assert [draft.aside for draft in rules(migration).values()] == [True] * 4
    assert body(migration, "Rule 1")["scope"] == ["a EQUAL x"]
    assert "b SOUNDSLIKE y" in rules(migration)["Rule 1"].note
    # With a condition less it would join what it did not.
    assert "join" not in body(migration, "Rule 3")


def test_no_password_is_written(tmp_path: Path) -> None:
    rule = sync_rule(
        1,
        {
            "FlowType": "1",
            "msidmOutboundIsFilterBased": "True",
            "InitialFlow": [
                export_flow("Pa$$w0rd-1", "unicodePwd"),
                export_flow("", "userPassword", fn("+", '"Pa$$"', '"w0rd-2"')),
                export_flow(attr("a", "b"), "export_password"),
            ],
            "ExistenceTest": [export_flow("Pa$$w0rd-3", "unicodePwd")],
        },
    )
    kept = sync_rule(
        2, {"FlowType": "1", "InitialFlow": [export_flow("", "unicodePwd", fn("+", '"A"', fn("RandomNum", "1", "9")))]}
    )
    migration = migrated(tmp_path, policy=results(ma_data(), rule, kept))
    home = tmp_path / "home"
    written = "".join((home / name).read_text() for name in migration.write(home))
    assert "w0rd" not in written
    assert body(migration, "Rule 2")["flows"] == {"unicodePwd": {"expression": '="A" & RandomNum(1, 9)', "once": True}}
    assert "The sync rule “Rule 1” needs a password for unicodePwd." in migration.report.to_do


def test_two_flows_to_one_attribute(tmp_path: Path) -> None:
    rule = sync_rule(
        1,
        {
            "FlowType": "1",
            "msidmOutboundIsFilterBased": "True",
            "InitialFlow": [export_flow(attr("b"), "x"), export_flow(attr("a"), "y")],
            "PersistentFlow": [
                export_flow(attr("a"), "x", null=True),
                export_flow(attr("a"), "y", null=True),
                export_flow(attr("c"), "x"),
            ],
        },
    )
    migration = migrated(tmp_path, policy=results(ma_data(), rule))
    assert body(migration, "Rule 1")["flows"] == {"x": "a", "y": "a"}
    assert notes(migration, Outcome.PERSON) == {"another flow of the rule has the same target"}
    assert notes(migration, Outcome.DIFFERENT) == {"the persistent flow of the same attribute holds from the beginning"}


@pytest.mark.parametrize(
    ("flow", "why"),
    [
        ("<import-flow><src><attr>a</attr>", "it is no flow"),
        ("text", "it is no flow"),
        ("<import-flow><src><attr>a</attr></src></import-flow>", "it flows to no attribute that can be named"),
        (import_flow(attr("a"), "n" * 300), "it flows to no attribute that can be named"),
        (import_flow(attr("a", "b"), "x"), "it has several attributes and no function"),
        (import_flow("", "x"), "it has no source"),
        (import_flow(attr("a"), "x", fn("Encrypt", "a")), "there is no function Encrypt"),
        (import_flow(attr("a\x85b"), "x"), "the name of an attribute cannot be written"),
        (import_flow("a\u2028b", "x"), "its constant holds signs that cannot be written"),
        (import_flow("", "x", fn("Trim", '"a\u2028b"')), "its function holds signs that cannot be written"),
        (import_flow(attr("a"), "x", fn("Trim")), "its function cannot be written as an expression"),
        (import_flow(attr("a"), "x", fn("Trim", "a] &amp; [b")), "the name of an attribute cannot be written"),
        (import_flow(attr("a"), "x", fn("Trim", "")), "an argument is empty"),
        (import_flow(attr("a"), "x", fn("Trim", "a") + fn("Trim", "a")), "it has more than one function"),
        (
            import_flow(attr("a"), "x").replace("<scoping>", "<scoping><scope/>"),
            "it has a condition of its own",
        ),
    ],
)
def test_what_cannot_be_a_flow_is_told(tmp_path: Path, flow: str, why: str) -> None:
    rule = sync_rule(1, {"FlowType": "0", "PersistentFlow": [import_flow(attr("b"), "c"), flow]})
    migration = migrated(tmp_path, policy=results(ma_data(), rule))
    (told,) = notes(migration, Outcome.PERSON)
    assert told.startswith(why)
    assert body(migration, "Rule 1")["flows"] == {"c": "b"}
    assert why in rules(migration)["Rule 1"].note


def test_depth_is_no_way_to_crash(tmp_path: Path) -> None:
    deep = "a"
    for _ in range(80):
        deep = fn("Trim", deep)
    bottomless = "a"
    for _ in range(5000):
        bottomless = fn("Trim", bottomless)
    flows = [import_flow(attr("a"), "x", deep), import_flow(attr("a"), "y", bottomless)]
    migration = migrated(tmp_path, policy=results(ma_data(), sync_rule(1, {"FlowType": "0", "PersistentFlow": flows})))
    assert "flows" not in body(migration, "Rule 1")
    assert len(notes(migration, Outcome.PERSON)) == 2


HOSTILE = [
    "a: b",
    "# x",
    "*x",
    "&x",
    "!x",
    "%x%",
    "'",
    '"',
    "../../etc/passwd",
    "true",
    "0x1",
    "=x",
    "-",
    "\u2028",
    "a\u0085b",
    "é",
    "x" * 500,
    "{a}",
    "null",
    "\u202e",
    "@",
    "`",
    "|",
    ">",
    "?",
    "1.0",
    "~",
    "a EQUAL b",
    "b and c = d",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_hostile(tmp_path: Path, name: str) -> None:
    shown = escape(name)
    rule = sync_rule(
        1,
        {
            "DisplayName": name,
            "Description": name,
            "FlowType": "0",
            "ConnectedObjectType": name,
            "ConnectedSystemScope": scoping((shown, "EQUAL", shown)),
            "RelationshipCriteria": criteria((shown, shown)),
            "PersistentFlow": [import_flow(attr(shown), shown), import_flow(shown, "x")],
        },
    )
    migration = migrated(tmp_path, policy=results(ma_data(), rule))
    (draft,) = rules(migration).values()
    document(draft)
    files = migration.write(tmp_path / "home")
    assert all(".." not in path.parts for path in files)
    (written,) = [path for path in files if path.suffix == ".yaml"]
    assert len(written.parts) == 3
    assert written.parts[0] == ("aside" if draft.aside else "documents")


def test_a_value_is_never_read_as_an_expression(tmp_path: Path) -> None:
    scope = scoping(
        ("a", "EQUAL", "=Now()"), ("a", "EQUAL", "%x%"), ("a", "EQUAL", '"q"'), ("a b", "EQUAL", "c EQUAL d")
    )
    migration = migrated(
        tmp_path, policy=results(ma_data(), sync_rule(1, {"FlowType": "0", "ConnectedSystemScope": scope}))
    )
    assert body(migration, "Rule 1")["scope"] == [
        'a EQUAL ="=Now()"',
        'a EQUAL ="%x%"',
        'a EQUAL ""q""',
        "a b EQUAL c EQUAL d",
    ]


def test_rules_of_one_name_are_told_apart(tmp_path: Path) -> None:
    some = [sync_rule(number, {"DisplayName": "Same", "FlowType": "0"}) for number in (1, 2)]
    migration = migrated(
        tmp_path, policy=results(ma_data(), *some), drafts=[Draft("SyncRule", "Same", {"direction": "inbound"})]
    )
    assert [one.name for one in migration.drafts] == ["Same", "Same 2", "Same 3"]


def test_inbound_rules_that_meet_are_told(tmp_path: Path) -> None:
    flows = {"FlowType": "0", "PersistentFlow": [import_flow(attr("sn"), "lastName")]}
    migration = migrated(tmp_path, policy=results(ma_data(), sync_rule(1, flows), sync_rule(2, flows)))
    (told,) = migration.report.to_do
    assert told.startswith("Several inbound rules give person.lastName.")
