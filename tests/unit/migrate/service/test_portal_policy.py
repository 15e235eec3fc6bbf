"""Objects of the portal as documents of their own kinds."""

from pathlib import Path
from typing import Any

import pytest
from service_exports import (
    Values,
    adds_up,
    attribute,
    bound,
    exported,
    guid,
    localised,
    migrated,
    results,
    type_,
)

from mimas.configuration.reading import read, read_folder
from mimas.migrate.drafts import Draft, plain
from mimas.migrate.elements import Outcome
from mimas.migrate.migration import Migration

SCHEMA = results(
    type_(901, "Person"),
    type_(902, "Gadget"),
    attribute(911, "AccountName"),
    attribute(912, "DisplayName"),
    attribute(913, "Manager", "Reference"),
    attribute(914, "EndDate", "DateTime"),
    attribute(915, "Floor", "Integer", IntegerMaximum="9"),
    attribute(916, "Active", "Boolean"),
    attribute(917, "ResourceTime", "DateTime"),
    attribute(918, "ResetPassword"),
    attribute(919, "name"),
    *(bound(number + 20, 901, number) for number in range(911, 919)),
    *(bound(number + 40, 902, number) for number in (912, 915, 919)),
    bound(960, 902, 916, Required="True"),
)
PERSON = Draft(
    "ObjectType",
    "person",
    {"attributes": {"accountName": "string, indexed", "displayName": "string", "manager": "reference"}},
)
RULE: Values = {
    "ManagementPolicyRuleType": "Request",
    "Disabled": "False",
    "GrantRight": "True",
    "ActionType": ["Read"],
}


def urn(number: int) -> str:
    return f"urn:uuid:{guid(number)}"


def set_(number: int, name: str, filter_: str = "", **values: str | list[str]) -> str:
    wrapped = f'<Filter Dialect="x" xmlns="y">{filter_.replace("<", "&lt;")}</Filter>'
    more: Values = {"Filter": wrapped} if filter_ else {}
    return exported("Set", guid(number), {"DisplayName": name, **more, **values})


def rule(number: int, name: str, **values: str | list[str]) -> str:
    return exported("ManagementPolicyRule", guid(number), {"DisplayName": name, **RULE, **values})


def united(folder: Path, *objects: str) -> Migration:
    """With a metaverse that spells names otherwise."""
    found = migrated(folder, SCHEMA, results(*objects), drafts=[Draft("ObjectType", "person", dict(PERSON.body))])
    adds_up(found, folder)
    assert found.report.total[Outcome.UNKNOWN] == 0
    return found


def bodies(migration: Migration, kind: str) -> dict[str, Any]:
    """The documents of a kind that are in force."""
    return {one.name: plain(one.body) for one in migration.drafts if one.kind == kind and not one.aside}


def yaml(migration: Migration, name: str) -> str:
    """A document, which can be read."""
    draft = next(one for one in migration.drafts if one.name == name and one.kind != "ObjectType")
    (found,), problems = read(draft.yaml())
    assert problems == []
    assert found.body == plain(draft.body)
    return draft.yaml()


def test_a_set(tmp_path: Path) -> None:
    filter_ = f"/Person[AccountName = 'a<b' and ObjectID = /Set[ObjectID = '{guid(2).upper()}']/ComputedMember]"
    found = united(
        tmp_path,
        set_(1, "Some", filter_, ExplicitMember=[urn(3), urn(9)], ComputedMember=[urn(3)], Temporal="False"),
        set_(2, "Others", "/Person"),
        exported("Person", guid(3), {"DisplayName": "Ann", "AccountName": "ann"}),
    )
    assert (
        yaml(found, "Some")
        == f"""\
kind: Set
name: Some
ObjectID: {guid(1)}
# In the portal: /Person[AccountName = 'a<b' and ObjectID = /Set[ObjectID =
# '{guid(2)}']/ComputedMember]
# {guid(2)} is Set/Others.
Filter: >-
  /person[accountName = 'a<b' and ObjectID = /Set[ObjectID = '{guid(2)}']/ComputedMember]
# {guid(9)} is not in the files that were read.
ExplicitMember:
  - person/Ann
  - {guid(9)}
"""
    )
    outcomes = {one.note: one.outcome for one in found.report.remarks("policy.xml")}
    assert outcomes["Mimas says it by itself"] is Outcome.NOT_APPLICABLE
    assert found.report.resources["Set"][1:] == ["Others – /Person"]


def test_a_policy_rule_spells_attributes_as_its_targets_do(tmp_path: Path) -> None:
    found = united(
        tmp_path,
        set_(1, "People", "/Person"),
        set_(2, "Everything", "/*"),
        set_(
            3, "People and sets", f"/*[ObjectID = /Set[ObjectID = '{guid(1)}']/ComputedMember]", ExplicitMember=[urn(1)]
        ),
        rule(
            4,
            "Of people",
            ActionParameter=["DisplayName", "AccountName", "Manager", "ObjectID", "Unheard"],
            ResourceCurrentSet=urn(1),
            PrincipalRelativeToResource="Manager",
        ),
        rule(5, "Of everything", ActionParameter=["DisplayName"], ResourceCurrentSet=urn(2), PrincipalSet=urn(1)),
        rule(6, "Of both", ActionParameter=["DisplayName"], ResourceFinalSet=urn(3)),
        rule(7, "Of sets", ActionParameter=["*"], ResourceFinalSet=urn(2)),
    )
    rules = bodies(found, "ManagementPolicyRule")
    assert rules["Of people"] == {
        "ObjectID": guid(4),
        "ManagementPolicyRuleType": "Request",
        "Disabled": False,
        "GrantRight": True,
        "ActionType": ["Read"],
        "ActionParameter": ["displayName", "accountName", "manager", "ObjectID", "Unheard"],
        "PrincipalRelativeToResource": "manager",
        "ResourceCurrentSet": "People",
    }
    assert rules["Of everything"]["ActionParameter"] == ["DisplayName", "displayName"]
    assert rules["Of everything"]["PrincipalSet"] == "People"
    assert rules["Of both"]["ActionParameter"] == ["DisplayName", "displayName"]
    assert rules["Of sets"]["ActionParameter"] == ["*"]
    assert "# In the portal: Manager\nPrincipalRelativeToResource: manager\n" in yaml(found, "Of people")


def test_search_scopes_and_forms_spell_names_as_what_they_show(tmp_path: Path) -> None:
    scope: Values = {
        "SearchScope": "/Person[Manager = '%LoginID%']",
        "SearchScopeContext": ["DisplayName", "AccountName"],
        "SearchScopeColumn": "DisplayName; AccountName;ObjectType",
        "SearchScopeResultObjectType": "Person",
        "Order": "3",
        "UsageKeyword": ["BasicUI"],
    }
    form: Values = {
        "TargetObjectType": "Person",
        "AppliesToCreate": "True",
        "AppliesToEdit": "False",
        "AppliesToView": "False",
        "ConfigurationData": "<a>{Binding Source=object, Path=AccountName}{Binding Source=schema, "
        "Path=DisplayName.Required}\t  \r\n  <b/>{Binding Source=x, Path=Other}</a>",
    }
    found = united(
        tmp_path,
        exported("SearchScopeConfiguration", guid(1), {"DisplayName": "My team", **scope}),
        exported("ObjectVisualizationConfiguration", guid(2), {"DisplayName": "New user", **form}),
    )
    body = bodies(found, "SearchScopeConfiguration")["My team"]
    assert body["SearchScope"] == "/person[manager = '%LoginID%']"
    assert body["SearchScopeContext"] == ["displayName", "accountName"]
    assert body["SearchScopeColumn"] == "displayName;accountName;ObjectType"
    assert (body["SearchScopeResultObjectType"], body["Order"]) == ("person", 3)
    assert yaml(found, "New user").endswith("""\
ConfigurationData: |-
  <a>{Binding Source=object, Path=accountName}{Binding Source=schema, Path=displayName.Required}
    <b/>{Binding Source=x, Path=Other}</a>
""")


def test_references_to_the_schema_are_by_name(tmp_path: Path) -> None:
    found = united(
        tmp_path,
        exported("FilterScope", guid(70), {"DisplayName": "Few", "AllowedAttributes": [urn(911), urn(912), urn(917)]}),
        exported(
            "ConstantSpecifier",
            guid(71),
            {"DisplayName": "x", "ConstantValueKey": "x", "BoundObjectType": urn(901), "BoundAttributeType": urn(912)},
        ),
        set_(72, "Odd", ExplicitMember=[urn(901)]),
    )
    assert bodies(found, "FilterScope")["Few"]["AllowedAttributes"] == ["accountName", "DisplayName", "displayName"]
    constant = bodies(found, "ConstantSpecifier")["Person DisplayName x"]
    assert (constant["BoundObjectType"], constant["BoundAttributeType"]) == ("person", "displayName")
    assert constant["DisplayName"] == "x"
    assert bodies(found, "Set")["Odd"]["ExplicitMember"] == ["ObjectTypeDescription/person"]


def test_names_are_unique_and_tell_apart(tmp_path: Path) -> None:
    found = united(
        tmp_path,
        set_(1, "All"),
        set_(2, "all"),
        set_(3, " /All\u200b of  them"),
        set_(4, "A" * 300),
        exported("Set", guid(5), {}),
        exported("Gadget", guid(6), {"DisplayName": "All", "Active": "True"}),
        *(
            exported(
                "NavigationBarConfiguration",
                guid(number),
                {
                    "DisplayName": "Home",
                    "UsageKeyword": ["UI", word],
                    "Order": "1",
                    "ParentOrder": "1",
                    "NavigationUrl": "~",
                },
            )
            for number, word in [(7, "Basic"), (8, "Other")]
        ),
    )
    assert list(bodies(found, "Set")) == ["All", "all 2", "All\ufffd of them", "A" * 199 + "…", guid(5)]
    assert list(bodies(found, "NavigationBarConfiguration")) == ["Home (Basic)", "Home (Other)"]
    assert list(bodies(found, "Gadget")) == ["All"]
    assert bodies(found, "Set")["All"] == {"ObjectID": guid(1)}
    assert bodies(found, "Set")["all 2"]["DisplayName"] == "all"


def test_values_that_do_not_fit_are_told(tmp_path: Path) -> None:
    found = united(
        tmp_path,
        exported(
            "Person",
            guid(1),
            {
                "DisplayName": ["Ann", "Anna"],
                "EndDate": "5/2/2027 7:47:05 PM",
                "Floor": "12",
                "Active": "perhaps",
                "Shoes": "red",
                "ResetPassword": "hunter2",
                "ResourceTime": "5/2/2017 7:47:05 PM",
                "MVObjectID": "{0}",
            },
        ),
        exported("Gadget", guid(2), {"DisplayName": "Phone", "name": "phone", "Active": "False"}),
        exported("Gadget", guid(3), {"DisplayName": "Broken"}),
    )
    text = yaml(found, "Ann")
    assert bodies(found, "person")["Ann"] == {
        "ObjectID": guid(1),
        "displayName": "Ann",
        "EndDate": "2027-05-02T19:47:05Z",
    }
    assert "# DisplayName was also Anna: it holds one value only.\n" in text
    assert "# Floor was 12: it does not fit the schema: " in text
    assert "# Active was perhaps: it is neither true nor false.\n" in text
    assert "# Shoes was red: the type person has no such attribute.\n" in text
    assert "hunter2" not in text
    assert bodies(found, "Gadget") == {"Phone": {"ObjectID": guid(2), "Active": False, ".name": "phone"}}
    (told,) = found.report.to_do
    assert told == "Gadget “Broken” stands aside. It has no Active, which it has to have."
    assert found.report.resources["Gadget"] == ["Phone", "Broken – stands aside"]


def test_identifiers_that_are_none(tmp_path: Path) -> None:
    found = united(tmp_path, set_(1, "Odd", ExplicitMember=["urn:uid:x", urn(9)]).replace(guid(1), "no-guid"))
    assert bodies(found, "Set")["Odd"] == {"ExplicitMember": [guid(9)]}
    assert "# ExplicitMember was urn:uid:x: it is no GUID.\n" in yaml(found, "Odd")


def test_what_a_sync_rule_writes_is_not_written(tmp_path: Path) -> None:
    rule_ = Draft("SyncRule", "hr", {"direction": "inbound", "resource": "person", "flows": {"accountName": "a"}})
    objects = results(exported("Person", guid(1), {"DisplayName": "Ann", "AccountName": "ann"}))
    found = migrated(tmp_path, SCHEMA, objects, drafts=[Draft("ObjectType", "person", dict(PERSON.body)), rule_])
    assert bodies(found, "person")["Ann"] == {"ObjectID": guid(1), "displayName": "Ann"}
    assert "# AccountName was ann: a sync rule gives it.\n" in yaml(found, "Ann")
    (told,) = found.report.to_do
    assert told.startswith("Policy names 1 of the type person, which have documents in policy/person: Ann.")


def test_what_cannot_be_in_force_stands_aside_with_what_hangs_on_it(tmp_path: Path) -> None:
    found = united(
        tmp_path,
        set_(1, "Odd", "/Person[Shoes = 'red']"),
        set_(2, "Outer", f"/*[ObjectID = /Set[ObjectID = '{guid(1)}']/ComputedMember]"),
        rule(3, "May", ActionParameter=["*"], ResourceCurrentSet=urn(2)),
        set_(4, "Good", "/Person"),
    )
    assert list(bodies(found, "Set")) == ["Good"]
    assert bodies(found, "ManagementPolicyRule") == {}
    first, second = found.report.to_do
    assert first.startswith("Set “Odd” stands aside. Its Filter cannot be read: ")
    assert second == "These need what stands aside, and stand there, too: ManagementPolicyRule “May”, Set “Outer”."
    assert yaml(found, "May").startswith("# It needs “Outer”, which stands aside.\nkind: ")


def test_other_languages_stand_in_a_comment(tmp_path: Path) -> None:
    texts = localised("de-DE", DisplayName="Alle", Description="Wirklich alle")
    found = united(tmp_path, exported("Set", guid(1), {"DisplayName": "All"}, texts))
    assert yaml(found, "All").startswith(
        "# In other languages:\n# DisplayName in de-DE: Alle\n# Description in de-DE: Wirklich alle\nkind: Set\n"
    )


def test_required_texts_that_are_missing_are_made_up_and_told(tmp_path: Path) -> None:
    found = united(tmp_path, exported("EmailTemplate", guid(1), {"DisplayName": "Part", "EmailBody": "<li>"}))
    assert (
        yaml(found, "Part")
        == f"""\
kind: EmailTemplate
name: Part
ObjectID: {guid(1)}
# It has to have a value, and had none.
EmailTemplateType: Notification
# It has to have a value, and had none.
EmailSubject: Part
EmailBody: <li>
"""
    )


@pytest.mark.parametrize(
    ("number", "length", "files"), [(3, 1, ["set.yaml"]), (2, 9000, ["set/set-1.yaml", "set/set-2.yaml"])]
)
def test_short_documents_share_a_file(tmp_path: Path, number: int, length: int, files: list[str]) -> None:
    some = [set_(at, f"Set {at}", Description="word " * length) for at in range(1, number + 1)]
    found = united(tmp_path, *some)
    home = tmp_path / "home"
    found.write(home)
    folder = home / "documents" / "policy"
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.yaml")) == files
    documents, problems = read_folder(home)
    assert problems == []
    assert [one.name for one in documents if one.kind == "Set"] == [f"Set {at}" for at in range(1, number + 1)]


def test_what_is_to_be_known_of_workflows_and_rules_is_in_the_report(tmp_path: Path) -> None:
    property_ = "<a:OneActivity.P><a:Q/></a:OneActivity.P>"
    xoml = f'<a:W xmlns:a="clr-namespace:X;Assembly=Y, V=1"><a:OneActivity>{property_}</a:OneActivity></a:W>'
    bomb = "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"
    found = united(
        tmp_path,
        exported("WorkflowDefinition", guid(3), {"DisplayName": "Do", "RequestPhase": "Action", "XOML": xoml}),
        exported("WorkflowDefinition", guid(4), {"DisplayName": "Bomb", "RequestPhase": "Action", "XOML": bomb}),
        rule(5, "May", Disabled="True"),
    )
    assert found.report.resources == {
        "WorkflowDefinition": ["Do – Action – Stub (OneActivity)", "Bomb – Action – Stub (its XOML cannot be read)"],
        "ManagementPolicyRule": ["May – Request, Read – disabled"],
    }
    assert "Policy, by kind of document\n---------------------------\nManagementPolicyRule (1)\n" in found.report.text()
    (stub,) = bodies(found, "WorkflowDefinition")["Bomb"]["Activities"]
    assert stub == {"activity": "Stub", "why": "its XOML cannot be read", "was": bomb}
