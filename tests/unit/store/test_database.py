"""Transactions and bulk writes mean the same on SQLite and PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mimas.language.keys import normal
from mimas.store import facts, holds, objects, references, resources, runs, tables
from mimas.store.database import DatabaseError
from mimas.store.store import Store

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = Store(database_url)
    yield made
    made.close()


def test_a_database_is_as_it_was_after_it_has_been_tidied(store: Store) -> None:
    store.migrate()
    with store.transaction() as tx:
        tx.insert(tables.dirty, "resource", [(1,), (2,)])
    store.database.tidy()

    def fail() -> None:
        with store.transaction() as tx:
            tx.delete(tables.dirty, "resource", [(1,)])
            tx.run("SELECT no_such_column")

    with pytest.raises(Exception, match="no_such_column"):
        fail()
    with store.transaction() as tx:
        assert tx.rows("SELECT resource FROM dirty ORDER BY resource") == [(1,), (2,)]


def test_a_transaction_is_all_or_nothing(store: Store) -> None:
    def fail() -> None:
        with store.transaction() as tx:
            tx.insert(tables.meta, "key, value", [("a", "1")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.transaction() as tx:
        assert tx.rows("SELECT key, value FROM meta") == []


def test_inserts_updates_upserts_and_deletes(store: Store) -> None:
    rows = [("a", "1"), ("b", "2 \\ \t \n '\""), ("ü…", None)]
    with store.transaction() as tx:
        tx.insert(tables.meta, "key, value", rows)
        tx.insert(tables.meta, "key, value", [("a", "other")], ignore=True)
        assert sorted(tx.rows("SELECT key, value FROM meta")) == sorted(rows)
        tx.update(tables.meta, "key, value", [("a", "3"), ("ü…", "4")])
        tx.upsert(tables.meta, "key, value", [("b", "5"), ("c", "6")], "value = excluded.value")
        assert dict(tx.rows("SELECT key, value FROM meta")) == {"a": "3", "b": "5", "c": "6", "ü…": "4"}
        tx.delete(tables.meta, "key, value", [("a", "3"), ("b", "not this")])
        assert dict(tx.rows("SELECT key, value FROM meta")) == {"b": "5", "c": "6", "ü…": "4"}


def test_an_update_by_two_keys_touches_no_other_row(store: Store) -> None:
    with store.transaction() as tx:
        tx.insert(tables.object_key, "connector, anchor, object, fingerprint", [(1, "x", 1, 5), (2, "x", 2, 6)])
        tx.update(tables.object_key, "connector, anchor, fingerprint", [(2, "x", None)], keys=2)
        assert sorted(tx.rows("SELECT connector, fingerprint FROM object_key"), key=str) == [(1, 5), (2, None)]


@pytest.mark.parametrize("operation", ["insert", "update", "upsert", "delete"])
def test_nothing_to_write_is_nothing(store: Store, operation: str) -> None:
    with store.transaction() as tx:
        arguments = ("value = excluded.value",) if operation == "upsert" else ()
        getattr(tx, operation)(tables.meta, "key, value", [], *arguments)
        assert tx.rows("SELECT key FROM meta WHERE key IN TEXTS", []) == []
        assert tx.rows("SELECT object FROM link WHERE object IN IDS", []) == []


def test_lists_are_one_parameter_and_keep_their_order(store: Store) -> None:
    with store.transaction() as tx:
        tx.insert(tables.object_key, "connector, anchor, object", [(1, "it's", 7), (1, "%?", 8)])
        assert objects.find(tx, 1, ["none", "%?", "it's", "%?"]) == [(None, None), (8, None), (7, None), (8, None)]
        many = [f"k{n}" for n in range(40_000)]
        assert len(objects.find(tx, 1, many)) == len(many)


def test_numbers_are_given_out_once(store: Store) -> None:
    with store.transaction() as tx:
        assert (tx.allocate("x", 3), tx.allocate("x", 1), tx.allocate("y", 1), tx.allocate("x", 1)) == (1, 4, 1, 5)


def test_symbols_stay_when_the_store_is_opened_again(store: Store, database_url: str) -> None:
    numbers = store.symbols(["b", "a", "b"])
    assert numbers[0] == numbers[2]
    again = Store(database_url)
    assert again.symbols(["a", "c", "b"])[::2] == [numbers[1], numbers[0]]
    assert again.name(numbers[1]) == "a"
    assert again.name(None) == ""
    again.close()


def test_a_database_that_is_ready_says_so(store: Store, tmp_path: Path) -> None:
    assert store.exists()
    assert not Store(f"sqlite:///{tmp_path / 'none.db'}").exists()
    with store.transaction() as tx:
        tx.run("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(DatabaseError, match=r"revision 0001.*config apply"):
        store.exists()


def test_a_database_that_cannot_be_opened_is_named_without_its_password() -> None:
    pytest.importorskip("psycopg")
    store = Store("postgresql://somebody:secret@127.0.0.1:1/none")
    with pytest.raises(DatabaseError, match=r"somebody:\*\*\*@127.0.0.1:1/none") as caught:
        store.exists()
    assert "secret" not in str(caught.value)


def test_reference_bits_come_and_go(store: Store) -> None:
    with store.transaction() as tx:
        references.add(tx, [(1, 2, 3), (1, 2, 3), (1, 2, 4)], references.SEEN)
        references.add(tx, [(1, 2, 3)], references.WANTED)
        references.remove(tx, [(1, 2, 4), (9, 9, 9)], references.SEEN)
        assert tx.rows("SELECT object, attribute, target, bits FROM reference") == [(1, 2, 3, 3)]
        references.remove(tx, [(1, 2, 3)], references.SEEN)
        assert tx.rows("SELECT bits FROM reference") == [(references.WANTED,)]


def test_what_is_purged_stays_as_a_placeholder_while_somebody_refers_to_it(store: Store) -> None:
    with store.transaction() as tx:
        tx.insert(
            tables.object_,
            "id, connector, anchor, name, presence, seen",
            [(n, 1, f"a{n}", f"cn=N{n}", objects.ABSENT, "{}") for n in (1, 2, 3)],
        )
        tx.insert(tables.object_key, "connector, anchor, object, fingerprint", [(1, f"a{n}", n, 9) for n in (1, 2, 3)])
        tx.insert(tables.object_name, "connector, key, object", [(1, f"cn=n{n}", n) for n in (1, 2, 3)])
        references.add(tx, [(3, 5, 1), (2, 5, 2)], references.SEEN)
        objects.purge(tx, 1, [1, 2])
        assert sorted(objects.load(tx, [1, 2, 3])) == [1, 3]
        assert objects.load(tx, [1])[1].presence == objects.NONE
        assert objects.find(tx, 1, ["a1", "a2"]) == [(1, None), (None, None)]
        assert objects.find_names(tx, 1, ["cn=n1", "cn=n2"]) == {"cn=n1": 1}


def test_unique_values_are_given_once_and_numbered(store: Store) -> None:
    with store.transaction() as tx:
        first = facts.reserve(tx, {(1, "mail"): ["Ann"], (2, "mail"): ["ann", "bea"]}, NOW, normal, {})
        assert first == {1: {"unique:mail": "Ann"}, 2: {"unique:mail": "bea"}}
        assert facts.reserve(tx, {(3, "mail"): ["ANN"], (4, "name"): ["ann"]}, NOW, normal, {}) == {
            3: {"unique:mail": "ANN2"},
            4: {"unique:name": "ann"},
        }
        assert facts.given(tx, [1, 3]) == {1: {"unique:mail": "Ann"}, 3: {"unique:mail": "ANN2"}}


def test_a_value_that_somebody_else_has_is_not_given_but_ones_own_is(store: Store) -> None:
    with store.transaction() as tx:
        states = {1: resources.LIVE, 2: resources.LIVE, 3: resources.LIVE, 5: resources.DELETED}
        rows = [(id_, 1, "{}", 1, state) for id_, state in states.items()]
        tx.insert(tables.resource, "id, type, doc, pattern, state", rows)
        keys = [(77, "ann", 1), (77, "bea", 2), (77, "bea", 3), (77, "cy", 5)]
        tx.insert(tables.resource_key, "attribute, value, resource", keys)
        needs = {(1, "mail"): ["ann"], (2, "mail"): ["bea"], (4, "mail"): ["ann"], (6, "mail"): ["cy"]}
        found = facts.reserve(tx, needs, NOW, normal, {"mail": [77]})
        given = {resource: values["unique:mail"] for resource, values in found.items()}
        assert (given[2], given[6]) == ("bea2", "cy")
        assert {given[1], given[4]} <= {"ann", "ann2", "ann3"}
        assert given[4] != "ann"


def test_holds_open_answered_and_closed(store: Store) -> None:
    with store.transaction() as tx:
        one = holds.place(tx, "missing", 1, 1, [4, 5, 6], "why", NOW)
        two = holds.place(tx, "missing", 2, 1, [7], "why", NOW)
        holds.answer(tx, 1, "missing", lambda object_: object_ == 5)
        assert [(row[0], row[4]) for row in holds.opened(tx)] == [(one, 2), (two, 1)]
        assert holds.items(tx, one) == [4, 6]
        holds.answer(tx, 1, "missing", lambda _: True)
        holds.close(tx, two, holds.RELEASED)
        assert holds.opened(tx) == []


def test_runs_are_written_down(store: Store) -> None:
    with store.transaction() as tx:
        run = runs.begin_run(tx, "daily", NOW)
        step = runs.begin_step(tx, run, "full-import", "hr", NOW)
        runs.note(tx, step, [runs.Note("code", "who", "what", "do this")])
        runs.end_step(tx, step, "success", {"stage-add": 2}, "fine", NOW)
        runs.end_run(tx, run, "success", NOW)
        assert tx.row("SELECT result, counters, message FROM step") == ("success", '{"stage-add":2}', "fine")
        assert tx.rows("SELECT step, code, name, message, advice FROM step_error") == [
            (step, "code", "who", "what", "do this")
        ]


@pytest.mark.parametrize("text", ['a"b', r"a\b", "a,b", "{a}", " a ", "NULL", "", "ä€𝄞", "a\nb", r"\"", "'"])
def test_every_text_survives_as_a_list_and_as_rows(database_url: str, text: str) -> None:
    store = Store(database_url)
    store.migrate()
    with store.transaction() as tx:
        tx.upsert(tables.meta, "key, value", [(text, text), ("other", None)], "value = excluded.value")
        tx.update(tables.meta, "key, value", [(text, text + "!")])
        assert tx.rows("SELECT key, value FROM meta WHERE key IN TEXTS", [text]) == [(text, text + "!")]
        assert tx.rows("SELECT j.value FROM ORDERED ORDER BY j.key", [text, "x", text]) == [(text,), ("x",), (text,)]
        assert tx.value("SELECT value FROM meta WHERE key IN TEXTS", ["other"]) is None
        tx.delete(tables.meta, "key", [(text,)])
        assert tx.rows("SELECT key FROM meta WHERE key IN TEXTS", [text]) == []
    store.close()


def test_a_rehearsal_leaves_nothing_behind(store: Store) -> None:
    (known,) = store.symbols(["known"])
    with store.rehearsal() as tx:
        (new,) = store.symbols(["new"])
        with store.transaction() as inner:
            inner.insert(tables.meta, "key, value", [("a", "1")])
        assert tx.value("SELECT value FROM meta WHERE key = 'a'") == "1"
    with store.transaction() as tx:
        assert tx.value("SELECT value FROM meta WHERE key = 'a'") is None
        assert tx.rows("SELECT id, name FROM symbol WHERE name IN ('known', 'new')") == [(known, "known")]
    assert store.symbols(["other"]) == [new]


def test_what_is_foreseen_does_not_outlive_a_write(store: Store) -> None:
    with store.transaction() as tx:
        with tx.foreseeing():
            tx.value("SELECT value FROM meta WHERE key = ?", "a")
        tx.insert(tables.meta, "key, value", [("a", "1")])
        assert tx.value("SELECT value FROM meta WHERE key = ?", "a") == "1"


def test_what_a_transaction_may_have_written_to(store: Store) -> None:
    with store.transaction() as tx:
        tx.insert(tables.dirty, "resource", [(1,)])
        tx.run("DELETE FROM moved WHERE resource = ?", 1)
        assert {"dirty", "moved"} <= tx.touched
        assert "resource_key" not in tx.touched
