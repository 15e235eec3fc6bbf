"""One management agent, as its file tells it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mimas.migrate.dsml import Dsml, Type
from mimas.migrate.elements import Element, MigrationError, Outcome

_BOOKKEEPING = "the old product's own bookkeeping"
_KEPT_BY_PRODUCT = (
    *("format-version", "creation-time", "last-modification-time", "version", "internal-version", "ma-ui-settings"),
    *("ma-listname", "ma-companyname", "subtype", "category", "SyncConfig-refresh-schema"),
    *("controller-configuration", "capabilities-mask", "export-type", "dn-construction", "encrypted-attributes"),
)
_HIERARCHY = "Mimas makes no missing containers: they are there, or a rule makes them"
_PASSWORDS_OFF = (Outcome.NOT_APPLICABLE, "the synchronisation of passwords was off")
_PASSWORDS = (Outcome.PERSON, "Mimas does not synchronise passwords")
_CONTAINERS = frozenset({"container", "domaindns", "organizationalunit", "builtindomain", "organization", "country"})
"""Classes that are staged by the old products to know where objects stand."""


FILES = frozenset({"delimited", "fixed-width", "avp", "ldif", "dsml"})
"""The types of connectors that are files."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where objects of an old type stand that share a table or file with others: in rows that a column tells apart."""

    object: str
    column: str
    values: tuple[str, ...]


@dataclass(slots=True)
class System:
    """What an agent's system is to Mimas: a type of connector, its settings, and what else is said of it."""

    type: str
    settings: dict[str, Any]
    anchors: Mapping[str, list[str]] = field(default_factory=dict)
    """Object type → the attributes that are its anchor."""
    note: str = ""
    to_do: list[str] = field(default_factory=list)
    classes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Object type → attribute → how its document says it, where the schema of the file does not say it all."""
    name: list[str] | None = None
    """The attributes that the old product made names of; none where objects have names in Mimas, too."""
    distinguished: bool = False
    """Whether what names are made of is one attribute that holds a distinguished name."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """Object type in small letters → where its objects stand, if not in a type of their own."""

    @property
    def writes(self) -> bool:
        """Whether the connector can export as it is set up."""
        return self.type not in FILES or "export" in self.settings

    @property
    def listing(self) -> bool:
        """Whether the connector writes a whole listing at once, which can hold no secret."""
        return self.settings.get("export") == "listing"

    @property
    def delta(self) -> bool:
        """Whether the connector can tell what has changed, as it is set up."""
        if self.type in FILES:
            return "changes" in self.settings and self.settings.get("export") != "changes"
        return self.type != "sql" or bool(self.settings.get("changed_at"))


class Agent:
    """The element ``ma-data``, and what has been made of it."""

    def __init__(self, root: Element, file: str) -> None:
        """Raises `MigrationError`."""
        data = root if root.tag == "ma-data" else root.first("ma-data")
        if data is None:
            raise MigrationError(f"{file} holds no management agent.", "It should hold an element ma-data.")
        for one in {id(root): root, id(data): data}.values():
            one.mark(Outcome.CARRIED)
        self.file, self.data = file, data
        self.id = guid(data.value("id"))
        self.name = data.value("name") or f"agent {self.id}"
        self.description = data.value("description")
        self.category = text_of(data, "category")
        self.subtype = text_of(data, "subtype")
        self.schema = Dsml(data.first("schema"))
        self.included = [one.text for one in children_of(data.first("attribute-inclusion"), "attribute")]
        for tag in _KEPT_BY_PRODUCT:
            for one in data.all(tag):
                one.whole(Outcome.NOT_APPLICABLE, _BOOKKEEPING)
        for one in data.all("attribute-inclusion"):
            one.whole(Outcome.CARRIED)
        for one in data.all("component_mappings"):
            one.whole(*((Outcome.PERSON, _HIERARCHY) if one.children else (Outcome.NOT_APPLICABLE, _BOOKKEEPING)))
        for one in data.all("password-sync-allowed", "password-sync"):
            off = text_of(data, "password-sync-allowed") in ("", "0")
            one.whole(*(_PASSWORDS_OFF if off else _PASSWORDS))

    @property
    def exports(self) -> bool:
        """Whether anything is written to the system: a flow, or a step of a run profile."""
        sets = children_of(self.data.first("export-attribute-flow"), "export-flow-set")
        return any(one.children for one in sets) or any(
            kind.attributes.get("type") == "export" for kind in self._steps("step-type")
        )

    def files(self, tag: str, type_: str = "") -> list[Element]:
        """The elements of the steps of one type (none: of all) that name a file: ``input-file``, ``output-file``."""
        found = []
        for step in self._steps():
            kind = step.first("step-type")
            if not type_ or (kind is not None and kind.attributes.get("type", "").startswith(type_)):
                found += [one for one in step.walk() if one.tag == tag and one.text]
        return found

    def _steps(self, *path: str) -> list[Element]:
        steps = [
            step
            for data in self.data.all("ma-run-data")
            for run in data.all("run-configuration")
            for step in children_of(run.first("configuration"), "step")
        ]
        return [found for step in steps if (found := step.first(*path)) is not None] if path else steps

    @property
    def partitions(self) -> list[Element]:
        """Those that are selected."""
        some = children_of(self.data.first("ma-partition-data"), "partition")
        return [one for one in some if text_of(one, "selected") != "0"]

    @property
    def selected(self) -> list[str]:
        """The object classes that are selected in the partitions, but for containers."""
        found: dict[str, str] = {}
        for partition in self.partitions:
            for one in children_of(partition.first("filter", "object-classes"), "object-class"):
                if one.text and one.text.lower() not in _CONTAINERS:
                    found.setdefault(one.text.lower(), one.text)
        return list(found.values())

    def types(self, class_: str, used: Iterable[str]) -> dict[str, Type | None]:
        """The attributes of a class that are selected, or that rules use; without a type where the schema has none."""
        known: dict[str, tuple[str, Type | None]] = {
            name.lower(): (name, type_) for name, type_ in self.schema.attributes(class_).items()
        }
        found: dict[str, Type | None] = {}
        for name in self.included:
            if name.lower() in known:
                proper, type_ = known[name.lower()]
                found[proper] = type_
        present = {name.lower() for name in found}
        for name in sorted(set(used), key=str.lower):
            if name.lower() not in present:
                proper, type_ = known.get(name.lower(), (name, self.schema.types.get(name.lower())))
                found[proper] = type_
        return dict(sorted(found.items(), key=lambda item: item[0].lower()))


def guid(text: str) -> str:
    """A GUID as the old products write it, in capitals and braces."""
    return "{" + text.strip().strip("{}").upper() + "}"


def text_of(element: Element | None, *path: str) -> str:
    """The text at a path, from an element that may be missing; nothing is said of what became of it."""
    found = first_of(element, *path)
    return found.text if found is not None else ""


def children_of(element: Element | None, *tags: str) -> list[Element]:
    """The elements of these names within one that may be missing."""
    return element.all(*tags) if element is not None else []


def first_of(element: Element | None, *path: str) -> Element | None:
    """The element at a path, from one that may be missing."""
    return element.first(*path) if element is not None else None
