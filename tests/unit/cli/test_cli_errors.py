"""`errors`: the catalogue at the prompt."""

from pathlib import Path

import pytest

from mimas.runs.catalogue import CATALOGUE
from tests.unit.cli.shell import Shell


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """No home: the catalogue is part of the program."""
    return Shell(tmp_path / "nowhere", monkeypatch)


def test_every_term_is_listed(nowhere: Shell) -> None:
    said = nowhere.done("errors")
    listed = nowhere("errors", "--json").json
    assert len(listed) == sum(map(len, CATALOGUE.values()))
    assert all(set(term) == {"name", "kind", "stages", "meaning", "advice", "mim"} for term in listed)
    assert {term["name"] for term in listed} <= set(said.split())


def test_one_term_says_what_to_do(nowhere: Shell) -> None:
    said = nowhere.done("errors", "cd-missing-object")
    assert "no longer there" in said
    assert "→ Somebody deleted or moved it" in said
    assert "In MIM" not in said, "the same name"
    assert nowhere("errors", "cd-missing-object", "--json").json[0]["mim"] == ["cd-missing-object"]


def test_a_term_that_is_an_error_and_a_counter_is_told_as_both(nowhere: Shell) -> None:
    said = nowhere.done("errors", "drift")
    assert "drift (error; discovery)" in said
    assert "drift (counter; discovery)" in said
    assert "In MIM: nothing of the kind." in said


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("stopped-deletion-limit", "completed-held"),
        ("extension-dll-exception", "extension-error"),
        ("disconnector-projected-flow", "projected"),
    ],
)
def test_terms_of_mim_are_understood(nowhere: Shell, theirs: str, ours: str) -> None:
    assert f"{ours} (" in nowhere.done("errors", theirs)


def test_a_term_that_there_is_not_is_told(nowhere: Shell) -> None:
    said = nowhere("errors", "cd-eror")
    assert said.code == 2
    assert "There is no 'cd-eror'" in said.err
    assert "did you mean 'cd-error'?" in said.err
    assert "`mimas errors` lists them all" in nowhere("errors", "qqqq").err
