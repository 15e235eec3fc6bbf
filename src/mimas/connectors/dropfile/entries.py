"""Lines of a drop file made into entries. The file may be an old one, or edited by hand: nothing is taken on trust."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from mimas.connectors.contract import Entry, EntryError, Schema
from mimas.connectors.dropfile.lines import EntryLine
from mimas.schema.attributes import NAME, Attribute, Kind
from mimas.schema.values import Scalar, Value, many

Attributes: TypeAlias = Mapping[str, Attribute]

_TYPES: Mapping[Kind, type[Scalar]] = {Kind.INTEGER: int, Kind.BOOLEAN: bool}
"""All other kinds of values are texts."""


class Entries:
    """Makes entries by the object types as they are configured now: attributes that these do not have are left out."""

    def __init__(self, schema: Schema) -> None:
        types = list(schema.values())
        self._types = {type_.name: _readable(type_.attributes.values()) for type_ in types}
        self._any = _readable(one for type_ in reversed(types) for one in type_.attributes.values())
        """Of any type, the first one first: a partial entry need not say of which type its object is."""

    def of(self, line: EntryLine) -> Entry:
        """The entry of a line. Raises `EntryError`."""
        attributes = self._any if line.partial and not line.type else self._types.get(line.type)
        if attributes is None:
            message = f"{line.key} is of the type '{line.type}', which is not configured"
            raise EntryError("unmappable-object-type", message, "Add the type to the connector, or take the line out.")
        values, references = _checked(line, attributes, line.values), _checked(line, attributes, line.references)
        return Entry(
            line.type,
            line.key,
            line.name,
            {
                name: many(several) if attributes[name].multivalued else several[0]
                for name, several in values.items()
                if several and attributes[name].kind is not Kind.REFERENCE
            },
            {
                name: [str(one) for one in several]
                for name, several in references.items()
                if attributes[name].kind is Kind.REFERENCE
            },
            line.partial,
            frozenset(name for name in line.cleared if name in attributes),
            _checked(line, attributes, line.added),
            _checked(line, attributes, line.removed),
        )


def _readable(attributes: Iterable[Attribute]) -> dict[str, Attribute]:
    return {NAME: Attribute(NAME)} | {one.name: one for one in attributes if not one.secret}


def _checked(
    line: EntryLine, attributes: Attributes, given: Mapping[str, Value | list[str]]
) -> dict[str, list[Scalar]]:
    """What is given of attributes that there are. Raises `EntryError` for what does not fit them."""
    found: dict[str, list[Scalar]] = {}
    for name, value in given.items():
        attribute = attributes.get(name)
        if attribute is None:
            continue
        several: list[Scalar] = [one for one in (value if isinstance(value, list) else [value]) if one != ""]
        if len(several) > 1 and not attribute.multivalued and attribute.kind is not Kind.REFERENCE:
            message = f"{line.key}: {name} has {len(several)} values and is declared with one"
            raise EntryError("multi-single-mismatch", message, "Declare it as multivalued.")
        if any(type(one) is not _TYPES.get(attribute.kind, str) for one in several):
            message = f"{line.key}: {name} has a value that is no {attribute.kind}"
            raise EntryError("invalid-attribute-value", message, "Correct the line, or the attribute's type.")
        found[name] = several
    return found
