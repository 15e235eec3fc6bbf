"""Sending mails through the server that is set up: plain text, or text and HTML side by side."""

import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from pathlib import Path
from smtplib import (
    SMTP,
    SMTP_SSL,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from mimas.mail.server import MailServer
from mimas.secrets.errors import SecretError

_TIMEOUT = 30
"""Seconds to wait for one answer."""
_FOR_GOOD = 500
"""From here on an answer's number says that trying again is of no use (RFC 5321, 4.2.1)."""


class MailError(Exception):
    """A mail could not be sent; the message says through which server, why, and what to do."""


class RefusedError(MailError):
    """The server does not take this mail, for those it is to or for what is in it; it may take others."""


class LaterError(RefusedError):
    """The server does not take this mail now, and may do so later (RFC 5321, 4.2.1: answers that begin with 4)."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that is to be sent. ``html`` is shown in place of ``text`` where it can be.

    ``mark`` is the left side of its Message-ID, and ``follows`` of that of the mail that it belongs to; answers go to
    ``reply_to``, if that is another address than the sender's.
    """

    to: Sequence[str]
    subject: str
    text: str
    html: str | None = None
    mark: str = ""
    follows: str | None = None
    reply_to: str | None = None


def compose(sender: str, mail: Mail) -> EmailMessage:
    """The mail as it is sent. ``Auto-Submitted`` keeps absence notices from answering it (RFC 3834, 5)."""
    message = EmailMessage()
    domain = sender.rpartition("@")[2]
    # A header is one line, and half a character (of a file's name, say) is no reason to keep silent.
    message["From"], message["To"] = sender, ", ".join(mail.to)
    message["Subject"] = " ".join(_whole(mail.subject).split())
    message["Date"] = localtime()
    message["Message-ID"] = f"<{mail.mark}@{domain}>" if mail.mark else make_msgid(domain=domain)
    if mail.follows:
        message["In-Reply-To"] = message["References"] = f"<{mail.follows}@{domain}>"
    if mail.reply_to:
        message["Reply-To"] = mail.reply_to
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_whole(mail.text))
    if mail.html is not None:
        message.add_alternative(_whole(mail.html), subtype="html")
    return message


def send(server: MailServer, to: Sequence[str], subject: str, text: str) -> list[str]:
    """Send a mail; the addresses that the server refused, if it took others. Raises `MailError`."""
    with session(server) as deliver:
        return deliver(Mail(to, subject, text))


@contextmanager
def session(server: MailServer) -> Iterator[Callable[[Mail], list[str]]]:
    """A way to send several mails, as `send` does one. A `RefusedError` is about one mail, another error about all."""
    try:
        password = server.password() if server.password else ""
    except SecretError as error:
        where = f"The mail server {server.host}:{server.port} was not asked, for want of its password"
        raise MailError(f"{where}: {error}") from None
    if not f"{server.user}{password}".isascii():
        # RFC 4616 would let them be UTF-8; smtplib does not, and its error would hold the password.
        hint = "give that account a password of ASCII characters"
        raise MailError(_told(server, f"the sign-in of {server.user} holds other characters than ASCII", hint))

    with ExitStack() as opened:
        with _explained(server):
            smtp = opened.enter_context(_session(server, password))

        def deliver(mail: Mail) -> list[str]:
            with _explained(server):
                try:
                    return sorted(smtp.send_message(compose(server.sender, mail)))
                except SMTPNotSupportedError:
                    hint = "give them an address of ASCII characters"
                    raise RefusedError(_told(server, f"it takes no address like {mail.to[0]}", hint)) from None
                except (ValueError, MessageError):
                    hint = "put the addresses right"
                    raise RefusedError(_told(server, f"nobody can have the address {mail.to!r:.200}", hint)) from None

        yield deliver


@contextmanager
def _explained(server: MailServer) -> Iterator[None]:
    """Whatever goes wrong within is a `MailError`."""
    try:
        yield
    except SMTPAuthenticationError as error:
        # What the server says to a sign-in may repeat a part of it.
        raise MailError(_told(server, f"it refuses the sign-in of {server.user} ({error.smtp_code})")) from None
    except SMTPRecipientsRefused as error:
        address, (code, reason) = next(iter(error.recipients.items()))
        passes = all(code < _FOR_GOOD for code, _ in error.recipients.values())
        raise _kind(passes)(_told(server, f"it refuses {address}: {code} {_plain(reason)}")) from None
    except SMTPDataError as error:
        raise _kind(error.smtp_code < _FOR_GOOD)(
            _told(server, f"{error.smtp_code} {_plain(error.smtp_error)}")
        ) from None
    except SMTPException as error:
        answer = f"{error.smtp_code} {_plain(error.smtp_error)}" if isinstance(error, SMTPResponseException) else ""
        raise MailError(_told(server, answer or _plain(str(error)) or type(error).__name__)) from None
    except ssl.SSLCertVerificationError as error:
        hint = "name the file with its certificate authority as `ca_file`"
        raise MailError(_told(server, f"its certificate is not trusted: {error.verify_message}", hint)) from None
    except OSError as error:
        raise MailError(_told(server, error.strerror or str(error) or type(error).__name__)) from None
    except UnicodeError:
        raise MailError(_told(server, "no server can have that name")) from None


def _kind(passes: bool) -> type[MailError]:
    return LaterError if passes else RefusedError


@contextmanager
def _session(server: MailServer, password: str) -> Iterator[SMTP]:
    context = None if server.tls == "none" else trust(server.ca_file)
    if server.tls == "implicit":
        smtp: SMTP = SMTP_SSL(server.host, server.port, timeout=_TIMEOUT, context=context)
    else:
        smtp = SMTP(server.host, server.port, timeout=_TIMEOUT)
    with closing(smtp):
        if server.tls == "starttls":
            smtp.starttls(context=context)
        if server.user:
            smtp.login(server.user, password)
        yield smtp
        # What was taken has been sent, whatever is said of the farewell.
        with suppress(SMTPException, OSError):
            smtp.quit()


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """Which certificates are trusted: those in a file, or else the system's. Raises `MailError`."""
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise MailError(
            f"The certificates in {ca_file} cannot be used: {error.strerror or type(error).__name__}. "
            "Put a file in the form PEM there, readable by the account that Mimas runs as."
        ) from None


def _whole(text: str) -> str:
    return text.encode(errors="replace").decode()


def _plain(reason: bytes | str) -> str:
    text = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
    return " ".join(text.split())[:200]


def _told(server: MailServer, what: str, hint: str = "look at the document of kind Mail") -> str:
    return f"The mail server {server.host}:{server.port} does not take the mail: {what}. To mend it, {hint}."
