"""Mimas within a program: the page of the documentation is run, and what it promises holds."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mimas import ConfigurationError, Mimas
from mimas.connectors.contract import Operation

PAGE = (Path(__file__).parents[2] / "docs" / "library.md").read_text(encoding="utf-8")
PROGRAM, PRINTED = (re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)[0] for kind in ("python", "text"))
DOCUMENTS = PROGRAM.split('"""')[1]
ADA, GRACE = {"id": "1", "first": "Ada", "last": "Lovelace"}, {"id": "2", "first": "Grace", "last": "Hopper"}


def test_the_example_of_the_documentation_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    exec(PROGRAM, {})
    assert capsys.readouterr().out == PRINTED


def test_what_arrived_is_no_longer_exported_and_who_is_not_shown_is_gone() -> None:
    with Mimas(DOCUMENTS) as mimas:
        mimas.show("hr", "worker", [ADA, GRACE])
        mimas.sync()
        mimas.show("directory", "user", [{"dn": e.name, **e.values} for e in mimas.exports("directory")])
        assert mimas.exports("directory") == []
        mimas.show("hr", "worker", [ADA, {**GRACE, "last": "Murray", "boss": "1"}])
        mimas.sync()
        (export,) = mimas.exports("directory")
        assert (export.operation, export.new_name) == (Operation.UPDATE, "cn=Grace Murray,ou=people")
        mimas.show("hr", "worker", [ADA])
        assert mimas.sync().counters["resource-deleted"] == 1
        assert [person["values"]["employeeID"] for person in mimas.resources("person")] == ["1"]


def test_what_is_wrong_with_an_object_is_noted() -> None:
    with Mimas(DOCUMENTS) as mimas:
        assert mimas.show("hr", "worker", [ADA, {"first": "Nobody"}, {"id": "3", "frist": "Bea"}]).errors == 2
        assert sorted(note["code"] for note in mimas.notes) == ["missing-anchor-component", "parse-error"]
        mimas.sync()
        assert mimas.notes == []


def test_functions_and_the_time_are_the_programs() -> None:
    scoped = DOCUMENTS.replace("link: provision\njoin:", 'link: provision\nscope: [{extension: "x:early"}]\njoin:')
    documents = scoped.replace('[first] & " " & [last]', '[first] & FormatDateTime(Now(), "yyyy")')
    now = datetime(2031, 11, 25, tzinfo=UTC)
    with Mimas(documents, functions={"x:early": lambda v: v["first"] < "B"}, clock=lambda: now) as mimas:
        mimas.show("hr", "worker", [ADA, GRACE])
        mimas.sync()
        assert [person["values"]["displayName"] for person in mimas.resources("person")] == ["Ada2031"]


def test_documents_that_cannot_be_used_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="unknown kind"):
        Mimas("kind: Nothing\nname: x\n")


def test_a_home_is_a_set_of_documents(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "all.yaml").write_text(DOCUMENTS)
    with Mimas(tmp_path) as mimas:
        mimas.show("hr", "worker", [ADA])
        assert mimas.sync().counters["projected"] == 1
