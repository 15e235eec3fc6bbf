"""The rounds of whoever carries letters."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from mimas.mail.collecting import Office
from mimas.mail.rounds import Rounds
from mimas.mail.server import Inbox, MailServer
from mimas.secrets.sealing import Keys
from mimas.store import letters
from mimas.store.letters import Letter, State
from mimas.store.memory import in_memory
from mimas.store.store import Store
from tests.asked import Kept
from tests.servers.mailbox import Mailbox, mailbox
from tests.servers.processes import free_port

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def store() -> Iterator[Store]:
    made = in_memory()
    yield made
    made.close()


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as made:
        yield made


def put(store: Store, *names: str) -> None:
    with store.transaction() as tx:
        letters.put(tx, [Letter((f"{name}@example.com",), name, "t") for name in names], NOW)


def office(store: Store, port: int, said: list[str], inbox: Inbox | None = None) -> Office:
    server = MailServer("127.0.0.1", "mimas@example.com", port, "none", inbox=inbox)
    return Office(store, server, Kept().open, lambda: Keys([os.urandom(32)], "k"), says=said.append)


def test_everything_that_is_due_is_sent(store: Store, box: Mailbox) -> None:
    put(store, *(f"n{n}" for n in range(120)))
    box.refuses = {"n7@example.com"}
    said: list[str] = []
    assert Rounds(office(store, box.port, said)).go(NOW) == 120
    assert len(box.mails) == 119
    assert said == ["1 letters were refused: `mimas letters` says why."]


def test_a_trouble_is_told_once_and_again_when_it_comes_back(store: Store, box: Mailbox) -> None:
    put(store, "ann")
    said: list[str] = []
    rounds = Rounds(office(store, free_port(), said))
    for minutes in range(5):
        rounds.go(NOW + timedelta(minutes=minutes))
    assert len(said) == 1
    rounds.office = office(store, box.port, said)
    assert rounds.go(NOW + timedelta(hours=1)) == 1


def test_a_mailbox_that_cannot_be_read_keeps_no_letter(store: Store, box: Mailbox) -> None:
    inbox = Inbox("127.0.0.1", "mimas@example.com", free_port(), "starttls", user="u", password=lambda: "p")
    said: list[str] = []
    rounds = Rounds(office(store, box.port, said, inbox))
    for minutes in range(3):
        put(store, f"n{minutes}")
        assert rounds.go(NOW + timedelta(minutes=minutes)) == 1
    (problem,) = said
    assert "The mailbox at 127.0.0.1" in problem


def test_letters_of_long_ago_are_forgotten_once_a_day(store: Store, box: Mailbox) -> None:
    put(store, "ann", "bob")
    box.later = {"bob@example.com"}
    rounds = Rounds(office(store, box.port, []), timedelta(days=3))
    rounds.go(NOW)
    rounds.go(NOW + timedelta(days=2))
    with store.transaction() as tx:
        assert letters.counts(tx) == {State.SENT: 1, State.WAITING: 1}
    rounds.go(NOW + timedelta(days=4))
    with store.transaction() as tx:
        assert letters.counts(tx) == {State.WAITING: 1}, "what waits is never forgotten"
