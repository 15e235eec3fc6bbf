"""The resource types and attributes a SCIM service publishes, named by SCIM paths."""

from collections.abc import Iterator
from typing import Any, cast

from scim2_models import Attribute as Published
from scim2_models import Resource, ScimProvider

from mimas.connectors.contract import Schema
from mimas.schema.attributes import Attribute, Kind, ObjectType

_KINDS = {
    "boolean": Kind.BOOLEAN,
    "integer": Kind.INTEGER,
    "dateTime": Kind.DATETIME,
    "binary": Kind.BINARY,
}
_COMMON = (
    Attribute("externalId"),
    Attribute("meta.created", Kind.DATETIME),
    Attribute("meta.lastModified", Kind.DATETIME),
)


def discover(provider: ScimProvider) -> Schema:
    """Each resource type with the attributes of its schema and of its extensions."""
    types = {}
    for resource_type in provider.resource_types:
        model = cast(type[Resource[Any]], provider.model_for(resource_type))
        attributes = {one.name: one for one in _COMMON}
        described_by: list[tuple[str, Any]] = [("", model)]
        described_by += [(f"{urn}:", extension) for urn, extension in model.get_extension_models().items()]
        for prefix, described in described_by:
            for published in described.to_schema().attributes or []:
                attributes |= {one.name: one for one in _attributes(prefix, published)}
        types[str(resource_type.name)] = ObjectType(str(resource_type.name), attributes)
    return types


def _attributes(prefix: str, published: Published) -> Iterator[Attribute]:
    name, multivalued = f"{prefix}{published.name}", bool(published.multi_valued)
    parts = {part.name: part for part in published.sub_attributes or []}
    if published.type != "complex":
        yield Attribute(name, _KINDS.get(str(published.type), Kind.STRING), multivalued)
    elif "$ref" in parts and "value" in parts:
        targets = parts["$ref"].reference_types or []
        yield Attribute(name, Kind.REFERENCE, multivalued, to=targets[0] if len(targets) == 1 else None)
    elif not multivalued:
        yield from (
            Attribute(f"{name}.{part.name}", _KINDS.get(str(part.type), Kind.STRING)) for part in parts.values()
        )
    else:
        yield from _items(name, parts)


def _items(name: str, parts: dict[str | None, Published]) -> Iterator[Attribute]:
    """A list of addresses of several types: all values together, and each type's parts on their own."""
    if "value" in parts:
        yield Attribute(f"{name}.value", _KINDS.get(str(parts["value"].type), Kind.STRING), multivalued=True)
    types = parts["type"].canonical_values if "type" in parts else None
    for one in types or []:
        for part in parts.values():
            if part.name not in ("type", "primary"):
                yield Attribute(f'{name}[type eq "{one}"].{part.name}', _KINDS.get(str(part.type), Kind.STRING))
