"""The page about rule tests: its example is run, and what it prints is what is printed."""

import re
from pathlib import Path

import pytest

from mimas.ruletests.suite import Suite
from tests.unit.cli.shell import Shell
from tests.unit.ruletests.homes import home, results

PAGE = (Path(__file__).parents[3] / "docs" / "rule-tests.md").read_text(encoding="utf-8")
TESTS, DEPARTMENTS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
FAILED, COVERAGE = (text.rstrip() for text in re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL))


def test_the_example_passes(tmp_path: Path) -> None:
    assert [result.passed for result in results(home(tmp_path, TESTS))] == [True, True, True]


def test_what_is_printed_of_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {"file": "documents/directory.yaml", "old": "cn: displayName", "new": "cn: department"}
    said = Shell(home(tmp_path, TESTS, **broken), monkeypatch)("test").out.rstrip()
    seconds = r"in [0-9.]+ seconds"
    assert re.sub(seconds, "", said) == re.sub(seconds, "", FAILED)


def test_what_is_printed_of_the_coverage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = Shell(home(tmp_path, TESTS), monkeypatch)("test", "--coverage").out
    assert said.rstrip().endswith(COVERAGE)


def test_the_other_example_is_read(tmp_path: Path) -> None:
    assert "E2: {employeeStatus: left}" in DEPARTMENTS
    demo = Path(__file__).parents[3] / "demo" / "home"
    name = re.findall("name: (.*)", DEPARTMENTS)[0]
    assert name in [case.name for case in Suite(demo).read()]
