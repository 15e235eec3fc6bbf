"""The exports that Microsoft published: every element has its outcome, and the home that is written is right."""

from pathlib import Path

import pytest

from mimas.configuration.check import check
from mimas.configuration.problem import errors
from mimas.configuration.reading import read_folder
from mimas.migrate.drafts import plain
from mimas.migrate.elements import Outcome
from mimas.migrate.migration import Migration
from mimas.migrate.report import Report
from mimas.migrate.sync import carry

DATA = Path(__file__).parents[3] / "data"


@pytest.mark.parametrize(("folder", "files"), [("mim-sync", 4), ("mim", 1)])
def test_every_element_is_accounted_for(folder: str, files: int, tmp_path: Path) -> None:
    migration = Migration(Report("Samples"))
    carry(migration, DATA / folder)
    assert len(migration.report.files) == files
    for name, root in migration.report.files.items():
        counts = migration.report.counts(name)
        assert counts.total() == len(list(root.walk()))
        assert counts[Outcome.UNKNOWN] == 0, migration.report.remarks(name)[0]
    migration.write(tmp_path / "home")
    documents, problems = read_folder(tmp_path / "home")
    assert documents
    assert problems == []
    assert errors(check(tmp_path / "home", documents)) == []


def test_three_agents_and_a_metaverse() -> None:
    migration = Migration(Report("Samples"))
    names = carry(migration, DATA / "mim-sync")
    assert names == {
        "{9C3614F6-F975-4F32-9504-C821CBE36471}": "TinyHR",
        "{A2E439AA-AE4E-4143-BBC1-365D7E30733F}": "Litware",
        "{C28C379C-E494-4A08-B36D-A15B00507394}": "GrandHR",
    }
    bodies = {(one.kind, one.name): plain(one.body) for one in migration.drafts if not one.aside}
    rule = bodies["SyncRule", "TinyHR - person to SyncObject"]
    assert (rule["object"], rule["link"]) == ("row", "provision")
    assert rule["scope"] == [
        ["ObjectType EQUAL person", "FirstName NOTEQUAL Dave", "FirstName NOTEQUAL Joe"],
        ["ObjectType EQUAL person", "FirstName NOTEQUAL Dave", "Initial EQUAL Queue"],
        ["ObjectType EQUAL person", "FirstName NOTEQUAL Dave", "Title ISNULL"],
    ]
    assert rule["flows"]["Fax"] == "UserID"  # the name of a row is made of this column
    assert rule["flows"]["OnPremiseObjectType"] == {"constant": "superPerson"}
    assert bodies["ObjectType", "Contact"]["deletion"] == {"any": ["TinyHR"]}
    assert bodies["ObjectType", "SyncObject"]["deletion"] == {"extension": "elma_mv_sample:delete_syncobject"}
    order = [
        bodies["SyncRule", name]
        for name in ("GrandHR - robot to Contact", *(f"TinyHR - person to Contact{n}" for n in ("", " (2)", " (3)")))
    ]
    assert [one["precedence"] for one in order] == sorted(one["precedence"] for one in order)
    assert [one["flows"]["DisplayName"] for one in order[2:]] == ["LastName", "FirstName"]
