"""The schema in an exported file: object classes and attribute types in DSML, with what Microsoft added to it.

The types are those of MIM: texts, whole numbers, truth values, binaries and references. Times are texts to it, as the
system writes them (reference: Microsoft's *Synchronization Service* schema pages), and rules rely on that.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mimas.migrate.elements import Element, Outcome
from mimas.schema.attributes import Attribute, Kind

_LDAP, _MICROSOFT = "1.3.6.1.4.1.1466.115.121.1.", "1.2.840.113556.1.4."
_TEXTS = ("6", "11", "15", "22", "24", "26", "34", "36", "38", "39", "41", "43", "44", "50", "53", "58")
KINDS: Mapping[str, Kind] = {
    **{_LDAP + number: Kind.STRING for number in _TEXTS},
    **{_LDAP + number: Kind.BINARY for number in ("5", "8", "23", "28", "40")},
    _LDAP + "7": Kind.BOOLEAN,
    _LDAP + "12": Kind.REFERENCE,
    _LDAP + "27": Kind.INTEGER,
    **{_MICROSOFT + number: Kind.STRING for number in ("903", "904", "905", "1362")},
    _MICROSOFT + "906": Kind.INTEGER,
    _MICROSOFT + "907": Kind.BINARY,
    _MICROSOFT + "1221": Kind.REFERENCE,
}
"""Syntaxes (RFC 4517, and MS-ADTS 3.1.1.2.2.2) as kinds."""
_IDENTIFIERS = frozenset({"ms-ds-creatorsid"})
"""Attributes that the old products look up by their security identifier; what the directory shows is binary."""


@dataclass(slots=True)
class Type:
    """An attribute type."""

    attribute: Attribute
    indexable: bool
    element: Element
    written_only: bool = False
    """Whether it is written and never read: a password."""


class Dsml:
    """The classes and attribute types of one schema. Names are compared without regard to case."""

    def __init__(self, schema: Element | None) -> None:
        """``schema``: the element above ``dsml``; without one nothing is known."""
        self._root = schema
        inner = schema.first("dsml", "directory-schema") if schema is not None else None
        parts = inner.children if inner is not None else []
        self._types = {one.attributes.get("id", ""): _type(one) for one in parts if one.tag == "attribute-type"}
        self._classes = {one.attributes.get("id", ""): one for one in parts if one.tag == "class"}
        self._rules = {one.attributes.get("id", ""): one for one in parts if one.tag == "dit-content-rule"}
        self.types = {one.attribute.name.lower(): one for one in self._types.values()}
        self._ids = {name.lower(): id_ for id_, one in self._classes.items() if (name := _named(one))}

    @property
    def classes(self) -> list[str]:
        """The names of all classes, as they are written."""
        return [name for one in self._classes.values() if (name := _named(one))]

    def attributes(self, class_: str) -> dict[str, Type]:
        """The attribute types that objects of a class may have, by their names: its own, inherited, auxiliary ones."""
        found: dict[str, Type] = {}
        for one in self._related(self._ids.get(class_.lower(), ""), set()):
            for reference in one.all("attribute"):
                type_ = self._types.get(_target(reference))
                if type_ is not None and type_.attribute.name:
                    found[type_.attribute.name] = type_
        return dict(sorted(found.items(), key=lambda item: item[0].lower()))

    def _related(self, id_: str, seen: set[str]) -> Iterator[Element]:
        if id_ in seen or id_ not in self._classes:
            return
        seen.add(id_)
        class_, rule = self._classes[id_], self._rules.get(id_)
        yield class_
        yield from self._related(class_.attributes.get("superior", "").removeprefix("#"), seen)
        for one in (class_, rule):
            if one is not None:
                for auxiliary in one.all("aux-class"):
                    yield from self._related(_target(auxiliary), seen)
        if rule is not None:
            yield rule

    def account(self, used: Mapping[str, set[str]], why: str) -> None:
        """Say of every element what became of it.

        ``used``: class → attributes that documents hold; ``why`` the others are not there.
        """
        if self._root is None:
            return
        names = {name.lower() for some in used.values() for name in some}
        reached = {id(one) for class_ in used for one in self._related(self._ids.get(class_.lower(), ""), set())}
        for type_ in self._types.values():
            carried = type_.attribute.name.lower() in names
            syntax = type_.element.first("syntax")
            if carried and syntax is not None and syntax.text not in KINDS:
                syntax.mark(Outcome.DIFFERENT, f"the syntax {syntax.text} is not known: it is text now")
            type_.element.whole(*((Outcome.CARRIED, "") if carried else (Outcome.NOT_APPLICABLE, why)))
        for one in (*self._classes.values(), *self._rules.values()):
            if id(one) not in reached:
                one.whole(Outcome.NOT_APPLICABLE, why)
                continue
            for reference in one.all("attribute"):
                known = self._types.get(_target(reference))
                carried = known is not None and known.attribute.name.lower() in names
                reference.mark(*((Outcome.CARRIED, "") if carried else (Outcome.NOT_APPLICABLE, why)))
            one.whole(Outcome.CARRIED)
        for outer in (self._root, self._root.first("dsml"), self._root.first("dsml", "directory-schema")):
            if outer is not None:
                outer.mark(Outcome.CARRIED)


def _type(element: Element) -> Type:
    name = _named(element)
    syntax = element.first("syntax")
    kind = KINDS.get(syntax.text if syntax is not None else "", Kind.STRING)
    if name.lower() in _IDENTIFIERS:
        kind = Kind.BINARY
    said = element.attributes
    multivalued = said.get("single-value", "false") != "true"
    written_only = said.get("export-only") == "true" or said.get("encrypted") == "true"
    return Type(Attribute(name, kind, multivalued), said.get("indexable") == "true", element, written_only)


def _named(element: Element) -> str:
    name = element.first("name")
    return name.text if name is not None else ""


def _target(reference: Element) -> str:
    return reference.attributes.get("ref", "").removeprefix("#")
