"""`runs prune`: forgetting runs, and the number of a run beside it."""

import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from mimas.store.store import Store
from tests.unit.cli.shell import Shell


@pytest.fixture
def aged(used: Shell) -> Shell:
    """Run 1, 60 days ago, has changed resources; run 2, 40 days ago, nothing; run 3, 5 days ago, nothing."""
    used.done("run", "daily")
    used.done("run", "daily")
    with closing(Store(f"sqlite:///{used.home / 'mimas.db'}")) as store, store.transaction() as tx:
        for run, days in ((1, 60), (2, 40), (3, 5)):
            began = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")
            tx.run("UPDATE run SET started = ? WHERE id = ?", began.replace("+00:00", "Z"), run)
    return used


def numbers(shell: Shell) -> list[int]:
    return [run["id"] for run in shell("runs", "--json").json]


def test_what_the_settings_say(aged: Shell) -> None:
    said = aged.done("runs", "prune")
    assert said.startswith("Forgotten: 2 of the runs from before ")
    assert numbers(aged) == [3]
    assert "There is no run 2." in aged("runs", "2").err


def test_other_settings(aged: Shell) -> None:
    aged.edit("mimas.toml", "[mimas]\n", '[mimas]\nkeep_runs = "50 days"\n')
    assert "Forgotten: 1" in aged.done("runs", "prune")
    assert numbers(aged) == [3, 2]


@pytest.mark.parametrize(
    ("option", "left"),
    [
        (("--keep", "39"), [3]),
        (("--keep", "41"), [3, 2]),
        (("--keep", "61"), [3, 2, 1]),
        (("--keep", "0"), [3]),
        (("--before", "2001-01-01"), [3, 2, 1]),
        (("--before", "2999-12-31T18:00"), [3]),
    ],
)
def test_days_or_a_date(aged: Shell, option: tuple[str, str], left: list[int]) -> None:
    aged.done("runs", "prune", *option)
    assert numbers(aged) == left


def test_settings_with_a_mistake_forget_nothing(aged: Shell) -> None:
    aged.write("documents/s.yaml", "kind: Schedule\nname: often\nprofile: daily\nevery: 1 hour\n")
    aged.done("config", "apply")
    aged.set("MIMAS_DATABASE", f"sqlite:///{aged.home / 'mimas.db'}")
    aged.edit("mimas.toml", "[mimas]\n", '[mimas]\nkeep_runs = "1 dya"\n')
    said = aged("runs", "prune")
    assert (said.code, "unknown unit 'dya'" in said.err) == (1, True)
    assert "import hr" in aged.done("schedules", "run", "--once")
    assert numbers(aged) == [4, 3, 2, 1]
    aged.edit("mimas.toml", '"1 dya"', '"1 month"')
    assert aged("runs", "prune").code == 1
    aged.edit("mimas.toml", '"1 month"', '"4 weeks"')
    assert "Forgotten: 2 of the runs from more than 4 weeks ago." in aged.done("schedules", "run", "--once")
    assert numbers(aged) == [4, 3]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--keep", "1", "--before", "2026-01-01"), "keep one of them"),
        (("--before", "yesterday"), "'yesterday' is no date"),
        (("--keep", "-1"), "--keep"),
    ],
)
def test_wrong_use_is_told(aged: Shell, options: tuple[str, ...], words: str) -> None:
    said = aged("runs", "prune", *options)
    assert (said.code, words in said.err) == (2, True)
    assert numbers(aged) == [3, 2, 1]


def test_a_run_is_shown_with_and_without_the_word(used: Shell) -> None:
    assert used.done("runs", "1") == used.done("runs", "show", "1")
    assert used.done("runs") == used.done("runs", "show")
    assert used("runs", "--json", "1").json == used("runs", "1", "--json").json
    helped = used.done("runs", "--help")
    assert "prune" in helped
    assert "show" in helped


def test_the_history_by_days_and_by_the_settings(used: Shell) -> None:
    assert used.done("audit", "prune").startswith("Forgotten: 0 entries. The history reaches back to ")
    said = used.done("audit", "prune", "--keep", "0")
    assert not said.startswith("Forgotten: 0 ")
    assert used("show", "person", "1001", "--at", datetime.now(UTC).isoformat()).code == 0
    assert "The history is as it was written: 2 entries" in used.done("audit", "verify")
    said = used.done("history", "person", "1001")
    assert said.startswith("Nothing has changed. The history reaches back to ")
    used.edit("mimas.toml", "[mimas]\n", '[mimas]\nkeep_history = "1 dya"\n')
    assert used("audit", "prune").code == 1
    wrong = used("audit", "prune", "--keep", "1", "--before", "2026-01-01")
    assert (wrong.code, "keep one of them" in wrong.err) == (2, True)


def test_schedules_forget_it_once_a_day(used: Shell) -> None:
    used.write("documents/s.yaml", "kind: Schedule\nname: often\nprofile: daily\nevery: 1 hour\n")
    used.done("config", "apply")
    used.edit("mimas.toml", "[mimas]\n", '[mimas]\nkeep_history = "1 second"\n')
    time.sleep(1.5)
    assert "entries of the history from more than 1 second ago." in used.done("schedules", "run", "--once")
    used.done("audit", "verify")


def test_what_was_before_the_history_is_not_undone(used: Shell) -> None:
    used.done("disconnect", "hr", "1003")
    entry = used.done("audit", "root").split()[0]
    used.done("audit", "prune", "--keep", "0")
    for arguments in (("--entry", "1"), ("--entry", entry)):
        said = used("undo", *arguments)
        assert (said.code, "is not known: the history reaches back to" in said.err) == (2, True), said
