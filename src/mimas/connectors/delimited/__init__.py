"""Delimited text (CSV) files: read as listings and change files, written as either."""

from mimas.connectors.delimited.connector import DelimitedConnector

__all__ = ["DelimitedConnector"]
