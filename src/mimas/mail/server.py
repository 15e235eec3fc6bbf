"""The server that takes mails, as it is set up. Apart from sending, whose imports most commands do without."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Tls = Literal["starttls", "implicit", "none"]
PORTS: dict[Tls, int] = {"starttls": 587, "implicit": 465, "none": 25}
"""The usual ports: RFC 6409 for submission, RFC 8314 for implicit TLS, RFC 5321 for a relay."""
INBOX_PORTS: dict[Tls, int] = {"starttls": 143, "implicit": 993, "none": 143}
"""The usual ports of IMAP (RFC 9051; RFC 8314)."""
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that takes mails, and who they come from."""

    host: str
    sender: str
    port: int = PORTS["starttls"]
    tls: Tls = "starttls"
    ca_file: Path | None = None
    """The certificates to trust (PEM); without it, the system's."""
    user: str = ""
    password: Callable[[], str] | None = field(default=None, repr=False)
    """Finds the password at the moment of sending, or raises `SecretError`; it is kept nowhere."""
    inbox: "Inbox | None" = None
    """Where answers arrive, if somebody reads them."""

    def reply_to(self, word: str) -> str | None:
        """Where the answer to a letter goes that has a word in it; none: nobody reads answers, or without the word."""
        if self.inbox is None:
            return None
        name, _, domain = self.inbox.address.rpartition("@")
        # Longer names than these no server need take (RFC 5321, 4.5.3.1.1); such an answer is known by what it quotes.
        fits = self.inbox.plus and len(name) + 1 + len(word) <= _LONGEST_NAME
        return f"{name}+{word}@{domain}" if fits else self.inbox.address


@dataclass(frozen=True, slots=True)
class Inbox:
    """A mailbox whose answers and bounces are read, by IMAP (RFC 9051)."""

    host: str
    address: str
    """What it gets its mails under."""
    port: int = INBOX_PORTS["implicit"]
    tls: Tls = "implicit"
    ca_file: Path | None = None
    user: str = ""
    password: Callable[[], str] | None = field(default=None, repr=False)
    folder: str = "INBOX"
    plus: bool = True
    """Whether what is sent to ``name+anything@domain`` arrives there as well."""
