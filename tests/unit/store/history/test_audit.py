"""Whatever is done to the history afterwards is found, and where."""

import pytest

from mimas.store import tables
from mimas.store.history.audit import Verdict, verify
from tests.unit.store.conftest import Kept


@pytest.fixture
def told(kept: Kept) -> Kept:
    """Entries 1 to 7: three resources are made; one of them is changed twice; a fact and a reference come, and go."""
    one, two, _ = kept.resource("a"), kept.resource("b"), kept.resource("c")
    kept.set("resource", one, doc="d")
    kept.set("resource", one, doc="e")
    with kept.batch() as tx:
        tx.insert(tables.fact, "kind, key, resource, value, at", [("once:x", "1", one, "v", "")])
        tx.insert(tables.resource_reference, "resource, attribute, target, origin", [(one, 1, two, 1)])
    with kept.batch("revoke", "ada") as tx:
        tx.run("DELETE FROM fact")
        tx.run("DELETE FROM resource_reference")
    return kept


def tamper(kept: Kept, *statements: str) -> Verdict:
    """As somebody would who has the database, and not this program."""
    with kept.store.transaction() as tx:
        kept.store.database.before_commit = lambda _: None
        for statement in statements:
            assert tx.counted(statement) > 0, statement
    return verify(kept.store)


def places(verdict: Verdict) -> list[int]:
    return [finding.batch.place for finding in verdict.findings]


def test_what_nobody_has_touched_is_sound(told: Kept) -> None:
    verdict = verify(told.store)
    assert verdict.sound
    assert (verdict.entries, verdict.last and verdict.last.place) == (8, 7)


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("UPDATE past_resource SET doc = 'x' WHERE doc = 'd'", 5),
        ("UPDATE past_resource SET kept = 0 WHERE doc = 'a'", 4),
        ("DELETE FROM past_resource WHERE doc = 'd'", 5),
        ("DELETE FROM past_fact WHERE kept = 0", 6),
        ("UPDATE past_fact SET value = 'w' WHERE value = 'v'", 7),
        ("UPDATE past_resource_reference SET target = target + 1 WHERE kept = 1", 7),
        ("DELETE FROM past_resource_reference WHERE kept = 0", 6),
        ("INSERT INTO past_resource (id, batch, kept, doc) SELECT 3, id, 5, 'x' FROM batch WHERE place = 2", 2),
        ("UPDATE past_resource SET batch = (SELECT id FROM batch WHERE place = 3) WHERE doc = 'd'", 3),
    ],
)
def test_a_row_that_is_not_as_it_was_kept(told: Kept, statement: str, place: int) -> None:
    verdict = tamper(told, statement)
    assert place in places(verdict)
    assert verdict.findings[0].what == "what it keeps is not as it was written"
    assert verdict.findings[0].batch.place == place


@pytest.mark.parametrize(
    "change",
    ["person = 'bob'", "what = 'x'", "at = '2027'", "step = 9", "objects = 99", "resources = 1", "root = 'x'"],
)
def test_an_entry_that_says_something_else(told: Kept, change: str) -> None:
    verdict = tamper(told, f"UPDATE batch SET {change} WHERE place = 4")
    assert places(verdict)[0] == 4
    assert "not as it was written" in verdict.findings[0].what


def test_an_entry_that_is_missing(told: Kept) -> None:
    verdict = tamper(told, "DELETE FROM batch WHERE place = 4")
    assert (places(verdict)[0], verdict.findings[0].what) == (5, "1 entry before it is missing")
    assert verdict.others == ["1 rows kept of the table resource belong to no entry"]


def test_the_first_entries_cannot_go_without_a_word(told: Kept) -> None:
    verdict = tamper(told, "DELETE FROM batch WHERE place < 3")
    assert (places(verdict)[0], verdict.findings[0].what) == (3, "3 entries before it are missing")


def test_entries_that_were_exchanged(told: Kept) -> None:
    verdict = tamper(
        told,
        "UPDATE batch SET place = 99 WHERE place = 4",
        "UPDATE batch SET place = 4 WHERE place = 5",
        "UPDATE batch SET place = 5 WHERE place = 99",
    )
    assert places(verdict)[0] == 4


def test_an_entry_that_was_put_in(told: Kept) -> None:
    columns = "at, step, person, what, content, objects, resources, root"
    verdict = tamper(
        told, f"INSERT INTO batch (id, place, {columns}) SELECT 99, 8, {columns} FROM batch WHERE place = 7"
    )
    assert places(verdict) == [8, 8]


def test_the_last_entries_are_missed_by_whoever_kept_a_root(told: Kept) -> None:
    last = verify(told.store).last
    assert last is not None
    roots = {last.place: last.root}
    assert verify(told.store, roots).sound
    tables_ = ("past_resource", "past_fact", "past_resource_reference")
    cut = [f"DELETE FROM {t} WHERE batch IN (SELECT id FROM batch WHERE place = 7)" for t in tables_[1:]]
    assert tamper(told, *cut, "DELETE FROM batch WHERE place = 7").sound, "the chain alone does not know its end"
    assert verify(told.store, roots).missing == [f"{last.place} {last.root}"]


def test_a_chain_that_was_written_anew_is_not_the_one_that_was_sealed(told: Kept) -> None:
    verdict = verify(told.store, {4: "0" * 64})
    assert (places(verdict), verdict.findings[0].what) == ([4], "its root is not the one that was kept elsewhere")


def test_what_is_added_while_it_is_looked_at_is_looked_at(told: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mimas.store.history.audit._PAGE", 2)
    assert verify(told.store).entries == 8
    assert places(tamper(told, "UPDATE batch SET what = 'x' WHERE place IN (2, 5)")) == [2, 5]


def test_rows_that_were_put_in_beside_the_chain(told: Kept) -> None:
    verdict = tamper(told, "INSERT INTO past_resource (id, batch, kept, doc) VALUES (1, 4711, 5, 'x')")
    assert verdict.others == ["1 rows kept of the table resource belong to no entry"]
