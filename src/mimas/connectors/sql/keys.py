"""Anchors of rows: unique over all tables, and back to the columns' values."""

from collections.abc import Mapping

from mimas.schema.attributes import ObjectType, told_apart
from mimas.schema.values import Value


class Keys:
    """Writes and reads anchors. With several object types an anchor begins with its type: ``employee:17``."""

    def __init__(self, types: Mapping[str, ObjectType]) -> None:
        self._types = told_apart(types)

    def prefix(self, object_type: str) -> str:
        """What the anchors of a type begin with."""
        return self._types[object_type].prefix

    def anchor(self, object_type: ObjectType, values: Mapping[str, Value | None]) -> str | None:
        """The anchor of a row; none when a part of its key is missing."""
        return self._types[object_type.name].key(values)

    def bare(self, object_type: str, anchor: str) -> str:
        """The key itself. Raises `ValueError` for the anchor of another type."""
        prefix = self.prefix(object_type)
        if not anchor.startswith(prefix):
            raise ValueError(f"is no {object_type}: {anchor!r}")
        return anchor[len(prefix) :]

    def parts(self, object_type: ObjectType, anchor: str) -> dict[str, str]:
        """The key columns' values as text. Raises `ValueError`."""
        key = self.bare(object_type.name, anchor)
        parts = [key] if len(object_type.anchor) == 1 else _split(key)
        if len(parts) != len(object_type.anchor):
            raise ValueError(f"is no key of {', '.join(object_type.anchor)}: {anchor!r}")
        return dict(zip(object_type.anchor, parts, strict=True))


def _split(key: str) -> list[str]:
    """The parts of a key that `ObjectType.key` joined by ``+``."""
    parts, escaped = [""], False
    for character in key:
        if not escaped and character == "\\":
            escaped = True
        elif not escaped and character == "+":
            parts.append("")
        else:
            parts[-1] += character
            escaped = False
    return parts
