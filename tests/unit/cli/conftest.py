"""Homes to type commands in: a new one, and one in which the example has run. All real, copied for speed."""

import shutil
from pathlib import Path

import pytest

from tests.unit.cli.shell import Shell


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the homes `new` and `used`."""
    folder = tmp_path_factory.mktemp("homes")
    with pytest.MonkeyPatch.context() as patch:
        shell = Shell(folder / "used", patch)
        shell.done("init", str(folder / "new"))
        shutil.copytree(folder / "new", folder / "used")
        shell.done("config", "apply")
        shell.done("run", "daily")
    return folder


@pytest.fixture
def new(homes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A home with the example, nothing applied."""
    return Shell(shutil.copytree(homes / "new", tmp_path / "home"), monkeypatch)


@pytest.fixture
def used(homes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A home in which the example has been applied and run once: three people in HR and in the directory."""
    return Shell(shutil.copytree(homes / "used", tmp_path / "home"), monkeypatch)
