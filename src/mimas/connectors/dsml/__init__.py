"""DSML files (OASIS, Directory Services Markup Language 2.0): listings and changes, read and written."""

from mimas.connectors.dsml.connector import DsmlConnector

__all__ = ["DsmlConnector"]
