"""What a file shows of the object types that are in it."""

from collections.abc import Iterable

from mimas.connectors.named.values import Line, as_text
from mimas.schema.attributes import NAME, Attribute, Kind


def learn(types: dict[str, dict[str, Attribute]], lines: Iterable[Line]) -> None:
    """Add what the attributes of one record show. Raises `EntryError`, as iterating over them does."""
    found: dict[str, list[str | bytes]] = {}
    spellings: dict[str, str] = {}
    for name, value in lines:
        found.setdefault(spellings.setdefault(name.lower(), name), []).append(value)
    classes = found.get(spellings.get("objectclass", ""))
    if not classes:
        return
    attributes = types.setdefault(as_text(classes[-1]), {NAME: Attribute(NAME)})
    known = {name.lower(): name for name in attributes}
    for spelling, values in found.items():
        name = known.get(spelling.lower(), spelling)
        if name != NAME:
            before = attributes.get(name) or Attribute(name)
            binary = before.kind is Kind.BINARY or any(_is_binary(value) for value in values)
            many = before.multivalued or len(values) > 1 or name.lower() == "objectclass"
            attributes[name] = Attribute(name, Kind.BINARY if binary else Kind.STRING, many)


def _is_binary(value: str | bytes) -> bool:
    try:
        return isinstance(value, bytes) and not value.decode().replace("\n", "").isprintable()
    except UnicodeDecodeError:
        return True
