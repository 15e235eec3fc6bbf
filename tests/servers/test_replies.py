"""Decisions by reply: a letter goes out, its answer arrives in a mailbox of a real Dovecot, and counts once."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from uuid import uuid4

import pytest

from mimas.mail import imap
from mimas.mail.asking import ways
from mimas.mail.collecting import Collected, Office, collect
from mimas.mail.imap import opened
from mimas.mail.links import Asked
from mimas.mail.posting import post
from mimas.mail.sending import MailError
from mimas.mail.server import Inbox, MailServer
from mimas.mail.standard import standard
from mimas.mail.templates import fill, parse
from mimas.store import letters
from mimas.store.letters import Kept as KeptLetter
from mimas.store.letters import Letter, State, new_mark
from mimas.store.memory import in_memory
from tests.asked import APPROVAL, APPROVER, KEYS, LATER, MATTER, Kept, word
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.mailbox import Mailbox, mailbox

pytestmark = pytest.mark.slow
BASE = "https://id.example.com"


@dataclass
class Desk:
    """An installation as far as mail goes: its letters, its mailbox, and what it says."""

    dovecot: Dovecot
    smtp: Mailbox
    user: str = field(default_factory=lambda: f"m{uuid4().hex[:8]}")
    plus: bool = True

    def __post_init__(self) -> None:
        self.store = in_memory()
        self.kept = Kept()
        self.said: list[str] = []
        self.now = datetime.now(UTC)

    @property
    def inbox(self) -> Inbox:
        at = self.dovecot
        address = f"{self.user}@example.com"
        return Inbox("127.0.0.1", address, at.port, "implicit", at.ca_file, self.user, lambda: PASSWORD, plus=self.plus)

    @property
    def office(self) -> Office:
        server = MailServer("127.0.0.1", self.inbox.address, self.smtp.port, "none", inbox=self.inbox)
        return Office(self.store, server, self.kept.open, lambda: KEYS, BASE, self.said.append)

    def ask(self, approver: int = APPROVER, until: datetime = LATER) -> EmailMessage:
        """Send the letter that asks; what has arrived."""
        mark = new_mark()
        subject, body = standard("approval").texts("")
        filled = fill(parse(subject, body), ways(mark, BASE, self.office.server))
        letter = Letter(
            ("carl@example.com",), filled.subject, filled.text, filled.html, APPROVAL, approver, until, mark=mark
        )
        with self.store.transaction() as tx:
            letters.put(tx, [letter], self.now)
        return self.post()

    def post(self) -> EmailMessage:
        assert post(self.store, self.office.server, self.now, 10, lambda: KEYS).sent == 1
        return self.smtp.mails[-1]

    def answer(self, asked: EmailMessage, text: str, sender: str = "carl@example.com", **headers: str) -> None:
        """Answer a letter as a mail program does."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = sender, str(asked["Reply-To"]), f"Re: {asked['Subject']}"
        mail["In-Reply-To"] = str(asked["Message-ID"])
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        self.dovecot.deliver(mail.as_bytes(), str(asked["Reply-To"]))

    def collect(self) -> Collected:
        return collect(self.office, self.now, 50)

    def letters(self) -> list[KeptLetter]:
        with self.store.transaction() as tx:
            return sorted(letters.listed(tx, list(State), 100))


@pytest.fixture
def desk(dovecot: Dovecot) -> Iterator[Desk]:
    with mailbox() as smtp:
        made = Desk(dovecot, smtp)
        yield made
        made.store.close()


def test_an_answer_decides_whoever_it_is_from_and_counts_once(desk: Desk) -> None:
    asked = desk.ask()
    assert asked["Reply-To"] == f"{desk.user}+{word()}@example.com"
    assert "write approve or reject in the first line" in str(asked.get_body(("plain",)))
    desk.answer(asked, "Approve\nfor March\n\n> reject\n", sender="somebody.else@example.org")
    assert desk.collect() == Collected(decided=1)
    assert desk.kept.decided == [(APPROVAL, APPROVER, "approve", "for March")]
    assert desk.collect() == Collected(), "a mail is looked at once"
    desk.answer(asked, "Reject")
    assert desk.collect() == Collected(not_taken=1)
    assert len(desk.kept.decided) == 1
    told = desk.post()
    assert told["To"] == "carl@example.com"
    assert told["In-Reply-To"] == asked["Message-ID"]
    assert "You have decided already." in str(told.get_body(("plain",)))
    assert "Approve" not in str(told.get_body(("plain",)))


def test_nobody_decides_without_the_word(desk: Desk) -> None:
    asked = desk.ask()
    del asked["Reply-To"]
    asked["Reply-To"] = desk.inbox.address
    desk.answer(asked, "Approve")
    asked.replace_header("Reply-To", f"{desk.user}+{word()[:-1]}x@example.com")
    desk.answer(asked, "Approve")
    assert desk.collect() == Collected(left=2)
    assert desk.kept.decided == []
    assert len(desk.said) == 2
    assert "answers no letter of ours" in desk.said[0]
    assert desk.collect() == Collected()
    with opened(desk.inbox) as box:
        assert len(box._imap.uid("SEARCH", "FLAGGED UNSEEN UNDELETED")[1][0].split()) == 2, "a person finds them"


def test_a_word_in_what_is_quoted_counts_where_addresses_hold_none(desk: Desk) -> None:
    desk.plus = False
    asked = desk.ask()
    assert asked["Reply-To"] == desk.inbox.address
    quoted = "\n".join(f"> {line}" for line in str(asked.get_body(("plain",)).get_content()).splitlines())  # type: ignore[union-attr]
    desk.answer(asked, f"no\ntoo much\n\nOn Monday, 1 May, {desk.inbox.address} wrote:\n{quoted}")
    assert desk.collect() == Collected(decided=1)
    assert desk.kept.decided == [(APPROVAL, APPROVER, "reject", "too much")]


def test_an_answer_that_is_not_plain_is_told_and_can_be_given_again(desk: Desk) -> None:
    asked = desk.ask()
    desk.kept.matter = replace(MATTER, language="de")
    desk.answer(asked, "Yes, but not before Friday")
    assert desk.collect() == Collected(not_taken=1)
    assert desk.kept.decided == []
    told = desk.post()
    text = str(told.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert "In der ersten Zeile soll genehmigt oder abgelehnt stehen" in text
    assert f"{BASE}/decide/{word()}?answer=approve" in text
    desk.answer(told, "ja")
    assert desk.collect() == Collected(decided=1)
    assert word() not in repr(desk.letters())


def test_after_its_time_an_answer_decides_nothing(desk: Desk) -> None:
    desk.answer(desk.ask(until=desk.now - timedelta(minutes=1)), "approve")
    assert desk.collect() == Collected(not_taken=1)
    assert desk.kept.decided == []
    assert "is over" in desk.letters()[-1].text


def test_what_programs_send_decides_nothing(desk: Desk) -> None:
    asked = desk.ask()
    desk.answer(asked, "approve", Auto_Submitted="auto-replied")
    assert desk.collect() == Collected(ignored=1)
    assert desk.kept.decided == []


def test_a_bounce_is_noted_at_its_letter(desk: Desk) -> None:
    asked = desk.ask()
    bounce = f"""\
From: MAILER-DAEMON@example.com
To: {desk.inbox.address}
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

I am sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.com

Final-Recipient: rfc822; carl@example.com
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 mailbox full

--b
Content-Type: text/rfc822-headers

Message-ID: MARK
--b--
"""
    for mark in (str(asked["Message-ID"]), "<somebody-elses@example.com>"):
        desk.dovecot.deliver(bounce.replace("MARK", mark).encode(), desk.inbox.address)
    assert desk.collect() == Collected(bounced=1, left=1)
    (letter,) = desk.letters()
    assert (letter.state, letter.problem) == (State.BOUNCED, "carl@example.com: 552 5.2.2 mailbox full")


def test_one_that_breaks_what_decides_keeps_no_other(desk: Desk) -> None:
    asked = desk.ask()
    desk.kept.breaks = True
    desk.answer(asked, "approve")
    assert desk.collect() == Collected(left=1)
    assert "RuntimeError: the database is away" in desk.said[0]
    desk.kept.breaks = False
    desk.answer(asked, "approve")
    assert desk.collect() == Collected(decided=1)


def test_a_large_mail_is_read_from_its_beginning(desk: Desk) -> None:
    asked = desk.ask()
    mail = EmailMessage()
    mail["To"] = str(asked["Reply-To"])
    mail.set_content("approve\n")
    mail.add_attachment(b"\x00" * 2_000_000, maintype="image", subtype="png", filename="logo.png")
    desk.dovecot.deliver(mail.as_bytes(), str(asked["Reply-To"]))
    assert desk.collect() == Collected(decided=1)


def test_a_mailbox_that_cannot_be_read_is_told_without_its_password(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where TLS is spoken from the first byte on, nobody says anything to whoever waits for a greeting.
    monkeypatch.setattr(imap, "_TIMEOUT", 5)
    inbox = desk.inbox
    wrong = {
        "refuses the sign-in": replace(inbox, password=lambda: "hunter2"),
        "certificate is not trusted": replace(inbox, ca_file=None),
        "no folder Nowhere": replace(inbox, folder="Nowhere"),
        "Connection refused": replace(inbox, port=1),
        "cannot be read": replace(inbox, tls="starttls"),
    }
    for said, one in wrong.items():
        with pytest.raises(MailError, match=said) as told, opened(one):
            pass
        assert "hunter2" not in str(told.value)
        assert PASSWORD not in str(told.value)
    with opened(replace(inbox, port=desk.dovecot.starttls, tls="starttls")) as box:
        assert box.new(10) == []


def test_somebody_who_is_no_longer_asked(desk: Desk) -> None:
    asked = desk.ask(approver=9)
    assert word(approver=9) in str(asked["Reply-To"])
    desk.answer(asked, "approve")
    assert desk.collect() == Collected(left=1)
    assert "nobody is asked that" in desk.said[0]
    assert Asked(APPROVAL, 9, LATER)
