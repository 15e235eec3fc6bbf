"""What `mimas init` writes is right, and overwrites nothing; the settings of a home."""

from datetime import timedelta
from pathlib import Path

import pytest

from mimas.configuration.build import setup
from mimas.configuration.check import check
from mimas.configuration.home import Home, read_home
from mimas.configuration.reading import read_folder
from mimas.configuration.starter import write_starter
from mimas.connectors.contract import End
from mimas.connectors.registry import open_connector


def test_the_starter_passes_its_check(tmp_path: Path) -> None:
    written = write_starter(tmp_path / "home")
    home, wrong = read_home(tmp_path / "home")
    documents, problems = read_folder(tmp_path / "home")
    assert (wrong, problems, check(tmp_path / "home", documents)) == ([], [], [])
    assert home.database == "sqlite:///mimas.db"
    assert {"mimas.toml", "README.md", "data/hr.csv"} <= {path.as_posix() for path in written}
    assert (tmp_path / "home" / "extensions").is_dir()


def test_the_starter_reads_its_three_people(tmp_path: Path) -> None:
    write_starter(tmp_path)
    hr = setup(tmp_path, read_folder(tmp_path)[0]).connectors["hr"]
    with open_connector(hr.name, hr.kind, hr.settings, hr.schema, tmp_path) as connector:
        *pages, end = connector.read()
        assert isinstance(end, End)
        assert end.complete
        assert sum(len(page.keys) for page in pages if not isinstance(page, End)) == 3


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(FileExistsError, match=r"README\.md"):
        write_starter(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    assert (tmp_path / "README.md").read_text() == "mine"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[mimas]\nname = 'x'\ndatabse = 'y'\n", "mimas.toml:3: unknown key 'databse'; did you mean 'database'?"),
        ("[mimas]\npublic_url = 'id.example.com'\n", "mimas.toml:2: 'id.example.com' is no address of a web page"),
        ("[mimas]\npublic_url = 'http://id.example.com'\n", "mimas.toml:2: links with which people decide would go"),
        ("[mimas]\nkeep_runs = '30'\n", "mimas.toml:2: '30' is no interval; write a number and a unit"),
        ("[mimas]\ndatabase = 5\n", "mimas.toml:2: `database` should be a text"),
        ("[mimas]\ndatabase = 'postgresql://me:hunter2@db/x'\n", "mimas.toml:2: warning: `database` holds a password"),
        ("[mimsa]\n", "mimas.toml:1: unknown key 'mimsa'; did you mean 'mimas'?"),
        ("[mimas]\nname = \n", "mimas.toml:2: cannot be read as TOML"),
    ],
)
def test_mistakes_in_the_settings(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "mimas.toml").write_text(text)
    _, (problem,) = read_home(tmp_path)
    assert str(problem).startswith(expected)
    assert "hunter2" not in str(problem)


def test_a_folder_that_is_no_home(tmp_path: Path) -> None:
    home, (problem,) = read_home(tmp_path)
    assert home == Home()
    assert "mimas init" in problem.hint


def test_settings_are_read(tmp_path: Path) -> None:
    (tmp_path / "mimas.toml").write_text(
        "[mimas]\nname = 'x'\ndatabase = 'sqlite:///elsewhere.db'\nkeep_runs = '2 weeks'\n"
    )
    expected = Home(name="x", database="sqlite:///elsewhere.db", keep_runs=timedelta(weeks=2))
    assert read_home(tmp_path) == (expected, [])
