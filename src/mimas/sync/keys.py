"""Normalised keys: how values are compared when objects are joined, resources searched, members matched."""

import unicodedata

from mimas.schema.values import Value, as_list


def normal(value: object) -> str:
    """The key of one value: trimmed, inner spaces single, without regard to case, composed (Unicode NFC)."""
    text = value if isinstance(value, str) else str(value)
    if text.isascii():
        return " ".join(text.split()).lower()
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


def normals(value: Value | None) -> list[str]:
    """The keys of a value; none for no value, and none for text of spaces only."""
    if value is None:
        return []
    if value.__class__ is str:
        key = normal(value)
        return [key] if key else []
    return [key for key in map(normal, as_list(value)) if key]
