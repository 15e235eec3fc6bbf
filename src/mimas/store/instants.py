"""Instants as the tables hold them."""

from datetime import UTC, datetime


def stamp(at: datetime) -> str:
    """An instant as text in UTC that sorts."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def instant(text: str) -> datetime:
    """The other way round."""
    return datetime.fromisoformat(text)
