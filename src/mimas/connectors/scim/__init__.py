"""Applications that speak SCIM 2.0 (RFC 7643, RFC 7644)."""

from mimas.connectors.scim.connector import ScimConnector
from mimas.connectors.scim.settings import ScimSettings

__all__ = ["ScimConnector", "ScimSettings"]
