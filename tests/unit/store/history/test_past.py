"""The store as it was: rows, places, differences."""

from datetime import timedelta

import pytest

from mimas.store import tables
from mimas.store.history.past import Past, place_at
from tests.unit.store.conftest import Kept

REFERENCE = "object, attribute, target, bits"
FACT = "kind, key, resource, value, at"


def values(kept: Kept, place: int | None, *ids: int) -> dict[int, str]:
    return {row[0]: row[2] for row in kept.was("resource", place, "id", ids)}


def test_a_row_after_every_batch(kept: Kept) -> None:
    one = kept.resource("0")
    places = [kept.place()]
    for number in (1, 2, 3):
        kept.set("resource", one, doc=str(number))
        places.append(kept.place())
    assert [values(kept, place, one) for place in places] == [{one: str(n)} for n in range(4)]
    assert values(kept, places[0] - 1, one) == {}
    assert values(kept, None, one) == {one: "3"}


def test_columns_come_back_one_by_one(kept: Kept) -> None:
    one = kept.resource("a")
    first = kept.place()
    kept.set("resource", one, state=1)
    second = kept.place()
    kept.set("resource", one, doc="b", pattern=9)
    assert kept.was("resource", first, "id", [one]) == [(one, 1, "a", 1, 0)]
    assert kept.was("resource", second, "id", [one]) == [(one, 1, "a", 1, 1)]
    assert kept.was("resource", None, "id", [one]) == [(one, 1, "b", 9, 1)]


def test_now_is_with_what_the_transaction_has_done(kept: Kept) -> None:
    one = kept.resource("a")
    place = kept.place()
    with kept.batch() as tx:
        kept.write(tx, "resource", one, doc="b")
        past = Past(tx, "resource")
        assert past.rows(None, "id", [one])[0][2] == "b"
        assert past.rows(place, "id", [one])[0][2] == "a"
        assert [(d.before[2 - 1], d.after[2 - 1]) for d in past.differences(place) if d.before and d.after] == [
            ("a", "b")
        ]


def test_what_is_gone_was_there(kept: Kept) -> None:
    one = kept.object("{}")
    place = kept.place()
    with kept.batch() as tx:
        tx.run("DELETE FROM object WHERE id = ?", one)
    assert [row[6] for row in kept.was("object", place, "id", [one])] == ["{}"]
    assert kept.was("object", None, "id", [one]) == kept.was("object", place + 1, "id", [one]) == []


def test_a_row_by_another_column_than_its_key(kept: Kept) -> None:
    ada, bob = kept.resource(), kept.resource()
    account = kept.object()
    link = "resource, connector, object, rule"
    with kept.batch() as tx:
        tx.insert(tables.link, link, [(ada, 1, account, 1)])
        tx.insert(tables.fact, FACT, [("unique:n", "a", ada, "A", ""), ("unique:n", "b", bob, "B", "")])
    ada_has_it = kept.place()
    with kept.batch() as tx:
        tx.run("UPDATE link SET resource = ?", bob)
        tx.run("UPDATE fact SET resource = ? WHERE key = 'a'", bob)
    assert [row[0] for row in kept.was("link", ada_has_it, "resource", [ada])] == [account]
    assert kept.was("link", ada_has_it, "resource", [bob]) == []
    assert kept.was("link", None, "resource", [ada]) == []
    assert kept.was("fact", ada_has_it, "resource", [ada]) == [("unique:n", "a", ada, "A", "")]
    assert [row[:2] for row in kept.was("fact", None, "resource", [bob])] == [("unique:n", "a"), ("unique:n", "b")]
    assert [row[1] for row in kept.was("fact", ada_has_it, "key", ["b"])] == ["b"]


def test_no_values_have_no_rows(kept: Kept) -> None:
    kept.resource()
    assert kept.was("resource", kept.place(), "id", []) == kept.was("resource", None, "id", []) == []


def test_what_was_made_later_was_not_there(kept: Kept) -> None:
    kept.step(1)
    before = kept.place()
    old = kept.resource(step=1)
    between = kept.place()
    new = kept.resource(step=1)
    with kept.batch(step=1) as tx:
        rows = [(old, 1, new, 1), (new, 1, old, 1)]
        tx.insert(tables.resource_reference, "resource, attribute, target, origin", rows)
    assert kept.kept("resource") == []
    assert values(kept, before, old, new) == {}
    assert values(kept, between, old, new) == {old: "{}"}
    assert kept.was("resource_reference", between, "resource", [new]) == []
    assert len(kept.was("resource_reference", None, "resource", [old, new])) == 2


def test_the_place_of_an_instant(kept: Kept) -> None:
    kept.rows("UPDATE batch SET at = '2026-01-01T00:00:00.000Z' WHERE place = 0 RETURNING 1")
    kept.resource()
    at, place = kept.clock(), kept.place()
    kept.resource()
    with kept.store.transaction() as tx:
        assert place_at(tx, at) == place
        assert place_at(tx, at + timedelta(seconds=59)) == place
        assert place_at(tx, at + timedelta(minutes=1)) == place + 1
        with pytest.raises(LookupError, match="begins at 2026-01-01"):
            place_at(tx, at - timedelta(days=40_000))


def test_differences_between_two_states(kept: Kept) -> None:
    stays, changes, goes = kept.object("a"), kept.object("a"), kept.object("a")
    since = kept.place()
    kept.set("object", changes, seen="b")
    kept.set("object", stays, seen="b")
    kept.set("object", stays, seen="a")
    with kept.batch() as tx:
        tx.run("DELETE FROM object WHERE id = ?", goes)
    comes = kept.object("c")
    until = kept.place()
    kept.set("object", comes, seen="d")

    def seen(until: int | None) -> dict[int, tuple[str | None, str | None]]:
        found = kept.differences("object", since, until)
        return {key[0]: (b[5] if b else None, a[5] if a else None) for key, b, a in found}

    assert seen(until) == {changes: ("a", "b"), goes: ("a", None), comes: (None, "c")}
    assert seen(None) == {changes: ("a", "b"), goes: ("a", None), comes: (None, "d")}
    assert kept.differences("object", until, until) == []
    assert kept.differences("object", kept.place()) == []


def test_differences_in_pages(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mimas.store.history.past._PAGE", 2)
    one, two = kept.object(), kept.object()
    others = [kept.object() for _ in range(5)]
    since = kept.place()
    pairs = [(of, other) for of in (one, two) for other in others]
    with kept.batch() as tx:
        tx.insert(tables.reference, REFERENCE, [(of, 1, other, 1) for of, other in pairs])
        tx.insert(tables.fact, FACT, [("once:x", str(n), one, "v", "") for n in range(5)])
    assert [(key[0], key[2]) for key, _, _ in kept.differences("reference", since)] == pairs
    assert [key for key, _, _ in kept.differences("fact", since)] == [("once:x", str(n)) for n in range(5)]


def test_what_each_batch_has_changed(kept: Kept) -> None:
    ada, bob = kept.resource("a"), kept.resource("b")
    account = kept.object()
    made = kept.place()
    with kept.batch() as tx:
        tx.insert(tables.link, "resource, connector, object, rule", [(ada, 1, account, 1)])
    kept.set("resource", ada, doc="c")
    kept.set("resource", bob, doc="c")
    with kept.batch() as tx:
        tx.run("UPDATE link SET resource = ?", bob)
    with kept.batch() as tx:
        tx.run("DELETE FROM link")

    def told(
        table: str, column: str, *values: int
    ) -> list[tuple[int, tuple[object, ...] | None, tuple[object, ...] | None]]:
        with kept.store.transaction() as tx:
            return [(place - made, one.before, one.after) for place, one in Past(tx, table).changes(column, values)]

    assert told("resource", "id", ada) == [(2, (1, "a", 1, 0), (1, "c", 1, 0)), (-2, None, (1, "a", 1, 0))]
    links = [(5, (bob, 1, 1), None), (4, (ada, 1, 1), (bob, 1, 1)), (1, None, (ada, 1, 1))]
    assert told("link", "resource", ada) == told("link", "object", account) == links


def test_what_was_there_when_the_history_began_is_not_told_to_be_made_then(kept: Kept) -> None:
    one = kept.resource("a")
    kept.rows("DELETE FROM batch WHERE place < ? RETURNING 1", kept.place())
    kept.set("resource", one, doc="b")
    with kept.store.transaction() as tx:
        assert [one.before is None for _, one in Past(tx, "resource").changes("id", [one])] == [False]
