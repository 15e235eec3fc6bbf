import codecs
from pathlib import Path
from typing import Any

import pytest

from mimas.connectors.contract import ConnectorError, End, Schema
from mimas.connectors.delimited import records
from mimas.schema.attributes import Attribute, Kind
from tests.unit.connectors.files_helpers import Reading, connect, many, people


def read(
    folder: Path, data: str | bytes, schema: Schema | None = None, watermark: str | None = None, **settings: Any
) -> Reading:
    raw = data if isinstance(data, bytes) else data.encode()
    name = "people.csv" if watermark is None else "changes.csv"
    (folder / name).write_bytes(raw)
    return Reading(
        connect(folder, "delimited", schema or people(), path="people.csv", changes="changes.csv", **settings),
        watermark,
    )


def refusal(folder: Path, data: str | bytes, schema: Schema | None = None, **settings: Any) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        read(folder, data, schema, **settings)
    return caught.value


def test_a_listing_is_read(tmp_path: Path) -> None:
    reading = read(tmp_path, "id,name,mail\n1,Ann,ann@x.org\n2,Bo,\n")
    assert reading.keys == ["1", "2"]
    assert reading.values == {"1": {"id": "1", "name": "Ann", "mail": "ann@x.org"}, "2": {"id": "2", "name": "Bo"}}
    assert reading.entries["1"].type == "person"
    assert reading.end.complete
    assert all(0 <= number < 2**63 for number in reading.fingerprints)


def test_columns_that_are_not_configured_are_ignored(tmp_path: Path) -> None:
    reading = read(tmp_path, "extra,mail,id,other,name\nx,,1,y,Ann\n")
    assert reading.values == {"1": {"id": "1", "name": "Ann"}}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends(tmp_path: Path, end: str, last: bool) -> None:
    text = end.join(["id,name,mail", "1,Ann,a@x", "", '2,"B ""x"" o",', "3,C,c"]) + (end if last else "")
    reading = read(tmp_path, text)
    assert reading.end.complete
    assert reading.problems == []
    assert reading.values["1"]["mail"] == "a@x"
    assert reading.values["2"] == {"id": "2", "name": 'B "x" o'}
    assert reading.values["3"] == {"id": "3", "name": "C", "mail": "c"}


def test_the_anchor_may_be_any_column(tmp_path: Path) -> None:
    text = "name,id,mail\r\nAnn,1,a\r\nBo,2,b\r\n"
    assert read(tmp_path, text).keys == ["1", "2"]
    assert read(tmp_path, text, people(anchor=("mail",))).keys == ["a", "b"]
    assert read(tmp_path, "id\n1\n\n2\n", people("id")).keys == ["1", "2"]


def test_an_anchor_of_several_parts_is_that_of_the_schema(tmp_path: Path) -> None:
    schema = people("id", "company", anchor=("company", "id"))
    reading = read(tmp_path, "id,company\n1,A\n2,B+C\n3,D\\E\n", schema)
    assert reading.keys == ["A+1", "B\\+C+2", "D\\\\E+3"]
    assert reading.keys == [schema["person"].key(entry.values) for entry in reading.entries.values()]
    assert read(tmp_path, "id,company\n1,A\n2,B\n", schema).keys == ["A+1", "B+2"]


def test_an_anchor_that_is_no_text_is_made_canonical(tmp_path: Path) -> None:
    schema = people("id", "name", id=Attribute("id", Kind.INTEGER))
    reading = read(tmp_path, "id,name\n007,Ann\nx,Bo\n", schema)
    assert reading.values == {"7": {"id": 7, "name": "Ann"}}
    assert reading.problems[0].code == "invalid-numeric-value"


def test_quoted_values_go_over_lines_and_keep_what_is_in_them(tmp_path: Path) -> None:
    text = 'id,name,mail\n1,"An\nn,\r\n ""x""",a\n"2",Bo,"b"\n3,5" wide,c\n4,"last",d\n'
    reading = read(tmp_path, text)
    assert reading.problems == []
    assert reading.values["1"]["name"] == 'An\nn,\r\n "x"'
    assert reading.values["2"] == {"id": "2", "name": "Bo", "mail": "b"}
    assert reading.values["3"]["name"] == '5" wide'
    assert list(reading.keys) == ["1", "2", "3", "4"]


def test_quoted_columns_before_the_anchor(tmp_path: Path) -> None:
    reading = read(tmp_path, 'name,id,mail\n"A, nn",1,a\nBo,2,b\n"C\nc","3",c\n')
    assert reading.keys == ["1", "2", "3"]


def test_records_over_page_boundaries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "ROWS", 3)
    monkeypatch.setattr(records.batches, "__defaults__", (3,))
    rows = [f'{n},"a\nb\nc",m{n}\n' if n % 2 else f"{n},x,m{n}\n" for n in range(50)]
    reading = read(tmp_path, "id,name,mail\n" + "".join(rows))
    assert len(reading.pages) > 10
    assert reading.keys == [str(n) for n in range(50)]
    assert reading.values["49"] == {"id": "49", "name": "a\nb\nc", "mail": "m49"}
    assert len(set(reading.fingerprints)) == 50


def test_many_pages(tmp_path: Path) -> None:
    reading = read(tmp_path, "id,name,mail\n" + "".join(f"{n},x,\n" for n in range(25_001)))
    assert [len(page.keys) for page in reading.pages] == [10_000, 10_000, 5_001]
    assert reading.keys[-1] == "25000"


def test_a_fingerprint_tells_whether_anything_has_changed(tmp_path: Path) -> None:
    first = read(tmp_path, "id,name,mail\n1,Ann,a\n2,Bo,b\n").fingerprints
    assert read(tmp_path, "id,name,mail\n1,Ann,a\n2,Bo,c\n").fingerprints[0] == first[0]
    assert read(tmp_path, "id,name,mail\n1,Ann,a\n2,Bo,c\n").fingerprints[1] != first[1]
    assert read(tmp_path, "id,mail,name\n1,Ann,a\n").fingerprints[0] != first[0]
    assert read(tmp_path, "id,name,mail\n1,Ann,a\n", separator=";").fingerprints[0] != first[0]


def test_typed_and_multivalued_columns(tmp_path: Path) -> None:
    schema = people(
        "id", "age", "active", "start", "seen", "photo", "phones", "boss", "teams",
        age=Attribute("age", Kind.INTEGER), active=Attribute("active", Kind.BOOLEAN),
        start=Attribute("start", Kind.DATETIME), seen=Attribute("seen", Kind.DATETIME),
        photo=Attribute("photo", Kind.BINARY), phones=many("phones"),
        boss=Attribute("boss", Kind.REFERENCE), teams=many("teams", Kind.REFERENCE),
    )  # fmt: skip
    header = "id,age,active,start,seen,photo,phones,boss,teams\n"
    reading = read(
        tmp_path, header + "1,42,Yes,2026-11-23,2026-11-23T09:00:00+01:00,AAE=,b|a||b,7,t2|t1\n2,,,,,,|,,\n", schema
    )
    assert reading.values["1"] == {
        "id": "1", "age": 42, "active": True, "start": "2026-11-23", "seen": "2026-11-23T08:00:00Z", "photo": "AAE=",
        "phones": ["a", "b"],
    }  # fmt: skip
    assert reading.entries["1"].references == {"boss": ["7"], "teams": ["t2", "t1"]}
    assert reading.values["2"] == {"id": "2"}
    assert reading.entries["2"].references == {}


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        (Kind.INTEGER, "4 2", "invalid-numeric-value"),
        (Kind.INTEGER, "4_2", "invalid-numeric-value"),
        (Kind.BOOLEAN, "maybe", "invalid-boolean-value"),
        (Kind.DATETIME, "23.11.2026", "invalid-attribute-value"),
        (Kind.BINARY, "%", "invalid-base64-value"),
    ],
)
def test_a_value_of_the_wrong_kind_is_an_error_of_its_record(tmp_path: Path, kind: Kind, text: str, code: str) -> None:
    reading = read(tmp_path, f"id,x\n1,{text}\n2,\n", people("id", "x", x=Attribute("x", kind)))
    assert reading.errors["1"].code == code
    assert "line 2" in reading.errors["1"].message
    assert "'x'" in reading.errors["1"].message
    assert reading.values == {"2": {"id": "2"}}
    assert reading.end.complete


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252", "utf-16-le", "cp500"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = 'id,name,mail\nä1,"Jörg\nX",ü\n2,Zoë,\n'
    reading = read(tmp_path, text.encode(encoding), encoding=encoding)
    assert reading.values == {"ä1": {"id": "ä1", "name": "Jörg\nX", "mail": "ü"}, "2": {"id": "2", "name": "Zoë"}}
    assert reading.end.complete


def test_shift_jis_whose_second_bytes_are_ascii(tmp_path: Path) -> None:
    text = "id|name\n1|ソー\n2|ポ\n"  # ポ ends with the byte of a bar
    assert "ポ".encode("shift_jis")[1:] == b"|"
    reading = read(
        tmp_path, text.encode("shift_jis"), people("id", "name"), encoding="shift_jis", delimiter="|", separator=";"
    )
    assert reading.values["2"] == {"id": "2", "name": "ポ"}


def test_byte_order_marks(tmp_path: Path) -> None:
    text = "id,name,mail\n1,é,\n"
    assert read(tmp_path, codecs.BOM_UTF8 + text.encode()).keys == ["1"]
    assert read(tmp_path, text.encode("utf-16"), encoding="utf-16").keys == ["1"]
    assert "utf-16" in refusal(tmp_path, text.encode("utf-16")).advice
    assert "utf-8" in refusal(tmp_path, codecs.BOM_UTF8 + text.encode(), encoding="windows-1252").advice
    assert "utf-16" in refusal(tmp_path, text.encode("utf-16-le")).advice


def test_the_wrong_encoding_is_told_with_line_byte_and_what_might_fit(tmp_path: Path) -> None:
    reading = read(tmp_path, "id,name,mail\n1,Ann,\n2,Jürg,\n3,Ü,\n".encode("windows-1252"))
    assert reading.keys == ["1", "2", "3"]  # an object that can be named is never taken for gone
    error = reading.errors["2"]
    assert "line 3" in error.message
    assert "0xFC" in error.message
    assert "windows-1252" in error.advice
    assert "ü" in error.advice
    assert reading.end.complete
    unkeyed = read(tmp_path, "id,name,mail\nü1,Ann,\n2,Bo,\n".encode("windows-1252"))
    assert unkeyed.keys == ["2"]
    assert unkeyed.problems[0].place.endswith("people.csv:2")
    assert not unkeyed.end.complete


def test_nul_bytes(tmp_path: Path) -> None:
    reading = read(tmp_path, b"id,name,mail\n1,A\0n,\n\0002,Bo,\n3,C,\n")
    assert reading.keys == ["1", "3"]
    assert "NUL" in reading.errors["1"].message
    assert reading.problems[0].place.endswith(":3")
    assert not reading.end.complete


@pytest.mark.parametrize("row", ["2,Bo", "2,Bo,b,c", "2"])
def test_too_few_or_too_many_columns(tmp_path: Path, row: str) -> None:
    reading = read(tmp_path, f"id,name,mail\n1,Ann,a\n{row}\n3,C,c\n")
    assert reading.keys == ["1", "2", "3"]
    assert list(reading.values) == ["1", "3"]
    assert "line 3" in reading.errors["2"].message
    assert "header has 3" in reading.errors["2"].message
    assert reading.end.complete


def test_rows_without_their_anchor(tmp_path: Path) -> None:
    reading = read(tmp_path, "name,mail,id\nAnn,a,1\nBo,b\nCy,c,\nDi,d,4\n")
    assert reading.keys == ["1", "4"]
    assert [problem.code for problem in reading.problems] == ["missing-anchor-component"] * 2
    assert [problem.place.rpartition(":")[2] for problem in reading.problems] == ["3", "4"]
    assert all(problem.advice for problem in reading.problems)
    assert not reading.end.complete  # the row might be of an object that would count as gone


@pytest.mark.parametrize("tail", ["3,C", "3", '3,"C', '3,C,"c', "3,Ü".encode()[:-1]])
def test_a_file_cut_off_in_mid_row(tmp_path: Path, tail: str | bytes) -> None:
    data = b"id,name,mail\n1,Ann,a\n2,Bo,b\n" + (tail if isinstance(tail, bytes) else tail.encode())
    reading = read(tmp_path, data)
    assert reading.keys == ["1", "2"]
    assert not reading.end.complete
    assert reading.end.reason == "the file ends in the middle of line 4"
    assert reading.problems[0].place.endswith(":4")


def test_an_open_quote_at_the_end(tmp_path: Path) -> None:
    reading = read(tmp_path, 'id,name,mail\n1,Ann,a\n2,"Bo,b\n')
    assert reading.keys == ["1"]
    assert "line 3" in reading.end.reason
    assert not reading.end.complete


def test_a_stray_quote_does_not_swallow_the_rows_behind_it(tmp_path: Path) -> None:
    rows = "".join(f"{n},N{n},m{n}\n" for n in range(2, 40))
    reading = read(tmp_path, f'id,name,mail\n1,"Ann,a\n{rows}40,"Bo",b\n41,"Cy,c\n42,D,d\n')
    assert [key for key in reading.keys if key not in ("1", "41")] == [str(n) for n in (*range(2, 41), 42)]
    assert [problem.place.rpartition(":")[2] for problem in reading.problems] == ["2", "42"]
    assert not reading.end.complete


def test_an_empty_file_proves_nothing_but_a_header_alone_does(tmp_path: Path) -> None:
    assert not read(tmp_path, "").end.complete
    reading = read(tmp_path, "id,name,mail\n")
    assert reading.keys == []
    assert reading.end.complete


def test_headers_that_do_not_fit(tmp_path: Path) -> None:
    missing = refusal(tmp_path, "id,nmae,mail\n1,Ann,\n")
    assert "'name'" in missing.message
    assert "people.csv" in missing.message
    assert "'nmae'" in missing.advice
    assert "twice" in refusal(tmp_path, "id,name,mail,name\n").message
    assert "header" in refusal(tmp_path, "\n1,Ann,\n").message
    assert "'id'" in refusal(tmp_path, "id;name;mail\n1;Ann;\n").message
    assert "employee" in refusal(tmp_path, "id,name,mail\n", people(anchor=("employee",))).message
    assert "0xFC" in refusal(tmp_path, b"id,name,m\xfcil\n").message
    assert "line" in refusal(tmp_path, b"id,name,mail\r1,Ann,a\r").advice


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConnectorError, match=r"no file .*people\.csv"):
        list(connect(tmp_path, "delimited", people(), path="people.csv").read())
    with pytest.raises(ConnectorError, match="cannot be read"):
        list(connect(tmp_path, "delimited", people(), path=".").read())


def test_the_schema_must_have_one_type_with_an_anchor(tmp_path: Path) -> None:
    assert "no anchor" in refusal(tmp_path, "id,name,mail\n", people(anchor=())).message
    assert "multi-valued" in refusal(tmp_path, "id,name,mail\n", people(id=many("id"))).message
    two = {**people(), "other": people()["person"]}
    assert "2 object types" in refusal(tmp_path, "id,name,mail\n", two).message


def test_a_change_file(tmp_path: Path) -> None:
    text = "id,change_type,name,mail\n1,add,Ann,a\n2,Modify,Bo,\n3,delete,,\n"
    reading = read(tmp_path, text, watermark="")
    assert reading.keys == ["1", "2", "3"]
    assert reading.deleted == ["3"]
    assert reading.values["2"] == {"id": "2", "name": "Bo"}
    assert reading.end.watermark == ""


def test_changes_of_one_object_come_in_order_on_pages_of_their_own(tmp_path: Path) -> None:
    text = "change_type,id,name,mail\nadd,1,Ann,\nadd,2,Bo,\ndelete,1,,\nadd,1,Cy,\n"
    reading = read(tmp_path, text, watermark="")
    assert [list(page.keys) for page in reading.pages] == [["1", "2"], ["1"], ["1"]]
    assert [sorted(page.deleted) for page in reading.pages] == [[], [0], []]
    assert reading.pages[2].entry(0).values["name"] == "Cy"


def test_changes_of_an_unknown_kind(tmp_path: Path) -> None:
    reading = read(tmp_path, "id,change_type,name,mail\n1,insert,A,\n2,,B,\n3,delete,C,\n4,add,D,\n5\n", watermark="")
    assert reading.keys == ["3", "4"]
    assert reading.deleted == ["3"]
    assert [problem.code for problem in reading.problems] == [
        "invalid-change-type",
        "missing-change-type",
        "parse-error",
    ]
    with pytest.raises(ConnectorError, match="change_type"):
        read(tmp_path, "id,name,mail\n", watermark="")


def test_discovery(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("\ufeffid,name, mail \n1,Ann,a\n")
    connector = connect(tmp_path, "delimited", {}, path="people.csv")
    assert connector.discover() == {
        "row": people("id", "name", "mail")["person"].__class__(
            "row", {n: Attribute(n) for n in ("id", "name", "mail")}, ("id",)
        )
    }
    assert "row" in connector.test()
    (tmp_path / "people.csv").write_text("")
    with pytest.raises(ConnectorError, match="empty"):
        connector.discover()


def test_a_file_that_changes_while_it_is_read_proves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("id,name,mail\n1,Ann,a\n")
    reading = connect(tmp_path, "delimited", people(), path="people.csv").read()
    next(reading)
    path.write_text("id,name,mail\n")
    end = list(reading)[-1]
    assert isinstance(end, End)
    assert not end.complete
    assert "changed while" in end.reason
