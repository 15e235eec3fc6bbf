"""Everything of an export of the MIM Service: schema, sync rules, and what is kept for a later version."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from mimas.migrate.elements import Element, Outcome, read
from mimas.migrate.migration import Migration
from mimas.migrate.service.keeping import keep
from mimas.migrate.service.known import Known
from mimas.migrate.service.objects import Exported, objects, settle
from mimas.migrate.service.policy import Policy
from mimas.migrate.service.rules import KIND, Rules
from mimas.migrate.service.schema import Schema, is_own

_SHOWN_TYPES = ("Person", "Group")


def carry(
    migration: Migration, schema: Path | None, policy: Path | None, agents: Mapping[str, str], *, metaverse: bool
) -> None:
    """Carry what Export-FIMConfig wrote; call it when connectors and the metaverse's types have been drafted.

    ``agents``: the connectors that management agents became, by the agents' GUIDs in capitals and braces.
    ``metaverse``: whether the metaverse's own types are there; without it the portal's types are in force.
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
    own.carry(migration, known, None if metaverse else rules.uses)
    rules.carry()
    described = {*_SHOWN_TYPES, *(one.text("Name") for one in own.types)}
    for one in found:
        if one.kind != KIND:
            keep(migration, one, known=is_own(one.kind) or one.kind in described)


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
