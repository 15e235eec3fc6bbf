"""One export, turned into values for columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mimas.connectors.contract import ConnectorError, Export, Operation, Result
from mimas.connectors.sql.cells import write
from mimas.connectors.sql.mapping import LinkTable, Mapped
from mimas.schema.attributes import Kind


class RefusedError(Exception):
    """An export that is wrong, found out before or after sending: the catalogue's term, what is wrong, what to do."""

    def result(self, export: Export) -> Result:
        """It, as the outcome of an export."""
        code, message, advice = self.args
        return Result(export.id, code, message, advice)


@dataclass(frozen=True, slots=True)
class Statement:
    """``key`` and ``cells`` by column name; ``members``: of each link table, the cells to take out and to put in."""

    export: Export
    mapped: Mapped
    key: dict[str, Any]
    cells: dict[str, Any]
    members: tuple[tuple[LinkTable, list[Any], list[Any]], ...]

    @property
    def shape(self) -> tuple[object, ...]:
        """Statements of one shape can be sent together; none can with an add whose key the database makes."""
        complete = self.key.keys() | self.cells.keys() >= set(self.mapped.type.anchor)
        alone = () if complete else (self.export.id,)
        return self.export.operation, self.mapped.type.name, tuple(sorted(self.cells)), alone

    @property
    def what(self) -> str:
        """The object, for messages."""
        anchor = self.export.anchor or ", ".join(f"{name}={self.cells.get(name)}" for name in self.mapped.type.anchor)
        return f"{self.export.operation.capitalize()} of {anchor} in {self.mapped.table.fullname}"


def statement(export: Export, types: dict[str, Mapped]) -> Statement:
    """What to send. Raises `RefusedError`, and `ConnectorError` for a type that is not configured."""
    if (mapped := types.get(export.type)) is None:
        raise ConnectorError(f"There is no object type {export.type}.", "Add it to the connector's schema.")
    links = {link.attribute.name: link for link in mapped.links}
    cells: dict[str, Any] = {}
    members: list[tuple[LinkTable, list[Any], list[Any]]] = []
    key = _key(export, mapped)
    for name, change in export.changes.items():
        if link := links.get(name):
            added = change.values if export.operation is Operation.ADD else change.added
            members.append(
                (link, _members(export, mapped, link, change.removed), _members(export, mapped, link, added))
            )
        elif name not in mapped.columns:
            message = f"{export.type} has no attribute {name}"
            raise RefusedError("schema-violation", f"{message}.", "Add it to the connector's schema.")
        elif change.values or export.operation is not Operation.ADD:
            cells[name] = _cell(export, mapped, name, change.values)
    if export.operation is Operation.ADD:
        return Statement(export, mapped, {}, key | cells, tuple(members))
    return Statement(export, mapped, key, _without_key(export, key, cells), tuple(members))


def _key(export: Export, mapped: Mapped) -> dict[str, Any]:
    if export.anchor is None:
        return {}
    try:
        parts = mapped.keys.parts(mapped.type, export.anchor)
        return {name: write(part, mapped.columns[name]) for name, part in parts.items()}
    except ValueError as error:
        message = f"The anchor {export.anchor} of a {export.type}: {error}."
        raise RefusedError("missing-anchor-component", message, "Import the database again.") from None


def _without_key(export: Export, key: dict[str, Any], cells: dict[str, Any]) -> dict[str, Any]:
    for name in key.keys() & cells.keys():
        if cells[name] != key[name]:
            message = f"{export.anchor}: {name} is the key and cannot become {cells[name]!r}."
            raise RefusedError("readonly-attribute", message, "Let the key flow only when the object is created.")
    return {name: cell for name, cell in cells.items() if name not in key}


def _cell(export: Export, mapped: Mapped, name: str, values: Sequence[Any]) -> Any:
    attribute = mapped.type.attributes.get(name)
    value = values[0] if values else None
    if name in mapped.type.anchor and "\0" in str(value):  # SQLite would take it, and nobody could read it again
        raise _misfit(export, name, ValueError(f"a key holds no NUL character: {value!r}"))
    try:
        if value is not None and attribute is not None and attribute.kind is Kind.REFERENCE:
            value = mapped.keys.bare(mapped.to(attribute), value)
        return write(value, mapped.columns[name])
    except ValueError as error:
        raise _misfit(export, name, error) from None


def _members(export: Export, mapped: Mapped, link: LinkTable, anchors: Sequence[str]) -> list[Any]:
    try:
        return [write(mapped.keys.bare(link.to, anchor), link.member) for anchor in anchors]
    except ValueError as error:
        raise _misfit(export, link.attribute.name, error) from None


def _misfit(export: Export, name: str, error: ValueError) -> RefusedError:
    message = f"{export.anchor or export.type}: {name}: {error}."
    return RefusedError("invalid-attribute-value", message, "Correct the rule that makes the value.")
