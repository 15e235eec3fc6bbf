"""A signed-in connection to a directory, and what the directory says of itself (its root DSE)."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import ldap
import ldap.sasl
from ldap.controls.readentry import PostReadControl

from mimas.connectors.contract import ConnectorError
from mimas.connectors.ldap.failures import LOST, unreachable
from mimas.connectors.ldap.greeting import greets, offence
from mimas.connectors.ldap.settings import LdapSettings
from mimas.secrets.secret import Secret

ACTIVE_DIRECTORY = b"1.2.840.113556.1.4.800"
"""The capability by which Active Directory tells itself (MS-ADTS 3.1.1.3.4.3.1)."""

_PATIENCE = 15.0
"""Seconds to wait for a connection at most."""


class Session:
    """A connection. ``root`` holds the root DSE with its attribute names in lower case."""

    def __init__(self, name: str, settings: LdapSettings, folder: Path, reveal: Callable[[Secret], str]) -> None:
        """Connect, encrypt, sign in. Raises `ConnectorError`."""
        self.name = name
        self.settings = settings
        self._folder = folder
        self._reveal = reveal
        self.link: Any = None
        self.reconnect()
        self.root = self._root()
        self.anchor = self._anchor()

    def reconnect(self) -> None:
        """Connect anew. Raises `ConnectorError`."""
        self.close()
        settings = self.settings
        password = self._reveal(settings.password) if settings.password else ""
        try:
            self.link = self._initialise()
            if settings.kerberos:
                self.link.sasl_interactive_bind_s("", ldap.sasl.gssapi())
            else:
                self.link.simple_bind_s(settings.bind_dn, password)
        except ldap.LDAPError as error:
            raise unreachable(self.name, settings, error, self._offence(error)) from error

    def _offence(self, error: ldap.LDAPError) -> str:
        """What is wrong with the certificate of the server that was asked last, if that is why it is out of reach."""
        if not isinstance(error, ldap.SERVER_DOWN):
            return ""
        ca_file = self.settings.ca_file and self._folder / self.settings.ca_file
        return offence(self.settings.uri.split()[-1], ca_file, self._patience)

    @property
    def _patience(self) -> float:
        return min(self.settings.timeout, _PATIENCE)

    def signed_in_as(self, who: str, password: str) -> Any:
        """Another connection, of somebody else. Raises ``ldap.LDAPError``, `ConnectorError`."""
        link = self._initialise()
        link.simple_bind_s(who, password)
        return link

    def _initialise(self) -> Any:
        settings = self.settings
        patience = self._patience
        servers = [uri for uri in settings.uri.split() if greets(uri, patience)]
        if not servers:
            raise ldap.TIMEOUT
        link = ldap.initialize(" ".join(servers))
        link.protocol_version = ldap.VERSION3
        link.set_option(ldap.OPT_REFERRALS, 0)
        link.set_option(ldap.OPT_NETWORK_TIMEOUT, patience)
        link.set_option(ldap.OPT_TIMEOUT, settings.timeout)
        # Whoever waits for hours is to notice that nobody is there any more.
        for option, seconds in ((ldap.OPT_X_KEEPALIVE_IDLE, 60), (ldap.OPT_X_KEEPALIVE_INTERVAL, 15)):
            link.set_option(option, seconds)
        if settings.kerberos:
            # The server is the one that the address names, whatever a reverse look-up says; and TLS, where there is
            # some, already protects what is said (Active Directory refuses both at once).
            link.set_option(ldap.OPT_X_SASL_NOCANON, ldap.OPT_ON)
            if settings.start_tls or "ldaps:" in settings.uri:
                link.set_option(ldap.OPT_X_SASL_SSF_MAX, 0)
        link.set_option(ldap.OPT_X_TLS_REQUIRE_CERT, ldap.OPT_X_TLS_DEMAND)
        if settings.ca_file:
            path = self._folder / settings.ca_file
            if not path.is_file():
                raise ConnectorError(f"Connector {self.name}: there is no file {path}.", "Correct ca_file.")
            link.set_option(ldap.OPT_X_TLS_CACERTFILE, str(path))
        link.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        if settings.start_tls:
            link.start_tls_s()
        return link

    def look(self, name: str, attributes: list[str]) -> Mapping[str, list[bytes]] | None:
        """One entry, its attribute names in lower case; none when it is not there. Raises ``ldap.LDAPError``."""
        try:
            found = self.link.search_s(name, ldap.SCOPE_BASE, "(objectClass=*)", attributes)
        except ldap.NO_SUCH_OBJECT:
            return None
        return {key.lower(): values for key, values in found[0][1].items()} if found else None

    def _root(self) -> Mapping[str, list[bytes]]:
        try:
            return self.look("", ["*", "+"]) or {}
        except ldap.LDAPError as error:
            raise unreachable(self.name, self.settings, error) from error

    @property
    def is_active_directory(self) -> bool:
        """Whether this is Active Directory (or Samba's)."""
        return ACTIVE_DIRECTORY in self.root.get("supportedcapabilities", [])

    @property
    def vendor(self) -> str:
        """What the directory calls itself (RFC 3045)."""
        names = self.root.get("vendorname", []) + self.root.get("vendorversion", [])
        is_openldap = b"OpenLDAProotDSE" in self.root.get("objectclass", [])
        return " ".join(name.decode() for name in names) or ("OpenLDAP" if is_openldap else "a directory")

    @property
    def reads_after_write(self) -> bool:
        """Whether a write can bring back the entry it made (RFC 4527)."""
        return PostReadControl.controlType.encode() in self.root.get("supportedcontrol", [])

    def _anchor(self) -> str | None:
        if self.is_active_directory:
            return "objectGUID"
        # 389 Directory Server knows the other one, too; what it says of changes goes by its own.
        known = self.subschema(["attributeTypes"]).get("attributetypes", [])
        text = b"\n".join(known).lower()
        return next((name for name in ("nsUniqueId", "entryUUID") if f"'{name.lower()}'".encode() in text), None)

    def subschema(self, attributes: list[str]) -> Mapping[str, list[bytes]]:
        """The directory's schema, as RFC 4512 section 4.2 publishes it. Raises `ConnectorError`."""
        place = self.root.get("subschemasubentry", [b"cn=subschema"])[0].decode()
        try:
            return self.look(place, attributes) or {}
        except ldap.LDAPError as error:
            raise unreachable(self.name, self.settings, error) from error

    def close(self) -> None:
        """Sign out."""
        if self.link is not None:
            with suppress(*LOST):  # It may be gone already.
                self.link.unbind_s()
            self.link = None
