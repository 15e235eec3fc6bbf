"""Everything of an export of the MIM Service: schema, sync rules, and policy."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from mimas.configuration.documents import KINDS as KINDS_OF_DOCUMENTS
from mimas.configuration.documents import ObjectTypeBody, parse
from mimas.configuration.reading import Document
from mimas.migrate.drafts import Draft, plain
from mimas.migrate.elements import Element, Outcome, read
from mimas.migrate.migration import Migration
from mimas.migrate.service.filters import names, xpath
from mimas.migrate.service.keeping import keep
from mimas.migrate.service.known import Known
from mimas.migrate.service.objects import Exported, objects, settle
from mimas.migrate.service.policy import Policy
from mimas.migrate.service.resources import Resources
from mimas.migrate.service.rules import KIND, Rules
from mimas.migrate.service.schema import KINDS, Schema, is_own
from mimas.migrate.service.spelling import Spelling
from mimas.migrate.service.wording import FILTERS
from mimas.migrate.service.writing import Around
from mimas.schema.attributes import Attribute
from mimas.schema.system import RUNTIME, SYSTEM, Catalogue

_NO_DOCUMENT = {
    **dict.fromkeys(KINDS, "a part of the schema that nothing is bound to"),
    **dict.fromkeys(RUNTIME, "it came of being used"),
    **dict.fromkeys(("ma-data", "mv-data"), "a copy of the synchronisation server's configuration"),
    **dict.fromkeys(("ExpectedRuleEntry", "DetectedRuleEntry"), "there are no such entries in Mimas"),
}
"""Types whose objects become no documents, and why."""
_ANSWERS = "GateRegistration"
_HIDDEN = "it holds the secret answers of a person, which are written nowhere"


def carry(
    migration: Migration, schema: Path | None, policy: Path | None, agents: Mapping[str, str], *, metaverse: bool
) -> None:
    """Carry what Export-FIMConfig wrote; call it when connectors and the metaverse's types have been drafted.

    ``agents``: the connectors that management agents became, by the agents' GUIDs in capitals and braces.
    ``metaverse``: whether the metaverse's own types are there, with which the portal's are united.
    Raises `MigrationError` for a file that cannot be read.
    """
    found: list[Exported] = []
    for path in (schema, policy):
        if path is not None:
            root = read(path)
            file = _name(migration, path)
            migration.report.files[file] = root
            found += _objects(root, file)
    found = list(_once(migration, found))
    own = Schema(found)
    known = Known(migration, own.references)
    rules = Rules([one for one in found if one.kind == KIND], migration, known, agents, Policy(found))
    named = {name for one in found for filter_ in FILTERS for name in names(xpath(one.text(filter_)))}
    own.carry(migration, known, None if metaverse else rules.uses, named)
    rules.carry()
    catalogue = _catalogue(migration.drafts)
    spelling = Spelling(catalogue, migration.portal_types)
    resources = [one for one in found if _is_resource(one, spelling)]
    around = Around(catalogue, spelling, _ruled(migration.drafts))
    Resources(resources, found, around, migration).carry()
    described = {one.text("Name") for one in own.types}
    for one in found:
        if one.kind == _ANSWERS:
            settle(one.element, Outcome.NOT_APPLICABLE, _HIDDEN)
        elif one.kind != KIND and not _is_resource(one, spelling) and one.element.outcome is Outcome.UNKNOWN:
            known_type = is_own(one.kind) or one.kind in described
            keep(migration, one, known=known_type, note=_NO_DOCUMENT.get(one.kind, ""))


def _is_resource(one: Exported, spelling: Spelling) -> bool:
    taken = (*_NO_DOCUMENT, KIND, _ANSWERS, *KINDS_OF_DOCUMENTS)
    return spelling.has(one.kind) and not {one.kind, spelling.type(one.kind)} & {*taken}


def _catalogue(drafts: list[Draft]) -> Catalogue:
    """Every type of resources that there will be."""
    found = dict(SYSTEM)
    for draft in drafts:
        if draft.kind == "ObjectType" and not draft.aside:
            body, _ = parse(Document(draft.kind, draft.name, plain(draft.body)))
            if isinstance(body, ObjectTypeBody):
                attributes = {
                    name: Attribute(
                        name,
                        part.type,
                        part.multivalued,
                        part.to,
                        required=part.required,
                        pattern=part.pattern,
                        minimum=part.minimum,
                        maximum=part.maximum,
                    )
                    for name, part in body.attributes.items()
                }
                found[draft.name] = {**SYSTEM.get(draft.name, {}), **attributes}
    return found


def _ruled(drafts: list[Draft]) -> dict[str, frozenset[str]]:
    """What inbound rules in force write, by type."""
    found: dict[str, frozenset[str]] = {}
    for draft in drafts:
        if draft.kind == "SyncRule" and not draft.aside and draft.body.get("direction") == "inbound":
            type_ = str(draft.body.get("resource"))
            found[type_] = found.get(type_, frozenset()) | frozenset(draft.body.get("flows", {}))
    return found


def _name(migration: Migration, path: Path) -> str:
    """What the report calls a file."""
    return f"{path.parent.name}/{path.name}" if path.name in migration.report.files else path.name


def _once(migration: Migration, found: list[Exported]) -> Iterator[Exported]:
    """Each object once: an export of policy repeats the parts of the schema that it refers to."""
    first: dict[str, Exported] = {}
    for one in found:
        same = first.setdefault(one.id, one) if one.id else one
        if same is one:
            yield one
        elif same.kind == one.kind and same.content == one.content:
            settle(one.element, Outcome.NOT_APPLICABLE, f"the same object stands in {same.file}, too")
        else:
            keep(migration, one, known=False, note=f"an object of the same identifier stands in {same.file}, too")


def _objects(root: Element, file: str) -> list[Exported]:
    """The objects of a file; the elements around them are accounted for."""
    found = list(objects(root, file))
    if root.tag == "Results":
        root.mark(Outcome.CARRIED)
    for outer in root.all("ExportObject"):
        for one in outer.all("Source"):
            one.mark(Outcome.NOT_APPLICABLE, "the address of the Service")
    return found
