"""Sending the letters that are due, and writing down what became of each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from mimas.mail import links
from mimas.mail.links import Asked
from mimas.mail.sending import LaterError, Mail, MailError, RefusedError, session
from mimas.mail.server import MailServer
from mimas.secrets.errors import SecretError
from mimas.secrets.sealing import Keys
from mimas.store import letters
from mimas.store.letters import Kept
from mimas.store.store import Store

_FIRST, _LONGEST = timedelta(minutes=1), timedelta(hours=1)
"""After a failure it is tried again so soon, and ever later, until it is tried so seldom."""
_PATIENCE = timedelta(days=5)
"""A letter that the server does not take "now" is given up after so long (RFC 5321, 4.5.4.1: at least four to five)."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of sending: how many were sent and refused, and what is wrong with the server, if anything is."""

    sent: int = 0
    refused: int = 0
    problem: str = ""


def post(store: Store, server: MailServer, now: datetime, some: int, keys: Callable[[], Keys]) -> Posted:
    """Send up to ``some`` letters that are due. ``keys`` gives those that sign the links, or raises `SecretError`.

    While the server is away nothing is lost: all that is due is tried again later, ever less often. A letter that the
    server refuses is set aside with what it has said, and so is one for which there is no key.
    """
    with store.transaction() as tx:
        taken = letters.take(tx, now, some)
    if not taken:
        return Posted()
    return _Post(store, server, now, keys).all(taken)


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts that came to nothing."""
    return min(_FIRST * (1 << min(max(attempts, 1) - 1, 16)), _LONGEST)


class _Post:
    def __init__(self, store: Store, server: MailServer, now: datetime, keys: Callable[[], Keys]) -> None:
        self.store, self.server, self.now, self.keys = store, server, now, keys
        self.sent = self.refused = 0

    def all(self, taken: list[Kept]) -> Posted:
        left = list(taken)
        try:
            with session(self.server) as deliver:
                while left:
                    self._one(left[0], deliver)
                    left.pop(0)
        except MailError as error:
            self._away(left, str(error))
            return Posted(self.sent, self.refused, str(error))
        return Posted(self.sent, self.refused)

    def _one(self, letter: Kept, deliver: Callable[[Mail], list[str]]) -> None:
        """Send one. Raises `MailError` when no other one could be sent either."""
        try:
            others = deliver(self._mail(letter))
        except SecretError as error:
            self._set_aside(letter, f"The link with which it is answered cannot be signed: {error}")
        except LaterError as error:
            self._later(letter, str(error))
        except RefusedError as error:
            self._set_aside(letter, str(error))
        else:
            self.sent += 1
            problem = f"{self.server.host} refuses {', '.join(others)}; the others have it." if others else ""
            with self.store.transaction() as tx:
                letters.sent(tx, letter, self.now, problem)

    def _mail(self, letter: Kept) -> Mail:
        text, html, reply_to = letter.text, letter.html, None
        if letter.asked is not None and letter.about is not None and letter.until is not None:
            asked = Asked(letter.about, letter.asked, datetime.fromisoformat(letter.until))
            word = links.word(self.keys(), asked)
            # The mark is nobody's to know, so no text that somebody has written gets the word.
            marked, whole = f"{links.PATH}{letter.mark}", f"{links.PATH}{word}"
            text = text.replace(marked, whole)
            html = html and html.replace(marked, whole)
            reply_to = self.server.reply_to(word)
        return Mail(letter.to, letter.subject, text, html, letter.mark, letter.follows, reply_to)

    def _later(self, letter: Kept, problem: str) -> None:
        if datetime.fromisoformat(letter.made) + _PATIENCE < self.now:
            self._set_aside(letter, problem)
            return
        with self.store.transaction() as tx:
            letters.delayed(tx, [letter], self.now + pause(letter.attempts), problem)

    def _set_aside(self, letter: Kept, problem: str) -> None:
        self.refused += 1
        with self.store.transaction() as tx:
            letters.refused(tx, letter, problem)

    def _away(self, left: list[Kept], problem: str) -> None:
        until = self.now + pause(left[0].attempts)
        with self.store.transaction() as tx:
            letters.delayed(tx, left[:1], until, problem)
            letters.untried(tx, left[1:], until)
            letters.postponed(tx, until)
