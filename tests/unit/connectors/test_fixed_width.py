from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimas.connectors.contract import Change, Connector, ConnectorError, Schema
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import many as canonical
from tests.unit.connectors.files_helpers import Reading, add, connect, delete, many, people, sent, update

COLUMNS = ({"name": "id", "width": 4}, {"name": "name", "width": 6}, {"name": "mail", "width": 5})
CHANGES = ({"name": "change_type", "width": 6}, *COLUMNS)
AGED = ({"name": "id", "width": 3}, {"name": "age", "width": 5, "align": "right"}, {"name": "tags", "width": 6})
TYPED = people("id", "age", "tags", age=Attribute("age", Kind.INTEGER), tags=many("tags"))


def open_(folder: Path, schema: Schema | None = None, columns: Any = COLUMNS, **more: Any) -> Connector[Any]:
    paths = {"path": "people.txt", "changes": "changes.txt"}
    return connect(
        folder, "fixed-width", people() if schema is None else schema, **{**paths, "columns": columns, **more}
    )


def read(
    folder: Path, data: str | bytes, schema: Schema | None = None, watermark: str | None = None, **more: Any
) -> Reading:
    name = "people.txt" if watermark is None else "changes.txt"
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return Reading(open_(folder, schema, **more), watermark)


def listing(folder: Path, schema: Schema | None = None, **more: Any) -> Connector[Any]:
    return open_(folder, schema, export="listing", **more)


def changing(folder: Path, **more: Any) -> Connector[Any]:
    return open_(folder, columns=CHANGES, export="changes", path=None, **more)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_a_listing_is_read(tmp_path: Path, end: str, last: bool) -> None:
    text = end.join(["1   Ann   a@x  ", "", "2    B o       "]) + (end if last else "")
    reading = read(tmp_path, text)
    assert reading.values == {"1": {"id": "1", "name": "Ann", "mail": "a@x"}, "2": {"id": "2", "name": " B o"}}
    assert reading.entries["1"].type == "person"
    assert reading.problems == []
    assert reading.end.complete


def test_columns_have_places_of_their_own(tmp_path: Path) -> None:
    columns = (
        {"name": "id", "width": 2, "start": 3},
        {"name": "x", "width": 1},
        {"name": "name", "width": 3, "start": 8},
    )
    schema = people("id", "name")
    assert read(tmp_path, "--1 x??Ann\n", schema, columns=columns).values == {"1": {"id": "1", "name": "Ann"}}
    assert not [
        one for one in listing(tmp_path, schema, columns=columns).write([add(1, id="7", name="Bo")]) if one.error
    ]
    assert (tmp_path / "people.txt").read_text() == "  7    Bo \n"


def test_quotes_and_delimiters_mean_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, '1   "A,|  a    \n"2",      "    \n').keys == ["1", '"2",']


def test_a_heading_is_passed_over(tmp_path: Path) -> None:
    reading = read(tmp_path, "No. whatever\n1   Ann   a    \nx\n", header=True)
    assert reading.keys == ["1"]
    assert reading.problems[0].place.endswith(":3")
    assert not read(tmp_path, "", header=True).end.complete
    assert read(tmp_path, "No.\n", header=True).end.complete


@pytest.mark.parametrize("header", [True, False])
def test_a_listing_of_nothing_is_not_an_empty_file(tmp_path: Path, header: bool) -> None:
    connector = listing(tmp_path, header=header)
    assert list(connector.write([])) == []
    reading = Reading(connector)
    assert reading.keys == []
    assert reading.end.complete


def test_an_empty_file_proves_nothing(tmp_path: Path) -> None:
    reading = read(tmp_path, "")
    assert not reading.end.complete
    assert "empty" in reading.end.reason


@pytest.mark.parametrize("line", ["2   Bo    b   ", "2   Bo    b     ", "2"])
def test_a_line_too_short_or_too_long_is_a_problem_of_its_own(tmp_path: Path, line: str) -> None:
    reading = read(tmp_path, f"1   Ann   a    \n{line}\n3   Cy    c    \n")
    assert reading.keys == ["1", "3"]
    (problem,) = reading.problems
    assert problem.code == "parse-error"
    assert problem.place.endswith("people.txt:2")
    assert f"line 2 has {len(line)} characters where the columns have 15" in problem.message
    assert not reading.end.complete  # whose line it is cannot be told


@pytest.mark.parametrize("tail", ["3   Cy", "3", "3   Cy    cü  ".encode()[:-3]])
def test_a_file_cut_off_in_mid_line(tmp_path: Path, tail: str | bytes) -> None:
    reading = read(tmp_path, b"1   Ann   a    \n" + (tail if isinstance(tail, bytes) else tail.encode()))
    assert reading.keys == ["1"]
    assert reading.end.reason == "the file ends in the middle of line 2"
    assert reading.problems[0].place.endswith(":2")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252", "cp500", "shift_jis"])
def test_characters_are_counted_and_not_bytes(tmp_path: Path, encoding: str) -> None:
    name = "ポ" if encoding == "shift_jis" else "Zoë"
    assert not [
        one for one in listing(tmp_path, encoding=encoding).write([add(1, id="1", name=name, mail="a")]) if one.error
    ]
    assert len((tmp_path / "people.txt").read_bytes().decode(encoding)) == 16
    reading = Reading(open_(tmp_path, encoding=encoding))
    assert reading.values == {"1": {"id": "1", "name": name, "mail": "a"}}
    assert reading.end.complete


def test_bytes_that_cannot_be_read_and_nul(tmp_path: Path) -> None:
    reading = read(tmp_path, b"1   J\xfcrg  a    \n2   B\0o   b    \n3   C     c    \n")
    assert reading.keys == ["3"]
    assert "0xFC" in reading.problems[0].message
    assert "windows-1252" in reading.problems[0].advice
    assert "NUL" in reading.problems[1].message
    assert not reading.end.complete


def test_typed_and_multivalued_columns(tmp_path: Path) -> None:
    reading = read(tmp_path, "1     42b|a   \n2  00007|     \n3      x      \n", TYPED, columns=AGED)
    assert reading.values["1"] == {"id": "1", "age": 42, "tags": ["a", "b"]}
    assert reading.errors["3"].code == "invalid-numeric-value"
    assert "line 3" in reading.errors["3"].message
    assert reading.values["2"] == {"id": "2", "age": 7}
    assert reading.problems == []


def test_a_change_file(tmp_path: Path) -> None:
    text = "add   1   Ann   a    \nmodify2   Bo         \ndelete3              \nadd   3   Cy         \ninsert4   \n"
    reading = read(tmp_path, text, watermark="", columns=CHANGES)
    assert [list(page.keys) for page in reading.pages] == [["1", "2", "3"], ["3"]]
    assert reading.deleted == ["3"]
    assert reading.values["2"] == {"id": "2", "name": "Bo"}
    assert reading.problems[0].place.endswith(":5")
    with pytest.raises(ConnectorError, match="change_type"):
        read(tmp_path, text, watermark="")


def test_discovery(tmp_path: Path) -> None:
    (tmp_path / "people.txt").write_text("1   Ann   a    \n")
    found = open_(tmp_path, {}).discover()
    assert list(found["row"].attributes) == ["id", "name", "mail"]
    assert found["row"].anchor == ("id",)
    (tmp_path / "people.txt").write_text("")
    with pytest.raises(ConnectorError, match="empty"):
        open_(tmp_path, {}).discover()


@pytest.mark.parametrize(
    ("columns", "more", "part"),
    [
        ((), {}, "'columns'"),
        (({"name": "id", "width": 0},), {}, "'columns.0.width'"),
        (({"name": "a\nb", "width": 3},), {}, "'columns.0.name'"),
        (({"name": "id", "width": 2}, {"name": "id", "width": 2}), {}, "'id' twice"),
        (({"name": "id", "width": 2}, {"name": "x", "width": 2, "start": 2}), {}, "'x' starts within"),
        (COLUMNS, {"export": "changes"}, "'change_type'"),
        (COLUMNS, {"encoding": "utf9"}, "utf9"),
        (CHANGES, {"encoding": "utf-16", "export": "changes"}, "utf-16"),
    ],
)
def test_wrong_settings_are_told(tmp_path: Path, columns: Any, more: dict[str, Any], part: str) -> None:
    with pytest.raises(ConnectorError, match="connector hr") as caught:
        open_(tmp_path, columns=columns, **more)
    assert part in caught.value.message


def test_every_attribute_has_a_column(tmp_path: Path) -> None:
    schema = people("id", "nmae")
    with pytest.raises(ConnectorError, match="no column 'nmae'") as caught:
        read(tmp_path, "1   Ann   a    \n", schema)
    assert "'name'" in caught.value.advice
    with pytest.raises(ConnectorError, match="no column 'nmae'"):
        list(listing(tmp_path, schema).write([add(1, id="1")]))


def test_a_listing_is_written_and_read_back(tmp_path: Path) -> None:
    connector = listing(tmp_path, TYPED, columns=AGED, header=True)
    assert not [one for one in connector.write([add(1, id="1", age=0, tags=["a", "b"]), add(2, id="22")]) if one.error]
    assert (tmp_path / "people.txt").read_text() == "id   agetags  \n1      0a|b   \n22            \n"
    assert Reading(connector).values == {"1": {"id": "1", "age": 0, "tags": ["a", "b"]}, "22": {"id": "22"}}


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("seven77", "'name' has 7 characters, its column 6"),
        ("a\nb", "line end"),
        ("a\r", "line end"),
        ("a ", "blank"),
        (" ", "blank"),
        ("a\0b", "characters"),
        ("\ufeffa", "byte order mark"),
        ("\ud800", "characters"),
    ],
)
def test_a_value_that_does_not_fit_is_an_error_of_its_object(tmp_path: Path, value: str, part: str) -> None:
    connector = listing(tmp_path)
    ok, bad = connector.write([add(1, id="1", name="Ann"), add(2, id="2", name=value, mail="b")])
    assert not ok.error
    assert bad.error == ("insufficient-field-width" if "its column" in part else "invalid-attribute-value")
    assert part in bad.message
    assert bad.advice
    assert "2: " in bad.message
    assert Reading(connector).values == {"1": {"id": "1", "name": "Ann"}, "2": {"id": "2", "mail": "b"}}


def test_an_anchor_that_does_not_fit_leaves_its_object_out(tmp_path: Path) -> None:
    connector = listing(tmp_path)
    bad, ok = connector.write([add(1, id="12345"), add(2, id="2")])
    assert bad.error == "insufficient-field-width"
    assert "'id' has 5 characters, its column 4" in bad.message
    assert not ok.error
    assert Reading(connector).keys == ["2"]


def test_changes_are_appended(tmp_path: Path) -> None:
    assert sent(changing(tmp_path), [add(1, id="1", name="Ann")]) == [""]
    more = [update(2, "1", None, None, name=Change(["Bo"])), delete(3, "2")]
    assert sent(changing(tmp_path), more) == ["", ""]
    text = (tmp_path / "changes.txt").read_text()
    assert text == "add   1   Ann        \nmodify1   Bo         \ndelete2              \n"
    reading = Reading(open_(tmp_path, columns=CHANGES), "")
    assert reading.deleted == ["2"]


def test_nothing_is_appended_to_a_file_of_another_width(tmp_path: Path) -> None:
    path = tmp_path / "changes.txt"
    path.write_text("add 1\n")
    with pytest.raises(ConnectorError, match="other columns"):
        list(changing(tmp_path).write([add(1, id="1")]))
    assert path.read_text() == "add 1\n"


@settings(max_examples=60, deadline=None)
@given(
    rows=st.dictionaries(
        st.text(max_size=4, min_size=1), st.tuples(st.text(max_size=8), st.lists(st.text(max_size=3))), max_size=5
    ),
    encoding=st.sampled_from(["utf-8", "utf-16", "windows-1252"]),
    align=st.sampled_from(["left", "right"]),
    header=st.booleans(),
)
def test_what_is_taken_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory,
    rows: dict[str, tuple[str, list[str]]],
    encoding: str,
    align: str,
    header: bool,
) -> None:
    columns = (*COLUMNS[:1], {"name": "name", "width": 6, "align": align}, {"name": "tags", "width": 6})
    connector = listing(
        tmp_path_factory.mktemp("odd"), people("id", "name", "tags", tags=many("tags")),
        columns=columns, encoding=encoding, header=header,
    )  # fmt: skip
    wanted = {key: {"id": key, "name": name, "tags": canonical(tags)} for key, (name, tags) in rows.items()}
    refused = {
        one.id for one in connector.write(add(n, **values) for n, values in enumerate(wanted.values())) if one.error
    }
    if len(refused) == len(rows):
        return
    reading = Reading(connector)
    for number, (key, values) in enumerate(wanted.items()):
        if number not in refused:
            present = {name: value for name, value in values.items() if value not in ("", [], [""])}
            seen = reading.values[key]
            assert {**seen, "tags": seen.get("tags", [])} == {
                **present, "tags": [tag for tag in values["tags"] if tag]
            }  # fmt: skip
    assert reading.end.complete
