"""Fixed-width text files: read as listings and change files, written as either."""

from mimas.connectors.fixed_width.connector import FixedWidthConnector

__all__ = ["FixedWidthConnector"]
