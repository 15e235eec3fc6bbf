"""A mailbox by IMAP (RFC 9051), as it is set up. Nothing is ever deleted or moved in it.

A mail that has been understood is marked as read and answered; one that has not is flagged, and stays for a person.
What is neither is looked at.
"""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from imaplib import IMAP4, IMAP4_SSL
from typing import Any

from mimas.mail.answers import LARGEST
from mimas.mail.sending import MailError, trust
from mimas.mail.server import Inbox
from mimas.secrets.errors import SecretError

_TIMEOUT = 30
"""Seconds to wait for one answer."""
_NEW = "UNANSWERED UNFLAGGED UNDELETED"


class Mailbox:
    """An open mailbox; mails are told apart by their UID."""

    def __init__(self, inbox: Inbox, imap: IMAP4) -> None:
        self.inbox = inbox
        self._imap = imap

    def new(self, some: int) -> list[str]:
        """The first of those that nobody has looked at. Raises `MailError`, as the others do."""
        with _explained(self.inbox):
            found = self._done(self._imap.uid("SEARCH", _NEW))
        uids = [uid.decode("ascii", "replace") for part in found if isinstance(part, bytes) for uid in part.split()]
        return uids[:some]

    def fetch(self, uid: str) -> bytes:
        """The beginning of a mail, which is not marked as read by that."""
        with _explained(self.inbox):
            parts = self._done(self._imap.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST}>)"))
        return next((part[1] for part in parts if isinstance(part, tuple)), b"")

    def understood(self, uid: str) -> None:
        """Mark a mail as read and answered."""
        self._mark(uid, r"(\Seen \Answered)")

    def left(self, uid: str) -> None:
        """Flag a mail, for a person to look at."""
        self._mark(uid, r"(\Flagged)")

    def _mark(self, uid: str, flags: str) -> None:
        with _explained(self.inbox):
            self._done(self._imap.uid("STORE", uid, "+FLAGS.SILENT", flags))

    def _done(self, answered: tuple[str, list[Any]]) -> list[Any]:
        kind, data = answered
        if kind != "OK":
            raise IMAP4.error(_said(data))
        return data


@contextmanager
def opened(inbox: Inbox) -> Iterator[Mailbox]:
    """The mailbox, until it is left. Raises `MailError`."""
    try:
        password = inbox.password() if inbox.password else ""
    except SecretError as error:
        where = f"The mailbox at {inbox.host}:{inbox.port} was not opened, for want of its password"
        raise MailError(f"{where}: {error}") from None
    with _explained(inbox):
        imap = _connected(inbox)
    try:
        with _explained(inbox):
            _sign_in(inbox, imap, password)
            kind, data = imap.select(_quoted(inbox.folder))
            if kind != "OK":
                raise MailError(_told(inbox, f"it has no folder {inbox.folder}: {_said(data)}"))
        yield Mailbox(inbox, imap)
    finally:
        with suppress(IMAP4.error, OSError):
            imap.logout()


def _connected(inbox: Inbox) -> IMAP4:
    context = trust(inbox.ca_file)
    if inbox.tls == "implicit":
        return IMAP4_SSL(inbox.host, inbox.port, ssl_context=context, timeout=_TIMEOUT)
    imap = IMAP4(inbox.host, inbox.port, timeout=_TIMEOUT)
    try:
        imap.starttls(context)
    except BaseException:
        imap.shutdown()
        raise
    return imap


def _sign_in(inbox: Inbox, imap: IMAP4, password: str) -> None:
    # By SASL (RFC 4616), which takes every character, where LOGIN takes ASCII.
    given = f"\0{inbox.user}\0{password}".encode()
    try:
        imap.authenticate("PLAIN", lambda _: given)
    except IMAP4.error:
        # What the server says to a sign-in may repeat a part of it.
        raise MailError(_told(inbox, f"it refuses the sign-in of {inbox.user}")) from None


@contextmanager
def _explained(inbox: Inbox) -> Iterator[None]:
    """Whatever goes wrong within is a `MailError`."""
    try:
        yield
    except IMAP4.error as error:
        raise MailError(_told(inbox, _plain(str(error).encode()) or type(error).__name__)) from None
    except ssl.SSLCertVerificationError as error:
        hint = "name the file with its certificate authority as `ca_file`"
        raise MailError(_told(inbox, f"its certificate is not trusted: {error.verify_message}", hint)) from None
    except OSError as error:
        raise MailError(_told(inbox, error.strerror or str(error) or type(error).__name__)) from None
    except UnicodeError:
        raise MailError(_told(inbox, "no server can have that name")) from None


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _said(data: list[Any]) -> str:
    return _plain(data[0]) if data and isinstance(data[0], bytes) else ""


def _plain(data: bytes) -> str:
    return " ".join(data.decode(errors="replace").split())[:200]


def _told(inbox: Inbox, what: str, hint: str = "look at `inbox` in the document of kind Mail") -> str:
    return f"The mailbox at {inbox.host}:{inbox.port} cannot be read: {what}. To mend it, {hint}."
