"""Sending letters: what arrives, and what becomes of what does not, through a real server."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from mimas.mail import links
from mimas.mail.posting import Posted, pause, post
from mimas.mail.sending import MailError
from mimas.mail.server import Inbox, MailServer
from mimas.secrets.errors import SecretError
from mimas.secrets.sealing import Keys
from mimas.store import letters
from mimas.store.letters import LEASE, Kept, Letter, State
from mimas.store.memory import in_memory
from mimas.store.store import Store
from tests.servers.mailbox import Mailbox, mailbox
from tests.servers.processes import free_port

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
KEYS = Keys([os.urandom(32)], "k")
INBOX = Inbox("127.0.0.1", "mimas@example.com")


@pytest.fixture
def store() -> Iterator[Store]:
    made = in_memory()
    yield made
    made.close()


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as made:
        yield made


def put(store: Store, *some: Letter) -> None:
    with store.transaction() as tx:
        letters.put(tx, some, NOW)


def sent(store: Store, port: int, now: datetime = NOW, some: int = 10, inbox: Inbox | None = None) -> Posted:
    server = MailServer("127.0.0.1", "mimas@example.com", port, "none", inbox=inbox)
    return post(store, server, now, some, lambda: KEYS)


def kept(store: Store) -> list[Kept]:
    with store.transaction() as tx:
        return sorted(letters.listed(tx, list(State), 100))


def to(name: str, **more: object) -> Letter:
    return Letter((f"{name}@example.com",), name, "text", **more)  # type: ignore[arg-type]


def test_letters_arrive_with_text_and_html(store: Store, box: Mailbox) -> None:
    first = to("ann", html="<p>tëxt</p>")
    put(store, first, to("bob", follows=first.mark))
    assert sent(store, box.port) == Posted(2)
    ann, bob = box.mails
    assert ann.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in ann.iter_parts()] == ["text/plain", "text/html"]
    assert ann.get_body(("html",)).get_content().strip() == "<p>tëxt</p>"  # type: ignore[union-attr]
    assert bob.get_content_type() == "text/plain"
    assert ann["Message-ID"] == f"<{first.mark}@example.com>"
    assert (bob["In-Reply-To"], bob["References"], ann["In-Reply-To"]) == (ann["Message-ID"], ann["Message-ID"], None)
    assert (ann["Reply-To"], ann["Auto-Submitted"]) == (None, "auto-generated")
    assert [one.state for one in kept(store)] == [State.SENT] * 2
    assert sent(store, box.port) == Posted()
    assert len(box.mails) == 2


def test_whoever_is_asked_gets_a_word_that_is_kept_nowhere(store: Store, box: Mailbox) -> None:
    letter = to("ann", about=5, asked=6, until=NOW)
    body = f"https://id.example.com/decide/{letter.mark}?answer=approve"
    put(store, Letter(letter.to, "s", body, f"<p>{body}</p>", 5, 6, NOW, mark=letter.mark))
    sent(store, box.port, inbox=INBOX)
    word = links.word(KEYS, links.Asked(5, 6, NOW))
    (mail,) = box.mails
    assert mail.get_body(("plain",)).get_content().strip() == f"https://id.example.com/decide/{word}?answer=approve"  # type: ignore[union-attr]
    assert word in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert mail["Reply-To"] == f"mimas+{word}@example.com"
    assert word not in repr(kept(store))


def test_no_word_in_an_address_that_would_be_too_long(store: Store, box: Mailbox) -> None:
    put(store, to("ann", about=5, asked=6, until=NOW))
    sent(store, box.port, inbox=Inbox("127.0.0.1", "approvals-of-all-that-there-is-here@example.com"))
    assert box.mails[0]["Reply-To"] == "approvals-of-all-that-there-is-here@example.com"


def test_a_letter_that_cannot_be_signed_is_set_aside_and_keeps_no_other(store: Store, box: Mailbox) -> None:
    def no_key() -> Keys:
        raise SecretError("no key is there.", "Set MIMAS_KEY_FILE.")

    put(store, to("ann", about=5, asked=6, until=NOW), to("bob"))
    server = MailServer("127.0.0.1", "mimas@example.com", box.port, "none")
    assert post(store, server, NOW, 10, no_key) == Posted(1, 1)
    assert box.subjects == ["bob"]
    assert "no key is there" in kept(store)[0].problem


def test_a_refused_address_is_told_and_keeps_no_other(store: Store, box: Mailbox) -> None:
    box.refuses = {"ann@example.com"}
    box.hates = "viagra"
    both = Letter(("ann@example.com", "cid@example.com"), "both", "t")
    evil = Letter(("x@example.com\nBcc: y@example.com",), "evil", "t")
    put(store, to("ann"), Letter(("cid@example.com",), "spam", "viagra"), both, evil, to("bob"))
    assert sent(store, box.port) == Posted(2, 3)
    assert box.subjects == ["both", "bob"]
    ann, spam, both_, evil_, _ = kept(store)
    assert (ann.state, ann.due) == (State.REFUSED, None)
    assert "550 nobody of that name" in ann.problem
    assert "554 looks like spam" in spam.problem
    assert both_.state == State.SENT
    assert both_.problem == "127.0.0.1 refuses ann@example.com; the others have it."
    assert "nobody can have the address" in evil_.problem
    assert sent(store, box.port, NOW + timedelta(days=1)) == Posted()


def test_what_is_not_taken_now_is_tried_again_and_given_up_after_days(store: Store, box: Mailbox) -> None:
    box.later = {"ann@example.com"}
    put(store, to("ann"), to("bob"))
    assert sent(store, box.port) == Posted(1)
    assert (kept(store)[0].state, kept(store)[0].due) == (State.WAITING, "2026-05-01T12:01:00Z")
    assert sent(store, box.port, NOW + timedelta(minutes=1)) == Posted()
    assert kept(store)[0].due == "2026-05-01T12:03:00Z"
    assert sent(store, box.port, NOW + timedelta(days=6)) == Posted(0, 1)
    assert "451 come back later" in kept(store)[0].problem


def test_while_the_server_is_away_nothing_is_lost(store: Store, box: Mailbox) -> None:
    put(store, to("ann"), to("bob"), to("cid"))
    posted = sent(store, free_port(), some=2)
    assert "Connection refused" in posted.problem
    assert [(one.attempts, one.due) for one in kept(store)] == [
        (1, "2026-05-01T12:01:00Z"), (0, "2026-05-01T12:01:00Z"), (0, "2026-05-01T12:01:00Z"),
    ]  # fmt: skip
    assert sent(store, box.port) == Posted(), "it is left alone for a while"
    assert sent(store, box.port, NOW + timedelta(minutes=1)) == Posted(3)
    assert box.subjects == ["ann", "bob", "cid"]


def test_a_server_that_goes_away_amid_a_batch(store: Store, box: Mailbox) -> None:
    put(store, to("ann"), to("bob"), to("cid"))
    box.leaves_at = "bob@example.com"
    posted = sent(store, box.port)
    assert posted.sent == 1
    assert posted.problem
    box.leaves_at = ""
    assert sent(store, box.port, NOW + timedelta(minutes=1)) == Posted(2)
    assert box.subjects == ["ann", "bob", "cid"]


def test_a_letter_whose_sender_died_comes_again_under_the_same_message_id(
    store: Store, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, to("ann"))
    with monkeypatch.context() as broken:
        broken.setattr(letters, "sent", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            sent(store, box.port)
    assert sent(store, box.port) == Posted()
    assert sent(store, box.port, NOW + LEASE) == Posted(1)
    assert box.mails[0]["Message-ID"] == box.mails[1]["Message-ID"]


def test_what_fails_in_the_database_is_no_failure_of_the_mail_server(
    store: Store, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, to("ann"))
    monkeypatch.setattr(letters, "sent", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full") as told:
        sent(store, box.port)
    assert not isinstance(told.value, MailError)


def test_it_is_tried_ever_less_often() -> None:
    assert [pause(n) // timedelta(minutes=1) for n in (0, 1, 2, 3, 6, 7, 1000)] == [1, 1, 2, 4, 32, 60, 60]
