"""Passwords of accounts: set by an administrator, or changed by who knows the old one (MS-ADTS 3.1.1.3.1.5)."""

import ldap

from mimas.connectors.active_directory import values
from mimas.connectors.contract import ConnectorError
from mimas.connectors.ldap.failures import LOST, password_refused, unreachable
from mimas.connectors.ldap.session import Session
from mimas.connectors.ldap.writing import Modification


def set_password(session: Session, name: str, password: str, old: str | None) -> None:
    """Give an account a password; with ``old`` as its owner does, whom age and history of passwords bind.

    Raises `ConnectorError` with the reason of the domain controller, without a password.
    """
    if not name or not password or old == "":
        raise ConnectorError("An object and its password must be named; an empty one is none.", "Give both.")
    new = [values.password(password)]
    changes: list[Modification] = [(ldap.MOD_REPLACE, values.PASSWORD, new)]
    if old is not None:
        changes = [(ldap.MOD_DELETE, values.PASSWORD, [values.password(old)]), (ldap.MOD_ADD, values.PASSWORD, new)]
    try:
        session.link.modify_s(name, changes)
    except LOST as error:
        raise unreachable(session.name, session.settings, error) from None
    except ldap.LDAPError as error:
        raise password_refused(name, error, password, *([old] if old else [])) from None
