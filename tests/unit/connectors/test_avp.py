from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimas.connectors.contract import Change, Connector, ConnectorError, Schema
from mimas.connectors.delimited import records
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import many as canonical
from tests.unit.connectors.files_helpers import Reading, add, connect, delete, many, people, sent, update

PEOPLE = people(
    "id", "name", "age", "mail", "boss", "teams",
    age=Attribute("age", Kind.INTEGER), mail=many("mail"), boss=Attribute("boss", Kind.REFERENCE),
    teams=many("teams", Kind.REFERENCE),
)  # fmt: skip


def open_(folder: Path, schema: Schema = PEOPLE, **more: Any) -> Connector[Any]:
    return connect(folder, "avp", schema, **{"path": "people.txt", "changes": "changes.txt", **more})


def read(
    folder: Path, data: str | bytes, schema: Schema = PEOPLE, watermark: str | None = None, **more: Any
) -> Reading:
    name = "people.txt" if watermark is None else "changes.txt"
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return Reading(open_(folder, schema, **more), watermark)


def listing(folder: Path, schema: Schema = PEOPLE, **more: Any) -> Connector[Any]:
    return open_(folder, schema, export="listing", **more)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_listing_is_read(tmp_path: Path, end: str) -> None:
    text = "\nid: 1\nName: Ann: A \nage:042\nmail: b\nextra: x\nMAIL:   a\nboss: 2\nteams: x\nteams: y\n"
    text += "\n \nid: 2\nname:\n"
    reading = read(tmp_path, text.replace("\n", end))
    assert reading.values == {"1": {"id": "1", "name": "Ann: A ", "age": 42, "mail": ["a", "b"]}, "2": {"id": "2"}}
    assert reading.entries["1"].references == {"boss": ["2"], "teams": ["x", "y"]}
    assert reading.problems == []
    assert reading.end.complete


def test_the_first_attribute_again_begins_a_record(tmp_path: Path) -> None:
    assert read(tmp_path, "id: 1\nname: A\nid: 2\nID: 3\nname: C\n").keys == ["1", "2", "3"]
    reading = read(tmp_path, "mail: a\nmail: b\nid: 1\n\nmail: c\nid: 2\n")
    assert reading.values == {"1": {"id": "1", "mail": ["a", "b"]}, "2": {"id": "2", "mail": ["c"]}}
    unknown = read(tmp_path, "objectClass: top\nobjectClass: person\nid: 1\n")
    assert unknown.keys == ["1"]


def test_an_anchor_twice_is_a_problem(tmp_path: Path) -> None:
    reading = read(tmp_path, "name: A\nid: 1\nid: 2\n\nid: 3\n")
    assert reading.keys == ["3"]
    assert reading.problems[0].code == "multi-valued-anchor-component"
    assert reading.problems[0].place.endswith("people.txt:1")
    assert not reading.end.complete


def test_errors_of_one_record(tmp_path: Path) -> None:
    reading = read(tmp_path, "id: 1\nboss: 2\nboss: 3\n\nid: 2\nage: x\n\nname: C\n\nid: 4\n")
    assert reading.keys == ["1", "2", "4"]
    assert reading.errors["1"].code == "multi-single-mismatch"
    assert "line 1 has 2 values of 'boss'" in reading.errors["1"].message
    assert reading.errors["2"].code == "invalid-numeric-value"
    assert reading.problems[0].code == "missing-anchor-component"
    assert reading.problems[0].place.endswith(":8")


def test_lines_that_are_no_pairs_bad_bytes_and_nul(tmp_path: Path) -> None:
    reading = read(tmp_path, b"id: 1\nname: A\nand on\n\nid: 2\nname: J\xfcrg\n\nid: 3\nname: \0\n\n: 4\n\nid: 5\n")
    assert reading.keys == ["5"]
    assert [problem.code for problem in reading.problems] == ["parse-error"] * 4
    assert "line 3 is 'and on'" in reading.problems[0].message
    assert "windows-1252" in reading.problems[1].advice
    assert not reading.end.complete


@pytest.mark.parametrize("tail", ["id: 2", "id: 2\nna", "id: 2\nname: B\nmail: c"])
def test_a_file_cut_off_in_mid_line(tmp_path: Path, tail: str) -> None:
    reading = read(tmp_path, f"id: 1\n\n{tail}")
    assert reading.keys == ["1"]
    assert reading.end.reason == f"the file ends in the middle of line {3 + tail.count(chr(10))}"


def test_an_empty_file_proves_nothing_but_a_listing_of_nothing_does(tmp_path: Path) -> None:
    assert not read(tmp_path, "").end.complete
    connector = listing(tmp_path)
    assert list(connector.write([])) == []
    assert Reading(connector).end.complete


def test_records_over_page_boundaries(tmp_path: Path) -> None:
    number = 2 * records.ROWS + 1
    reading = read(tmp_path, "".join(f"id: {n}\nname: N{n}\n\n" for n in range(number)))
    assert [len(page.keys) for page in reading.pages] == [records.ROWS, records.ROWS, 1]
    assert reading.entries[str(number - 1)].values["name"] == f"N{number - 1}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252", "cp500"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    connector = listing(tmp_path, encoding=encoding)
    assert not [one for one in connector.write([add(1, id="ä", name="Zoë")]) if one.error]
    assert (tmp_path / "people.txt").read_bytes().decode(encoding) == "id: ä\nname: Zoë\n\n"
    assert Reading(connector).values == {"ä": {"id": "ä", "name": "Zoë"}}


def test_a_change_file(tmp_path: Path) -> None:
    text = "change_type: add\nid: 1\nname: A\nchange_type: Delete\nid: 2\n\nid: 1\nchange_type: modify\n\nid: 3\n\n"
    reading = read(tmp_path, text, watermark="")
    assert [list(page.keys) for page in reading.pages] == [["1", "2"], ["1"]]
    assert reading.deleted == ["2"]
    assert reading.problems[0].code == "missing-change-type"
    assert reading.problems[0].place.endswith(":10")


def test_discovery(tmp_path: Path) -> None:
    (tmp_path / "people.txt").write_text("id: 1\nmail: a\n\nid: 2\nMail: b\nmail: c\nname: x\n")
    found = open_(tmp_path, {}).discover()["record"]
    assert found.anchor == ("id",)
    assert {name: one.multivalued for name, one in found.attributes.items()} == {
        "id": False,
        "mail": True,
        "name": False,
    }
    (tmp_path / "people.txt").write_text("nothing\n")
    with pytest.raises(ConnectorError, match="line 1 is 'nothing'"):
        open_(tmp_path, {}).discover()
    (tmp_path / "people.txt").write_text("")
    with pytest.raises(ConnectorError, match="empty"):
        open_(tmp_path, {}).discover()


def test_names_that_cannot_stand_in_a_file(tmp_path: Path) -> None:
    with pytest.raises(ConnectorError, match="'urn:x' cannot be in"):
        read(tmp_path, "id: 1\n", people("id", "urn:x"))
    with pytest.raises(ConnectorError, match="'urn:x' cannot be in"):
        list(listing(tmp_path, people("id", "urn:x")).write([add(1, id="1")]))


def test_a_listing_is_written_and_read_back(tmp_path: Path) -> None:
    connector = listing(tmp_path)
    values = {"id": "1", "name": "A: 'b'", "age": 0, "mail": ["a", "b"]}
    exports = [add(1, **values, boss=["2"], teams=["x", "y"]), add(2, id="2", mail="c")]
    assert not [one for one in connector.write(exports) if one.error]
    text = "id: 1\nname: A: 'b'\nage: 0\nmail: a\nmail: b\nboss: 2\nteams: x\nteams: y\n\nid: 2\nmail: c\n\n"
    assert (tmp_path / "people.txt").read_text() == text
    reading = Reading(connector)
    assert reading.values == {"1": values, "2": {"id": "2", "mail": ["c"]}}
    assert reading.entries["1"].references == {"boss": ["2"], "teams": ["x", "y"]}


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"name": "a\nb"}, "line end"),
        ({"name": "a\r"}, "line end"),
        ({"name": " a"}, "blank"),
        ({"name": "a\0"}, "characters"),
        ({"name": "\ud800"}, "characters"),
        ({"mail": ["a\nb", "c"]}, "'mail'"),
        ({"mail": ["a", " c"]}, "blank"),
    ],
)
def test_a_value_that_does_not_fit_is_an_error_of_its_object(tmp_path: Path, values: Any, part: str) -> None:
    connector = listing(tmp_path)
    ok, bad = connector.write([add(1, id="1", name="A"), add(2, id="2", age=7, **values)])
    assert not ok.error
    assert bad.error == "invalid-attribute-value"
    assert part in bad.message
    assert Reading(connector).values == {"1": {"id": "1", "name": "A"}, "2": {"id": "2", "age": 7}}


def test_changes_are_appended(tmp_path: Path) -> None:
    def changing() -> Connector[Any]:
        return open_(tmp_path, export="changes", path=None)

    assert sent(changing(), [add(1, id="1", name="Ann")]) == [""]
    more = [update(2, "1", None, None, mail=Change(["b", "c"])), delete(3, "2")]
    assert sent(changing(), more) == ["", ""]
    text = "change_type: add\nid: 1\nname: Ann\n\nchange_type: modify\nid: 1\nmail: b\nmail: c\n\n"
    text += "change_type: delete\nid: 2\n\n"
    assert (tmp_path / "changes.txt").read_text() == text
    assert Reading(open_(tmp_path), "").deleted == ["2"]


texts = st.text(max_size=5) | st.sampled_from(
    ["id: 2", ":", "a:", "\x85", "\u2028", "\ufeff", "\x0c", "\t", "a ", "\r"]
)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.dictionaries(texts, st.tuples(texts, st.lists(texts)), max_size=5),
    encoding=st.sampled_from(["utf-8", "utf-16", "windows-1252"]),
)
def test_what_is_taken_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: dict[str, tuple[str, list[str]]], encoding: str
) -> None:
    connector = listing(tmp_path_factory.mktemp("odd"), encoding=encoding)
    wanted = {key: {"id": key, "name": name, "mail": canonical(mail)} for key, (name, mail) in rows.items()}
    refused = {one.id for one in connector.write(add(n, **v) for n, v in enumerate(wanted.values())) if one.error}
    reading = Reading(connector)
    assert reading.problems == []
    assert len(reading.keys) <= len(rows)
    for number, (key, values) in enumerate(wanted.items()):
        if number not in refused:
            seen = reading.values[key]
            assert (seen["id"], seen.get("name", "")) == (key, values["name"])
            assert seen.get("mail", []) == [mail for mail in values["mail"] if mail]
