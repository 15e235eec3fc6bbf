"""pytest, pointed at a home, runs its rule tests; it loads nothing of Mimas where there are none."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.ruletests.homes import home, rule_test


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Start pytest in a folder."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_home_is_collected(tmp_path: Path) -> None:
    wrong = "expect: {resources: {person: {1001: {displayName: Ada}}}}"
    folder = home(tmp_path / "home", rule_test("good", "") + rule_test("bad", wrong))
    (folder / "tests" / "later.yaml").write_text(rule_test("later", "", after="good"))
    (folder / "tests" / "broken.yaml").write_text("kind: RuleTest\nname: broken\ngivn: {}\n")
    (tmp_path / "other.yaml").write_text("no test")
    ended = run(folder=tmp_path)
    assert "1 error" in ended.stdout
    assert "tests/broken.yaml:3: broken: unknown key 'givn'; did you mean 'given'?" in ended.stdout
    ended = run("home/tests/people.yaml", "home/tests/later.yaml", "-v", folder=tmp_path)
    assert "1 failed, 2 passed" in ended.stdout
    assert "people.yaml::bad - " in ended.stdout
    assert "person 1001 displayName: expected Ada, got Ada Lovelace" in ended.stdout
    assert "→ given by rule “In from HR” (documents/hr.yaml:39)" in ended.stdout


@pytest.mark.slow
def test_it_costs_nothing_where_there_is_no_home(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\n\ndef test_it():\n    mine = {name for name in sys.modules if name.startswith('mimas')}\n"
        "    assert mine == {'mimas', 'mimas.ruletests', 'mimas.ruletests.plugin'}\n"
        "    assert not {'sqlalchemy', 'pydantic', 'ruamel'} & sys.modules.keys()\n"
    )
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "data.yaml").write_text("a: b\n")
    ended = run("-p", "no:hypothesispytest", folder=tmp_path)
    assert ended.returncode == 0, ended.stdout
