"""Active Directory: its domains, its changes by DirSync, its accounts and groups."""

from mimas.connectors.active_directory.connector import ActiveDirectoryConnector
from mimas.connectors.active_directory.settings import ActiveDirectorySettings, DomainSettings

__all__ = ["ActiveDirectoryConnector", "ActiveDirectorySettings", "DomainSettings"]
