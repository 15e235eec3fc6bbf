"""Signed links: who may decide over what until when, as a word in an address.

A word names an approval, the one who is asked, and an instant, and is signed under a key of the installation
(`mimas.secrets.sealing.Keys.sign`). It is the same word whenever it is made, so it need not be kept: a letter gets it
when it is sent. It has digits and small letters only, and fits behind a ``+`` in a mail address (RFC 5321, 4.5.3.1.1).
"""

import re
from base64 import b32encode
from datetime import UTC, datetime
from hmac import compare_digest
from typing import NamedTuple
from urllib.parse import quote

from mimas.secrets.sealing import Keys

PATH = "/decide/"
"""Where the page is on which somebody decides."""
LONGEST = 80
"""No word has more characters."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_WORD = re.compile(r"[0-9a-z]{1,13}-[0-9a-z]{1,13}-[0-9a-z]{1,13}-[a-z2-7]{26}")
_BYTES = 16
"""Half of the signature: RFC 2104, 5 lets it be cut so far, and no further."""


class Asked(NamedTuple):
    """Who is asked to decide: over which approval, and until when. The ids are those of resources."""

    approval: int
    approver: int
    until: datetime


def word(keys: Keys, asked: Asked) -> str:
    """The word with which somebody decides."""
    named = "-".join(map(_written, (asked.approval, asked.approver, int(asked.until.timestamp()))))
    return f"{named}-{_signature(keys.sign(_data(named)))}"


def read(keys: Keys, given: str) -> Asked | None:
    """Who is asked by a word; none unless one of the keys has signed it. Whether it is still time is not asked."""
    if len(given) > LONGEST or not _WORD.fullmatch(given.casefold()):
        return None
    named, _, signature = given.casefold().rpartition("-")
    approval, approver, until = (int(part, 36) for part in named.split("-"))
    if not any(compare_digest(_signature(one), signature) for one in keys.signatures(_data(named))):
        return None
    try:
        return Asked(approval, approver, datetime.fromtimestamp(until, UTC))
    except (OverflowError, ValueError):
        return None


def address(base: str, said: str, answer: str = "") -> str:
    """The address of the page for a word; ``answer`` (``approve`` or ``reject``) is what it offers first."""
    return f"{base.rstrip('/')}{PATH}{quote(said)}" + (f"?answer={answer}" if answer else "")


def _data(named: str) -> bytes:
    return f"mimas decision 1 {named}".encode()


def _signature(full: str) -> str:
    return b32encode(bytes.fromhex(full)[:_BYTES]).decode().rstrip("=").lower()


def _written(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
