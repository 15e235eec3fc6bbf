"""Parts of the portal's schema by the names of the resources that show the schema of Mimas.

These follow the documents of the kind ObjectType and have none of their own, but filter permissions, constants and
sets of the portal refer to them.
"""

from collections.abc import Iterable, Iterator, Mapping

from mimas.migrate.service.objects import Exported, identifier
from mimas.migrate.service.spelling import Spelling
from mimas.requests.schema import BINDING, TYPE, binding, drafts
from mimas.schema.system import Catalogue


class Shown:
    """The schema as resources."""

    def __init__(self, everything: Mapping[str, Exported], catalogue: Catalogue, spelling: Spelling) -> None:
        """``everything``: all objects of the export, by their GUIDs."""
        self._all = everything
        self._catalogue = catalogue
        self._spelling = spelling
        self._names: set[tuple[str, str]] = set()
        self._attributes: dict[tuple[str, str], str] = {}
        """(type, attribute) → what shows the attribute."""
        for draft in drafts(catalogue):
            self._names.add(draft.key)
            if draft.kind == BINDING:
                (_, type_), (_, attribute) = draft.references
                self._attributes[type_, draft.name.removeprefix(f"{type_} ")] = attribute

    def names(self, one: Exported, other: Exported) -> list[str]:
        """What shows a part of the schema, where ``one`` refers to it; nothing where there is no such thing here.

        An attribute may be several, which are spelt differently by the types that have it.
        """
        if other.kind == TYPE:
            found: Iterable[str] = [self._spelling.type(other.text("Name"))]
        elif other.kind == BINDING:
            pairs = self._bound(other, self._attribute(other, "BoundAttributeType"))
            found = [binding(type_, name) for type_, name in pairs]
        else:
            found = [self._attributes[pair] for pair in self._bound(one, other.text("Name"))]
        return [name for name in dict.fromkeys(found) if (other.kind, name) in self._names]

    def _attribute(self, one: Exported, end: str) -> str:
        part = self._all.get(identifier(one.text(end)))
        return part.text("Name") if part is not None else ""

    def _bound(self, one: Exported, attribute: str) -> Iterator[tuple[str, str]]:
        """The types that have an attribute, with what it is called by them: all, if the object names none."""
        named = self._attribute(one, "BoundObjectType")
        for type_ in [self._spelling.type(named)] if named else sorted(self._catalogue):
            for name in self._spelling.attribute(attribute, [type_]):
                if (type_, name) in self._attributes:
                    yield type_, name
