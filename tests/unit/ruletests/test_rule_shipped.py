"""The rule tests of everything that comes with Mimas pass, and come by all of their rules."""

from pathlib import Path

import pytest

from mimas.configuration.starter import write_starter
from mimas.ruletests.suite import Suite
from tests.unit.ruletests.homes import told

ROOT = Path(__file__).parents[3]
HOMES = sorted(path.parent for path in ROOT.glob("*/*/tests") if (path.parent / "mimas.toml").exists())


def test_there_are_some() -> None:
    assert {"home", "active-directory"} <= {home.name for home in HOMES}


@pytest.mark.parametrize("folder", [*HOMES, None], ids=lambda folder: folder.name if folder else "starter")
def test_they_pass(folder: Path | None, tmp_path: Path) -> None:
    if folder is None:
        folder = tmp_path
        write_starter(folder)
    suite = Suite(folder)
    assert [(case.name, told(suite.run(case))) for case in suite.read()] == [(case.name, []) for case in suite.read()]
    assert {rule.name: rule.missing for rule in suite.coverage.by_rule() if rule.missing} == {}
