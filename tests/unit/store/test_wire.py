"""Statements for PostgreSQL wait and go together, and mean what they would mean one by one."""

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from mimas.store import resources, tables
from mimas.store.database import Transaction
from mimas.store.store import Store
from mimas.store.wire import Wire


@pytest.fixture
def store(postgresql_url: str) -> Iterator[Store]:
    made = Store(postgresql_url)
    made.migrate()
    yield made
    made.close()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many statements each message had."""
    found: list[int] = []
    send = Wire.send

    def counted(wire: Wire) -> None:
        if wire._waiting:
            found.append(len(wire._waiting))
        send(wire)

    monkeypatch.setattr(Wire, "send", counted)
    return found


def test_what_writes_goes_with_the_next_question_and_with_the_commit(store: Store, sent: list[int]) -> None:
    store.database.before_commit = lambda _: None
    with store.transaction() as tx:
        tx.insert(tables.meta, "key, value", [("a", "1")])
        tx.run("UPDATE meta SET value = '2' WHERE key = ?", "a")
        assert tx.value("SELECT value FROM meta WHERE key = ?", "a") == "2"
        tx.delete(tables.meta, "key", [("a",)])
    # Three, and the last one with the commit.
    assert sent == [3, 2]


def test_what_is_foreseen_is_asked_in_one_message(store: Store, sent: list[int]) -> None:
    def both(tx: Transaction) -> tuple[object, object]:
        return tx.value("SELECT count(*) FROM dirty"), tx.value("SELECT count(*) FROM moved")

    with store.reading() as tx:
        with tx.foreseeing():
            both(tx)
        assert both(tx) == (0, 0)
        assert sent == [2]
        assert both(tx) == (0, 0)
        assert sent == [2, 1, 1]


def test_a_symbol_is_given_out_while_something_is_foreseen(store: Store) -> None:
    with store.transaction() as tx, tx.foreseeing():
        assert store.symbol("something new") > 0


def test_what_fails_undoes_all_of_it_and_the_next_transaction_goes_on(store: Store) -> None:
    def fail(times: int) -> None:
        with store.transaction() as tx:
            for number in range(times):
                tx.insert(tables.meta, "key, value", [(f"k{number}", "1")])
            tx.insert(tables.meta, "key, value", [("k0", "again")])
            tx.insert(tables.meta, "key, value", [("never", "1")])

    # So often that the statement is kept ready in the message that fails, and after it.
    for times in (1, 3, 6, 6):
        with pytest.raises(psycopg.errors.UniqueViolation):
            fail(times)
    with store.transaction() as tx:
        tx.insert(tables.meta, "key, value", [("k0", "1")])
        assert tx.rows("SELECT key FROM meta WHERE key IN TEXTS", ["k0", "never"]) == [("k0",)]


def test_a_part_that_fails_before_it_was_sent_is_undone(store: Store) -> None:
    def fail() -> None:
        with store.undoable() as tx:
            tx.insert(tables.meta, "key, value", [("b", "1")])
            raise LookupError

    with store.transaction() as tx:
        tx.insert(tables.meta, "key, value", [("a", "1")])
        with pytest.raises(LookupError):
            fail()
        assert tx.rows("SELECT key FROM meta WHERE key IN TEXTS", ["a", "b"]) == [("a",)]


def test_more_statements_than_are_kept_ready(store: Store) -> None:
    with store.reading() as tx:
        for _ in range(6):
            for number in range(300):
                assert tx.value(f"SELECT {number} + ?", 1) == number + 1
        assert tx.value("SELECT count(*) FROM pg_prepared_statements") <= 251


def test_what_is_kept_ready_outlives_what_the_driver_makes_ready_itself(store: Store) -> None:
    def asked() -> list[tuple[int]]:
        with store.reading() as tx:
            return tx.rows("SELECT 1 + ?", 1)

    # The driver gives up all there is when something is undone, if it has made anything ready.
    for _ in range(10):
        asked()
        with store.database.alone():
            pass
    with store.rehearsal() as tx:
        tx.insert(tables.meta, "key, value", [("a", "1")])
        tx.rows("SELECT key FROM meta")
    assert asked() == [(2,)]


def test_numbers_that_no_column_holds_and_texts_that_no_text_holds(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.rows("SELECT id FROM resource WHERE id = ?", 10**30) == []
        assert tx.rows("SELECT id FROM resource WHERE id IN IDS", [1, 2, 3]) == []
        with pytest.raises(psycopg.DataError, match="NUL"):
            tx.rows("SELECT key FROM meta WHERE key = ?", "a\0b")
        assert tx.rows("SELECT key FROM meta WHERE key = ?", "none") == []


def test_a_statement_that_writes_and_answers_counts_as_one_that_writes(store: Store) -> None:
    with store.transaction() as tx:
        tx.allocate("x", 1)
        assert "meta" in tx.touched


def test_much_that_waits_is_sent_before_it_is_too_much(store: Store, sent: list[int]) -> None:
    with store.transaction() as tx:
        for number in range(40):
            tx.insert(tables.meta, "key, value", [(f"long {number}", "x" * 100_000)])
        assert len(sent) >= 3
        assert tx.value("SELECT count(*) FROM meta WHERE key LIKE 'long %'") == 40


def test_a_clock_of_the_server_is_read_as_one(store: Store) -> None:
    with store.reading() as tx:
        assert isinstance(tx.value("SELECT now()"), datetime)
        assert tx.value("SELECT now() > ?", datetime(2020, 1, 1, tzinfo=UTC)) is True


def test_what_a_commit_asks_goes_along_with_what_is_made_last(store: Store, sent: list[int]) -> None:
    one, other = store.symbols(["a", "b"])
    asks = store.foresee_commit
    with store.transaction() as tx:
        # The first time it is found out which sets there are.
        before = resources.make(tx, (one, "{}", 1), [], [])
    with store.transaction() as tx:
        (row,) = resources.load(tx, [before])
        resources.write(tx, [], [(row, '{"x":"y"}', 1, resources.LIVE)], [], [])
        sent.clear()
        id_ = resources.make(tx, (one, "{}", 1), [(other, 'a "key"')], [(other, 7, one), (one, 7, one)], asks)
    # The change and the making, with what is asked at the end; then the end itself.
    assert len(sent) == 2
    with store.reading() as tx:
        assert resources.load(tx, [id_]) == [(id_, one, "{}", 1, resources.LIVE)]
        assert tx.rows("SELECT attribute, value FROM resource_key WHERE resource = ?", id_) == [(other, 'a "key"')]
        found = tx.rows("SELECT attribute, target, origin FROM resource_reference WHERE resource = ? ORDER BY 1", id_)
    assert found == [(one, 7, one), (other, 7, one)]


def test_notes_that_were_taken_beforehand_are_not_lost(store: Store) -> None:
    with store.transaction() as tx:
        tx.take(tables.stirred, "resource, attribute, before")
        tx.insert(tables.stirred, "resource, attribute, before", [(1, 2, None)])
        with tx.foreseeing():
            assert tx.take(tables.stirred, "resource, attribute, before") == []
        tx.insert(tables.stirred, "resource, attribute, before", [(3, 4, None)])
        assert tx.take(tables.stirred, "resource, attribute, before") == [(1, 2, None), (3, 4, None)]
        assert tx.take(tables.stirred, "resource, attribute, before") == []
        tx.insert(tables.stirred, "resource, attribute, before", [(5, 6, None)])
        with tx.foreseeing():
            tx.take(tables.stirred, "resource, attribute, before")
        assert tx.take(tables.stirred, "resource, attribute, before") == [(5, 6, None)]
