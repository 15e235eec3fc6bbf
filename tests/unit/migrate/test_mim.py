"""A folder of exports of MIM: both halves together, one of them, or neither."""

import shutil
from pathlib import Path

import pytest

from mimas.configuration.check import check
from mimas.configuration.problem import errors
from mimas.configuration.reading import read_folder
from mimas.migrate.elements import MigrationError, Outcome
from mimas.migrate.mim import carry

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Both halves, as the tools of MIM write them, in other letter cases."""
    shutil.copytree(DATA / "mim" / "ServiceConfig", tmp_path / "mim" / "serviceconfig")
    (tmp_path / "mim" / "serviceconfig" / "policy.xml").rename(tmp_path / "mim" / "serviceconfig" / "Policy.XML")
    shutil.copytree(DATA / "mim-sync", tmp_path / "mim" / "SyncConfig")
    return tmp_path / "mim"


def test_both_halves_make_one_home(folder: Path, tmp_path: Path) -> None:
    migration = carry(folder)
    report = migration.report
    assert (len(report.files), report.broken, report.total[Outcome.UNKNOWN]) == (6, {}, 0)
    assert report.total.total() == sum(1 for root in report.files.values() for _ in root.walk())
    kinds = {(draft.kind, draft.aside) for draft in migration.drafts}
    assert {("Connector", False), ("SyncRule", False), ("RunProfile", False), ("Set", False)} <= kinds
    home = tmp_path / "home"
    migration.write(home)
    documents, unreadable = read_folder(home)
    assert errors([*unreadable, *check(home, documents)]) == []
    assert sum(one.kind == "ManagementPolicyRule" for one in documents) == 81
    assert not (home / "kept").exists()


def test_a_broken_half_is_told_and_the_other_one_carried(folder: Path) -> None:
    (folder / "serviceconfig" / "schema.xml").write_text("<Results>")
    migration = carry(folder)
    assert set(migration.report.broken) == {"schema.xml"}
    assert any(draft.kind == "SyncRule" for draft in migration.drafts)


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match="holds no configuration of MIM"):
        carry(tmp_path)
