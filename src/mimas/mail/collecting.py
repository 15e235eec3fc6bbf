"""Collecting what has come back: decisions that were given by a reply, and letters that could not be delivered.

An answer counts by the signed word that its letter was sent with, in the address it goes to or in what it quotes; who
it says it is from counts for nothing. Whoever has written one that decides nothing gets a letter, to the address that
theirs was sent to.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from mimas.mail import layout, links
from mimas.mail.answers import Answer, Bounce, Noise, understand
from mimas.mail.asking import ways
from mimas.mail.deciding import Matter, Opens
from mimas.mail.imap import Mailbox, opened
from mimas.mail.links import Asked
from mimas.mail.sending import MailError
from mimas.mail.server import MailServer
from mimas.mail.standard import standard
from mimas.mail.templates import fill, parse
from mimas.secrets.sealing import Keys
from mimas.store import letters
from mimas.store.database import DatabaseError
from mimas.store.letters import Letter, new_mark
from mimas.store.store import Store


@dataclass(frozen=True, slots=True)
class Office:
    """Where letters are sent from and answers are read: of one installation."""

    store: Store
    server: MailServer
    opens: Opens
    keys: Callable[[], Keys]
    """Those that sign links; raises `SecretError`."""
    base: str | None = None
    """Where people reach `mimas serve`."""
    says: Callable[[str], None] = lambda _: None
    """Told what a person should look at."""


@dataclass(slots=True)
class Collected:
    """What has come: decisions, answers that decided nothing, bounces, what programs sent, and what is left."""

    decided: int = 0
    not_taken: int = 0
    bounced: int = 0
    ignored: int = 0
    left: int = 0

    @property
    def count(self) -> int:
        """How many mails it were."""
        return self.decided + self.not_taken + self.bounced + self.ignored + self.left


def collect(office: Office, now: datetime, some: int) -> Collected:
    """Read up to ``some`` new mails. Raises `MailError` when the mailbox cannot be read, `SecretError` without a key.

    A mail is marked when all that comes of it is written; if the process dies before, it is read again, and an answer
    is then refused as a second one.
    """
    collected = Collected()
    if office.server.inbox is None:
        return collected
    keys = office.keys()
    with opened(office.server.inbox) as mailbox:
        for uid in mailbox.new(some):
            _Collecting(office, keys, mailbox, now, collected).one(uid)
    return collected


@dataclass(frozen=True, slots=True)
class _Collecting:
    office: Office
    keys: Keys
    mailbox: Mailbox
    now: datetime
    collected: Collected

    def one(self, uid: str) -> None:
        """See to one mail."""
        data = self.mailbox.fetch(uid)
        try:
            problem = self._seen(data)
        except (DatabaseError, MailError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the next mail is not to wait for it
            problem = f"{type(error).__name__}: {error}"
        if problem:
            self.collected.left += 1
            self.mailbox.left(uid)
            inbox = self.mailbox.inbox
            self.office.says(f"Mail {uid} in {inbox.folder} of {inbox.host} is left there, flagged: {problem}")
        else:
            self.mailbox.understood(uid)

    def _seen(self, data: bytes) -> str:
        """What comes of a mail; why it is left for a person, if it is."""
        match understand(data):
            case Noise():
                self.collected.ignored += 1
                return ""
            case Bounce(marks, problem):
                return self._bounced(marks, problem)
            case Answer() as answer:
                return self._answered(answer)

    def _bounced(self, marks: tuple[str, ...], problem: str) -> str:
        with self.office.store.transaction() as tx:
            if not any(letters.bounced(tx, mark, problem) for mark in marks):
                return "something has come back that is no letter of ours."
        self.collected.bounced += 1
        return ""

    def _answered(self, answer: Answer) -> str:
        found = list(self._asked(answer))
        if len(found) != 1:
            several = "it answers several letters at once." if found else "it answers no letter of ours."
            return f"{answer.problem} Besides, {several}" if answer.problem else several
        (asked,) = found
        with self.office.opens() as approvals:
            matter = approvals.describe(asked.approval, asked.approver)
            if matter is None:
                return f"it decides over approval {asked.approval}, and nobody is asked that."
            words = layout.words(matter.language)
            if answer.decision is None:
                refusal, again = words.not_plain, True
            elif asked.until < self.now:
                refusal, again = words.late, False
            else:
                refusal = approvals.decide(asked.approval, asked.approver, answer.decision, answer.comment)
                again = False
        if refusal:
            self.collected.not_taken += 1
            self._told(asked, matter, refusal, again=again and not matter.over)
        else:
            self.collected.decided += 1
        return ""

    def _asked(self, answer: Answer) -> Iterator[Asked]:
        """Who is asked by the words of an answer; those of its addresses come before those that it quotes."""
        for words in (answer.addressed, answer.quoted):
            found = {asked for word in words if (asked := links.read(self.keys, word)) is not None}
            if found:
                yield from found
                return

    def _told(self, asked: Asked, matter: Matter, refusal: str, *, again: bool) -> None:
        """Tell whoever was asked that their answer decided nothing, and how to answer if they still can."""
        with self.office.store.transaction() as tx:
            before = letters.asking(tx, asked.approval, asked.approver)
            if before is None:
                return
            mark = new_mark()
            subject, body = standard("not-taken").texts(matter.language)
            values: dict[str, list[object]] = {"Target/DisplayName": [matter.target], "WorkflowData/Reason": [refusal]}
            if again:
                values |= ways(mark, self.office.base, self.office.server, matter.language)
            filled = fill(parse(subject, body), values)
            letter = Letter(
                before.to,
                filled.subject,
                filled.text,
                filled.html,
                about=asked.approval,
                asked=asked.approver if again else None,
                until=asked.until if again else None,
                follows=before.mark,
                mark=mark,
            )
            letters.put(tx, [letter], self.now)
