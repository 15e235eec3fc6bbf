"""Agents of text files as connectors of files."""

from pathlib import Path
from typing import Any

import pytest

from mimas.migrate.agents.textfiles import code_page
from mimas.migrate.elements import Outcome
from tests.unit.migrate.old_server import HR, Moved, agent, metaverse, step

WORKER = {"worker": {"id": "string", "name": "string", "phone": "string many"}}
STAFF = {"worker": {"id": "string"}, "guest": {"id": "string"}}


def config(form: str, more: str = "", importing: str = "") -> str:
    usual = "<dn><attribute>id</attribute></dn><anchor><attribute>id</attribute></anchor>"
    return f"<MAConfig><importing>{importing or usual}</importing>{form}{more}</MAConfig>"


def delimited(more: str = "", page: str = "1252", delimiter: str = "59", header: str = "1") -> str:
    return f"""<delimited_format><code_page>{page}</code_page><delimiter>{delimiter}</delimiter>
    <text_qualifier>34</text_qualifier><first_row_contains_headers>{header}</first_row_contains_headers>{more}
    <attributes><attribute><name>id</name></attribute><attribute><name>name</name></attribute></attributes>
    </delimited_format>"""


def moved(
    tmp_path: Path, category: str, private: str, *, types: Any = None, **more: str
) -> tuple[Moved, dict[str, Any]]:
    file = agent("HR", HR, category, types or WORKER, private=private, **more)
    found = Moved(tmp_path, {"MA-1.XML": file, "MV.XML": metaverse({"person": {"sn": "string"}})})
    assert found.errors() == []
    assert found.unknown() == []
    return found, found.body("Connector", "HR")


def test_a_delimited_file(tmp_path: Path) -> None:
    more = "<multivalue_delimiter>124</multivalue_delimiter>"
    steps = step("full-import", "to-cs", "<input-file>c:\\in\\people.csv</input-file>")
    _, body = moved(tmp_path, "Delimited", config(delimited(more)), steps=steps)
    assert body["type"] == "delimited"
    assert body["settings"] == {
        "path": "data/hr/people.csv",
        "encoding": "windows-1252",
        "delimiter": ";",
        "separator": "|",
    }
    assert body["objects"]["worker"]["anchor"] == ["id"]


@pytest.mark.parametrize(
    ("delimiter", "said", "separator"),
    [
        ("9", "\t", None),
        ("44", None, None),
        ("124", "|", ";"),
        ("999999", None, None),
        ("|", "|", ";"),
        ("", None, None),
    ],
)
def test_delimiters(delimiter: str, said: str | None, separator: str | None, tmp_path: Path) -> None:
    _, body = moved(tmp_path, "Delimited", config(delimited(delimiter=delimiter)))
    assert body["settings"].get("delimiter") == said
    assert body["settings"].get("separator") == separator


def test_a_file_without_a_header_needs_a_person(tmp_path: Path) -> None:
    found, _ = moved(tmp_path, "Delimited", config(delimited(header="0")))
    assert found.elements("first_row_contains_headers")[0].outcome is Outcome.PERSON
    assert any("has no header" in one and "id;name" in one for one in found.report.to_do)


@pytest.mark.parametrize(
    ("page", "name"),
    [("65001", "utf-8"), ("1200", "utf-16-le"), ("28591", "iso-8859-1"), ("932", "cp932"), ("437", "cp437"),
     ("20127", "ascii"), ("", "utf-8"), ("77777", None), ("x", None), ("9" * 5000, None)],
)  # fmt: skip
def test_code_pages(page: str, name: str | None) -> None:
    assert code_page(page) == name


def test_changes_in_and_out(tmp_path: Path) -> None:
    words = (
        "<change_type_attribute>what</change_type_attribute><delete_change_type_value>gone</delete_change_type_value>"
    )
    delta = step("delta-import", "to-cs", "<input-file>delta.csv</input-file>")
    found, body = moved(tmp_path / "in", "Delimited", config(delimited(), words), steps=delta)
    assert (body["settings"]["changes"], body["settings"]["change_type"]) == ("data/hr/delta.csv", "what")
    assert found.body("RunProfile", "HR - all")["steps"] == ["import HR delta"]
    assert found.elements("delete_change_type_value")[0].outcome is Outcome.PERSON

    out = delta + step("export", "", "<output-file>out.csv</output-file>")
    found, body = moved(tmp_path / "out", "Delimited", config(delimited()), steps=out)
    assert (body["settings"]["changes"], body["settings"]["export"]) == ("data/hr/out.csv", "changes")
    # What was written and read by changes cannot be both: it is read in full.
    assert found.body("RunProfile", "HR - all")["steps"] == ["import HR", "export HR"]


def test_changes_are_not_appended_in_utf_16(tmp_path: Path) -> None:
    found, body = moved(tmp_path, "Delimited", config(delimited(page="1200")), steps=step("export"))
    assert "encoding" not in body["settings"]
    assert any("utf-8 now" in one for one in found.report.to_do)


def test_several_types_in_a_file(tmp_path: Path) -> None:
    importing = """<dn><attribute>id</attribute></dn><anchor><attribute>id</attribute></anchor>
    <object_class_attribute>kind</object_class_attribute>"""
    _, body = moved(tmp_path, "Delimited", config(delimited(), importing=importing), types=STAFF)
    assert body["objects"] == {"row": {"anchor": ["id"], "attributes": {"id": "string", "kind": "string"}}}


def test_several_types_and_nothing_to_tell_them_apart(tmp_path: Path) -> None:
    found, body = moved(tmp_path, "Delimited", config(delimited()), types=STAFF)
    assert list(body["objects"]) == ["row"]
    assert any("nothing tells its object types apart" in one for one in found.report.to_do)


def fixed(*columns: tuple[str, str]) -> str:
    some = "".join(f"<attribute><name>{name}</name><width>{width}</width></attribute>" for name, width in columns)
    return f"<fixed_width_format><code_page>1252</code_page><attributes>{some}</attributes></fixed_width_format>"


def test_a_fixed_width_file(tmp_path: Path) -> None:
    found, body = moved(tmp_path, "Fixed", config(fixed(("id", "8"), ("name", "40"), ("phone", "20"))))
    assert body["type"] == "fixed-width"
    assert body["settings"]["columns"] == [
        {"name": "id", "width": 8},
        {"name": "name", "width": 40},
        {"name": "phone", "width": 20},
    ]
    assert not any("width" in one for one in found.report.to_do)


@pytest.mark.parametrize("width", ["", "0", "wide", "99999999999"])
def test_a_width_that_is_not_told_is_asked_for(width: str, tmp_path: Path) -> None:
    found, _ = moved(tmp_path, "Fixed", config(fixed(("id", width))), steps=step("export"))
    assert any("width of every column" in one for one in found.report.to_do)


def test_attribute_value_pairs(tmp_path: Path) -> None:
    form = "<attribute_value_pair_format><code_page>65001</code_page></attribute_value_pair_format>"
    _, body = moved(tmp_path, "AVP", config(form))
    assert (body["type"], body["settings"]) == ("avp", {"path": "data/hr/in.txt"})


def test_ldif_with_an_anchor_has_no_change_records(tmp_path: Path) -> None:
    form = "<ldif_format><code_page>65001</code_page></ldif_format>"
    steps = step("delta-import", "to-cs", "<input-file>d.ldif</input-file>")
    by_name = config(form, importing="<dn/><anchor><dn/></anchor>")
    found, body = moved(tmp_path / "name", "LDIF", by_name, steps=steps)
    assert (body["type"], body["settings"]["changes"]) == ("ldif", "data/hr/d.ldif")
    assert "anchor" not in body["objects"]["worker"]
    found, body = moved(tmp_path / "anchor", "LDIF", config(form), steps=steps)
    assert body["objects"]["worker"]["anchor"] == ["id"]
    assert found.body("RunProfile", "HR - all")["steps"] == ["import HR"]


@pytest.mark.parametrize("category", ["DSML", "DSMLv2"])
def test_dsml(category: str, tmp_path: Path) -> None:
    form = "<dsml_format><code_page>65001</code_page></dsml_format>"
    by_name = config(form, importing="<dn/><anchor><dn/></anchor>")
    steps = step("full-import", "to-cs", "<input-file>all.dsml</input-file>")
    delta = step("delta-import", "to-cs", "<input-file>d.dsml</input-file>")
    found, body = moved(tmp_path / "name", category, by_name, steps=steps + delta)
    assert (body["type"], body["settings"]) == ("dsml", {"path": "data/hr/all.dsml", "changes": "data/hr/d.dsml"})
    assert found.elements("dsml_format")[0].outcome is Outcome.CARRIED
    assert found.elements("code_page")[0].outcome is Outcome.CARRIED
    assert not any("no connector" in one for one in found.report.to_do)
    found, body = moved(tmp_path / "anchor", category, config(form), steps=steps + delta)
    assert body["objects"]["worker"]["anchor"] == ["id"]
    assert found.body("RunProfile", "HR - all")["steps"] == ["import HR"]
    _, body = moved(tmp_path / "out", category, config(form), steps=step("export"))
    assert body["settings"] == {"path": "data/hr/in.xml", "changes": "data/hr/out.xml", "export": "changes"}


@pytest.mark.parametrize("category", ["Delimited", "Fixed", "AVP", "LDIF", "DSML"])
def test_without_a_configuration(category: str, tmp_path: Path) -> None:
    moved(tmp_path, category, "", types=STAFF)


@pytest.mark.parametrize("name", ["..", "../../etc/passwd", "a\nb", "\\\\server\\share\\x.csv", "/"])
def test_a_file_stays_in_the_home(name: str, tmp_path: Path) -> None:
    steps = step("full-import", "", f"<input-file>{name}</input-file>")
    _, body = moved(tmp_path, "Delimited", config(delimited()), steps=steps)
    folder, _, file = body["settings"]["path"].rpartition("/")
    assert folder == "data/hr"
    assert file not in ("", ".", "..")


def test_changes_and_listing_are_not_the_same_file(tmp_path: Path) -> None:
    files = "<input-file>people.csv</input-file>"
    steps = step("full-import", "to-cs", files) + step("delta-import", "to-cs", files)
    _, body = moved(tmp_path, "Delimited", config(delimited()), steps=steps)
    assert (body["settings"]["path"], body["settings"]["changes"]) == ("data/hr/people.csv", "data/hr/changes.csv")
