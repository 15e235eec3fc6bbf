"""Exports of the MIM Service: what becomes of every element, the portal's types, and what is kept."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from service_exports import (
    AGENTS,
    Values,
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
    sync_rule,
)

from mimas.configuration.reading import read_folder
from mimas.migrate.drafts import Draft, plain
from mimas.migrate.elements import MigrationError, Outcome
from mimas.migrate.migration import Migration
from mimas.migrate.report import Report
from mimas.migrate.service import carry

SAMPLE = Path(__file__).parents[3] / "data" / "mim" / "ServiceConfig"
"""A clean MIM 2016 SP1, as Microsoft published it."""


def attribute(number: int, name: str, type_: str = "String", **values: str) -> str:
    """An attribute of the portal's schema."""
    said: Values = {"Name": name, "DisplayName": name, "DataType": type_, "Multivalued": "False", **values}
    return exported("AttributeTypeDescription", guid(number), said)


def bound(number: int, type_: int, attribute_: int, **values: str) -> str:
    """An attribute bound to a type."""
    ends = {"BoundObjectType": f"urn:uuid:{guid(type_)}", "BoundAttributeType": f"urn:uuid:{guid(attribute_)}"}
    return exported("BindingDescription", guid(number), {**ends, "Required": "False", **values})


def type_(number: int, name: str) -> str:
    """A type."""
    return exported("ObjectTypeDescription", guid(number), {"Name": name, "DisplayName": name})


def adds_up(migration: Migration, folder: Path) -> None:
    """Every element of every file is counted once."""
    for name in migration.report.files:
        elements = list(ET.parse(folder / name).getroot().iter())
        assert migration.report.counts(name).total() == len(elements)


def test_what_has_no_place_is_kept_and_listed(tmp_path: Path) -> None:
    property_ = "<a:OneActivity.P><a:Q/></a:OneActivity.P>"
    xoml = f'<a:W xmlns:a="clr-namespace:X;Assembly=Y, V=1"><a:OneActivity>{property_}</a:OneActivity></a:W>'
    objects = [
        exported("Set", guid(1), {"DisplayName": "All", "Filter": "<Filter>/Person[A = 'b']</Filter>"}),
        exported("Set", guid(2), {"DisplayName": "Odd", "Filter": "<Filter>/Person[Manager == /Set]</Filter>"}),
        exported("WorkflowDefinition", guid(3), {"DisplayName": "Do", "RequestPhase": "Action", "XOML": xoml}),
        exported(
            "WorkflowDefinition", guid(4), {"DisplayName": "Bomb", "XOML": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}
        ),
        exported(
            "ManagementPolicyRule", guid(5), {"DisplayName": "May", "ActionType": ["Read", "Add"], "Disabled": "True"}
        ),
        exported("EmailTemplate", guid(6), {"DisplayName": "Hello", "EmailBody": "<p>]]> &amp; Ünïcode</p>"}),
        exported("Gadget", guid(7), {"DisplayName": "Unheard of"}),
    ]
    migration = migrated(tmp_path, policy=results(*objects))
    why = "== is no operator."
    assert migration.report.kept == {
        "Set": [
            "All – /Person[A = 'b']",
            f"Odd – /Person[Manager == /Set] – its filter cannot be read yet: {why}",
        ],
        "WorkflowDefinition": ["Do – Action – OneActivity", "Bomb – no phase – its XOML cannot be read"],
        "ManagementPolicyRule": ["May – Read, Add – disabled"],
        "EmailTemplate": ["Hello"],
        "Gadget (other)": ["Unheard of"],
    }
    text = migration.report.text()
    assert "Set (2)\n  All – /Person[A = 'b']\n" in text
    assert "<summary>WorkflowDefinition · 2</summary>" in migration.report.html()
    home = tmp_path / "home"
    migration.write(home)
    (kept,) = ET.parse(home / "kept" / "email-template.xml").getroot()
    assert "<p>]]> &amp; Ünïcode</p>" in [one.text for one in kept.iter("Value")]
    assert sorted(path.name for path in (home / "kept").iterdir()) == [
        "email-template.xml",
        "management-policy-rule.xml",
        "other.xml",
        "set.xml",
        "workflow-definition.xml",
    ]
    assert migration.report.counts("policy.xml").keys() == {Outcome.CARRIED, Outcome.KEPT, Outcome.NOT_APPLICABLE}
    adds_up(migration, tmp_path)


def test_what_is_not_of_the_format_stays_unknown_and_is_listed(tmp_path: Path) -> None:
    odd = exported("Set", guid(1), {"DisplayName": "All"}, extra="<Surprise><Inner/></Surprise>")
    migration = migrated(tmp_path, policy=results(odd, "<ImportObject><Changes/></ImportObject>"))
    unknown = {one.tag for one in migration.report.remarks("policy.xml") if one.outcome is Outcome.UNKNOWN}
    assert unknown == {"Surprise", "ImportObject"}
    assert migration.report.total[Outcome.UNKNOWN] == 4
    assert "unknown: 1 × Surprise" in migration.report.text()
    adds_up(migration, tmp_path)


def test_objects_that_are_not_whole(tmp_path: Path) -> None:
    bare = "<ExportObject><ResourceManagementObject/></ExportObject><ExportObject/>"
    two = (
        "<ExportObject><ResourceManagementObject><ObjectType>Set</ObjectType></ResourceManagementObject>"
        "<ResourceManagementObject><ObjectType>Set</ObjectType></ResourceManagementObject></ExportObject>"
    )
    broken = sync_rule(1, {}).replace("<AttributeName>", "<AttributeName>x").replace("urn:uuid:", "")
    other = sync_rule(2, {"FlowType": "0"}).replace(guid(2), "")
    third = sync_rule(3, {"FlowType": "0"}).replace(guid(3), "")
    migration = migrated(tmp_path, policy=results(bare, two, broken, other, third, ma_data()))
    assert migration.report.kept["Set"] == ["unnamed", "unnamed"]
    assert migration.report.kept["no type (other)"] == ["unnamed"]
    assert [draft.name for draft in migration.drafts] == [guid(1), "Rule 2", "Rule 3"]
    adds_up(migration, tmp_path)


def test_objects_that_stand_there_twice(tmp_path: Path) -> None:
    one, other = (exported("Set", guid(1), {"DisplayName": name}) for name in ("One", "Other"))
    migration = migrated(tmp_path, results(one), results(one, other))
    assert migration.report.kept == {"Set": ["One"], "Set (other)": ["Other"]}
    assert {one.note for one in migration.report.remarks("policy.xml")} >= {
        "the same object stands in schema.xml, too",
        "an object of the same identifier stands in schema.xml, too",
    }
    adds_up(migration, tmp_path)


@pytest.mark.parametrize("text", ["<Results>", "", "<!DOCTYPE a><Results/>"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "policy.xml"
    path.write_text(text)
    with pytest.raises(MigrationError, match=r"policy\.xml"):
        carry(Migration(Report("x")), None, path, AGENTS, metaverse=True)


def test_hostile_kinds_become_no_files(tmp_path: Path) -> None:
    kinds = ["../../x", "/etc/passwd", "con", "a\nb", "", " ", "é" * 400]
    some = [exported(kind, guid(number), {"DisplayName": kind}) for number, kind in enumerate(kinds)]
    types: list[Any] = [type_(40 + number, kind) for number, kind in enumerate(kinds)]
    migration = migrated(tmp_path, results(*types), results(*some))
    home = tmp_path / "home"
    for path in migration.write(home):
        assert (home / path).resolve().is_relative_to(home)
        assert len(path.parts) <= 3
    assert read_folder(home)[1][0].message.endswith("has no such folder")
    adds_up(migration, tmp_path)


@pytest.mark.parametrize("metaverse", [True, False])
def test_the_published_export(tmp_path: Path, metaverse: bool) -> None:
    """Nothing of it is unknown, and it adds up."""
    migration = Migration(Report("Real"))
    carry(migration, SAMPLE / "schema.xml", SAMPLE / "policy.xml", AGENTS, metaverse=metaverse)
    adds_up(migration, SAMPLE)
    assert migration.report.total[Outcome.UNKNOWN] == 0
    assert {"Person", "Group"} <= {draft.name for draft in migration.drafts}
    for draft in migration.drafts:
        document(draft)
    assert len(migration.write(tmp_path / "home")) > 20
