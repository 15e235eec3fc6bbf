"""What the documents that are there already say: types of attributes, names that are taken."""

from collections.abc import Mapping
from typing import Any

from mimas.configuration import notation
from mimas.configuration.notation import NotationError
from mimas.migrate.drafts import Draft, Noted, plain
from mimas.migrate.migration import Migration

_REFERENCES = frozenset(
    {
        *("manager", "member", "owner", "displayedowner", "managedby", "assistant", "secretary", "seealso"),
        *("explicitmember", "computedmember", "publicdelegates", "authorig", "resourceparent"),
    }
)
"""Attributes of directories and of the metaverse that hold references, where no document says so."""


class Known:
    """The connectors and object types that have been drafted."""

    def __init__(self, migration: Migration, references: frozenset[str]) -> None:
        """``references``: the portal's attributes that are references, in small letters."""
        self._drafts = migration.drafts
        self._references = references | _REFERENCES

    def draft(self, kind: str, name: str) -> Draft | None:
        """The document of this kind and name that is in force."""
        return next((one for one in self._drafts if (one.kind, one.name, one.aside) == (kind, name, False)), None)

    @property
    def types(self) -> list[str]:
        """The names of the object types that are in force."""
        return [one.name for one in self._drafts if one.kind == "ObjectType" and not one.aside]

    def free(self, kind: str, name: str) -> str:
        """The name, or one with a number that no document of the kind has."""
        taken = {one.name for one in self._drafts if one.kind == kind}
        number, free = 1, name
        while free in taken:
            number += 1
            free = f"{name} {number}"
        return free

    def attribute(self, connector: str, object_: str, name: str) -> str:
        """The type of an object's attribute, empty where it is not known."""
        draft = self.draft("Connector", connector)
        part = _bare(draft.body.get("objects", {})).get(object_, {}) if draft is not None else {}
        return _type(_bare(_bare(part).get("attributes", {})), name)

    def resource(self, type_: str, name: str) -> str:
        """The type of a resource's attribute, empty where it is not known."""
        draft = self.draft("ObjectType", type_)
        return _type(_bare(draft.body.get("attributes", {})), name) if draft is not None else ""

    def refers(self, kinds: tuple[str, str], names: tuple[str, str]) -> bool:
        """Whether references flow between two attributes: by their types where these are known, else by their names."""
        known = [kind for kind in kinds if kind]
        return "reference" in known if known else any(name.lower() in self._references for name in names)

    def index(self, type_: str, name: str) -> bool:
        """See to it that resources can be joined by an attribute; False where no document has it."""
        draft = self.draft("ObjectType", type_)
        attributes = _bare(draft.body.get("attributes", {})) if draft is not None else {}
        given = attributes.get(name)
        if given is None:
            return False
        form = notation.attribute(plain(given))
        if not form.get("indexed"):
            value = {**form, "indexed": True} if isinstance(plain(given), dict) else f"{plain(given)}, indexed"
            attributes[name] = Noted(value, given.note) if isinstance(given, Noted) else value
        return True


def _bare(value: Any) -> Any:
    return value.value if isinstance(value, Noted) else value


def _type(attributes: Mapping[str, Any], name: str) -> str:
    try:
        return str(notation.attribute(plain(attributes[name])).get("type", "")) if name in attributes else ""
    except NotationError:
        return ""
