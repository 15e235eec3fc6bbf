"""`audit verify` and `audit root`: whether the history is what was written, told to whoever is up at night."""

from contextlib import closing

import pytest

from mimas.store.store import Store
from tests.unit.cli.shell import HEADER, Shell


def tamper(shell: Shell, *statements: str) -> None:
    """As somebody would who has the database, and not this program."""
    with closing(Store(f"sqlite:///{shell.home / 'mimas.db'}")) as store:
        store.database.before_commit = lambda _: None
        with store.transaction() as tx:
            for statement in statements:
                assert tx.counted(statement), statement


@pytest.fixture
def lived(used: Shell) -> Shell:
    used.write("data/hr.csv", HEADER + "1001,Ada,King,Engineering,active,\n")
    used.done("run", "daily")
    return used


def test_in_order(lived: Shell) -> None:
    said = lived.done("audit", "verify")
    assert said.startswith("The history is as it was written: ")
    assert "keep roots elsewhere" in said
    found = lived("audit", "verify", "--json").json
    assert (found["sound"], found["findings"], found["first"]["entry"]) == (True, [], 0)
    assert found["last"]["why"].startswith("run 2 (daily): ")


def test_what_was_changed_is_told_with_the_entry(lived: Shell) -> None:
    tamper(lived, "UPDATE past_resource SET doc = replace(doc, 'Lovelace', 'Byron') WHERE doc LIKE '%Lovelace%'")
    said = lived("audit", "verify")
    assert said.code == 1
    assert "not as it was written: 1 finding.\n" in said.err
    assert "run 2 (daily): sync by " in said.err
    assert "what it keeps is not as it was written" in said.err
    assert "can be relied on" in said.err
    assert "backup" in said.err
    found = lived("audit", "verify", "--json")
    assert (found.code, found.json["sound"], len(found.json["findings"])) == (1, False, 1)


def test_roots_that_are_kept_elsewhere(lived: Shell) -> None:
    line = lived.done("audit", "root")
    place, at, root = line.split()
    assert (int(place) > 0, at.endswith("Z"), len(root)) == (True, True, 64)
    lived.done("audit", "root", "--to", str(lived.home / "roots"))
    lived.write("data/hr.csv", HEADER + "1001,Ada,Byron,Engineering,active,\n")
    lived.done("run", "daily")
    lived.done("audit", "root", "--to", str(lived.home / "roots"))
    lines = (lived.home / "roots").read_text().splitlines()
    assert (lines[0], len(lines)) == (line.strip(), 2)
    assert "All 2 roots that were kept elsewhere are in it." in lived.done(
        "audit", "verify", "--roots", str(lived.home / "roots")
    )
    last = int(lines[1].split()[0])
    tables = ("object", "resource", "pending_export")
    cut = [f"DELETE FROM past_{table} WHERE batch IN (SELECT id FROM batch WHERE place = {last})" for table in tables]
    with closing(Store(f"sqlite:///{lived.home / 'mimas.db'}")) as store:
        store.database.before_commit = lambda _: None
        with store.transaction() as tx:
            for statement in [*cut, f"DELETE FROM batch WHERE place = {last}"]:
                tx.run(statement)
    assert lived("audit", "verify").code == 0
    said = lived("audit", "verify", "--roots", str(lived.home / "roots"))
    assert (said.code, f"the root of entry {last}, kept elsewhere, has no entry" in said.err) == (1, True)


def test_each_run_that_changed_something_adds_its_root(lived: Shell) -> None:
    lived.edit("mimas.toml", "[mimas]\n", '[mimas]\naudit_roots = "worm/roots"\n')
    said = lived("run", "daily")
    assert (said.code, "could not be added to" in said.err) == (1, True)
    assert "No such file or directory" in said.err
    (lived.home / "worm").mkdir()
    lived.done("run", "daily")
    lived.done("run", "daily")
    lived.write("data/hr.csv", HEADER + "1001,Ada,Byron,Engineering,active,\n")
    lived.done("run", "daily")
    lines = (lived.home / "worm" / "roots").read_text().splitlines()
    assert len(lines) == 2, "the run in between has changed nothing"
    assert lines[1] == lived.done("audit", "root").strip()
    lived.done("audit", "verify", "--roots", str(lived.home / "worm" / "roots"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("17 2026\n", "line 1 is no root"),
        ("\n1 2026 a\n1 2026 b\n", "line 3: another root of entry 1"),
        (b"\xff\xfe\xfa", "it is no text"),
    ],
)
def test_a_file_that_has_no_roots(lived: Shell, text: str | bytes, words: str) -> None:
    lived.write("roots", text)
    said = lived("audit", "verify", "--roots", str(lived.home / "roots"))
    assert (said.code, words in said.err) == (1, True), said
