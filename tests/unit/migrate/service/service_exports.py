"""Made-up exports of the MIM Service, in the format of Export-FIMConfig."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from mimas.configuration.documents import parse
from mimas.configuration.reading import Document, read
from mimas.migrate.drafts import Draft, plain
from mimas.migrate.migration import Migration
from mimas.migrate.report import Report
from mimas.migrate.service import carry

Values = Mapping[str, str | Sequence[str]]
AGENT = "11111111-2222-3333-4444-555555555555"
MA_DATA = "aaaaaaaa-0000-0000-0000-000000000001"
EMPTY = "<LocalizedResourceManagementAttributes />"
AGENTS = {"{" + AGENT.upper() + "}": "directory"}


def guid(number: int) -> str:
    """A GUID as any other."""
    return f"00000000-0000-0000-0000-{number:012}"


def exported(kind: str, id_: str, values: Values, extra: str = "") -> str:
    """An object."""
    attributes = {"ObjectID": f"urn:uuid:{id_}", "ObjectType": kind, **values}
    return (
        "<ExportObject><Source>http://portal.example:5725/ResourceManagementService</Source><ResourceManagementObject>"
        f"<ObjectIdentifier>urn:uuid:{id_}</ObjectIdentifier><ObjectType>{escape(kind)}</ObjectType>"
        "<IsPlaceholder>false</IsPlaceholder><ResourceManagementAttributes>"
        + "".join(_attribute(name, value) for name, value in attributes.items())
        + f"</ResourceManagementAttributes>{extra or EMPTY}"
        "</ResourceManagementObject></ExportObject>"
    )


def _attribute(name: str, value: str | Sequence[str]) -> str:
    if isinstance(value, str):
        inner = f"<Value>{escape(value)}</Value>"
    else:
        inner = "<Values>" + "".join(f"<string>{escape(one)}</string>" for one in value) + "</Values>"
    return (
        f"<ResourceManagementAttribute><AttributeName>{escape(name)}</AttributeName><HasReference>false</HasReference>"
        f"<IsMultiValue>{str(not isinstance(value, str)).lower()}</IsMultiValue>{inner}</ResourceManagementAttribute>"
    )


def results(*objects: str) -> str:
    """A file."""
    return '<?xml version="1.0" encoding="utf-8"?>\n<Results>\n' + "\n".join(objects) + "\n</Results>\n"


def ma_data() -> str:
    """The management agent, as the portal knows it."""
    return exported("ma-data", MA_DATA, {"DisplayName": "AD", "SyncConfig-id": "{" + AGENT + "}"})


def sync_rule(number: int, values: Values) -> str:
    """A sync rule of the agent for users and persons."""
    usual: Values = {
        "DisplayName": f"Rule {number}",
        "CreatedTime": "5/2/2017 7:47:05 PM",
        "ManagementAgentID": f"urn:uuid:{MA_DATA}",
        "ConnectedSystem": "AD",
        "ConnectedObjectType": "user",
        "ILMObjectType": "person",
        "Precedence": str(number),
        "CreateILMObject": "False",
        "CreateConnectedSystemObject": "False",
        "DisconnectConnectedSystemObject": "False",
        "RelationshipCriteria": criteria(("employeeID", "employeeNumber")),
    }
    return exported("SynchronizationRule", guid(number), {**usual, **values})


def criteria(*pairs: tuple[str, str]) -> str:
    """A relationship: (of the metaverse, of the connected system)."""
    inner = "".join(
        f"<condition><ilmAttribute>{left}</ilmAttribute><csAttribute>{right}</csAttribute></condition>"
        for left, right in pairs
    )
    return f"<conditions>{inner}</conditions>"


def scoping(*clauses: tuple[str, str, str]) -> str:
    """A filter."""
    inner = "".join(
        f"<scope><csAttribute>{name}</csAttribute><csOperator>{operator}</csOperator><csValue>{value}</csValue></scope>"
        for name, operator, value in clauses
    )
    return f"<scoping>{inner}</scoping>"


def import_flow(source: str, target: str, function: str = "") -> str:
    """An import flow; ``source`` is what stands in ``src``."""
    return f"<import-flow><src>{source}</src><dest>{target}</dest><scoping></scoping>{function}</import-flow>"


def export_flow(source: str, target: str, function: str = "", *, null: bool = False) -> str:
    """An export flow."""
    return (
        f'<export-flow allows-null="{str(null).lower()}"><src>{source}</src><dest>{target}</dest>'
        f"<scoping></scoping>{function}</export-flow>"
    )


def attr(*names: str) -> str:
    """Attributes as a source."""
    return "".join(f"<attr>{name}</attr>" for name in names)


def fn(name: str, *arguments: str) -> str:
    """A function; arguments are as they stand in the file."""
    inner = "".join(f"<arg>{one}</arg>" for one in arguments)
    return f'<fn id="{name}" isCustomExpression="false">{inner}</fn>'


def migrated(
    folder: Path,
    schema: str = "",
    policy: str = "",
    *,
    agents: Mapping[str, str] = AGENTS,
    drafts: Sequence[Draft] = (),
    endings: Mapping[str, str] | None = None,
    same: Mapping[str, str] | None = None,
    metaverse: bool = True,
) -> Migration:
    """What comes of two files. ``same``: types of the portal and those of the metaverse that are the same."""
    migration = Migration(Report("Example"), list(drafts), endings=dict(endings or {}), portal_types=dict(same or {}))
    paths: dict[str, Path | None] = {}
    for name, text in (("schema", schema), ("policy", policy)):
        path = folder / f"{name}.xml"
        path.write_text(text, encoding="utf-8")
        paths[name] = path if text else None
    carry(migration, paths["schema"], paths["policy"], agents, metaverse=metaverse)
    return migration


def attribute(number: int, name: str, kind: str = "String", **values: str) -> str:
    """An attribute of the portal's schema."""
    said: Values = {"Name": name, "DisplayName": name, "DataType": kind, "Multivalued": "False", **values}
    return exported("AttributeTypeDescription", guid(number), said)


def bound(number: int, type_number: int, attribute_number: int, extra: str = "", **values: str) -> str:
    """An attribute bound to a type."""
    ends = {
        "BoundObjectType": f"urn:uuid:{guid(type_number)}",
        "BoundAttributeType": f"urn:uuid:{guid(attribute_number)}",
    }
    return exported("BindingDescription", guid(number), {**ends, "Required": "False", **values}, extra)


def type_(number: int, name: str) -> str:
    """A type."""
    return exported("ObjectTypeDescription", guid(number), {"Name": name, "DisplayName": name})


def localised(culture: str, **values: str) -> str:
    """Texts in another language, as they stand in an object."""
    outer = "LocalizedResourceManagementAttribute"
    inner = "".join(_attribute(name, value) for name, value in values.items())
    return (
        f"<{outer}s><{outer}><Culture>{culture}</Culture><ResourceManagementAttributes>{inner}"
        f"</ResourceManagementAttributes></{outer}></{outer}s>"
    )


def adds_up(migration: Migration, folder: Path) -> None:
    """Every element of every file is counted once."""
    for name in migration.report.files:
        elements = list(ET.parse(folder / name).getroot().iter())
        assert migration.report.counts(name).total() == len(elements)


def rules(migration: Migration) -> dict[str, Draft]:
    """The sync rules, by their names."""
    return {one.name: one for one in migration.drafts if one.kind == "SyncRule"}


def document(draft: Draft) -> Document:
    """The draft as it is read from its YAML, which is right in its form."""
    (found,), problems = read(draft.yaml())
    assert problems == []
    _, wrong = parse(found)
    assert wrong == []
    assert found.body == plain(draft.body)
    return found
