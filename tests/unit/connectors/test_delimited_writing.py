import csv
import os
import signal
import stat
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimas.connectors.contract import Change, Connector, ConnectorError, Export, Result, Schema
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import many as canonical
from tests.unit.connectors.files_helpers import Reading, add, connect, delete, many, people, sent, update

EVERYTHING = people(
    "id", "name", "age", "active", "start", "phones", "boss", "teams",
    age=Attribute("age", Kind.INTEGER), active=Attribute("active", Kind.BOOLEAN),
    start=Attribute("start", Kind.DATETIME),
    phones=many("phones"), boss=Attribute("boss", Kind.REFERENCE), teams=many("teams", Kind.REFERENCE),
)  # fmt: skip
odd = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1) | st.sampled_from(
    ['"', "a\nb", "\r", "a\r\nb", " lead", "trail ", "ü,ß", ":x", "🙂", "\t", '"a', "\ufeff", "-", "\x85", "\u2028"]
)


def listing(folder: Path, schema: Schema | None = None, **more: Any) -> Connector[Any]:
    return connect(folder, "delimited", schema or people(), path="people.csv", export="listing", **more)


def test_a_listing_is_written_and_read_back(tmp_path: Path) -> None:
    connector = listing(tmp_path, EVERYTHING)
    values = {
        "id": "1",
        "name": 'A "n", n',
        "age": 0,
        "active": False,
        "start": "2026-11-23T08:00:00Z",
        "phones": ["1", "2"],
    }
    results = list(
        connector.write([add(7, "1", **values, boss=["9"], teams=["x", "y"]), add(8, "2", id="2", phones="3")])
    )
    assert [(result.id, result.error) for result in results] == [(7, ""), (8, "")]
    lines = (tmp_path / "people.csv").read_text().split("\n")
    assert lines[0] == "id,name,age,active,start,phones,boss,teams"
    assert lines[1] == '1,"A ""n"", n",0,false,2026-11-23T08:00:00Z,1|2,9,x|y'
    reading = Reading(connector)
    assert reading.values == {"1": values, "2": {"id": "2", "phones": ["3"]}}
    assert reading.entries["1"].references == {"boss": ["9"], "teams": ["x", "y"]}


@settings(max_examples=60, deadline=None)
@given(
    rows=st.dictionaries(odd, st.tuples(odd, st.lists(odd.filter(lambda t: "|" not in t), min_size=1)), max_size=6),
    encoding=st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]),
)
def test_odd_values_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, rows: dict[str, tuple[str, list[str]]], encoding: str
) -> None:
    connector = listing(
        tmp_path_factory.mktemp("odd"), people("id", "name", "phones", phones=many("phones")), encoding=encoding
    )
    wanted = {key: {"id": key, "name": name, "phones": canonical(phones)} for key, (name, phones) in rows.items()}
    results = list(connector.write(add(n, **values) for n, values in enumerate(wanted.values())))
    assert not [result for result in results if result.error]
    reading = Reading(connector)
    assert reading.values == wanted
    assert reading.end.complete


@settings(max_examples=40, deadline=None)
@given(parts=st.lists(st.tuples(odd, odd), max_size=4, unique=True))
def test_anchors_of_several_parts_come_back(
    tmp_path_factory: pytest.TempPathFactory, parts: list[tuple[str, str]]
) -> None:
    schema = people("a", "b", anchor=("a", "b"))
    connector = listing(tmp_path_factory.mktemp("parts"), schema)
    anchors = [schema["person"].key({"a": a, "b": b}) for a, b in parts]
    results = list(connector.write(add(n, anchor) for n, anchor in enumerate(anchors)))
    assert not [result for result in results if result.error]
    assert Reading(connector).keys == anchors


def test_an_independent_reader_understands_the_file(tmp_path: Path) -> None:
    list(listing(tmp_path).write([add(1, id="1", name='a\rb\n"c"', mail=" x ")]))
    with (tmp_path / "people.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [["id", "name", "mail"], ["1", 'a\rb\n"c"', " x "]]


def test_the_old_file_stays_when_the_objects_end_in_an_error(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("old\n")

    def failing() -> Iterator[Export]:
        yield from (add(n, id=str(n)) for n in range(5_000))
        raise RuntimeError("the database went away")

    results: list[Result] = []
    with pytest.raises(RuntimeError):
        results.extend(listing(tmp_path).write(failing()))
    assert path.read_text() == "old\n"
    assert [file.name for file in tmp_path.iterdir()] == ["people.csv"]


def test_the_old_file_stays_when_the_writing_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("old\n")
    writing = listing(tmp_path).write(add(n, id=str(n)) for n in range(5_000))
    next(writing)
    assert path.read_text() == "old\n"
    assert isinstance(writing, Generator)
    writing.close()
    assert path.read_text() == "old\n"
    assert [file.name for file in tmp_path.iterdir()] == ["people.csv"]


def test_what_a_killed_process_has_left_is_removed_by_the_next(tmp_path: Path) -> None:
    def dying() -> Iterator[Export]:
        yield add(1, id="1")
        os.kill(os.getpid(), signal.SIGKILL)

    if (child := os.fork()) == 0:
        list(listing(tmp_path).write(dying()))
    os.waitpid(child, 0)
    assert len(list(tmp_path.iterdir())) == 1
    (tmp_path / ".people.csv.of-somebody-else").touch()
    list(listing(tmp_path).write([add(2, id="2")]))
    assert sorted(file.name for file in tmp_path.iterdir()) == [".people.csv.of-somebody-else", "people.csv"]


def test_of_two_that_write_one_file_neither_spoils_the_others(tmp_path: Path) -> None:
    one, other = (iter(listing(tmp_path).write([add(n, id=str(n))])) for n in (1, 2))
    next(one)
    next(other)
    for writing, number in ((one, 1), (other, 2)):
        assert list(writing) == []
        assert (tmp_path / "people.csv").read_text() == f"id,name,mail\n{number},,\n"
    assert [file.name for file in tmp_path.iterdir()] == ["people.csv"]


def test_permissions_and_links_are_kept(tmp_path: Path) -> None:
    real = tmp_path / "real.csv"
    real.write_text("old\n")
    real.chmod(0o640)
    (tmp_path / "people.csv").symlink_to(real)
    list(listing(tmp_path).write([add(1, id="1")]))
    assert real.read_text() == "id,name,mail\n1,,\n"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert (tmp_path / "people.csv").is_symlink()


def test_an_empty_listing_is_a_header(tmp_path: Path) -> None:
    connector = listing(tmp_path)
    assert list(connector.write([])) == []
    assert (tmp_path / "people.csv").read_text() == "id,name,mail\n"
    assert Reading(connector).end.complete


def test_a_value_that_does_not_fit_costs_only_itself(tmp_path: Path) -> None:
    schema = people("id", "name", "phones", phones=many("phones"))
    connector = listing(tmp_path, schema, encoding="windows-1252")
    results = list(
        connector.write(
            [
                add(1, id="1", name="Ann", phones=["1"]),
                add(2, id="2", name="Bo", phones=["1|2"]),
                add(3, id="3", name="Žofie 林"),
                add(4, id="4", name="\0"),
                add(5, name="no one"),
            ]
        )
    )
    assert [(result.id, result.error) for result in results] == [
        (1, ""), (2, "invalid-attribute-value"), (3, "invalid-attribute-value"),
        (4, "invalid-attribute-value"), (5, "missing-anchor-component"),
    ]  # fmt: skip
    assert "'phones'" in results[1].message
    assert "'name'" in results[2].message
    assert all(result.advice for result in results[1:])
    assert Reading(connector).values == {
        "1": {"id": "1", "name": "Ann", "phones": ["1"]},
        "2": {"id": "2", "name": "Bo"},
        "3": {"id": "3"},
        "4": {"id": "4"},
    }


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    connector = connect(tmp_path, "delimited", people(), path="no/people.csv", export="listing")
    with pytest.raises(ConnectorError, match="cannot be written"):
        list(connector.write([]))


def test_a_change_file_is_made_and_appended_to(tmp_path: Path) -> None:
    connector = connect(tmp_path, "delimited", people(), changes="out.csv", export="changes")
    first = [add(1, id="1", name="Ann", mail="a"), update(2, "2", name=Change([]), mail=Change(["b"]))]
    assert sent(connector, first) == ["", ""]
    assert sent(connector, [delete(3, "3"), delete(4, None)]) == ["", "missing-anchor-component"]
    assert (tmp_path / "out.csv").read_text() == "change_type,id,name,mail\nadd,1,Ann,a\nmodify,2,,b\ndelete,3,,\n"
    reader = connect(tmp_path, "delimited", people(), path="people.csv", changes="out.csv")
    reading = Reading(reader, "")
    assert reading.values == {"1": {"id": "1", "name": "Ann", "mail": "a"}, "2": {"id": "2", "mail": "b"}}
    assert reading.deleted == ["3"]


def test_a_change_file_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    connector = connect(tmp_path, "delimited", people(), changes="out.csv", export="changes")
    (tmp_path / "out.csv").write_text("change_type,id,mail\nadd,1,\n")
    with pytest.raises(ConnectorError, match="other columns"):
        list(connector.write([delete(3, "3")]))
    (tmp_path / "out.csv").write_text("change_type,id,name,mail\nadd,1")
    with pytest.raises(ConnectorError, match="middle of a line"):
        list(connector.write([delete(3, "3")]))
    assert (tmp_path / "out.csv").read_text() == "change_type,id,name,mail\nadd,1"


def test_capabilities_follow_the_settings(tmp_path: Path) -> None:
    read_only = connect(tmp_path, "delimited", people(), path="a.csv").capabilities
    assert (read_only.read, read_only.write, read_only.delta, read_only.listing) == (True, False, False, False)
    target = listing(tmp_path, changes="b.csv").capabilities
    assert (target.write, target.listing, target.delta, target.confirms) == (True, True, True, "import")
    drop = connect(tmp_path, "delimited", people(), changes="b.csv", export="changes").capabilities
    assert (drop.read, drop.write, drop.listing, drop.delta, drop.confirms) == (
        False,
        True,
        False,
        False,
        "acknowledgement",
    )
    with pytest.raises(ConnectorError, match="does not write"):
        list(connect(tmp_path, "delimited", people(), path="a.csv").write([]))
    with pytest.raises(ConnectorError, match="no file for a full import"):
        list(connect(tmp_path, "delimited", people(), changes="b.csv", export="changes").read())
