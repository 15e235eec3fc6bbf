"""The schema as resources, as MIM has it: types, attributes, and bindings that say which type has which attribute.

They follow the documents of the kind ObjectType, and those follow what a request does to them: the documents are what
is true. Source: MIM's SDK, *Schema Resources*; what is a part of Mimas itself has MIM's keyword for that, by which its
stock sets tell it from what may be changed.
"""

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import TypeAlias

from mimas.language.filters.binding import IMPLICIT
from mimas.requests.placing import Draft, Placer
from mimas.runs.symbols import Symbols
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.system import SCHEMA, SYSTEM, Catalogue
from mimas.schema.values import Values
from mimas.store import documents, naming, tables
from mimas.store.database import Transaction

TYPE, ATTRIBUTE, BINDING = "ObjectTypeDescription", "AttributeTypeDescription", "BindingDescription"
KEYWORD = "Microsoft.ResourceManagement.WebServices"
"""``UsageKeyword`` of what Mimas itself is made of (MIM: of what must not be changed)."""
_SHOWN = "schema"
"""The row of `meta` that says what schema the resources show."""

DATA_TYPES: Mapping[Kind, str] = {
    Kind.STRING: "String",
    Kind.INTEGER: "Integer",
    Kind.BOOLEAN: "Boolean",
    Kind.BINARY: "Binary",
    Kind.DATETIME: "DateTime",
    Kind.REFERENCE: "Reference",
}


_FOLLOWED: Mapping[str, frozenset[str]] = {
    TYPE: frozenset({"Name"}),
    ATTRIBUTE: frozenset({"Name", "DataType", "Multivalued"}),
    BINDING: frozenset(
        {
            *("BoundObjectType", "BoundAttributeType", "DisplayName", "LocalizedDisplayName"),
            *("Required", "StringRegex", "IntegerMinimum", "IntegerMaximum"),
        }
    ),
}
"""What follows the documents; everything else of these resources is the store's own."""


def show(tx: Transaction, symbols: Symbols) -> None:
    """Bring the resources to the types that the store knows; nothing is done where they show them already."""
    usage = {name: type_.usage for name, type_ in symbols.compiled.rules.types.items()}
    wanted = list(drafts(symbols.store.catalogue, usage))
    shown = documents.digest({f"{one.kind}/{one.name}": one.values for one in wanted})
    if tx.value("SELECT value FROM meta WHERE key = ?", _SHOWN) == shown:
        return
    placer = Placer(tx, symbols)
    placer.owners = {kind: dict.fromkeys(SYSTEM[kind].keys() - mine, "") for kind, mine in _FOLLOWED.items()}
    placer.place(wanted, naming.of_kinds(tx, sorted(SCHEMA)) - {one.key for one in wanted})
    tx.upsert(tables.meta, "key, value", [(_SHOWN, shown)], "value = excluded.value")


def is_shown(tx: Transaction) -> bool:
    """Whether there are such resources. They are made with the first policy rule: until then nobody can ask of them."""
    return tx.value("SELECT 1 FROM meta WHERE key = ?", _SHOWN) is not None


Usage: TypeAlias = Mapping[str, Mapping[str, frozenset[str]]]
"""Type → keyword → attributes, and ``.`` for the type itself."""


def drafts(catalogue: Catalogue, usage: Usage = MappingProxyType({})) -> Iterator[Draft]:
    """The resources that show a schema."""
    refers = SYSTEM[BINDING]
    called = _Called(catalogue)
    seen = set(IMPLICIT)
    for name, implicit in IMPLICIT.items():
        values: Values = {"Name": name, "DataType": DATA_TYPES[implicit.kind], "Multivalued": False}
        yield Draft(ATTRIBUTE, name, "", {**values, "UsageKeyword": [KEYWORD]}, (), {"DisplayName": name})
    for type_, attributes in sorted(catalogue.items()):
        of = usage.get(type_, {})
        kept = _keywords({keyword for keyword, names in of.items() if "." in names}, own=type_ in SYSTEM)
        yield Draft(TYPE, type_, "", {"Name": type_}, (), {"DisplayName": type_, **kept})
        for name, attribute in sorted(attributes.items()):
            if (key := called.by(attribute)) not in seen:
                seen.add(key)
                words = {word for some in usage.values() for word, names in some.items() if name in names}
                kept = _keywords(words, own=any(name in of for of in SYSTEM.values()))
                yield Draft(ATTRIBUTE, key, "", _attribute(attribute), (), {"DisplayName": name, **kept})
            bound = ((refers["BoundObjectType"], type_), (refers["BoundAttributeType"], key))
            kept = _keywords({word for word, names in of.items() if name in names}, own=name in SYSTEM.get(type_, {}))
            yield Draft(BINDING, binding(type_, name), "", _binding(attribute), bound, kept)


def _keywords(words: Collection[str], *, own: bool) -> Values:
    """The keywords of a part of the schema when it is first shown."""
    found = {*words, KEYWORD} if own else words
    return {"UsageKeyword": [*sorted(found)]} if found else {}


def binding(type_: str, attribute: str) -> str:
    """Under which name documents refer to a binding."""
    return f"{type_} {attribute}"


class _Called:
    """The names of attributes; where types disagree on what one is, with what it is there behind it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._forms: dict[str, set[tuple[Kind, bool]]] = {}
        for attribute in (one for attributes in catalogue.values() for one in attributes.values()):
            self._forms.setdefault(attribute.name, set()).add((attribute.kind, attribute.multivalued))

    def by(self, attribute: Attribute) -> str:
        """What to call this one."""
        if len(self._forms[attribute.name]) == 1:
            return attribute.name
        return f"{attribute.name} ({attribute.kind}{', multivalued' if attribute.multivalued else ''})"


def _attribute(attribute: Attribute) -> Values:
    return {
        "Name": attribute.name,
        "DataType": DATA_TYPES[attribute.kind],
        "Multivalued": attribute.multivalued,
    }


def _binding(attribute: Attribute) -> Values:
    found: Values = {"DisplayName": label(attribute), "Required": attribute.required}
    if attribute.pattern:
        found["StringRegex"] = attribute.pattern
    if attribute.minimum is not None:
        found["IntegerMinimum"] = attribute.minimum
    if attribute.maximum is not None:
        found["IntegerMaximum"] = attribute.maximum
    if others := sorted(f"{language}: {text}" for language, text in attribute.labels.items() if language != "en"):
        found["LocalizedDisplayName"] = [*others]
    return found


def label(attribute: Attribute) -> str:
    """What people call an attribute, in English where it is known."""
    return attribute.labels.get("en") or next(iter(attribute.labels.values()), attribute.name)
