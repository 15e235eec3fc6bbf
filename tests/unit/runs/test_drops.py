"""Drop files: imports and exports that write down what passes, and imports that read it again."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mimas.connectors import registry
from mimas.connectors.contract import Capabilities, ConnectorError, End, Page
from mimas.connectors.delimited.connector import DelimitedConnector
from mimas.runs.engine import StepReport
from mimas.runs.images import SENDING
from mimas.runs.setup import ConnectorSetup, Guard, Step, StepKind
from mimas.schema.attributes import NAME as DN
from mimas.schema.attributes import Attribute, Kind, ObjectType
from mimas.store import mode
from mimas.sync.rules import LinkType
from tests.door import Door, door
from tests.world import World, attributes, delimited, inbound, ldif, outbound, target

DROP = Path("drop.jsonl")
COLUMNS = "id name age active since tags manager"

HR = delimited("hr", "id name age:integer active:boolean since:datetime tags* manager>person", changes="hr.changes.csv")
HR_IN = inbound(
    "hr", {"employeeId": "id", "name": "name", "tags": "tags", "manager": "manager"}, join=["id=employeeId"]
)
DIR = ldif(
    "dir",
    {"person": "uid cn mail* photo:binary manager>person", "group": "cn member>person*"},
    changes="dir.changes.ldif",
)
DIR_IN = inbound("dir", {"employeeId": "uid", "name": "cn", "tags": "mail", "manager": "manager"})
APP_OUT = outbound("app", {"id": "employeeId", "name": "name", "manager": "manager"})


FROM = Step("full-import", "hr", source=DROP)


def one(world: World, step: Step) -> StepReport:
    """Run one step."""
    return world.engine.run("test", [step]).steps[0]


def lines(world: World, file: Path = DROP) -> list[dict[str, Any]]:
    """A drop file, without when it was written."""
    found = [json.loads(line) for line in (world.folder / file).read_text().splitlines()]
    assert found[0].pop("at") == "2026-11-23T08:00:00Z"
    return found


def rewrite(world: World, change: Callable[[list[str]], Sequence[str]]) -> None:
    """Change the lines of the drop file by hand."""
    path = world.folder / DROP
    path.write_text("".join(change(path.read_text().splitlines(keepends=True))))


def person(uid: str, *more: str) -> str:
    return "\n".join([f"dn: cn=P{uid},o=x", "objectClass: person", f"uid: {uid}", f"cn: P{uid}", *more])


ANN = {
    "id": "1",
    "name": "Ann",
    "age": "41",
    "active": "true",
    "since": "2026-01-02",
    "tags": ["b", "a"],
    "manager": "2",
}


def delimited_files(world: World) -> None:
    world.write("hr.csv", ANN, {"id": "2", "name": "Bo \"x\" 'y' é"}, {"id": "4", "name": "Di"}, columns=COLUMNS)


def delimited_mess(world: World) -> None:
    rows = (ANN | {"age": "42"}, "3,too,few", ",Nobody,,,,,", {"id": "4", "name": "Dia"}, ANN, "5,Eve,old,,,,")
    world.write("hr.csv", *rows, columns=COLUMNS)


def delimited_changes(world: World) -> None:
    columns = "change_type id name age active since tags manager"
    world.write("hr.changes.csv", "modify,2,Bob,,,,c,1", "add,6,Flo,7,,,,2", "delete,4,,,,,,", "delete,99,,,,,,",
                "modify,2,Bobby,1,,,,", columns=columns)  # fmt: skip


def ldif_files(world: World) -> None:
    world.write(
        "dir.ldif",
        person("1", "mail: b@x", "mail: a@x", "photo:: AP9/gA==", "manager: cn=P2,o=x"),
        person("2", "mail:: w7w="),
        "dn: cn=g,o=x\nobjectClass: group\ncn: g\nmember: cn=P1,o=x\nmember: cn=P9,o=x",
        "dn: o=x\nobjectClass: organization\no: x",
    )


def ldif_changes(world: World) -> None:
    world.write(
        "dir.changes.ldif",
        "dn: cn=P1,o=x\nchangetype: modify\nadd: mail\nmail: c@x\n-\ndelete: mail\nmail: a@x\n-\ndelete: manager\n-",
        "dn: cn=g,o=x\nchangetype: modify\nadd: member\nmember: cn=P2,o=x\n-\ndelete: member\nmember: cn=P9,o=x\n-",
        "dn: cn=P2,o=x\nchangetype: delete",
        "dn: cn=P3,o=x\nchangetype: moddn\nnewrdn: cn=P4",
        "dn: cn=P5,o=x\nchangetype: add\nobjectClass: person\nuid: 5\ncn: P5\nphoto:: AAE=",
    )


def ldif_mess(world: World) -> None:
    world.write("dir.ldif", person("1"), person("2", "uid: 22"), person("5", "cn: twice"), "dn: none", person("1"))


@pytest.fixture
def plain(sqlite_store: Path, tmp_path: Path) -> Iterator[World]:
    """A world beside `twin`, with the same files."""
    made = World(tmp_path, f"sqlite:///{shutil.copy(sqlite_store, tmp_path / 'plain.db')}")
    yield made
    made.close()


@pytest.fixture
def twin(sqlite_store: Path, tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, f"sqlite:///{shutil.copy(sqlite_store, tmp_path / 'twin.db')}")
    yield made
    made.close()


SOURCES = pytest.mark.parametrize(
    ("setup", "rule", "files"),
    [
        (HR, HR_IN, (delimited_files, delimited_changes, delimited_mess)),
        (DIR, DIR_IN, (ldif_files, ldif_changes, ldif_mess)),
    ],
    ids=["delimited", "ldif"],
)


@SOURCES
@pytest.mark.parametrize("only", [True, False])
def test_what_is_read_from_the_file_is_what_was_read_from_the_system(
    plain: World,
    twin: World,
    setup: ConnectorSetup,
    rule: Any,
    files: Sequence[Callable[[World], None]],
    only: bool,
) -> None:
    for world in (plain, twin):
        world.configure([setup], [rule])
    kinds: tuple[StepKind, ...] = ("full-import", "delta-import", "full-import")
    for kind, write in zip(kinds, files, strict=True):
        write(plain)
        if only:
            before = twin.dump("symbol", "meta")
            one(twin, Step(kind, setup.name, to=DROP, only=True))
            assert twin.dump("symbol", "meta") == before, "but for names that have got a number"
            told = one(plain, Step(kind, setup.name))
        else:
            told = one(plain, Step(kind, setup.name, to=DROP))
            assert told.outcome.counters.pop("recorded") == sum("key" in line for line in lines(plain))
        for path in plain.folder.glob(f"{setup.name}.*"):
            path.unlink()
        again = one(twin, Step(kind, setup.name, source=DROP))
        assert again.outcome == told.outcome
        assert again.outcome.counters.total() > 2
        assert twin.dump() == plain.dump()
        for world in (plain, twin):
            world.run("sync")
        assert twin.dump() == plain.dump(), "but for the numbers of the steps"
    assert len(plain.people()) > 1


def test_it_is_a_line_an_entry_and_for_nobody_else(world: World) -> None:
    world.configure([HR], [])
    delimited_mess(world)
    one(world, Step("full-import", "hr", to=DROP))
    (world.folder / DROP).chmod(0o644)
    one(world, Step("full-import", "hr", to=DROP))
    assert (world.folder / DROP).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in world.folder.glob("*drop*")] == [DROP.name]
    begin, page, problem, *records, end = lines(world)
    assert begin == {"line": "begin", "format": 1, "of": "import", "connector": "hr"}
    assert page == {"line": "page"}
    assert (problem["line"], problem["code"]) == ("problem", "missing-anchor-component")
    ann = records[0]
    assert ann.pop("fingerprint") > 0
    assert ann == {
        "line": "entry",
        "key": "1",
        "type": "person",
        "values": {"id": "1", "name": "Ann", "age": 42, "active": True, "since": "2026-01-02", "tags": ["a", "b"]},
        "references": {"manager": ["2"]},
    }
    assert [record["key"] for record in records] == ["1", "3", "4", "1", "5"]
    assert [record["line"] for record in records] == ["entry", "fault", "entry", "entry", "fault"]
    assert (end["line"], end["complete"]) == ("end", False)


def test_only_writing_a_file_tells_what_cannot_be_read(world: World) -> None:
    world.configure([HR], [])
    delimited_mess(world)
    report = one(world, Step("full-import", "hr", to=DROP, only=True))
    assert (report.outcome.result, report.outcome.errors) == ("completed-discovery-errors", 3)
    assert dict(+report.outcome.counters) == {"discovery-errors": 3, "recorded": 5}
    assert "Nothing was staged" in report.outcome.message
    assert "The listing is not whole: 1 of its records" in report.outcome.message
    assert world.rows("SELECT code FROM step_error ORDER BY code") == [
        ("invalid-numeric-value",), ("missing-anchor-component",), ("parse-error",),
    ]  # fmt: skip


class Marked(DelimitedConnector):
    """A file whose deltas begin where the last reading ended."""

    times = 0
    asked: list[str | None] = []  # noqa: RUF012 - one for all of them

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(delta=True, write=False)

    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        Marked.asked.append(watermark)
        for part in super().read(watermark):
            if isinstance(part, End):
                Marked.times += 1
                yield End(part.complete, f"mark {Marked.times}", part.reason)
            else:
                yield part


class TestWatermarks:
    @pytest.fixture
    def marked(self, world: World, monkeypatch: pytest.MonkeyPatch) -> World:
        monkeypatch.setattr(registry, "connector_class", lambda _: Marked)
        Marked.times, Marked.asked = 0, []
        world.configure([delimited("hr", "id name", changes="hr.changes.csv")], [])
        world.write("hr.csv", {"id": "1", "name": "Ann"}, {"id": "2", "name": "Bo"})
        world.write("hr.changes.csv", {"change_type": "modify", "id": "1", "name": "Anna"})
        return world

    def mark(self, world: World) -> list[tuple[Any, ...]]:
        return world.rows("SELECT watermark FROM connector_state")

    def test_a_delta_that_is_only_written_to_a_file_does_not_advance_it(self, marked: World) -> None:
        one(marked, Step("full-import", "hr", to=DROP, only=True))
        assert self.mark(marked) == []
        one(marked, Step("full-import", "hr"))
        assert self.mark(marked) == [("mark 2",)]
        one(marked, Step("delta-import", "hr", to=DROP, only=True))
        assert lines(marked)[-1]["watermark"] == "mark 3"
        assert (self.mark(marked), Marked.asked[-1]) == ([("mark 2",)], "mark 2")
        one(marked, Step("delta-import", "hr", to=DROP))
        assert (self.mark(marked), Marked.asked[-1]) == ([("mark 4",)], "mark 2")

    def test_nor_does_one_that_is_read_from_a_file(self, marked: World) -> None:
        one(marked, Step("full-import", "hr"))
        one(marked, Step("delta-import", "hr", to=DROP, only=True))
        report = one(marked, Step("delta-import", "hr", source=DROP))
        assert report.outcome.counters["stage-update"] == 1
        assert self.mark(marked) == [("mark 1",)]

    def test_a_full_one_brings_its_own(self, marked: World) -> None:
        one(marked, Step("full-import", "hr", to=DROP))
        one(marked, Step("full-import", "hr"))
        one(marked, FROM)
        assert self.mark(marked) == [("mark 1",)], "what has changed since the file was written is still to be read"


class TestReading:
    """Files that are cut off, edited, or others than was meant."""

    @pytest.fixture
    def drop(self, world: World) -> World:
        """Three people, known and in a file."""
        world.configure([HR], [HR_IN])
        rows = ({"id": str(n), "name": f"P{n}", "age": "7", "manager": "1"} for n in (1, 2, 3))
        world.write("hr.csv", *rows, columns=COLUMNS)
        one(world, Step("full-import", "hr", to=DROP))
        world.run("sync")
        return world

    @pytest.mark.parametrize("cut", [-1, -2, 2])
    def test_one_that_was_cut_off_is_no_evidence_that_anything_is_gone(self, drop: World, cut: int) -> None:
        rewrite(drop, lambda lines: lines[:cut])
        report = one(drop, FROM)
        assert report.outcome.result == "completed-discovery-errors"
        assert "has no end: it was cut off" in report.outcome.message
        drop.run("sync")
        assert len(drop.people()) == 3

    def test_nor_is_one_cut_off_in_a_line(self, drop: World) -> None:
        path = drop.folder / DROP
        path.write_bytes(path.read_bytes()[:-150])
        assert "was cut off" in one(drop, FROM).outcome.message
        drop.run("sync")
        assert len(drop.people()) == 3

    def test_nor_one_that_goes_on_after_its_end(self, drop: World) -> None:
        rewrite(drop, lambda lines: [*lines[:3], lines[-1], *lines[3:]])
        report = one(drop, FROM)
        assert "goes on after its end, in line 5" in report.outcome.message
        drop.run("sync")
        assert len(drop.people()) == 3

    def test_a_line_that_cannot_be_read_is_told_with_its_number(self, drop: World) -> None:
        rewrite(drop, lambda lines: [*lines[:3], '{"line": "entry", "key": 3}\n', lines[0], *lines[4:]])
        report = one(drop, FROM)
        assert (report.outcome.errors, report.outcome.counters["discovery-errors"]) == (2, 2)
        told = drop.rows("SELECT name, message FROM step_error ORDER BY id")
        assert told[0][0].endswith("drop.jsonl:4")
        assert "Expected `str`" in told[0][1]
        assert told[1] == (f"{drop.folder / DROP}:5", "such a line does not stand here")
        drop.run("sync")
        assert len(drop.people()) == 3

    def test_one_without_an_object_says_that_it_is_gone(self, drop: World) -> None:
        rewrite(drop, lambda lines: [*lines[:4], lines[-1]])
        report = one(drop, FROM)
        assert dict(+report.outcome.counters) == {"stage-delete": 1, "stage-no-change": 2}
        drop.run("sync")
        assert len(drop.people()) == 2

    @pytest.mark.parametrize(
        ("old", "new", "code", "shown"),
        [
            ('"age":7', '"age":"7"', "invalid-attribute-value", "1: age has a value that is no integer"),
            ('"name":"P1"', '"name":["a","b"]', "multi-single-mismatch", "1: name has 2 values"),
            ('"type":"person"', '"type":"robot"', "unmappable-object-type", "type 'robot', which is not configured"),
            ('"values"', '"value"', "parse-error", "unknown field `value`"),
            ('"age":7', '"age":7.5', "parse-error", "it is no line of a drop file"),
        ],
    )
    def test_what_was_edited_is_not_taken_on_trust(
        self, drop: World, old: str, new: str, code: str, shown: str
    ) -> None:
        rewrite(drop, lambda lines: [*lines[:2], self.anew(lines[2], old, new), *lines[3:]])
        report = one(drop, FROM)
        ((told, message),) = drop.rows("SELECT code, message FROM step_error")
        assert (told, shown in message) == (code, True)
        assert report.outcome.counters["stage-delete"] == 0
        drop.run("sync")
        assert len(drop.people()) == 3

    def test_attributes_that_there_are_not_are_left_out(self, drop: World) -> None:
        new = '"name":"Q1","shoe":44,"manager":"a reference"'
        rewrite(drop, lambda lines: [*lines[:2], self.anew(lines[2], '"name":"P1"', new), *lines[3:]])
        assert dict(+one(drop, FROM).outcome.counters) == {"stage-update": 1, "stage-no-change": 2}
        assert drop.objects("hr")["1"][0] == {"id": "1", "name": "Q1", "age": 7}

    @staticmethod
    def anew(line: str, old: str, new: str) -> str:
        """A line with something changed, and another fingerprint, so that it is looked at."""
        fingerprint = f'"fingerprint":{json.loads(line)["fingerprint"]}'
        assert line.count(old) == line.count(fingerprint) == 1
        return line.replace(old, new).replace(fingerprint, '"fingerprint":1')

    @pytest.mark.parametrize(
        ("step", "first", "said"),
        [
            (Step("delta-import", "hr", source=DROP), None, "holds a full import"),
            (FROM, {"delta": True}, "holds a delta"),
            (FROM, {"connector": "x"}, "was recorded from connector x"),
            (FROM, {"format": 2}, "the format 2; this program knows 1"),
            (FROM, {"of": "export"}, "is no drop file of an import"),
            (FROM, "", "is no drop file of an import"),
            (FROM, "id,name\n", "is no drop file of an import"),
            (Step("full-import", "hr", source=Path("none.jsonl")), None, "No such file"),
            (Step("full-import", "hr", source=Path()), None, "Is a directory"),
            (Step("full-import", "hr", to=Path()), None, "Is a directory"),
            (Step("full-import", "hr", to=Path("hr.csv")), None, "is there already, and is no drop file"),
            (Step("full-import", "hr", to=Path("no/where.jsonl")), None, "cannot be written"),
        ],
    )  # fmt: skip
    def test_another_file_than_was_meant_stops_the_step(
        self, drop: World, step: Step, first: str | dict[str, Any] | None, said: str
    ) -> None:
        if isinstance(first, dict):
            text = json.dumps(json.loads((drop.folder / DROP).read_text().splitlines()[0]) | first)
            rewrite(drop, lambda lines: [text, "\n", *lines[1:]])
        elif first is not None:
            (drop.folder / DROP).write_text(first)
        before = drop.dump()
        report = one(drop, step)
        assert report.outcome.result == "stopped-connectivity"
        assert said in report.outcome.message
        assert drop.dump() == before

    def test_a_delta_needs_a_system_that_was_read_as_a_whole(self, world: World) -> None:
        world.configure([HR], [])
        delimited_files(world)
        delimited_changes(world)
        world.write("hr.csv", {"id": "1", "name": "Ann"}, columns=COLUMNS)
        one(world, Step("full-import", "hr"))
        one(world, Step("delta-import", "hr", to=DROP, only=True))
        with world.store.transaction() as tx:
            tx.run("DELETE FROM connector_state")
        assert (
            "once the connector has been read as a whole"
            in one(world, Step("delta-import", "hr", source=DROP)).outcome.message
        )

    def test_an_object_that_comes_twice_in_a_page_of_a_delta_is_taken_in_order(self, world: World) -> None:
        world.configure([DIR], [])
        ldif_files(world)
        one(world, Step("full-import", "dir"))
        ldif_changes(world)
        one(world, Step("delta-import", "dir", to=DROP, only=True))
        key = json.loads((world.folder / DROP).read_text().splitlines()[2])["key"]
        line = '{"line":"entry","key":%s,"fingerprint":%d,"type":"","partial":true,"added":{"mail":["%s@x"]}}\n'
        rewrite(world, lambda lines: [*lines[:2], *(line % (json.dumps(key), n, n) for n in (1, 2)), lines[-1]])
        assert one(world, Step("delta-import", "dir", source=DROP)).outcome.result == "success"
        assert world.objects("dir")[key][0]["mail"] == ["1@x", "2@x", "a@x", "b@x"]  # type: ignore[index]


def test_a_reading_that_breaks_off_leaves_what_came_until_then(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.configure([HR], [])
    rows = [{"id": str(n), "name": f"P{n}"} for n in range(10_001)]
    world.write("hr.csv", *rows, columns=COLUMNS)
    real = DelimitedConnector.pages

    def breaking(self: Any, *args: Any) -> Any:
        for count, page in enumerate(real(self, *args)):
            if count:
                raise ConnectorError("The line is dead.")
            yield page

    with monkeypatch.context() as patch:
        patch.setattr(DelimitedConnector, "pages", breaking)
        report = one(world, Step("full-import", "hr", to=DROP))
    assert (report.outcome.result, report.outcome.counters["recorded"]) == ("stopped-connectivity", 10_000)
    assert lines(world)[-1] == {"line": "end", "complete": False, "reason": "The line is dead."}


def test_one_that_never_began_leaves_the_file_of_before(world: World) -> None:
    world.configure([HR], [])
    (world.folder / DROP).write_text('{"line":"begin",…')
    assert one(world, Step("full-import", "hr", to=DROP)).outcome.result == "stopped-connectivity"
    assert (world.folder / DROP).read_text() == '{"line":"begin",…'
    assert list(world.folder.glob(".drop*")) == []


SECRET = replace(Attribute("password"), secret=True)


@pytest.fixture
def safe(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Accounts with an initial password."""
    app = door(world, monkeypatch, "id name password manager>person")
    columns = attributes("id name manager>person") | {"password": SECRET}
    first = outbound("app", {"password": '="s3cret-" & [name]'}, name="first", link=LinkType.JOIN, precedence=10)
    world.configure(
        [HR, replace(app, schema={"person": ObjectType("person", columns, ("id",))})], [HR_IN, APP_OUT, first]
    )
    world.write("hr.csv", *({"id": str(n), "name": f"P{n}", "manager": "3"} for n in (1, 2, 3)),
                columns=COLUMNS)  # fmt: skip
    world.run("import hr", "sync")
    return world


class TestSecrets:
    def test_none_is_in_the_file_of_an_export(self, safe: World) -> None:
        for only in (True, False):
            one(safe, Step("export", "app", to=DROP, only=only))
            assert "s3cret" not in (safe.folder / DROP).read_text()
            assert lines(safe)[1]["secrets"] == ["password"], "that there is one may be known"
        assert safe.read("app.csv")["1"]["password"] == "s3cret-P1"

    def test_nor_in_that_of_an_import(self, safe: World) -> None:
        safe.run("export app")
        one(safe, Step("full-import", "app", to=DROP))
        assert "s3cret" not in (safe.folder / DROP).read_text()

    def test_nor_in_that_of_changes_that_do_not_say_of_which_type_their_object_is(self, world: World) -> None:
        person = {
            DN: Attribute(DN),
            "cn": Attribute("cn"),
            "password": SECRET,
            "keys": replace(SECRET, name="keys", multivalued=True),
        }
        types = {"person": ObjectType("person", person), "group": ObjectType("group", {DN: Attribute(DN)})}
        world.configure([replace(DIR, schema=types)], [])
        world.write("dir.ldif", "dn: cn=a,o=x\nobjectClass: person\ncn: a\npassword: s3cret\nkeys: s3cret")
        one(world, Step("full-import", "dir", to=DROP))
        assert "s3cret" not in (world.folder / DROP).read_text()
        world.write("dir.changes.ldif", "dn: cn=a,o=x\nchangetype: modify\nreplace: password\npassword: s3cret\n-\n"
                    "add: keys\nkeys: s3cret1\n-\ndelete: keys\nkeys: s3cret\n-")  # fmt: skip
        one(world, Step("delta-import", "dir", to=DROP))
        assert "s3cret" not in (world.folder / DROP).read_text()
        assert lines(world)[2]["partial"]

    def test_nor_is_one_taken_from_a_file(self, world: World) -> None:
        world.configure([HR], [])
        world.write("hr.csv", {"id": "1", "name": "s3cret"}, columns=COLUMNS)
        one(world, Step("full-import", "hr", to=DROP, only=True))
        columns = dict(HR.schema["person"].attributes) | {"name": replace(SECRET, name="name")}
        world.configure([replace(HR, schema={"person": ObjectType("person", columns, ("id",))})], [])
        one(world, FROM)
        assert "s3cret" not in repr(world.dump())


class TestExports:
    def test_what_is_sent_is_written_down_too(self, safe: World) -> None:
        report = one(safe, Step("export", "app", to=DROP))
        assert dict(+report.outcome.counters) == {"export-add": 3, "recorded": 3}
        begin, *exports, end = lines(safe)
        assert begin == {"line": "begin", "format": 1, "of": "export", "connector": "app"}
        assert exports[0] == {
            "line": "export",
            "operation": "add",
            "type": "person",
            "anchor": "1",
            "values": {"id": "1", "name": "P1", "manager": ["3"]},
            "secrets": ["password"],
        }
        assert end == {"line": "end", "complete": True}
        safe.run("import app", "sync")
        assert safe.pending() == {}

    def test_an_update_tells_what_differs(self, safe: World) -> None:
        safe.run("export app", "import app", "sync")
        safe.write(
            "hr.csv",
            {"id": "2", "name": "Q2", "manager": "2"},
            {"id": "3", "name": "P3", "manager": "3"},
            columns=COLUMNS,
        )
        safe.run("import hr", "sync")
        one(safe, Step("export", "app", to=DROP))
        _, *exports, _ = lines(safe)
        assert [(export["operation"], export["anchor"]) for export in exports] == [("update", "2"), ("delete", "1")]
        assert exports[0]["changes"] == {
            "name": {"values": ["Q2"], "added": ["Q2"], "removed": ["P2"]},
            "manager": {"values": ["2"], "added": ["2"], "removed": ["3"]},
        }

    def test_one_that_breaks_off_has_written_down_what_it_sent(self, safe: World) -> None:
        Door.breaks_after = 2
        report = one(safe, Step("export", "app", to=DROP))
        assert report.outcome.result == "stopped-connectivity"
        _, *exports, end = lines(safe)
        assert [export["anchor"] for export in exports] == ["1", "2", "3"], "of the third nobody knows"
        assert end == {"line": "end", "complete": False, "reason": "The line is dead."}


class TestRehearsals:
    def test_nothing_is_sent_and_nothing_changes(self, safe: World) -> None:
        before = safe.dump()
        report = one(safe, Step("export", "app", to=DROP, only=True))
        assert (report.outcome.result, dict(+report.outcome.counters)) == ("success", {"recorded": 3})
        assert report.outcome.message == "Nothing was sent; the file holds what would be."
        assert (safe.dump(), Door.sent, safe.read("app.csv")) == (before, [], {})
        rehearsed = lines(safe)
        one(safe, Step("export", "app", to=DROP))
        assert lines(safe) == rehearsed

    @pytest.mark.parametrize("kind", ["listing", "changes", "door"])
    def test_it_holds_what_the_export_sends_then(
        self, world: World, monkeypatch: pytest.MonkeyPatch, kind: str
    ) -> None:
        if kind == "door":
            app = door(world, monkeypatch, "id name manager>person")
        else:
            app = replace(target("app", "id name manager>person"))
            app = replace(app, settings={**app.settings, "export": kind, "changes": "app.changes.csv"})
            world.write("app.csv", {"id": "0", "name": "not ours", "manager": ""})
        world.configure([HR, app], [HR_IN, APP_OUT])
        for staff in (["1", "2", "3"], ["2", "3", "4"]):
            rows = [{"id": n, "name": f"{n} of {len(staff)}{staff[0]}", "manager": staff[-1]} for n in staff]
            world.write("hr.csv", *rows, columns=COLUMNS)
            world.run("import hr", "sync")
            before = world.dump()
            one(world, Step("export", "app", to=Path("rehearsed.jsonl"), only=True))
            assert world.dump() == before
            one(world, Step("export", "app", to=DROP))
            assert lines(world, Path("rehearsed.jsonl")) == lines(world)
            assert len(lines(world)) > 4
            if kind == "changes":
                World.write_rows(world.folder / "app.csv", rows, "id name manager")
            world.run("import app", "sync")
            assert world.pending() == {}

    def test_a_guard_is_told_and_holds_nothing(self, safe: World) -> None:
        safe.run("export app", "import app", "sync")
        app = replace(safe.engine.setup.connectors["app"], deletes=Guard(1, 0.1))
        safe.configure([HR, app], safe.engine.setup.rules.rules)
        safe.write("hr.csv", {"id": "3", "name": "Q3", "manager": "3"}, columns=COLUMNS)
        safe.run("import hr", "sync")
        before = safe.dump()
        report = one(safe, Step("export", "app", to=DROP, only=True))
        assert (report.outcome.result, report.outcome.held) == ("success", 0)
        assert report.outcome.message == "Nothing was sent; the file holds what would be. A guard would hold 2 more."
        assert [line["operation"] for line in lines(safe)[1:-1]] == ["update"]
        assert (safe.dump(), safe.holds()) == (before, [])

    def test_what_could_not_be_sent_is_told_and_stays_as_it_is(self, safe: World) -> None:
        rules = [
            replace(rule, flows=outbound("app", {"password": "=CNum([name])"}).flows) if rule.name == "first" else rule
            for rule in safe.engine.setup.rules.rules
        ]
        safe.configure(safe.engine.setup.connectors.values(), rules)
        safe.run("sync")
        before = safe.dump()
        report = one(safe, Step("export", "app", to=DROP, only=True))
        assert (report.outcome.result, report.outcome.errors) == ("completed-export-errors", 3)
        assert safe.rows("SELECT code, name FROM step_error") == [("flow-failure", n) for n in "123"]
        assert safe.dump() == before

    def test_functions_before_and_after_an_export_are_not_called(self, safe: World) -> None:
        (safe.folder / "extensions").mkdir()
        (safe.folder / "extensions" / "calls.py").write_text("def no(export):\n    raise ValueError('called')\n")
        app = replace(safe.engine.setup.connectors["app"], before_export="calls:no", after_export="calls:no")
        safe.configure([HR, app], safe.engine.setup.rules.rules)
        report = one(safe, Step("export", "app", to=DROP, only=True))
        assert (report.outcome.errors, report.outcome.counters["recorded"]) == (0, 3)
        assert one(safe, Step("export", "app")).outcome.errors == 3

    def test_a_staging_installation_shows_what_it_would_send(self, safe: World) -> None:
        with safe.store.transaction() as tx:
            mode.stage(tx, safe.clock())
        assert one(safe, Step("export", "app", to=DROP, only=True)).outcome.counters["recorded"] == 3
        assert one(safe, Step("export", "app", to=DROP)).outcome.counters["export-staged"] == 3
        assert (len(lines(safe)), Door.sent) == (2, [])

    def test_what_was_on_the_wire_when_a_step_died_is_looked_for(self, safe: World) -> None:
        with safe.store.transaction() as tx:
            tx.run("UPDATE pending_export SET state = ?", SENDING)
        safe.write("app.csv", {"id": "1", "name": "P1", "password": "", "manager": "3"})
        before = safe.dump()
        one(safe, Step("export", "app", to=DROP, only=True))
        assert [line["anchor"] for line in lines(safe)[1:-1]] == ["2", "3"]
        assert safe.dump() == before

    def test_one_that_is_broken_off_changes_nothing_either(self, safe: World, monkeypatch: pytest.MonkeyPatch) -> None:
        before = safe.dump()
        step = Step("export", "app", to=Path("no/where.jsonl"), only=True)
        assert one(safe, step).outcome.result == "stopped-connectivity"
        monkeypatch.setattr("mimas.runs.engine.export_step", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            one(safe, replace(step, to=DROP))
        monkeypatch.undo()
        assert safe.dump() == before


@pytest.mark.parametrize("kind", list(Kind))
def test_the_type_of_every_value_is_kept(plain: World, twin: World, kind: Kind) -> None:
    texts = {
        Kind.STRING: "a|\u2028é\\\\",
        Kind.INTEGER: f"{-(2**63)}|{2**63 - 1}",
        Kind.BOOLEAN: "true|false",
        Kind.BINARY: "AP8=|AA==",
        Kind.DATETIME: "2026-01-02T03:04:05Z|2026-01-02",
        Kind.REFERENCE: "a|b",
    }
    type_ = ObjectType("person", {"id": Attribute("id"), "it": Attribute("it", kind, True, "person")}, ("id",))
    for world in (plain, twin):
        world.configure([replace(delimited("hr", "id"), schema={"person": type_})], [])
    plain.write("hr.csv", {"id": "1", "it": texts[kind]}, {"id": "2", "it": texts[kind].split("|")[0]})
    one(plain, Step("full-import", "hr", to=DROP))
    one(twin, FROM)
    assert twin.dump() == plain.dump()
    assert "it" in repr(twin.dump()["object"]) or kind is Kind.REFERENCE
