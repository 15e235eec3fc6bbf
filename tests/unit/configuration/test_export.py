"""Out of the store into files, and back: nothing is changed by it."""

from pathlib import Path

import pytest
from small_company import FILES

from mimas.configuration.apply import apply, drift, in_force
from mimas.configuration.documents import KINDS, parse
from mimas.configuration.export import ExportError, export, files, functions
from mimas.configuration.reading import Document, read, read_folder
from mimas.schema.places import Place
from mimas.store.store import Store

ROOT = Path(__file__).parents[3]
HOMES = [
    ROOT / "src" / "mimas" / "configuration" / "example",  # what `mimas init` writes
    ROOT / "demo" / "home",
    ROOT / "src" / "mimas" / "dev" / "faults" / "home",
    *sorted(path.parent for path in (ROOT / "examples").glob("*/mimas.toml")),
]
EVERY_KIND = """\
kind: ObjectType
name: person
description: |
  Lines.

  And a blank one.
attributes: {id: "string, indexed", title: {type: string, choose: "chosen:title"}}
deletion: {extension: "endings:over"}
---
kind: Connector
name: hr
type: delimited
settings: {path: hr.csv, since: 2026-11-23, on: on, code: 0042, extension: "no:function"}
objects: {o: {anchor: [id], attributes: {id: string}}}
guards: {changes: {id: {count: 3, share: 0.1}}}
parameters: {A.B: "0042", flag: true, number: 7}
---
kind: SyncRule
name: "0042"
direction: inbound
connector: hr
object: o
resource: person
precedence: 1
scope: [[a EQUAL b, {extension: "scopes:mine"}], ['c EQUAL "  "']]
join: [[{left: a, right: id}, c = d], {extension: "joins:former", right: id}]
flows: {id: {constant: 7}, text: {constant: "7"}, when: {constant: "2026-11-23"}, odd: {constant: "a\\x85b\\r\\n\\t "}}
---
kind: Membership
name: m
resource: group
attribute: member
of: person
match: a = b
---
kind: RunProfile
name: daily
steps: [sync, {kind: export, connector: hr, limit: 10}]
---
kind: Schedule
name: nightly
profile: daily
cron: 15 2 * * 1-5
closed: [{from: "22:00", until: 04:00}]
---
kind: Mail
name: post
host: mail.example.com
from: a@example.com
user: u
password: {env: MAIL}
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(f"sqlite:///{tmp_path}/mimas.db")
    store.prepare()
    return store


def bodies(documents: list[Document]) -> list[tuple[str, str, object]]:
    return sorted((one.kind, one.name, one.body) for one in documents)


@pytest.mark.parametrize("home", HOMES, ids=lambda home: home.name)
def test_what_is_shipped_comes_back_into_the_files_it_came_from(home: Path, store: Store, tmp_path: Path) -> None:
    documents, _ = read_folder(home)
    apply(store, documents)
    written = export(in_force(store), tmp_path / "out")
    again, problems = read_folder(tmp_path / "out")
    assert problems == []
    assert bodies(again) == bodies(documents)
    assert drift(store, again) == []
    assert {str(path.relative_to(tmp_path / "out")) for path in written} == {one.place.file for one in documents}
    in_order = [(one.place.file, one.name) for one in documents]
    assert [(one.place.file, one.name) for one in again] == in_order


def test_every_kind_comes_back(store: Store, tmp_path: Path) -> None:
    documents, problems = read(EVERY_KIND, "documents/kinds.yaml")
    assert problems == []
    assert {one.kind for one in documents} == set(KINDS)
    assert [parse(one)[1] for one in documents] == [[]] * len(documents)
    apply(store, documents)
    export(in_force(store), tmp_path / "out")
    again, problems = read_folder(tmp_path / "out")
    assert problems == []
    assert bodies(again) == bodies(documents)
    assert drift(store, again) == []


def test_a_second_export_writes_nothing_and_so_keeps_comments(tmp_path: Path) -> None:
    documents = [document for text in FILES.values() for document in read(text)[0]]
    (path,) = export(documents, tmp_path)
    path.write_text("# A comment.\n" + path.read_text())
    assert export(documents, tmp_path) == []
    assert path.read_text().startswith("# A comment.\n")


@pytest.mark.parametrize("other", ["kind: RunProfile\nname: other\nsteps: [sync]\n", "kind: [", "# only a comment\n"])
def test_other_documents_are_not_overwritten(other: str, tmp_path: Path) -> None:
    file = tmp_path / "documents" / "documents.yaml"
    file.parent.mkdir()
    file.write_text(other)
    documents, _ = read(FILES["rest.yaml"])
    with pytest.raises(ExportError):
        export(documents, tmp_path)
    assert [path.read_text() for path in file.parent.iterdir()] == [other]


def test_what_differs_is_told(tmp_path: Path) -> None:
    documents, _ = read(FILES["rest.yaml"])
    export(documents[:1], tmp_path)
    with pytest.raises(ExportError) as caught:
        export(documents, tmp_path)
    assert [(one.action, one.name) for one in caught.value.changes] == [("added", "daily")]


@pytest.mark.parametrize("file", ["../../etc/x.yaml", "/etc/x.yaml", "documents/../../x.yaml", "", "documents/x.txt"])
def test_no_document_leaves_the_folder(file: str) -> None:
    assert list(files([Document("X", "n", {}, Place(file, 1))])) == ["documents/documents.yaml"]


def test_a_file_that_grows_too_large_is_divided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mimas.configuration.export.LARGEST", 3_000)
    body = {"description": "x" * 400}
    documents = [Document("X", f"m{number:02}", body, Place("documents/x.yaml", number)) for number in range(12)]
    written = export(documents, tmp_path)
    assert [path.name for path in written] == ["x.yaml", "x.2.yaml"]
    assert all(path.stat().st_size <= 3_000 for path in written)
    again, problems = read_folder(tmp_path)
    assert problems == []
    assert bodies(again) == bodies(documents)


def test_functions_are_named_wherever_a_document_may_name_one() -> None:
    documents, problems = read(EVERY_KIND)
    assert problems == []
    assert functions(documents) == [f"extensions/{name}.py" for name in ("chosen", "endings", "joins", "scopes")]
