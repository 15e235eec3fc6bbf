"""LDIF files (RFC 2849): content and change records, read and written."""

from mimas.connectors.ldif.connector import LdifConnector

__all__ = ["LdifConnector"]
