"""LDAP directories: OpenLDAP, 389 Directory Server, Active Directory. python-ldap is imported by this package only."""

from mimas.connectors.ldap.connector import LdapConnector
from mimas.connectors.ldap.settings import LdapSettings

__all__ = ["LdapConnector", "LdapSettings"]
