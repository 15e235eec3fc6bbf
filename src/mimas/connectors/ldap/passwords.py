"""Passwords by the operation *password modify* (RFC 3062): the server keeps them in a form of its own."""

from contextlib import suppress

import ldap

from mimas.connectors.contract import ConnectorError
from mimas.connectors.ldap.failures import LOST, password_refused, unreachable
from mimas.connectors.ldap.session import Session

_OPERATION = b"1.3.6.1.4.1.4203.1.11.1"


def set_password(session: Session, name: str, password: str, old: str | None = None) -> None:
    """Give an entry a password; with ``old``, signed in as that entry, so that the rules for its owner hold.

    Raises `ConnectorError` with the server's reason, without a password.
    """
    _check(session, name, password, old)
    link = None
    try:
        link = session.link if old is None else session.signed_in_as(name, old)
        link.passwd_s(name, old, password)
    except LOST as error:
        raise unreachable(session.name, session.settings, error) from None
    except ldap.LDAPError as error:
        raise password_refused(name, error, password, *([old] if old else [])) from None
    finally:
        if old is not None and link is not None:
            with suppress(ldap.LDAPError):
                link.unbind_s()


def verifies(session: Session, name: str, password: str) -> bool:
    """Whether an entry can sign in with a password. Raises `ConnectorError` when the server cannot be asked.

    Without a password anybody could: to LDAP that is a sign-in as nobody (RFC 4513, section 5.1.2).
    """
    if not name or not password:
        return False
    if session.settings.open_wire:
        raise ConnectorError(
            f"Connector {session.name}: {session.settings.open_wire} would carry the password unencrypted.",
            "Use ldaps:// or start_tls: true.",
        )
    try:
        link = session.signed_in_as(name, password)
    except LOST as error:
        raise unreachable(session.name, session.settings, error) from None
    except ldap.LDAPError:
        return False
    with suppress(ldap.LDAPError):
        link.unbind_s()
    return True


def _check(session: Session, name: str, password: str, old: str | None) -> None:
    settings = session.settings
    if _OPERATION not in session.root.get("supportedextension", []):
        raise ConnectorError(
            f"Connector {session.name}: {settings.uri} does not offer password modify (RFC 3062).",
            "For Active Directory there is a connector of its own.",
        )
    # To LDAP no password is no error: without a new one the server makes one up, without the old one anybody signs in.
    if not name or not password or old == "":
        raise ConnectorError("An object and its password must be named; an empty one is none.", "Give both.")
    if settings.open_wire and (old is not None or not settings.kerberos):
        raise ConnectorError(
            f"Connector {session.name}: {settings.open_wire} would carry the password unencrypted.",
            "Use ldaps:// or start_tls: true.",
        )
