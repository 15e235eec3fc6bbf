"""Exports of the MIM Service: what becomes of every element, the portal's types, and what is kept."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from service_exports import (
    AGENTS,
    adds_up,
    attribute,
    bound,
    exported,
    guid,
    ma_data,
    migrated,
    results,
    sync_rule,
    type_,
)

from mimas.configuration.check import check
from mimas.configuration.problem import errors
from mimas.configuration.reading import read_folder
from mimas.migrate.elements import MigrationError, Outcome
from mimas.migrate.migration import Migration
from mimas.migrate.report import Report
from mimas.migrate.service import carry


def test_what_becomes_no_document_is_kept_and_listed(tmp_path: Path) -> None:
    objects = [
        exported("Gadget", guid(7), {"DisplayName": "Unheard of", "Text": "<p>]]> &amp; Ünïcode</p>"}),
        exported("Request", guid(8), {"DisplayName": "Update of Ann"}),
        ma_data(),
        exported("GateRegistration", guid(9), {"DisplayName": "Answers", "GateData": "Rover the dog"}),
    ]
    migration = migrated(tmp_path, policy=results(*objects))
    assert migration.report.kept == {
        "Gadget (other)": ["Unheard of"],
        "Request": ["Update of Ann – it came of being used"],
        "ma-data": ["AD – a copy of the synchronisation server's configuration"],
    }
    text = migration.report.text()
    assert "Kept for a later version" in text
    assert "Gadget (other) (1)\n  Unheard of\n" in text
    assert "<summary>Gadget (other) · 1</summary>" in migration.report.html()
    home = tmp_path / "home"
    migration.write(home)
    (kept,) = ET.parse(home / "kept" / "other.xml").getroot()
    assert "<p>]]> &amp; Ünïcode</p>" in [one.text for one in kept.iter("Value")]
    assert sorted(path.name for path in (home / "kept").iterdir()) == ["ma-data.xml", "other.xml", "request.xml"]
    assert not any("Rover" in path.read_text() for path in home.rglob("*") if path.is_file())
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
    assert migration.report.resources["Set"] == ["unnamed", "unnamed 2"]
    assert migration.report.kept["no type (other)"] == ["unnamed"]
    assert [draft.name for draft in migration.drafts] == [guid(1), "Rule 2", "Rule 3", "unnamed", "unnamed 2"]
    adds_up(migration, tmp_path)


def test_objects_that_stand_there_twice(tmp_path: Path) -> None:
    one, other = (exported("Set", guid(1), {"DisplayName": name}) for name in ("One", "Other"))
    migration = migrated(tmp_path, results(one), results(one, other))
    note = "an object of the same identifier stands in schema.xml, too"
    assert migration.report.kept == {"Set (other)": [f"Other – {note}"]}
    assert [(one.kind, one.name) for one in migration.drafts] == [("Set", "One")]
    assert {one.note for one in migration.report.remarks("policy.xml")} >= {
        "the same object stands in schema.xml, too",
        f"{note}: it stands in kept/other.xml",
    }
    adds_up(migration, tmp_path)


@pytest.mark.parametrize("text", ["<Results>", "", "<!DOCTYPE a><Results/>"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "policy.xml"
    path.write_text(text)
    with pytest.raises(MigrationError, match=r"policy\.xml"):
        carry(Migration(Report("x")), None, path, AGENTS, metaverse=True)


def test_hostile_kinds_become_no_files(tmp_path: Path) -> None:
    kinds = ["../../x", "/etc/passwd", "Connector", "set", "BINDINGDESCRIPTION", "con", "a\nb", "", " ", "é" * 400]
    some = [exported(kind, guid(number), {"DisplayName": kind}) for number, kind in enumerate(kinds)]
    types: list[Any] = [type_(40 + number, kind) for number, kind in enumerate(kinds)]
    types += [bound(60 + number, 40 + number, 90) for number in range(len(kinds))]
    migration = migrated(tmp_path, results(*types, attribute(90, "DisplayName")), results(*some))
    home = tmp_path / "home"
    for path in migration.write(home):
        assert (home / path).resolve().is_relative_to(home)
        assert len(path.parts) <= 4
    documents, problems = read_folder(home)
    assert problems == []
    assert errors(check(home, documents)) == []
    assert "Connector" not in {one.kind for one in documents}
    adds_up(migration, tmp_path)
