"""Which table, columns and link tables an object type lives in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Column, Table

from mimas.connectors.contract import ConnectorError, Schema
from mimas.connectors.sql.database import Database
from mimas.connectors.sql.keys import Keys
from mimas.schema.attributes import NAME, Attribute, Kind, ObjectType


@dataclass(frozen=True, slots=True)
class LinkTable:
    """Where the values of a multi-valued reference attribute are."""

    attribute: Attribute
    table: Table
    owner: Column[Any]
    member: Column[Any]
    to: str


@dataclass(frozen=True, slots=True)
class Mapped:
    """An object type in the database; ``columns`` holds those of its attributes and of its key."""

    type: ObjectType
    table: Table
    columns: Mapping[str, Column[Any]]
    links: tuple[LinkTable, ...]
    keys: Keys

    @property
    def key_columns(self) -> list[Column[Any]]:
        """The columns that make up the anchor."""
        return [self.columns[name] for name in self.type.anchor]

    def to(self, attribute: Attribute) -> str:
        """The type that a reference points to."""
        return attribute.to or self.type.name


def mapped(database: Database, schema: Schema) -> dict[str, Mapped]:
    """The configured types, compared with the tables. Raises `ConnectorError`."""
    keys = Keys(schema)
    return {name: _mapped(database, object_type, keys) for name, object_type in schema.items()}


def _mapped(database: Database, object_type: ObjectType, keys: Keys) -> Mapped:
    table = database.table(database.settings.tables.get(object_type.name, object_type.name))
    anchor = object_type.anchor or tuple(column.name for column in table.primary_key.columns)
    if not anchor:
        message = f"Connector {database.name}: {object_type.name} has no anchor, and {table.fullname} no primary key."
        raise ConnectorError(message, "Name the columns that identify a row as its anchor.")
    columns, links = {name: database.column(table, name) for name in anchor}, []
    for attribute in object_type.attributes.values():
        if attribute.multivalued:
            links.append(_link(database, object_type, attribute, anchor))
        elif attribute.name != NAME:
            columns[attribute.name] = database.column(table, attribute.name)
    return Mapped(replace(object_type, anchor=anchor), table, columns, tuple(links), keys)


def _link(database: Database, object_type: ObjectType, attribute: Attribute, anchor: tuple[str, ...]) -> LinkTable:
    link = database.settings.links.get(attribute.name)
    if attribute.kind is not Kind.REFERENCE or link is None:
        where = f"links: {{{attribute.name}: {{table: …, owner: …, member: …}}}}"
        raise ConnectorError(
            f"Connector {database.name}: {object_type.name}.{attribute.name} is multi-valued; a column is not.",
            f"For a reference, say where its values are: {where}.",
        )
    if len(anchor) > 1:
        raise ConnectorError(
            f"Connector {database.name}: {object_type.name}.{attribute.name} has a link table, which needs one key.",
            f"{object_type.name} has {len(anchor)} key columns, {', '.join(anchor)}; use a single one as its anchor.",
        )
    table = database.table(link.table)
    owner, member = database.column(table, link.owner), database.column(table, link.member)
    return LinkTable(attribute, table, owner, member, attribute.to or object_type.name)
