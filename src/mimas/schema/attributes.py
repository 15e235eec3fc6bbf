"""Attributes and object types, of a connected system or of the metaverse."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from mimas.schema.values import Value


class Kind(StrEnum):
    """The type of an attribute's values (MIM: attribute type)."""

    STRING = "string"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    BINARY = "binary"
    DATETIME = "datetime"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: its name, type, and whether it may hold several values."""

    name: str
    kind: Kind = Kind.STRING
    multivalued: bool = False
    to: str | None = None
    """For a reference: the object type it points to, where the system needs to be told."""
    secret: bool = False
    """It is written when an object is made, never read, and stands in no image: an initial password."""
    required: bool = False
    """Of a resource: it must have a value."""
    pattern: str = ""
    """Of a resource: a regular expression that each value must fit as a whole (MIM: StringRegex)."""
    minimum: int | None = None
    maximum: int | None = None
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What people call it, by language (``en``); without any it is called by its name."""
    indexed: bool = False
    """Of a resource: whether it is joined and searched by, and so has keys in the store."""
    structured: bool = False
    """Of a resource: its text is JSON, which documents write as lists and mappings."""


NAME = "dn"
"""The pseudo attribute that holds an object's name in systems whose objects have distinguished names."""


@dataclass(frozen=True, slots=True)
class ObjectType:
    """One type of objects of a connected system: its attributes, and which of them make up its anchor.

    An empty ``anchor`` says that the anchor is the name (LDIF) or is given by the system (``entryUUID``, a SCIM id).
    """

    name: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    anchor: tuple[str, ...] = ()
    prefix: str = ""
    """What anchors begin with, where several types of one system could have the same ones."""

    def key(self, values: Mapping[str, Value | None]) -> str | None:
        """The anchor as text, from the attributes that make it up; none when one of them is missing.

        Several parts are joined by ``+``, which is escaped within a part, as MIM joins multi-part anchors.
        """
        if not self.anchor:
            return None
        if len(self.anchor) == 1:
            only = values.get(self.anchor[0])
            return None if only is None or only == "" or isinstance(only, list) else f"{self.prefix}{only}"
        parts = [values.get(name) for name in self.anchor]
        if any(part is None or part == "" or isinstance(part, list) for part in parts):
            return None
        return self.prefix + "+".join(str(part).replace("\\", "\\\\").replace("+", "\\+") for part in parts)


def told_apart(types: Mapping[str, ObjectType]) -> dict[str, ObjectType]:
    """The types of one system, with prefixes if there are several: ``employee:17`` is not ``department:17``."""
    several = len(types) > 1
    return {
        name: replace(type_, prefix=f"{name}:") if several and type_.anchor else type_ for name, type_ in types.items()
    }


def secrets(types: Mapping[str, ObjectType]) -> dict[str, frozenset[str]]:
    """Object type → its secret attributes. The empty name stands for a type that is not told: those of all."""
    found = {name: frozenset(a.name for a in type_.attributes.values() if a.secret) for name, type_ in types.items()}
    return {"": frozenset[str]().union(*found.values())} | found
