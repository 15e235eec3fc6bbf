"""The tables and views a database has, as object types."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Numeric, Table

from mimas.connectors.contract import Schema
from mimas.connectors.sql.cells import column_type
from mimas.schema.attributes import Attribute, Kind, ObjectType

_KINDS: dict[type, Kind] = {
    bool: Kind.BOOLEAN,
    int: Kind.INTEGER,
    datetime: Kind.DATETIME,
    date: Kind.DATETIME,
    bytes: Kind.BINARY,
}


def discover(connection: Connection) -> Schema:
    """Each table and view of the default schema, anchored by its primary key; foreign keys are references."""
    metadata = MetaData()
    metadata.reflect(connection, views=True)
    return {table.name: _object_type(table) for table in metadata.sorted_tables}


def _object_type(table: Table) -> ObjectType:
    key = tuple(column.name for column in table.primary_key.columns)
    return ObjectType(table.name, {column.name: _attribute(column, key) for column in table.columns}, key)


def _attribute(column: Column[Any], key: Sequence[str]) -> Attribute:
    targets = [foreign.column.table.name for foreign in column.foreign_keys]
    if targets and column.name not in key:
        return Attribute(column.name, Kind.REFERENCE, to=targets[0])
    if column_type(column) is Decimal and isinstance(column.type, Numeric) and not column.type.scale:
        return Attribute(column.name, Kind.INTEGER)
    return Attribute(column.name, _KINDS.get(column_type(column), Kind.STRING))
