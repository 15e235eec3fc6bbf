"""Whoever writes has a name and a reason in the chain: every command that changes what the history tells."""

import getpass
from contextlib import closing
from pathlib import Path

import pytest

from mimas.store.store import Store
from tests.unit.cli.shell import HEADER, Shell, people


def entries(home: Path, after: int = 0) -> list[tuple[str, str]]:
    """(person, what) of the entries after some."""
    with closing(Store(f"sqlite:///{home / 'mimas.db'}")) as store, store.transaction() as tx:
        return tx.rows("SELECT person, what FROM batch WHERE place > ? ORDER BY place", after)


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("LOGNAME", "ada")
    assert getpass.getuser() == "ada"
    return "ada"


def test_every_command_that_writes_has_a_cause(used: Shell, person: str) -> None:
    def caused(*arguments: str) -> list[str]:
        before = len(entries(used.home))
        said = used(*arguments)
        assert said.code in (0, 4), said
        new = entries(used.home, before)
        assert {who for who, _ in new} <= {person}
        return [what for _, what in new]

    assert all(what for _, what in entries(used.home))
    assert caused("disconnect", "hr", "1003") == ["disconnect by hand"]
    assert caused("disconnect", "hr", "1003", "--normal") == ["left to the rules again"]
    assert caused("join", "hr", "1003", "person", "1003") == ["join by hand"]
    used.edit("documents/hr.yaml", "missing: {count: 10, share: 5%}", "missing: {count: 0, share: 0%}")
    assert caused("config", "apply") == ["config apply"]
    used.write("data/hr.csv", HEADER + "1001,Ada,Lovelace,Engineering,active,\n")
    assert caused("import", "hr") == ["run 2 (import hr): import hr"]
    assert caused("holds", "refuse", "1") == ["hold 1 refused"]
    caused("import", "hr")
    assert caused("holds", "release", "2") == ["hold 2 released"]
    assert set(caused("sync")) == {"run 4 (sync): sync"}
    assert caused("release", "person", "1002") == ["release of unique values"]
    assert caused("grant", "person", "1001", "manager", "1001", "--reason", "x") == ["grant"]
    assert caused("revoke", "1") == ["grant 1 ended"]
    assert caused("runs", "prune", "--keep", "0") == ["runs prune"]


def test_a_schedule_is_told_by_its_name(used: Shell) -> None:
    used.write("documents/s.yaml", "kind: Schedule\nname: often\nprofile: daily\nevery: 1 hour\n")
    used.done("config", "apply")
    before = len(entries(used.home))
    used.write("data/hr.csv", people(2))
    used("schedules", "run", "--once")
    new = entries(used.home, before)
    assert {who for who, _ in new} == {"schedule often"}
    assert ("schedule often", "run 2 (daily): import hr") in new
