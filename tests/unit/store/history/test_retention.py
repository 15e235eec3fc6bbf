"""The oldest part of the history goes, and the chain holds."""

from datetime import timedelta

import pytest

from mimas.store.history.audit import verify
from mimas.store.history.past import Past, place_at
from mimas.store.history.retention import base, prune, prune_daily
from mimas.store.history.roots import last
from tests.unit.store.conftest import Kept


@pytest.fixture
def old(kept: Kept) -> tuple[Kept, int]:
    """A resource whose document was 0, 1, 2 … 9, a minute each, from 08:01 on: entries 1 to 10."""
    with kept.store.transaction() as tx:
        tx.run("UPDATE batch SET at = '2026-11-23T08:00:00.000Z' WHERE place = 0")
    one = kept.resource("0")
    for number in range(1, 10):
        kept.set("resource", one, doc=str(number))
    return kept, one


def known(kept: Kept, one: int) -> dict[int, str]:
    """Place → the document then, as far as it is known."""
    found = {}
    for place, _ in kept.rows("SELECT place, id FROM batch ORDER BY place"):
        with kept.store.transaction() as tx:
            found[place] = "".join(row[2] for row in Past(tx, "resource").rows(place, "id", [one]))
    return found


def test_what_was_later_is_told_as_before(old: tuple[Kept, int]) -> None:
    kept, one = old
    before = known(kept, one)
    assert prune(kept.store, kept.clock() - timedelta(minutes=4, seconds=30)) == 5
    assert known(kept, one) == {place: doc for place, doc in before.items() if place >= 5} | {11: "9"}
    assert kept.rows("SELECT min(doc) FROM past_resource") == [("4",)]
    verdict = verify(kept.store)
    assert verdict.sound, verdict
    assert (verdict.entries, verdict.first and verdict.first.place) == (7, 5)
    with kept.store.transaction() as tx, pytest.raises(LookupError, match="begins at 2026-11-23T08:05"):
        place_at(tx, kept.clock() - timedelta(minutes=6))


def test_again_and_again(old: tuple[Kept, int], monkeypatch: pytest.MonkeyPatch) -> None:
    kept, one = old
    monkeypatch.setattr("mimas.store.history.retention._BATCH", 2)
    assert prune(kept.store, kept.clock() - timedelta(minutes=7)) == 2
    assert verify(kept.store).sound
    assert prune(kept.store, kept.clock() - timedelta(minutes=1)) == 6
    assert verify(kept.store).sound
    kept.set("resource", one, doc="x")
    assert prune(kept.store, kept.clock() + timedelta(days=1)) > 0
    assert verify(kept.store).sound
    kept.set("resource", one, doc="y")
    assert verify(kept.store).sound


def test_a_root_that_was_kept_elsewhere_counts_as_long_as_its_entry_is_there(old: tuple[Kept, int]) -> None:
    kept, _ = old
    roots: dict[int, str] = dict(kept.rows("SELECT place, root FROM batch WHERE place IN (2, 5, 9)"))
    prune(kept.store, kept.clock() - timedelta(minutes=4, seconds=30))
    assert verify(kept.store, roots).sound
    assert verify(kept.store, {**roots, 2: "0" * 64}).sound, "of what was pruned nothing can be said"
    assert not verify(kept.store, {**roots, 5: "0" * 64}).sound


def test_who_takes_a_part_away_by_hand_is_found(old: tuple[Kept, int]) -> None:
    kept, _ = old
    (before, root) = kept.rows("SELECT root FROM batch WHERE place IN (4, 5) ORDER BY place")
    with kept.store.transaction() as tx:
        kept.store.database.before_commit = lambda _: None
        tx.run("DELETE FROM past_resource WHERE batch IN (SELECT id FROM batch WHERE place <= 5)")
        tx.run("DELETE FROM batch WHERE place < 5")
        tx.run("INSERT INTO meta (key, value) VALUES ('history-base', ?)", f"5 {root[0]} {before[0]}")
    assert verify(kept.store).others == [
        "the entries before entry 5 were taken out, and no entry says that they were pruned"
    ]


@pytest.mark.parametrize("change", ["at = '2027'", "objects = 99", "person = 'x'", "root = 'x'"])
def test_the_entry_with_which_it_begins_is_sealed_too(old: tuple[Kept, int], change: str) -> None:
    kept, _ = old
    prune(kept.store, kept.clock() - timedelta(minutes=4, seconds=30))
    with kept.store.transaction() as tx:
        kept.store.database.before_commit = lambda _: None
        tx.run(f"UPDATE batch SET {change} WHERE place = 5")
    assert next(finding.batch.place for finding in verify(kept.store).findings) == 5


def test_once_a_day(old: tuple[Kept, int]) -> None:
    kept, _ = old
    keep = timedelta(minutes=5)
    assert prune_daily(kept.store, kept.clock(), keep, lambda: True) == 0
    assert prune_daily(kept.store, kept.clock(), keep, lambda: False) == 4
    kept.clock.forward(hours=23)
    assert prune_daily(kept.store, kept.clock(), keep, lambda: False) == 0
    kept.clock.forward(hours=1)
    assert prune_daily(kept.store, kept.clock(), keep, lambda: False) > 0
    with kept.store.transaction() as tx:
        assert base(tx) is not None
    assert last(kept.store).what.startswith("history pruned up to entry ")
