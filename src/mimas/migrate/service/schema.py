"""The portal's schema as documents of the kind ObjectType, united with the types of the metaverse.

ObjectTypeDescription names a type, AttributeTypeDescription an attribute with its type, and BindingDescription binds an
attribute to a type, where it may have its own label and limits. Reference: the SDK, *Resource Management Schema*.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from mimas.configuration import notation
from mimas.migrate.drafts import Draft, Noted
from mimas.migrate.elements import Outcome
from mimas.migrate.migration import Migration
from mimas.migrate.service.binding import BOOKKEEPING, Binding, settle_schema
from mimas.migrate.service.known import Known
from mimas.migrate.service.objects import Exported, identifier, line, paragraphs
from mimas.schema.attributes import Kind
from mimas.schema.system import SYSTEM

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
FIXED = frozenset(
    {"ObjectID", "ObjectType", "Creator", "CreatedTime", "Filter", "ExplicitMember", "ExcludedMember", "ComputedMember"}
)
"""Attributes that mean something to Mimas itself, by these very names: no other spelling takes their place."""
_ADDED = "Mimas has this type of its own: here is what the portal's schema adds to it."
_UNITED = (
    "The portal's type “{0}” and the metaverse's are one. Names that differ in case only are the metaverse's; filters "
    "and policy are written with them."
)
_ALONE = "From the portal's schema: the metaverse has no such type."
_ONLY = "From the portal's schema: there was no metaverse beside it."


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
        self._bound: dict[str, list[Binding]] = {}
        for one in bindings:
            attribute = by_id.get(identifier(one.text("BoundAttributeType")))
            if attribute is not None:
                self._bound.setdefault(identifier(one.text("BoundObjectType")), []).append(Binding(one, attribute))

    @property
    def references(self) -> frozenset[str]:
        """The names, in small letters, of attributes that hold references."""
        some = (one for one in self.attributes if one.text("DataType").lower() == "reference")
        return frozenset(one.text("Name").lower() for one in some)

    def carry(
        self, migration: Migration, known: Known, uses: Mapping[str, Use] | None, named: Collection[str] = ()
    ) -> None:
        """Write the types, so that what policy says of them can be held to them.

        ``uses``: what the sync rules use, by the type's name in small letters; None where the metaverse has its own
        types, with which these are united. ``named``: attributes that filters name.
        """
        left = BOOKKEEPING - ({*named} - {"ObjectID", "ObjectType"})
        written: set[str] = set()
        for type_ in self.types:
            name = type_.text("Name")
            bound = self._bound.get(type_.id, [])
            if not bound or name.lower() in written:
                continue
            written.add(name.lower())
            shown = [one for one in bound if one.name not in left]
            for one in bound:
                one.settle(written=one in shown)
            for key in ("Name", "DisplayName", "Description"):
                type_.mark(key, Outcome.CARRIED)
            settle_schema(type_)
            theirs = known.draft("ObjectType", _like(migration, known, name))
            if name in SYSTEM:
                self._add(migration, name, shown)
            elif uses is None and theirs is not None:
                _unite(theirs, type_, shown)
            else:
                use = (uses or {}).get(name.lower(), Use(name))
                migration.drafts.append(_draft(type_, shown, use, _ONLY if uses is not None else _ALONE))

    def _add(self, migration: Migration, name: str, bound: list[Binding]) -> None:
        """What a type of Mimas itself has more here."""
        more = {line(one.name): one.form() for one in bound if one.name not in SYSTEM[name]}
        if more:
            body = {"attributes": _sorted(more)}
            migration.drafts.append(Draft("ObjectType", name, body, _ADDED, "types/portal"))


def _draft(type_: Exported, bound: list[Binding], use: Use, note: str) -> Draft:
    own = type_.text("Name")
    attributes: dict[str, Any] = {}
    for one in bound:
        spelled = one.name if one.name in FIXED else use.attributes.get(one.name.lower(), one.name)
        attributes.setdefault(line(spelled), one.form(indexed=spelled in use.joined_by))
    for missing in sorted(set(use.attributes.values()) - set(attributes)):
        form = "string, indexed" if missing in use.joined_by else "string"
        attributes[line(missing)] = Noted(form, "Sync rules use it; the portal's schema does not have it.")
    body: dict[str, Any] = {"description": paragraphs(type_.text("Description") or type_.text("DisplayName"))}
    body = {key: value for key, value in body.items() if value}
    body["attributes"] = _sorted(attributes)
    body |= _usage(type_, {line(use.attributes.get(one.name.lower(), one.name)): one for one in bound}, attributes)
    return Draft("ObjectType", line(use.type), body, note, "types/portal" if is_own(own) else "types")


def _unite(theirs: Draft, type_: Exported, bound: list[Binding]) -> None:
    """Give a type of the metaverse what the portal's has more, and its labels and limits."""
    attributes = theirs.body.setdefault("attributes", {})
    names = {one.lower(): one for one in attributes}
    called: dict[str, Binding] = {}
    for one in bound:
        spelled = line(one.name)
        same = spelled if spelled in attributes or one.name in FIXED else names.get(spelled.lower(), spelled)
        attributes[same] = _together(attributes[same], one) if same in attributes else one.form()
        called[same] = one
    theirs.body["attributes"] = _sorted(attributes)
    theirs.body |= _usage(type_, called, attributes)
    theirs.note = "\n".join(filter(None, [theirs.note, _UNITED.format(line(type_.text("Name")))]))


def _usage(type_: Exported, bound: Mapping[str, Binding], written: Collection[str]) -> dict[str, Any]:
    """The keywords of the type, as ``.``, and of its bindings: by these MIM's sets tell what must not be changed."""
    found: dict[str, list[str]] = {word: ["."] for word in map(line, type_.texts("UsageKeyword"))}
    for name, one in sorted(bound.items(), key=lambda item: item[0].lower()):
        for word in map(line, one.binding.texts("UsageKeyword")) if name in written else ():
            found.setdefault(word, []).append(name)
    return {"usage": found} if found else {}


def _together(given: Any, one: Binding) -> Any:
    """An attribute of the metaverse that the portal has, too. Sync rules are held to its form, so it stays."""
    note, form = (given.note, given.value) if isinstance(given, Noted) else ("", given)
    form = dict(notation.attribute(form))
    said = [note]
    if (form["type"], one.kind) == (Kind.STRING, Kind.DATETIME):
        # A metaverse has no dates, and holds them as texts.
        form["type"] = str(Kind.DATETIME)
    elif (form["type"], bool(form.get("multivalued"))) != (one.kind, one.multivalued):
        said.append(f"In the portal: {one.kind}{', multivalued' if one.multivalued else ''}.")
    return one.form(given=form, notes=said)


def _sorted(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return dict(sorted(attributes.items(), key=lambda item: item[0].lower()))


def _like(migration: Migration, known: Known, name: str) -> str:
    """The metaverse's type of the same purpose: as the Service's agent says, or one that differs in case only."""
    said = migration.portal_types.get(name)
    return said or next((one for one in known.types if one.lower() == name.lower()), name)
