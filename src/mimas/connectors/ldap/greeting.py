"""Whether a server at ``ldaps://`` begins to talk, asked before libldap does.

With GnuTLS libldap (2.5.13, say) waits for the other side of a TLS handshake for ever, whatever its timeouts are, and
as fast as the processor goes. Behind a load balancer whose server is down nothing else happens.
"""

import socket
import ssl
from urllib.parse import urlsplit

_PORT = 636


def greets(uri: str, seconds: float) -> bool:
    """False when nothing comes in so many seconds. What else may be wrong, the certificate say, libldap tells."""
    parts = urlsplit(uri)
    if parts.scheme != "ldaps":
        return True
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # Nothing is sent over this connection.
    try:
        with socket.create_connection((parts.hostname or "localhost", parts.port or _PORT), seconds) as wire:
            context.wrap_socket(wire, server_hostname=parts.hostname).close()
    except TimeoutError:
        return False
    except (OSError, ValueError):
        pass
    return True
