"""What python-ldap's exceptions mean, in the terms of MIM's export error catalogue."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ldap

from mimas.connectors.contract import ConnectorError, Export, Operation, Result
from mimas.connectors.ldap.settings import LdapSettings

LOST = (ldap.SERVER_DOWN, ldap.CONNECT_ERROR, ldap.UNAVAILABLE, ldap.BUSY, ldap.TIMEOUT)
"""The connection is gone or the server does not answer."""

CUT = (ldap.SIZELIMIT_EXCEEDED, ldap.TIMELIMIT_EXCEEDED, ldap.ADMINLIMIT_EXCEEDED, ldap.PARTIAL_RESULTS)
"""The directory does not send all that there is."""

_NO_SUCH_MEMBER = "00000525"
"""How Active Directory's texts begin where not the object is missing, but who was to be a member of it."""

_UNSAID = "unknown error code"
"""What libldap says when GnuTLS takes offence."""

_TERMS: dict[type[Exception], tuple[str, str]] = {
    ldap.ALREADY_EXISTS: (
        "cd-existing-object",
        "Import the directory so that the object can be joined, or give the new one another name.",
    ),
    ldap.NO_SUCH_OBJECT: ("cd-missing-object", "Somebody deleted or moved it; import the directory and sync again."),
    ldap.TYPE_OR_VALUE_EXISTS: ("cd-existing-attribute-or-value", "Import the directory and sync again."),
    ldap.NO_SUCH_ATTRIBUTE: ("cd-existing-attribute-or-value", "Import the directory and sync again."),
    ldap.CONSTRAINT_VIOLATION: ("constraint-violation", "Correct the value, or the rule that makes it."),
    ldap.OBJECT_CLASS_VIOLATION: (
        "schema-violation",
        "Give the attributes that the object class needs, and none that it does not have.",
    ),
    ldap.NAMING_VIOLATION: ("schema-violation", "Build the name from an attribute that the object class has."),
    ldap.NO_OBJECT_CLASS_MODS: ("schema-violation", "An object's class cannot change; delete and create it."),
    ldap.UNDEFINED_TYPE: ("schema-violation", "The directory does not know the attribute; check its spelling."),
    ldap.INVALID_SYNTAX: ("syntax-violation", "Correct the value, or the rule that makes it."),
    ldap.INVALID_DN_SYNTAX: ("invalid-dn", "Correct the rule that builds the name; EscapeDNComponent() escapes parts."),
    ldap.NOT_ALLOWED_ON_RDN: ("modify-naming-attribute", "Change the object's name (dn) instead."),
    ldap.NOT_ALLOWED_ON_NONLEAF: ("unsupported-container-delete", "Delete or move what the container holds first."),
    ldap.INSUFFICIENT_ACCESS: ("permission-issue", "Give the account of bind_dn the right to do this."),
    ldap.STRONG_AUTH_REQUIRED: ("permission-issue", "The directory wants encryption: use ldaps:// or start_tls: true."),
    ldap.REFERRAL: (
        "cd-error",
        "Another server is in charge of it, such as one that is no read-only copy: name that one.",
    ),
    ldap.CONFIDENTIALITY_REQUIRED: (
        "permission-issue",
        "The directory wants encryption: use ldaps:// or start_tls: true.",
    ),
    ldap.UNWILLING_TO_PERFORM: ("cd-error", "The directory's own rules forbid this; its message says which."),
}


_HOPELESS: dict[type[Exception], str] = {
    ldap.INVALID_CREDENTIALS: "Check bind_dn and its password.",
    ldap.NO_SUCH_OBJECT: "The base does not exist, or the account of bind_dn may not see it.",
    ldap.REFERRAL: "Another server has what is looked for: name that one, or correct the base.",
}


def told(error: Exception) -> str:
    """What the server said: the name of the error, and its diagnostic text where it gave one."""
    details: dict[str, Any] = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    description = str(details.get("desc") or type(error).__name__)
    info = " ".join(str(details.get("info") or "").replace("Referral:", "").split()).strip("() ")
    return f"{description} ({info})" if info not in ("", description, _UNSAID) else description


def result(export: Export, error: Exception) -> Result:
    """The outcome of an export that the server refused."""
    code, advice = next((_TERMS[kind] for kind in type(error).__mro__ if kind in _TERMS), ("cd-error", ""))
    if export.operation is Operation.ADD and isinstance(error, ldap.NO_SUCH_OBJECT):
        code, advice = "non-existent-parent", "Create its container; missing ou= containers are created by Mimas."
    if export.operation is Operation.UPDATE and isinstance(error, ldap.ALREADY_EXISTS):
        code, advice = "rename-to-existing-dn", "Another object has this name; import the directory and sync again."
    if isinstance(error, ldap.NO_SUCH_OBJECT) and _NO_SUCH_MEMBER in told(error):
        advice = (
            "Somebody who is to be a member is not in this forest, or no more; import the directory and sync again."
        )
        code = "constraint-violation"
    target = f" (to {export.new_name})" if export.new_name and export.operation is Operation.UPDATE else ""
    message = f"{export.operation.capitalize()} of {export.name}{target} was refused: {told(error)}."
    return Result(export.id, code, message, advice)


def password_refused(name: str, error: Exception, *secrets: str) -> ConnectorError:
    """A password that the server did not take, with its reason."""
    if isinstance(error, ldap.INVALID_CREDENTIALS):
        return ConnectorError(f"The old password of {name} is not right.", "Give the one that it has now.")
    reason = told(error)
    for secret in secrets:
        reason = reason.replace(secret, "…")
    _, advice = next((_TERMS[kind] for kind in type(error).__mro__ if kind in _TERMS), ("", ""))
    if isinstance(error, ldap.CONSTRAINT_VIOLATION):
        advice = "Choose one that the directory's password policy allows."
    return ConnectorError(f"The password of {name} was refused: {reason}.", advice)


def unreachable(name: str, settings: LdapSettings, error: Exception, offence: str = "") -> ConnectorError:
    """The directory cannot be used at all; ``offence`` is what is wrong with its certificate, where that is known."""
    if isinstance(error, (ldap.LOCAL_ERROR, ldap.AUTH_UNKNOWN)) and settings.kerberos:
        advice = "Get a ticket (kinit), or name a key table in KRB5_CLIENT_KTNAME, for the account that Mimas runs as."
        return ConnectorError(f"Connector {name}: {settings.uri}: Kerberos: {told(error)}.", advice)
    silent = isinstance(error, ldap.TIMEOUT)
    message = f"Connector {name}: {settings.uri}: {'no answer in time' if silent else offence or told(error)}."
    for kind, advice in _HOPELESS.items():
        if isinstance(error, kind):
            return ConnectorError(message, advice)
    if isinstance(error, LOST) and (settings.start_tls or "ldaps:" in settings.uri):
        # The TLS library does not let python-ldap tell an untrusted certificate from a silent server.
        trusted = settings.ca_file or "the system's certificates (set ca_file)"
        advice = f"that its certificate names this host, has not expired and is signed by one of {trusted}."
        return ConnectorError(message, f"Check that the server runs and can be reached from here, and {advice}")
    if isinstance(error, LOST):
        return ConnectorError(message, "Check that the server runs and can be reached from here, then run this again.")
    return ConnectorError(message, "Run this again; if that does not help, look into the directory's own log.")


@contextmanager
def unreachable_instead(name: str, settings: LdapSettings) -> Iterator[None]:
    """Turns what python-ldap raises into `ConnectorError`."""
    try:
        yield
    except ldap.LDAPError as error:
        raise unreachable(name, settings, error) from error
