"""The metaverse of the old product as types of resources."""

from dataclasses import dataclass, field
from typing import Any

from mimas.migrate.agents.agent import first_of, text_of
from mimas.migrate.drafts import Draft, Noted
from mimas.migrate.dsml import Dsml
from mimas.migrate.elements import Element, Outcome
from mimas.schema.attributes import Attribute, Kind

_OF_RULES = frozenset({"synchronizationrule", "expectedruleentry", "detectedruleentry", "function"})
"""Types by which the portal's rules reached the engine, in small letters; here rules are documents."""
_FOR_RULES = "only the portal's rules needed it, and they are documents here"
_NOT_THERE = "Rules name it; the schema of the metaverse does not have it."


@dataclass(slots=True)
class Kept:
    """What is said of one type beside its schema."""

    joined: set[str] = field(default_factory=set)
    chosen: dict[str, str] = field(default_factory=dict)
    """Attribute → the function that chooses between what is contributed."""
    more: dict[str, Attribute] = field(default_factory=dict)
    """Attributes that rules name and the schema does not have, by their names in small letters."""
    deletion: Any = None
    note: str = ""
    used: bool = False
    """Whether a rule reads or writes resources of this type."""


class Metaverse:
    """The types and attributes that rules know, and those that they only name. Names are the same in any case."""

    def __init__(self, data: Element | None) -> None:
        """``data``: the element ``mv-data``; without one all types are as rules name them."""
        self.schema = Dsml(first_of(data, "schema"))
        self._names = {name.lower(): name for name in self.schema.classes}
        self._types = {
            name: {one.lower(): type_ for one, type_ in self.schema.attributes(name).items()}
            for name in self._names.values()
        }
        self.kept: dict[str, Kept] = {name: Kept() for name in self._names.values()}

    @property
    def types(self) -> list[str]:
        """All types, in the order of the file."""
        return list(self._names.values())

    def type(self, name: str) -> str:
        """A type as it is spelt; one that is not known is from now on."""
        proper = self._names.setdefault(name.lower(), name)
        self._types.setdefault(proper, {})
        self.kept.setdefault(proper, Kept())
        return proper

    def has(self, type_: str, name: str) -> bool:
        """Whether resources of a type have an attribute."""
        return name.lower() in self._types[type_] or name.lower() in self.kept[type_].more

    def attribute(self, type_: str, name: str) -> Attribute:
        """An attribute of a type; one that is not known is from now on."""
        if name.lower() in self._types[type_]:
            return self._types[type_][name.lower()].attribute
        elsewhere = self.schema.types.get(name.lower())
        usual = elsewhere.attribute if elsewhere is not None else Attribute(name)
        return self.kept[type_].more.setdefault(name.lower(), usual)

    def drafts(self) -> list[Draft]:
        """A document of each type; every element of the schema is accounted for."""
        carried: dict[str, set[str]] = {}
        drafts = []
        for name in self.types:
            kept, types = self.kept[name], self._types[name]
            if name.lower() in _OF_RULES and not kept.used:
                continue
            attributes: dict[str, Any] = {}
            for type_ in types.values():
                indexed = type_.element.attributes.get("indexed") == "true"
                attributes[type_.attribute.name] = self._said(kept, type_.attribute, indexed=indexed)
            for lower, attribute in kept.more.items():
                said = self._said(kept, attribute, indexed=False)
                attributes[attribute.name] = said if lower in self.schema.types else Noted(said, _NOT_THERE)
            body: dict[str, Any] = {"attributes": dict(sorted(attributes.items(), key=lambda item: item[0].lower()))}
            if kept.deletion is not None:
                body["deletion"] = kept.deletion
            carried[name] = set(attributes)
            drafts.append(Draft("ObjectType", name, body, kept.note, "types"))
        self.schema.account(carried, _FOR_RULES)
        return drafts

    def _said(self, kept: Kept, attribute: Attribute, *, indexed: bool) -> Any:
        flags = ["multivalued"] if attribute.multivalued else []
        # References are rows, and cannot be searched by their values.
        if (indexed or attribute.name in kept.joined) and attribute.kind is not Kind.REFERENCE:
            flags.append("indexed")
        if attribute.name not in kept.chosen:
            return ", ".join([str(attribute.kind), *flags])
        return {"type": str(attribute.kind), **dict.fromkeys(flags, True), "choose": kept.chosen[attribute.name]}


def account(data: Element, module: str, *, called: bool) -> None:
    """Say what became of those parts of ``mv-data`` that no rule is made of.

    ``module``: where the functions of its rules extension are; ``called``: whether anything asked for it.
    """
    for one in data.all("format-version", "version", "password-change-history-size", "creation-time"):
        one.whole(Outcome.NOT_APPLICABLE, "the old product's own bookkeeping")
    for one in data.all("last-modification-time", "mv-ui-settings", "ui-settings"):
        one.whole(Outcome.NOT_APPLICABLE, "the old product's own bookkeeping")
    for one in data.all("password-sync"):
        on = any(inner.text == "1" for inner in one.children)
        why = "Mimas does not carry changed passwords from one system to others"
        one.whole(Outcome.PERSON if on else Outcome.NOT_APPLICABLE, why)
    for one in data.all("extension"):
        account_extension(one, module, called=called)


def account_extension(element: Element, module: str, *, called: bool) -> None:
    """A rules extension: .NET code does not come along. ``called``: whether any rule asked for it."""
    if not text_of(element, "assembly-name") or not called:
        element.whole(Outcome.NOT_APPLICABLE, "no rule asked for a rules extension")
        return
    element.value("assembly-name")
    element.mark(Outcome.PERSON, f"what was called of it is to be written in extensions/{module}.py")
    for one in element.all("application-protection", "timeout", "debug", "enable-debugging"):
        one.whole(Outcome.NOT_APPLICABLE, "Python functions run within Mimas")
