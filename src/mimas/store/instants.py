"""Instants as the tables hold them."""

from datetime import datetime


def stamp(at: datetime) -> str:
    """An instant in UTC as text that sorts."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
