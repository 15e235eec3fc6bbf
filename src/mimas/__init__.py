"""Mimas: keeps every person and group the same across HR, directories, databases and applications."""

__version__ = "0.1.0"
