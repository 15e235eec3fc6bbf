from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from mimas.authentication import tickets
from mimas.authentication.tickets import LIFETIME, Ticket
from mimas.store.store import Store

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = Store(database_url)
    yield made
    made.close()


@pytest.mark.parametrize("person", [7, None])
def test_a_link_lets_in_once(store: Store, person: int | None) -> None:
    with store.transaction() as tx:
        word = tickets.issue(tx, person, NOW)
        other = tickets.issue(tx, 8, NOW)
        expected = Ticket(person, NOW + LIFETIME)
        assert tickets.look(tx, word, NOW) == expected
        assert tickets.redeem(tx, word, NOW) == expected
        assert tickets.redeem(tx, word, NOW) is None
        assert tickets.look(tx, word, NOW) is None
        assert tickets.redeem(tx, other, NOW) == Ticket(8, NOW + LIFETIME)


def test_a_link_is_over_after_a_while(store: Store) -> None:
    with store.transaction() as tx:
        word = tickets.issue(tx, 7, NOW)
        assert tickets.look(tx, word, NOW + LIFETIME - timedelta(seconds=1)) is not None
        assert tickets.look(tx, word, NOW + LIFETIME) is None
        assert tickets.redeem(tx, word, NOW + LIFETIME) is None


def test_the_store_does_not_know_the_word(store: Store) -> None:
    with store.transaction() as tx:
        word = tickets.issue(tx, 7, NOW)
        assert all(word not in str(row) for row in tx.rows("SELECT * FROM ticket"))
        tickets.issue(tx, 8, NOW + LIFETIME + timedelta(seconds=1))
        assert tx.value("SELECT count(*) FROM ticket") == 1, "what is over is forgotten"
