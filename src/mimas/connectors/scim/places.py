"""Where an attribute stands in a resource. Attributes are named by SCIM paths (RFC 7644 section 3.5.2).

- ``userName``, ``name.givenName``, ``emails[type eq "work"].value``
- ``urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department``
- ``emails.value``: the values of a multi-valued attribute, whatever their type
- ``members``, ``…:User:manager``: a reference, whose target's id is its ``value``
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from scim2_models import Path, SCIMException
from scim2_models.path import AttrPath, CompareOperator, Comparison, FilterNode, LogicalExpr, LogicalOperator, ValuePath

from mimas.connectors.contract import Change, ConnectorError, EntryError
from mimas.connectors.scim.service import Resource
from mimas.connectors.texts import as_key, in_utc
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Scalar

_CORE = "urn:ietf:params:scim:schemas:core:"

Operation = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """An attribute's place; ``part`` is the sub-attribute, ``selected`` what the item of a list must hold."""

    attribute: Attribute
    extension: str | None
    name: str
    part: str | None
    selected: dict[str, Any] = field(default_factory=dict)
    selection: str = ""

    @property
    def head(self) -> str:
        """The path of the whole attribute."""
        return f"{self.extension}:{self.name}" if self.extension else self.name

    def _items(self, resource: Resource) -> list[Any]:
        container = resource.get(self.extension) if self.extension else resource
        found = container.get(self.name) if isinstance(container, dict) else None
        items = found if isinstance(found, list) else [] if found is None else [found]
        return [item for item in items if not self.selected or _holds(item, self.selected)]

    def is_in(self, resource: Resource) -> bool:
        """Whether there is an item that the path selects."""
        return bool(self._items(resource))

    def read(self, resource: Resource) -> list[Scalar]:
        """The values. Raises `EntryError`."""
        found = (item.get(self.part or "value") if isinstance(item, dict) else item for item in self._items(resource))
        values = [_scalar(value, self.attribute) for value in found if value is not None and value != ""]
        if len(values) > 1 and not self.attribute.multivalued:
            message = f"{self.attribute.name} has {len(values)} values and is declared with one"
            raise EntryError("multi-single-mismatch", message, "Declare it as multivalued, or select one by its type.")
        return values

    def put(self, resource: Resource, values: Sequence[Any]) -> None:
        """Write the values into a resource that is to be created."""
        if not values:
            return
        container = resource.setdefault(self.extension, {}) if self.extension else resource
        if self.extension and self.extension not in resource["schemas"]:
            resource["schemas"].append(self.extension)
        if self.selected:
            items: list[Resource] = container.setdefault(self.name, [])
            item = next((item for item in items if _holds(item, self.selected)), None)
            if item is None:
                items.append(item := dict(self.selected))
            item[self.part or "value"] = values[0]
        elif self.attribute.multivalued:
            container[self.name] = [self._item(value) for value in values]
        elif self.part or self.attribute.kind is Kind.REFERENCE:
            container.setdefault(self.name, {})[self.part or "value"] = values[0]
        else:
            container[self.name] = values[0]

    def _item(self, value: Any) -> Any:
        return {self.part or "value": value} if self.part or self.attribute.kind is Kind.REFERENCE else value

    def operations(self, change: Change, seen: Resource | None = None) -> Iterator[Operation]:
        """What to PATCH. With ``seen``, the resource as it is, an item that is not there is added, not replaced.

        Such an addition says in ``item`` to which item it belongs, for `mimas.connectors.scim.writing` to join them.
        """
        if self.attribute.multivalued:
            yield from self._many(change)
        elif not change.values:
            # An address without its value is none; other parts leave the rest of their item alone.
            whole = self.attribute.kind is Kind.REFERENCE or (self.selected and self.part == "value")
            path = f"{self.head}{self.selection}" if whole else self.attribute.name
            if seen is None or self.is_in(seen):
                yield {"op": "remove", "path": path}
        elif self.selected and seen is not None and not self.is_in(seen):
            item = self.selected | {self.part or "value": change.values[0]}
            yield {"op": "add", "path": self.head, "value": [item], "item": self.head + self.selection}
        elif self.attribute.kind is Kind.REFERENCE and not self.part:
            yield {"op": "replace", "path": self.head, "value": {"value": change.values[0]}}
        else:
            yield {"op": "replace", "path": self.attribute.name, "value": change.values[0]}

    def _many(self, change: Change) -> Iterator[Operation]:
        items = isinstance(self._item(""), dict)
        if not items or not (change.added or change.removed):
            yield {"op": "replace", "path": self.head, "value": [self._item(value) for value in change.values]}
            return
        for value in change.removed:
            one = Comparison(AttrPath(self.part or "value"), CompareOperator.eq, value)
            yield {"op": "remove", "path": f"{self.head}[{one}]"}
        if change.added:
            yield {"op": "add", "path": self.head, "value": [self._item(value) for value in change.added]}


def place(attribute: Attribute) -> Place:
    """The place that an attribute's name says. Raises `ConnectorError`."""
    try:
        node = Path(attribute.name).ast
    except SCIMException as error:
        raise ConnectorError(f"{attribute.name} is no SCIM path: {error}.", _EXAMPLES) from error
    if isinstance(node, AttrPath):
        return Place(attribute, _extension(node), node.attr, node.sub_attr)
    if not isinstance(node, ValuePath) or attribute.multivalued:
        raise ConnectorError(f"{attribute.name} does not name one value of a list.", _EXAMPLES)
    selected = dict(_equalities(node.val_filter, attribute))
    return Place(
        attribute, _extension(node.attr_path), node.attr_path.attr, node.sub_attr, selected, f"[{node.val_filter}]"
    )


_EXAMPLES = (
    'Write userName, name.givenName, emails[type eq "work"].value, emails.value (multi-valued), or urn:…:attribute.'
)


def _extension(path: AttrPath) -> str | None:
    return None if path.uri is None or path.uri.lower().startswith(_CORE) else path.uri


def _equalities(node: FilterNode, attribute: Attribute) -> Iterator[tuple[str, Any]]:
    if isinstance(node, LogicalExpr) and node.op is LogicalOperator.and_:
        for term in node.terms:
            yield from _equalities(term, attribute)
    elif isinstance(node, Comparison) and node.op is CompareOperator.eq:
        yield node.attr_path.attr, node.value
    else:
        raise ConnectorError(f"{attribute.name} selects by more than 'eq', joined by 'and'.", _EXAMPLES)


def _holds(item: Any, selected: dict[str, Any]) -> bool:
    return isinstance(item, dict) and all(item.get(key) == value for key, value in selected.items())


def _scalar(value: Any, attribute: Attribute) -> Scalar:
    """A JSON value in the attribute's kind. Raises `EntryError`."""
    kind = attribute.kind
    if kind is Kind.DATETIME and isinstance(value, str):
        with suppress(ValueError):
            moment = in_utc(datetime.fromisoformat(value))
            return moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"
    elif kind is Kind.STRING and isinstance(value, bool):
        return "true" if value else "false"
    elif kind is Kind.STRING and isinstance(value, int | float):
        return str(value)
    elif kind is Kind.REFERENCE and isinstance(value, str):
        return as_key(value, attribute.name)
    elif type(value) is {Kind.BOOLEAN: bool, Kind.INTEGER: int}.get(kind, str):
        return cast(Scalar, value)
    message = f"{attribute.name} is no {kind}: {str(value)[:60]!r}"
    raise EntryError("invalid-attribute-value", message, "Correct the attribute's type in the connector's schema.")
