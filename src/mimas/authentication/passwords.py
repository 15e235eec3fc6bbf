"""Passwords of Mimas' own: for installations whose people have no directory to sign in with.

They are kept as Argon2id makes of them (RFC 9106), with its second recommended choice of cost. What a person chooses
has to be long, and nothing else (NIST SP 800-63B-4, section 3.1.1.2).
"""

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from mimas.store import credentials
from mimas.store.database import Transaction

KIND = "password"
SHORTEST, LONGEST = 15, 200
"""Characters. One that is the only factor is to have fifteen; a longer one than 200 only costs time."""


class PasswordError(Exception):
    """A password cannot be taken; the message says why."""


def set_password(tx: Transaction, person: int, password: str) -> None:
    """Let somebody sign in with a password from now on, and with no earlier one. Raises `PasswordError`."""
    text = _normal(password)
    if not SHORTEST <= len(text) <= LONGEST:
        raise PasswordError(f"A password has {SHORTEST} to {LONGEST} characters; this one has {len(text)}.")
    credentials.replace(tx, person, KIND, _hasher().hash(text))


def verified(tx: Transaction, person: int | None, password: str) -> bool:
    """Whether it is somebody's password.

    It takes as long where ``person`` is None or has none: who waits does not learn who there is.
    """
    kept = credentials.secret(tx, person, KIND) if person is not None else None
    try:
        _hasher().verify(kept or _nobodys(), _normal(password)[:LONGEST])
    except VerificationError:
        return False
    return kept is not None


def _normal(password: str) -> str:
    """The same keys give the same password on every keyboard (NIST SP 800-63B-4, section 3.1.1.2: NFKC)."""
    return unicodedata.normalize("NFKC", password)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@cache
def _nobodys() -> str:
    return _hasher().hash("nobody has this one")
