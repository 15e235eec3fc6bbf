import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.web.portal.company import Company, founded, served


@pytest.fixture(scope="session")
def founding(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company as it was founded, to be copied."""
    home = tmp_path_factory.mktemp("company") / "home"
    with pytest.MonkeyPatch.context() as monkeypatch:
        founded(home, monkeypatch)
    return home


@pytest.fixture(scope="session")
def shared(founding: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company for tests that change nothing."""
    with served(Path(shutil.copytree(founding, tmp_path_factory.mktemp("shared") / "home"))) as made:
        yield made


@pytest.fixture
def company(founding: Path, tmp_path: Path) -> Iterator[Company]:
    """A company of the test's own."""
    with served(Path(shutil.copytree(founding, tmp_path / "home"))) as made:
        yield made
