"""The demo from its first line to its last, in a folder of its own: what `scripts/demo` does after the install."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[2] / "demo" / "run.py"


@pytest.mark.slow
def test_four_days_end_with_every_value_as_it_should_be_and_the_portal_open(tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(home)], capture_output=True, text=True, timeout=600, check=False
    )
    report = done.stdout + done.stderr
    assert done.returncode == 0, report[-6000:]
    assert "values compared, and none differs" in done.stdout
    assert done.stdout.count("all equal") >= 12, "three systems at least, after four runs"
    assert "400 people are missing" in done.stdout
    assert done.stdout.count("/sign-in/") == 10, "a link for each of five, as it was made and in the end"
    assert "It waits for consent" in done.stdout
    assert "Traceback" not in report
    assert (home / "documents" / "2-hr.yaml").exists()


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    done = subprocess.run([sys.executable, str(PROGRAM), str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "holds something else" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
