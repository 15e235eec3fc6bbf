"""Nothing is said, not even a hint, of the configurations that come with Mimas."""

from pathlib import Path

import pytest

from mimas.configuration.check import check
from mimas.configuration.reading import read_folder

ROOT = Path(__file__).parents[3]
HOMES = [ROOT / "demo" / "home", *sorted(path.parent for path in (ROOT / "examples").glob("*/mimas.toml"))]


@pytest.mark.parametrize("home", HOMES, ids=lambda home: home.name)
def test_what_is_shipped_is_right(home: Path) -> None:
    documents, problems = read_folder(home)
    assert documents
    assert problems == []
    assert check(home, documents) == []
