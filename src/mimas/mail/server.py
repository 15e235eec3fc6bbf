"""The server that takes mails, as it is set up. Apart from sending, whose imports most commands do without."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Tls = Literal["starttls", "implicit", "none"]
PORTS: dict[Tls, int] = {"starttls": 587, "implicit": 465, "none": 25}
"""The usual ports: RFC 6409 for submission, RFC 8314 for implicit TLS, RFC 5321 for a relay."""


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
