"""What is kept of a change: once a batch, only what has changed, and nothing of what came to nothing."""

from contextlib import suppress
from datetime import UTC, datetime

from mimas.store import tables
from mimas.store.history.past import last_place
from tests.unit.store.conftest import Kept

FACT = "kind, key, resource, value, at"


def test_a_column_that_changes_is_kept_as_it_was_and_no_other(kept: Kept) -> None:
    one = kept.resource('{"a":1}')
    kept.set("resource", one, doc='{"a":2}')
    kept.set("resource", one, state=1)
    assert kept.kept("resource") == [{"id": one, "doc": '{"a":1}'}, {"id": one, "state": 0}]


def test_of_several_changes_in_a_batch_the_first_counts(kept: Kept) -> None:
    one = kept.resource('{"a":1}')
    with kept.batch() as tx:
        kept.write(tx, "resource", one, doc='{"a":2}')
        kept.write(tx, "resource", one, doc='{"a":3}', state=1)
        kept.write(tx, "resource", one, doc='{"a":1}')
    assert kept.kept("resource") == [{"id": one, "doc": '{"a":1}', "state": 0}]


def test_a_value_that_is_written_again_is_no_change(kept: Kept) -> None:
    one = kept.resource('{"a":1}')
    place = kept.place()
    kept.set("resource", one, doc='{"a":1}', state=0)
    assert kept.kept("resource") == []
    assert kept.place() == place


def test_null_is_a_value_like_others(kept: Kept) -> None:
    one = kept.object()
    kept.set("object", one, seen="{}")
    kept.set("object", one, seen=None)
    assert kept.kept("object") == [{"id": one, "seen": None}, {"id": one, "seen": "{}"}]


def test_made_changed_and_deleted_in_one_batch_was_not_there(kept: Kept) -> None:
    with kept.batch() as tx:
        tx.insert(tables.fact, FACT, [("once:x", "1", 0, "a", "then")])
        tx.run("UPDATE fact SET value = 'b'")
        tx.run("DELETE FROM fact")
    assert kept.kept("fact") == [{"kind": "once:x", "key": "1", "was": "not there"}]


def test_deleted_and_made_anew_in_one_batch_is_kept_as_it_was(kept: Kept) -> None:
    one = kept.resource()
    with kept.batch() as tx:
        tx.insert(tables.fact, FACT, [("once:x", "1", one, "a", "then")])
    with kept.batch() as tx:
        tx.run("DELETE FROM fact")
        tx.insert(tables.fact, FACT, [("once:x", "1", one, "b", "later")])
        tx.run("UPDATE fact SET value = 'c'")
    assert kept.kept("fact") == [
        {"kind": "once:x", "key": "1", "was": "not there"},
        {"kind": "once:x", "key": "1", "resource": one, "value": "a", "at": "then"},
    ]


def test_deleted_and_made_anew_in_two_batches_is_kept_twice(kept: Kept) -> None:
    one, other = kept.object(), kept.object()
    with kept.batch() as tx:
        tx.insert(tables.reference, "object, attribute, target, bits", [(one, 1, other, 1)])
    for bits in (3, 1):
        with kept.batch() as tx:
            tx.run("DELETE FROM reference")
        with kept.batch() as tx:
            tx.insert(tables.reference, "object, attribute, target, bits", [(one, 1, other, bits)])
    triple = {"object": one, "attribute": 1, "target": other}
    absent = {**triple, "was": "not there"}
    assert kept.kept("reference") == [absent, {**triple, "bits": 1}, absent, {**triple, "bits": 3}, absent]


def test_of_a_reference_counts_whether_it_is_seen_and_wanted(kept: Kept) -> None:
    one, other = kept.object(), kept.object()
    with kept.batch() as tx:
        tx.insert(tables.reference, "object, attribute, target, bits", [(one, 1, other, 2)])
    before = kept.place()
    with kept.batch() as tx:
        tx.run("UPDATE reference SET bits = 10")  # wanted, and sent
    assert kept.place() == before
    with kept.batch() as tx:
        tx.run("UPDATE reference SET bits = 7")  # seen, wanted, ours
    assert [row.get("bits") for row in kept.kept("reference")] == [None, 10]


def test_an_export_is_kept_once_it_was_sent(kept: Kept) -> None:
    one = kept.object()
    row = (1, one, "update", 0, None)
    with kept.batch() as tx:
        tx.insert(tables.pending_export, "connector, object, operation, state, step", [row])
        tx.run("UPDATE pending_export SET state = 2, step = 7")
    assert kept.kept("pending_export") == []
    with kept.batch() as tx:
        tx.run("DELETE FROM pending_export")
    assert kept.kept("pending_export") == [{"object": one, "operation": "update", "state": 2, "step": 7}]


def test_a_transaction_that_changes_nothing_is_no_batch(kept: Kept) -> None:
    place = kept.place()
    with kept.batch() as tx:
        tx.upsert(tables.meta, "key, value", [("x", "1")], "value = excluded.value")
        tx.run("UPDATE resource SET state = 1 WHERE id = 4711")
    with kept.batch():
        pass
    assert kept.place() == place


def test_nothing_is_kept_of_what_was_undone(kept: Kept) -> None:
    one = kept.resource()
    place = kept.place()
    with suppress(ZeroDivisionError), kept.batch() as tx:
        kept.write(tx, "resource", one, doc='{"a":2}')
        raise ZeroDivisionError
    with kept.store.rehearsal() as tx:
        kept.write(tx, "resource", one, doc='{"a":3}')
    assert (kept.kept("resource"), kept.place()) == ([], place)
    kept.set("resource", one, doc='{"a":4}')
    assert kept.kept("resource") == [{"id": one, "doc": "{}"}]
    assert kept.place() == place + 1


def test_what_a_step_makes_is_kept_only_from_the_next_one_on(kept: Kept) -> None:
    kept.step(1)
    one = kept.resource('{"a":1}', step=1)
    with kept.batch(step=1) as tx:
        kept.write(tx, "resource", one, doc='{"a":2}')
        tx.insert(tables.fact, FACT, [("unique:x", "a", one, "a", "then")])
    assert kept.kept("resource") == []
    assert kept.kept("fact") == []
    kept.step(2)
    with kept.batch(step=2) as tx:
        kept.write(tx, "resource", one, doc='{"a":3}')
    assert kept.kept("resource") == [{"id": one, "doc": '{"a":2}'}]


def test_what_is_made_for_others_than_the_step_made_is_kept(kept: Kept) -> None:
    old = kept.resource()
    kept.step(1)
    new = kept.resource(step=1)
    with kept.batch(step=1) as tx:
        tx.insert(
            tables.resource_reference, "resource, attribute, target, origin", [(old, 1, new, 1), (new, 1, old, 1)]
        )
    assert kept.kept("resource_reference") == [
        {"resource": old, "attribute": 1, "target": new, "origin": 1, "was": "not there"}
    ]


def test_a_batch_says_who_why_and_when(kept: Kept) -> None:
    with kept.batch("hold 3 released", "ada", None) as tx:
        tx.insert(
            tables.hold, "id, kind, connector, step, count, reason, state, at", [(3, "x", 1, 1, 1, "", "open", "")]
        )
        place = last_place(tx)
    at = datetime(2026, 11, 23, 8, 1, tzinfo=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert kept.rows("SELECT place, at, person, what, step FROM batch ORDER BY place DESC LIMIT 1") == [
        (place + 1, at, "ada", "hold 3 released", None)
    ]
