"""Files of attribute-value pairs: read as listings and change files, written as either."""

from mimas.connectors.avp.connector import AvpConnector

__all__ = ["AvpConnector"]
