"""Letters wait, are taken by one sender at a time, and are kept with what became of them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from mimas.store import letters
from mimas.store.letters import LEASE, Letter, State
from mimas.store.store import Store

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = Store(database_url)
    yield made
    made.close()


def put(store: Store, *some: Letter, due: datetime | None = None) -> None:
    with store.transaction() as tx:
        letters.put(tx, some, NOW, due=due)


def take(store: Store, now: datetime = NOW, some: int = 10) -> list[letters.Kept]:
    with store.transaction() as tx:
        return letters.take(tx, now, some)


def test_a_letter_is_taken_once_and_again_when_whoever_took_it_is_not_heard_of(store: Store) -> None:
    one = Letter(("ann@example.com", "bob@example.com"), "s", "t", "<p>t</p>", 7, 8, NOW, "before")
    put(store, one)
    (taken,) = take(store)
    assert (taken.mark, taken.to, taken.text, taken.html) == (one.mark, one.to, "t", "<p>t</p>")
    assert (taken.about, taken.asked, taken.until, taken.follows) == (7, 8, "2026-05-01T12:00:00Z", "before")
    assert take(store) == []
    (again,) = take(store, NOW + LEASE)
    assert (again.id, again.mark, again.attempts) == (taken.id, taken.mark, 2)


def test_a_letter_of_what_is_undone_is_not_sent(store: Store) -> None:
    with store.rehearsal() as tx:
        letters.put(tx, [Letter(("a@example.com",), "s", "t")], NOW)
    assert take(store) == []


def test_the_earliest_comes_first_and_nothing_before_its_time(store: Store) -> None:
    put(store, Letter(("late@example.com",), "late", "t"), due=NOW + timedelta(hours=1))
    put(store, Letter(("a@example.com",), "a", "t"), Letter(("b@example.com",), "b", "t"))
    assert [one.subject for one in take(store, some=1)] == ["a"]
    assert [one.subject for one in take(store)] == ["b"]
    with store.transaction() as tx:
        assert letters.next_due(tx) is not None
    assert {one.subject for one in take(store, NOW + timedelta(hours=1))} == {"a", "b", "late"}


def test_what_became_of_letters(store: Store) -> None:
    put(store, *(Letter((f"{name}@example.com",), name, "t", about=5) for name in "abcd"))
    a, b, c, d = take(store)
    with store.transaction() as tx:
        letters.sent(tx, a, NOW)
        letters.refused(tx, b, "nobody")
        letters.sent(tx, c, NOW)
        assert letters.bounced(tx, c.mark, "no such user")
        assert not letters.bounced(tx, "somebody else's", "no such user")
        assert letters.counts(tx) == {State.SENT: 1, State.REFUSED: 1, State.BOUNCED: 1, State.WAITING: 1}
        found = letters.listed(tx, [State.REFUSED, State.BOUNCED], 10)
        assert [(one.subject, one.problem) for one in found] == [("c", "no such user"), ("b", "nobody")]
    assert take(store, NOW + LEASE * 2) == [d._replace(attempts=2, due="2026-05-01T12:30:00Z")]
    with store.transaction() as tx:
        # What has been sent is not sent again by mistake.
        assert letters.again(tx, [a.id, b.id, c.id], NOW) == 2
        assert letters.drop(tx, [b.id]) == 1
        assert letters.withdraw(tx, [5]) == 2
        assert [one.subject for one in letters.listed(tx, list(State), 10)] == ["a"]


def test_whoever_was_too_slow_changes_nothing_that_is_over(store: Store) -> None:
    put(store, Letter(("a@example.com",), "a", "t"))
    (one,) = take(store)
    with store.transaction() as tx:
        letters.sent(tx, one, NOW)
        letters.delayed(tx, [one], NOW, "away")
        letters.refused(tx, one, "nobody")
        kept = letters.load(tx, one.id)
    assert kept is not None
    assert (kept.state, kept.problem) == (State.SENT, "")


def test_old_letters_are_forgotten_and_those_that_wait_are_not(store: Store) -> None:
    put(store, *(Letter(("a@example.com",), name, "t") for name in "abc"))
    a, b, _ = take(store)
    with store.transaction() as tx:
        letters.sent(tx, a, NOW)
        letters.refused(tx, b, "nobody")
        assert letters.forget(tx, NOW, 10) == 0
        assert letters.forget(tx, NOW + timedelta(days=1), 1) == 1
        assert letters.forget(tx, NOW + timedelta(days=1), 10) == 1
        assert [one.subject for one in letters.listed(tx, list(State), 10)] == ["c"]
