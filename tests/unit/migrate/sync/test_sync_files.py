"""Which files are read, and what becomes of those that are broken, strange, double or hostile."""

from pathlib import Path

import pytest

from mimas.migrate.elements import MigrationError, Outcome
from mimas.migrate.migration import Migration
from mimas.migrate.report import Report
from mimas.migrate.sync import carry
from tests.unit.migrate.old_server import AD, HR, Moved, agent, direct, flow_set, metaverse, ranked, row_file

WORKER = {"id": "string", "name": "string"}


def hr(name: str = "HR", id_: str = HR, rules: str = "") -> str:
    return agent(name, id_, "Delimited", {"worker": WORKER}, private=row_file({"worker": WORKER}), rules=rules)


def test_files_lie_in_the_folder_or_below_it_in_any_letter_case(tmp_path: Path) -> None:
    files = {
        "ma-one.XML": hr(),
        "SYNCCONFIG/MA-two.xml": hr("B", AD),
        "syncconfig2/MA-3.xml": hr("C"),
        "mv.Xml": "<x/>",
    }
    found = Moved(tmp_path, files)
    assert set(found.report.files) == {"ma-one.XML", "SYNCCONFIG/MA-two.xml", "mv.Xml"}
    assert found.names == {HR: "HR", AD: "B"}
    assert any("mv.Xml holds neither" in one for one in found.report.to_do)
    assert found.unknown() == ["x"]


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    found = Moved(
        tmp_path, {"policy.xml": "<broken", "schema.xml": "<Results/>", "notes.txt": "<", "other.xml": "<y/>"}
    )
    assert (found.report.files, found.report.broken, found.names) == ({}, {}, {})


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"no xml at all",
        b"<saved-ma-configuration><ma-data><id>{1",
        b"\xff\xfe<\x00x\x00",
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><ma-data>&b;</ma-data>',
        b"<a>" * 500,
    ],
)
def test_a_broken_file_is_said_and_stops_nothing(text: bytes, tmp_path: Path) -> None:
    found = Moved(tmp_path, {"MA-bad.XML": text, "MA-good.XML": hr()})
    assert found.names == {HR: "HR"}
    assert list(found.report.broken) == ["MA-bad.XML"]
    assert "MA-bad.XML: " in found.report.text()
    assert "MA-bad.XML" in found.report.html()
    assert found.errors() == []


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match="nowhere"):
        carry(Migration(Report("Test")), tmp_path / "nowhere")


def test_the_same_agent_twice_and_two_of_one_name(tmp_path: Path) -> None:
    found = Moved(tmp_path, {"MA-1.XML": hr(), "MA-2.XML": hr("Copy"), "MA-3.XML": hr("hr", AD)})
    assert found.names == {HR: "HR", AD: "hr 2"}
    assert found.errors() == []
    again = found.report.counts("MA-2.XML")
    assert again[Outcome.NOT_APPLICABLE] > again[Outcome.CARRIED]


def test_a_second_metaverse_needs_a_person(tmp_path: Path) -> None:
    types = {"person": {"a": "string"}}
    found = Moved(tmp_path, {"MV.XML": metaverse(types), "syncconfig/MV.XML": metaverse({"thing": {"b": "string"}})})
    assert [one.name for one in found.migration.drafts] == ["person"]
    assert found.report.counts("syncconfig/MV.XML")[Outcome.PERSON] > 0


def test_an_agent_and_the_metaverse_in_one_file(tmp_path: Path) -> None:
    inner = [text.removeprefix("<saved-ma-configuration>").removesuffix("</saved-ma-configuration>") for text in [hr()]]
    inner.append(metaverse({"person": {"sn": "string"}}).split(">", 1)[1].rsplit("<", 1)[0])
    found = Moved(tmp_path, {"export.xml": f"<export-ma>{''.join(inner)}</export-ma>"})
    assert found.names == {HR: "HR"}
    assert {one.kind for one in found.migration.drafts} == {"Connector", "ObjectType"}


def test_without_a_metaverse_types_are_as_the_rules_name_them(tmp_path: Path) -> None:
    rules = (
        '<projection><class-mapping type="declared" cd-object-type="worker"><mv-object-type>person</mv-object-type>'
        '</class-mapping></projection><export-attribute-flow><export-flow-set cd-object-type="worker"'
        f' mv-object-type="person"><export-flow cd-attribute="name">{direct("cn")}</export-flow></export-flow-set>'
        "</export-attribute-flow>"
    )
    found = Moved(tmp_path, {"MA-1.XML": hr(rules=rules)})
    assert found.errors() == []
    assert found.body("ObjectType", "person")["attributes"] == {"cn": "string"}


def test_what_nobody_knows_is_unknown_and_listed(tmp_path: Path) -> None:
    flows = flow_set(
        "person", ranked("sn", (HR, "worker", direct("name"))), "<new-kind-of-flows><x/></new-kind-of-flows>"
    )
    files = {
        "MA-1.XML": hr(rules="<quantum-rules><entangled/></quantum-rules>"),
        "MV.XML": metaverse({"person": {"sn": "string"}}, flows).replace("<version>", "<novelty/><version>"),
    }
    found = Moved(tmp_path, files)
    assert sorted(found.unknown()) == ["entangled", "new-kind-of-flows", "novelty", "quantum-rules", "x"]
    assert "unknown: 1 × quantum-rules" in found.report.text()
    assert found.counts()[Outcome.UNKNOWN] == 5


def test_names_that_are_hostile(tmp_path: Path) -> None:
    name = "x: [y]\n# \"z\" '../..' \u202e {a}"
    flows = flow_set("per: son", ranked("a b - c: d", (HR, "worker", direct("name"))))
    files = {
        "MA-1.XML": hr(name, rules="<extension><assembly-name>..\\os.dll</assembly-name></extension>"),
        "MV.XML": metaverse({"per: son": {"a b - c: d": "string"}}, flows),
    }
    found = Moved(tmp_path, files)
    assert found.errors() == []
    assert all(path.resolve().is_relative_to(found.home.resolve()) for path in found.home.rglob("*"))
    (rule,) = [one for one in found.migration.drafts if one.kind == "SyncRule"]
    assert rule.body["flows"] == {"a b - c: d": "name"}


def test_an_extension_is_no_module_of_python(tmp_path: Path) -> None:
    mapping = "<scripted-mapping><script-context>f</script-context></scripted-mapping>"
    flows = flow_set("person", ranked("sn", (HR, "worker", mapping)))
    rules = "<extension><assembly-name>Calendar.DLL</assembly-name></extension>"
    found = Moved(tmp_path, {"MA-1.XML": hr(rules=rules), "MV.XML": metaverse({"person": {"sn": "string"}}, flows)})
    assert found.errors() == []
    assert [one.reference for one in found.migration.stubs] == ["calendar_rules:f"]
