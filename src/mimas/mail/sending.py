"""Sending a mail in plain text through the server that is set up."""

import ssl
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from smtplib import (
    SMTP,
    SMTP_SSL,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from mimas.mail.server import MailServer
from mimas.secrets.errors import SecretError

_TIMEOUT = 30
"""Seconds to wait for one answer."""


class MailError(Exception):
    """A mail could not be sent; the message says through which server, why, and what to do."""


class RefusedError(MailError):
    """The server does not take this mail, for those it is to or for what is in it; it may take others."""


def compose(sender: str, to: Sequence[str], subject: str, text: str) -> EmailMessage:
    """The mail. ``Auto-Submitted`` keeps absence notices from answering it (RFC 3834, 5)."""
    mail = EmailMessage()
    # A header is one line, and half a character (of a file's name, say) is no reason to keep silent.
    mail["From"], mail["To"], mail["Subject"] = sender, ", ".join(to), " ".join(_whole(subject).split())
    mail["Date"] = localtime()
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_whole(text))
    return mail


def send(server: MailServer, to: Sequence[str], subject: str, text: str) -> list[str]:
    """Send a mail; the addresses that the server refused, if it took others. Raises `MailError`."""
    try:
        password = server.password() if server.password else ""
    except SecretError as error:
        where = f"The mail server {server.host}:{server.port} was not asked, for want of its password"
        raise MailError(f"{where}: {error}") from None
    if not f"{server.user}{password}".isascii():
        # RFC 4616 would let them be UTF-8; smtplib does not, and its error would hold the password.
        hint = "give that account a password of ASCII characters"
        raise MailError(_told(server, f"the sign-in of {server.user} holds other characters than ASCII", hint))
    mail = compose(server.sender, to, subject, text)
    try:
        with _session(server, password) as smtp:
            return sorted(smtp.send_message(mail))
    except SMTPAuthenticationError as error:
        # What the server says to a sign-in may repeat a part of it.
        raise MailError(_told(server, f"it refuses the sign-in of {server.user} ({error.smtp_code})")) from None
    except SMTPRecipientsRefused as error:
        address, (code, reason) = next(iter(error.recipients.items()))
        raise RefusedError(_told(server, f"it refuses {address}: {code} {_plain(reason)}")) from None
    except SMTPDataError as error:
        raise RefusedError(_told(server, f"{error.smtp_code} {_plain(error.smtp_error)}")) from None
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


@contextmanager
def _session(server: MailServer, password: str) -> Iterator[SMTP]:
    context = None if server.tls == "none" else _trust(server)
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


def _trust(server: MailServer) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=server.ca_file)
    except OSError as error:
        raise MailError(
            f"The certificates in {server.ca_file} cannot be used: {error.strerror or type(error).__name__}. "
            "Put a file in the form PEM there, readable by the account that Mimas runs as."
        ) from None


def _whole(text: str) -> str:
    return text.encode(errors="replace").decode()


def _plain(reason: bytes | str) -> str:
    text = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
    return " ".join(text.split())[:200]


def _told(server: MailServer, what: str, hint: str = "look at the document of kind Mail") -> str:
    return f"The mail server {server.host}:{server.port} does not take the mail: {what}. To mend it, {hint}."
