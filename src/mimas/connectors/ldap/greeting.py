"""Whether a server at ``ldaps://`` begins to talk, asked before libldap does; and what is wrong with its certificate.

With GnuTLS libldap (2.5.13, say) waits for the other side of a TLS handshake for ever, whatever its timeouts are, and
as fast as the processor goes. Behind a load balancer whose server is down nothing else happens. Nor does it say
what it does not like of a certificate.
"""

import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

_PORT = 636


def greets(uri: str, seconds: float) -> bool:
    """False when nothing comes in so many seconds. What else may be wrong, the certificate say, libldap tells."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # Nothing is sent over this connection.
    try:
        _greet(uri, context, seconds)
    except TimeoutError:
        return False
    except (OSError, ValueError):
        pass
    return True


def offence(uri: str, ca_file: Path | None, seconds: float) -> str:
    """What is wrong with the certificate that a server shows, in OpenSSL's words; empty: nothing, or not known."""
    try:
        _greet(uri, ssl.create_default_context(cafile=ca_file), seconds)
    except ssl.SSLCertVerificationError as error:
        return f"its certificate is not accepted: {error.verify_message}"
    except (OSError, ValueError):
        pass
    return ""


def _greet(uri: str, context: ssl.SSLContext, seconds: float) -> None:
    parts = urlsplit(uri)
    if parts.scheme == "ldaps":
        with socket.create_connection((parts.hostname or "localhost", parts.port or _PORT), seconds) as wire:
            context.wrap_socket(wire, server_hostname=parts.hostname).close()
