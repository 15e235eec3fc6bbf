"""Links that let somebody in once: for the first sign-in of all, and for whoever has lost what they sign in with.

The word in the link is known to whoever gets it; the store keeps only what SHA-256 makes of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from mimas.store import tickets
from mimas.store.database import Transaction

LIFETIME = timedelta(minutes=15)
PATH = "/sign-in/"
"""What stands before the word in a link."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whom a link lets in; ``person`` None is the owner of the machine, of whom no rule is asked."""

    person: int | None
    until: datetime


def issue(tx: Transaction, person: int | None, now: datetime) -> str:
    """The word of a new link."""
    word = token_urlsafe(32)
    tickets.put(tx, digest(word), person, now + LIFETIME, now)
    return word


def look(tx: Transaction, word: str, now: datetime) -> Ticket | None:
    """Whom a link lets in, which it still does afterwards; None when it is over, or never was one."""
    return next(_valid(tickets.look(tx, digest(word)), now), None)


def redeem(tx: Transaction, word: str, now: datetime) -> Ticket | None:
    """Whom a link lets in, which it never does again."""
    return next(_valid(tickets.take(tx, digest(word)), now), None)


def _valid(found: tuple[int | None, datetime] | None, now: datetime) -> Iterator[Ticket]:
    if found is not None and found[1] > now:
        yield Ticket(*found)


def digest(word: str) -> str:
    """What the store keeps of a word that nobody can guess."""
    return sha256(word.encode()).hexdigest()
