"""The portal's types: in force, with labels and limits, and united with those of the metaverse."""

from pathlib import Path
from typing import Any

import pytest
from service_exports import (
    Values,
    adds_up,
    attr,
    attribute,
    bound,
    criteria,
    document,
    export_flow,
    exported,
    fn,
    guid,
    import_flow,
    localised,
    ma_data,
    migrated,
    results,
    sync_rule,
    type_,
)

from mimas.migrate.drafts import Draft, plain
from mimas.migrate.elements import Outcome
from mimas.migrate.migration import Migration

SCHEMA = results(
    type_(1, "Person"),
    type_(2, "Set"),
    type_(3, "licenceModel"),
    type_(4, "msidmPamRole"),
    attribute(11, "EmployeeID", StringRegex="^[0-9]+$", Description="The number"),
    attribute(12, "Manager", "Reference"),
    attribute(13, "Mails", "Text", Multivalued="True"),
    attribute(14, "ObjectID", "Reference"),
    attribute(15, "Odd", "Polygon"),
    attribute(16, "Filter", "Text"),
    attribute(17, "Seats", "Integer", IntegerMinimum="0", IntegerMaximum="9"),
    attribute(18, "Creator", "Reference"),
    attribute(19, "EndDate", "DateTime"),
    attribute(20, "CostCentre"),
    bound(21, 1, 11, Required="True", DisplayName="Employee ID"),
    bound(22, 1, 12),
    bound(23, 1, 13),
    bound(24, 1, 14),
    bound(25, 3, 15, StringRegex="^(a+)+$"),
    bound(26, 2, 16),
    bound(27, 4, 11),
    bound(28, 1, 99),
    bound(29, 3, 17, IntegerMinimum="1"),
    bound(30, 1, 18, Required="True"),
    bound(31, 1, 19, StringRegex="x"),
    bound(32, 2, 20, extra=localised("de-DE", DisplayName="Kostenstelle"), DisplayName="Cost centre"),
)


def types(migration: Migration) -> dict[str, Any]:
    """The attributes of each type that is in force."""
    for draft in migration.drafts:
        document(draft)
    return {one.name: plain(one.body["attributes"]) for one in migration.drafts if not one.aside}


@pytest.mark.parametrize("metaverse", [True, False])
def test_types_are_in_force_with_their_labels_and_limits(tmp_path: Path, metaverse: bool) -> None:
    migration = migrated(tmp_path, SCHEMA, metaverse=metaverse)
    number = {"type": "string", "pattern": "^[0-9]+$"}
    assert types(migration) == {
        "Person": {
            "Creator": "reference",
            "EmployeeID": {**number, "required": True, "label": "Employee ID"},
            "EndDate": "datetime",
            "Mails": "string, multivalued",
            "Manager": "reference",
        },
        "Set": {"CostCentre": {"type": "string", "label": {"de-DE": "Kostenstelle", "en": "Cost centre"}}},
        "licenceModel": {"Odd": "string", "Seats": {"type": "integer", "minimum": 1, "maximum": 9}},
        "msidmPamRole": {"EmployeeID": number},
    }
    text = next(one for one in migration.drafts if one.name == "Person").yaml()
    assert "  # The number\n  EmployeeID:\n    type: string\n" in text
    adds_up(migration, tmp_path)


def test_what_of_a_schema_cannot_be_is_told(tmp_path: Path) -> None:
    migration = migrated(tmp_path, SCHEMA)
    remarks = {(one.outcome, one.note) for one in migration.report.remarks("schema.xml")}
    assert (Outcome.DIFFERENT, "the type Polygon is not known: it is text now") in remarks
    assert (Outcome.NOT_APPLICABLE, "only texts have a pattern") in remarks
    (slow,) = [note for outcome, note in remarks if outcome is Outcome.PERSON]
    assert "could take for ever" in slow
    text = next(one for one in migration.drafts if one.name == "licenceModel").yaml()
    assert "# In the portal: StringRegex ^(a+)+$, but " in text
    assert migration.report.counts("schema.xml")[Outcome.UNKNOWN] == 0
    # An attribute that is not there is bound to a type.
    assert [one.value("ResourceManagementObject", "ObjectIdentifier") for one in migration.kept["binding-description"]]


def test_a_type_is_united_with_that_of_the_metaverse(tmp_path: Path) -> None:
    attributes = {"employeeID": "string, indexed", "mails": "string", "endDate": "string", "sn": "string"}
    theirs = Draft("ObjectType", "person", {"attributes": {**attributes, "creator": "reference"}})
    migration = migrated(tmp_path, SCHEMA, drafts=[theirs])
    assert types(migration)["person"] == {
        "Creator": "reference",
        "creator": "reference",
        "employeeID": {
            "type": "string",
            "indexed": True,
            "required": True,
            "pattern": "^[0-9]+$",
            "label": "Employee ID",
        },
        "endDate": "datetime",
        "mails": "string",
        "Manager": "reference",
        "sn": "string",
    }
    assert "Person" not in types(migration)
    text = " ".join(theirs.yaml().replace("#", "").split())
    assert "The portal's type “Person” and the metaverse's are one." in text
    assert "In the portal: string, multivalued." in text


def test_the_agent_of_the_service_says_which_types_are_one(tmp_path: Path) -> None:
    theirs = Draft("ObjectType", "licence", {"attributes": {"seats": "integer"}})
    migration = migrated(tmp_path, SCHEMA, drafts=[theirs], same={"licenceModel": "licence"})
    assert types(migration)["licence"] == {
        "Odd": "string",
        "seats": {"type": "integer", "minimum": 1, "maximum": 9},
    }
    assert "licenceModel" not in types(migration)


def test_without_a_metaverse_types_are_named_as_the_rules_name_them(tmp_path: Path) -> None:
    rule = sync_rule(
        50,
        {
            "FlowType": "2",
            "msidmOutboundIsFilterBased": "True",
            "RelationshipCriteria": criteria(("employeeID", "employeeNumber")),
            "PersistentFlow": [
                import_flow(attr("boss"), "manager"),
                export_flow(attr("manager"), "boss", null=True),
                export_flow(attr("sn", "mails"), "display", fn("+", "sn", "mails")),
            ],
        },
    )
    set_ = exported("Set", guid(60), {"DisplayName": "Bosses", "Filter": "/Person[Manager = /Person]"})
    migration = migrated(tmp_path, SCHEMA, results(ma_data(), rule, set_), metaverse=False)
    person = next(one for one in migration.drafts if one.name == "person")
    attributes = plain(person.body)["attributes"]
    assert sorted(attributes) == ["Creator", "EndDate", "employeeID", "mails", "manager", "sn"]
    assert attributes["employeeID"]["indexed"] is True
    (bosses,) = [one for one in migration.drafts if one.kind == "Set"]
    assert plain(bosses.body)["Filter"] == "/person[manager = /person]"


def test_what_a_filter_names_is_there_though_it_means_nothing_here(tmp_path: Path) -> None:
    more = results(type_(1, "Person"), attribute(11, "ResourceTime", "DateTime"), bound(21, 1, 11))
    named: Values = {"DisplayName": "New", "Filter": "/Person[ResourceTime > '2020-01-01T00:00:00']"}
    without = migrated(tmp_path, more)
    assert types(without) == {"Person": {}}
    with_ = migrated(tmp_path, more, results(exported("Set", guid(60), named)))
    assert plain(with_.drafts[0].body)["attributes"] == {"ResourceTime": "datetime"}
    assert not any(one.aside for one in with_.drafts)
