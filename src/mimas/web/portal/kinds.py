"""Which of an installation's types are people, and which are groups: by what they have."""

from collections.abc import Mapping, Sequence

from mimas.authentication.names import NAMES
from mimas.language.filters.tree import MEMBERS
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.system import SYSTEM, Catalogue

_TITLES = ("displayname", "name", "cn")
_MEMBER = ("member", "members", "explicitmember")


def people(catalogue: Catalogue) -> list[str]:
    """The types whose resources have a name to sign in with."""
    return [
        type_
        for type_, attributes in catalogue.items()
        if type_ not in SYSTEM
        and type_ not in groups(catalogue)
        and any(one.name.casefold() in NAMES for one in attributes.values())
    ]


def groups(catalogue: Catalogue) -> list[str]:
    """The types whose resources have members."""
    return [type_ for type_, attributes in catalogue.items() if type_ not in SYSTEM and _has_members(attributes)]


def _has_members(attributes: Mapping[str, Attribute]) -> bool:
    return MEMBERS in attributes or any(
        one.kind is Kind.REFERENCE and one.multivalued and name.casefold() in _MEMBER
        for name, one in attributes.items()
    )


def membership(catalogue: Catalogue) -> list[str]:
    """The attributes by which groups have members, of all types."""
    names = {
        name
        for attributes in catalogue.values()
        for name, one in attributes.items()
        if one.kind is Kind.REFERENCE and (name == MEMBERS or name.casefold() in _MEMBER)
    }
    return sorted(names)


def searched(catalogue: Catalogue, type_: str) -> Sequence[str]:
    """The attributes of a type by which one is looked for: texts with an index."""
    return [
        name
        for name, attribute in catalogue.get(type_, {}).items()
        if attribute.indexed and not attribute.secret and attribute.kind is Kind.STRING
    ]


def titled(catalogue: Catalogue, type_: str) -> str | None:
    """The attribute by which a list of a type is sorted: its name, if that has an index."""
    attributes = catalogue.get(type_, {})
    found = (name for wanted in _TITLES for name in attributes if name.casefold() == wanted)
    return next((name for name in found if attributes[name].indexed and not attributes[name].multivalued), None)


def manager(catalogue: Catalogue, type_: str) -> str | None:
    """The attribute that says to whom somebody reports."""
    attributes = catalogue.get(type_, {})
    found = (name for name in attributes if name.casefold() == "manager")
    return next((name for name in found if attributes[name].kind is Kind.REFERENCE), None)
