"""The portal's schema as documents of the kind ObjectType: those types that a person wants to synchronise.

ObjectTypeDescription names a type, AttributeTypeDescription an attribute with its type, and BindingDescription binds an
attribute to a type, where it may say its own description and limits. Mimas does not hold values to limits yet, so they
are comments. Reference: Microsoft's SDK, *Resource Management Schema*.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mimas.migrate.drafts import Draft, Noted, plain
from mimas.migrate.elements import Outcome, printable
from mimas.migrate.migration import Migration
from mimas.migrate.service.known import Known
from mimas.migrate.service.objects import Exported, identifier, line, paragraphs

KINDS = ("ObjectTypeDescription", "AttributeTypeDescription", "BindingDescription")
OWN_TYPES = frozenset(
    {
        *("ActivityInformationConfiguration", "Approval", "ApprovalResponse", "AttributeTypeDescription"),
        *("BindingDescription", "Configuration", "ConstantSpecifier", "DetectedRuleEntry", "DomainConfiguration"),
        *("EmailTemplate", "ExpectedRuleEntry", "FilterScope", "ForestConfiguration", "Function", "GateRegistration"),
        *("HomepageConfiguration", "ManagementPolicyRule", "NavigationBarConfiguration", "ObjectTypeDescription"),
        *("ObjectVisualizationConfiguration", "PortalUIConfiguration", "Request", "Resource"),
        *("SearchScopeConfiguration", "Set", "SupportedLocaleConfiguration", "SynchronizationFilter"),
        *("SynchronizationRule", "SystemResourceRetentionConfiguration", "TimeZoneConfiguration"),
        *("WorkflowDefinition", "WorkflowInstance", "ma-data", "mv-data"),
    }
)
"""What the Service has for itself, but for its newer types, whose names begin with ``msidm``."""
_OF_RULES = frozenset({"SynchronizationRule", "ExpectedRuleEntry", "DetectedRuleEntry"})
"""What the agent of the Service synchronises so that rules reach the metaverse."""
_OF_EVERY_RESOURCE = frozenset(
    {
        *("CreatedTime", "Creator", "DeletedTime", "DetectedRulesList", "ExpectedRulesList", "Locale", "MVObjectID"),
        *("ObjectID", "ObjectType", "ResourceTime"),
    }
)
_TYPES = {
    "string": "string",
    "text": "string",
    "integer": "integer",
    "boolean": "boolean",
    "datetime": "datetime",
    "reference": "reference",
    "binary": "binary",
}
_LIMITS = {"StringRegex": "matches", "IntegerMinimum": "at least", "IntegerMaximum": "at most"}
_COMMENT = "it stands in a comment: nothing holds values to it yet"


def is_own(kind: str) -> bool:
    """Whether a type is the Service's own."""
    return kind in OWN_TYPES or kind.startswith("msidm")


@dataclass(frozen=True, slots=True)
class Use:
    """What the sync rules of the portal use of a type, where there is no other metaverse: names as they spell them."""

    type: str
    attributes: dict[str, str] = field(default_factory=dict)
    """By the name in small letters."""
    joined_by: set[str] = field(default_factory=set)


class Schema:
    """The types, attributes and bindings of an export."""

    def __init__(self, found: list[Exported]) -> None:
        self.types, self.attributes, bindings = (
            [one for one in found if one.kind == kind and one.text("Name" if kind != KINDS[2] else "ObjectType")]
            for kind in KINDS
        )
        by_id = {one.id: one for one in self.attributes}
        self._bound: dict[str, list[tuple[Exported, Exported]]] = {}
        for one in bindings:
            attribute = by_id.get(identifier(one.text("BoundAttributeType")))
            if attribute is not None:
                self._bound.setdefault(identifier(one.text("BoundObjectType")), []).append((one, attribute))
        filters = [one for one in found if one.kind == "SynchronizationFilter"]
        self._synchronised = {identifier(id_) for one in filters for id_ in one.texts("SynchronizeObjectType")}

    @property
    def references(self) -> frozenset[str]:
        """The names, in small letters, of attributes that hold references."""
        some = (one for one in self.attributes if one.text("DataType").lower() == "reference")
        return frozenset(one.text("Name").lower() for one in some)

    def carry(self, migration: Migration, known: Known, uses: Mapping[str, Use] | None) -> None:
        """Write the types that are synchronised.

        ``uses``: what the sync rules use, by the type's name in small letters; None where the metaverse has its own
        types, beside which these stand for reference.
        """
        written: set[str] = set()
        for type_ in self.types:
            name = type_.text("Name")
            if self._is_wanted(type_) and self._bound.get(type_.id) and name.lower() not in written:
                written.add(name.lower())
                use = uses.get(name.lower(), Use(name)) if uses is not None else None
                like = known.draft("ObjectType", _like(migration, known, name))
                migration.drafts.append(self._draft(type_, like if use is None else None, use))

    def _is_wanted(self, type_: Exported) -> bool:
        name = type_.text("Name")
        return name not in _OF_RULES and (type_.id in self._synchronised or not is_own(name))

    def _draft(self, type_: Exported, theirs: Draft | None, use: Use | None) -> Draft:
        name = line(use.type if use is not None else type_.text("Name"))
        attributes: dict[str, Any] = {}
        for binding, attribute in self._bound[type_.id]:
            own = attribute.text("Name")
            if own in _OF_EVERY_RESOURCE:
                continue
            spelled = use.attributes.get(own.lower(), own) if use is not None else own
            attributes.setdefault(line(spelled), self._attribute(binding, attribute, use, theirs))
        if use is not None:
            for missing in sorted(set(use.attributes.values()) - set(attributes)):
                form = "string, indexed" if missing in use.joined_by else "string"
                attributes[line(missing)] = Noted(form, "Sync rules use it; the portal's schema does not have it.")
        _settle(type_, "Name")
        body: dict[str, Any] = {"description": paragraphs(type_.text("Description") or type_.text("DisplayName"))}
        body = {key: value for key, value in body.items() if value}
        body["attributes"] = dict(sorted(attributes.items(), key=lambda item: item[0].lower()))
        return Draft("ObjectType", name, body, _said(theirs, use), _folder(use), aside=use is None)

    def _attribute(self, binding: Exported, attribute: Exported, use: Use | None, theirs: Draft | None) -> Any:
        kind = _TYPES.get(attribute.text("DataType").lower())
        form = (kind or "string") + (", multivalued" if attribute.is_true("Multivalued") else "")
        spelled = use.attributes.get(attribute.text("Name").lower(), "") if use is not None else ""
        if use is not None and spelled in use.joined_by:
            form += ", indexed"
        note = "\n".join(_about(binding, attribute, theirs))
        if not kind:
            why = f"the type {line(attribute.text('DataType'))} is not known: it is text now"
            attribute.mark("DataType", Outcome.DIFFERENT, why)
        _settle(attribute, "Name", "DataType", "Multivalued")
        _settle(binding, "BoundObjectType", "BoundAttributeType")
        return Noted(form, note) if note else form


def _about(binding: Exported, attribute: Exported, theirs: Draft | None) -> Iterator[str]:
    said = [binding.text(name) or attribute.text(name) for name in ("DisplayName", "Description")]
    words = ": ".join(dict.fromkeys(printable(" ".join(one.split())) for one in said if one))
    if words:
        yield words
    limits = [
        f"{words} {printable(' '.join(value.split()))}"
        for name, words in _LIMITS.items()
        if (value := binding.text(name) or attribute.text(name))
    ]
    if binding.is_true("Required"):
        limits.insert(0, "required")
    if limits:
        yield f"In the portal: {', '.join(limits)}."
    if theirs is not None:
        names = {name.lower(): name for name in plain(theirs.body.get("attributes", {}))}
        same = names.get(attribute.text("Name").lower())
        yield f"In the metaverse: {same}." if same else "In the metaverse there is no attribute of this name."


def _settle(one: Exported, *names: str) -> None:
    """A part of the schema is carried: these attributes, and others as comments. What is left is kept."""
    for name in names:
        one.mark(name, Outcome.CARRIED)
    for name in ("DisplayName", "Description", "Required", *_LIMITS):
        commented = one.text(name) and (name != "Required" or one.is_true(name))
        one.mark(name, *((Outcome.DIFFERENT, _COMMENT) if commented else (Outcome.CARRIED, "")))
    one.element.mark(Outcome.CARRIED)
    for inner in one.element.walk():
        if inner.tag in ("ResourceManagementObject", "ResourceManagementAttributes"):
            inner.mark(Outcome.CARRIED)


def _like(migration: Migration, known: Known, name: str) -> str:
    """The metaverse's type of the same purpose: as the Service's agent says, or one that differs in case only."""
    said = migration.portal_types.get(name)
    return said or next((one for one in known.types if one.lower() == name.lower()), name)


def _folder(use: Use | None) -> str:
    return "portal" if use is None else "types"


def _said(theirs: Draft | None, use: Use | None) -> str:
    if use is not None:
        return "From the portal's schema: there was no metaverse beside it."
    what = f"its type “{line(theirs.name)}”" if theirs is not None else "a type of its own"
    return (
        "A type of the portal, to look things up: it is not in force. In Mimas the portal and the metaverse are one, "
        f"and what the portal showed stands in {what}. Which attribute went to which was said by the flows of the "
        "management agent of the Service; a comment names those that differ in case only."
    )
