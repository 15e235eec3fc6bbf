"""How letters can be answered, as far as an installation is set up for it."""

from dataclasses import dataclass

from mimas.mail.server import MailServer


@dataclass(frozen=True, slots=True)
class Answering:
    """``base``: the address of `mimas serve`; ``server``: whose mailbox of answers is read, if it has one."""

    base: str | None = None
    server: MailServer | None = None
