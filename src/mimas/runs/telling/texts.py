"""Values and instants as text."""

from collections.abc import Mapping
from typing import Any


def instant(text: str | None) -> str:
    """A recorded instant (ISO 8601, UTC) as people read it: to the second."""
    return f"{text[:10]} {text[11:19]} UTC" if text else ""


def cell(value: Any) -> str:
    """One value as text."""
    if value is None or isinstance(value, bool):
        return {None: "", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.2f}"
    if isinstance(value, Mapping):
        return ", ".join(f"{cell(inner)} {key}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(cell, value))
    return str(value)
