"""Reading tables: streamed in the order of their keys, each page with its rows of the link tables."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, Connection, and_, func, or_, select, type_coerce
from sqlalchemy.types import NullType
from xxhash import xxh3_64_intdigest

from mimas.connectors.contract import ConnectorError, End, Entry, EntryError, Problem, Sought
from mimas.connectors.sql.cells import plain, read, write
from mimas.connectors.sql.database import Database
from mimas.connectors.sql.mapping import LinkTable, Mapped
from mimas.connectors.texts import as_key
from mimas.schema.attributes import Kind
from mimas.schema.values import Values

PAGE = 5000

_Members = dict[str, list[str]]
"""Of one row: the attribute and the targets' bare keys."""

_Linked = dict[str, _Members | EntryError]
"""Of each row, by its key. Where a member cannot be read the row fails: a shorter list would look like a change."""

_Row = tuple[Any, ...]


@dataclass(slots=True)
class SqlPage:
    """Some rows of one table, their cells in the order of ``mapped.columns``."""

    keys: Sequence[str]
    fingerprints: Sequence[int]
    problems: Sequence[Problem]
    rows: Sequence[_Row]
    members: Sequence[_Members | EntryError]
    mapped: Mapped
    deleted: frozenset[int] = frozenset()

    def entry(self, index: int) -> Entry:
        """The row parsed. Raises `EntryError`."""
        mapped, members = self.mapped, self.members[index]
        if isinstance(members, EntryError):
            raise members
        values: Values = {}
        references: dict[str, list[str]] = {}
        for name, cell in zip(mapped.columns, self.rows[index], strict=True):
            attribute = mapped.type.attributes.get(name)
            if attribute is None or (value := read(cell, attribute)) is None:
                continue
            if attribute.kind is Kind.REFERENCE:
                references[name] = [mapped.keys.prefix(mapped.to(attribute)) + as_key(str(value), name)]
            else:
                values[name] = value
        for link in mapped.links:
            prefix = mapped.keys.prefix(link.to)
            references[link.attribute.name] = [prefix + key for key in members.get(link.attribute.name, [])]
        return Entry(mapped.type.name, self.keys[index], None, values, references)


class Reader:
    """Reads all configured tables in one transaction."""

    def __init__(self, database: Database, types: dict[str, Mapped], salt: int) -> None:
        self._database = database
        self._types = types
        self._salt = salt
        self._before: str | None = None

    def pages(self, watermark: str | None) -> Iterator[SqlPage | End]:
        """Everything, or the rows changed since ``watermark``. Raises `ConnectorError`."""
        since = _marks(watermark)
        with self._database.connect(snapshot=True) as connection:
            marks = {name: self._newest(connection, mapped) for name, mapped in self._types.items()}
            for name, mapped in self._types.items():
                yield from self._table(connection, mapped, since.get(name))
        yield End(watermark=msgspec.json.encode(marks).decode() if self._database.settings.changed_at else None)

    def fetch(self, objects: Sequence[Sought]) -> Iterator[SqlPage]:
        """These rows, in the order of their keys, without those that are not there. Raises `ConnectorError`."""
        with self._database.connect() as connection:
            for name, mapped in self._types.items():
                wanted = [self._is(mapped, one.anchor) for one in objects if one.type == name]
                if wanted:
                    query = select(*self._cells(mapped.columns.values())).order_by(*mapped.key_columns)
                    rows = [tuple(row) for row in connection.execute(query.where(or_(*wanted)))]
                    yield self._page(connection, mapped, rows)

    def _is(self, mapped: Mapped, anchor: str) -> ColumnElement[bool]:
        parts = mapped.keys.parts(mapped.type, anchor)
        return and_(*(mapped.columns[name] == write(part, mapped.columns[name]) for name, part in parts.items()))

    def _newest(self, connection: Connection, mapped: Mapped) -> Any:
        if not self._database.settings.changed_at:
            return None
        column = self._database.column(mapped.table, self._database.settings.changed_at)
        return connection.execute(select(func.max(column))).scalar()

    def _table(self, connection: Connection, mapped: Mapped, since: Any) -> Iterator[SqlPage]:
        query = select(*self._cells(mapped.columns.values())).order_by(*mapped.key_columns)
        if since is not None:
            column = self._database.column(mapped.table, self._database.settings.changed_at)
            # Rows of the same instant may have come after the last reading.
            query = query.where(column >= _as_column(since, column.type))
        # A row count per fetch, and a cursor on the server where the driver has one.
        streamed = connection.execute(query, execution_options={"yield_per": PAGE})
        for rows in streamed.partitions():
            yield self._page(connection, mapped, [tuple(row) for row in rows])

    def _cells(self, columns: Iterable[Column[Any]]) -> list[ColumnElement[Any]]:
        """What to select. SQLite keeps anything in any column, so there the cells are taken as they are."""
        if self._database.engine.dialect.name == "sqlite":
            return [type_coerce(column, NullType()).label(column.name) for column in columns]
        return list(columns)

    def _page(self, connection: Connection, mapped: Mapped, rows: Sequence[_Row]) -> SqlPage:
        keys, fingerprints, problems, good, members = [], [], [], [], []
        linked = self._linked(connection, mapped, rows)
        at = {name: index for index, name in enumerate(mapped.columns) if name in mapped.type.anchor}
        for row in rows:
            try:
                parts = {name: _part(row[index], name) for name, index in at.items()}
            except EntryError as error:
                place = f"{mapped.table.fullname}: {', '.join(f'{name}={row[index]}' for name, index in at.items())}"
                problems.append(Problem(error.code, place, error.message, error.advice))
                continue
            key = mapped.keys.anchor(mapped.type, parts)
            if key is None or key == self._before:
                problems.append(_problem(mapped, key, parts))
                continue
            self._before = key
            own = linked.get(parts[mapped.type.anchor[0]] or "", {})
            raw = repr((row, own)).encode("utf-8", "surrogatepass")
            keys.append(key)
            fingerprints.append(xxh3_64_intdigest(raw, seed=self._salt) >> 1)
            good.append(row)
            members.append(own)
        return SqlPage(keys, fingerprints, problems, good, members, mapped)

    def _linked(self, connection: Connection, mapped: Mapped, rows: Sequence[_Row]) -> _Linked:
        """The members of the rows of a page, by the row's key. The database compares: its sort order is what counts."""
        found: _Linked = {}
        for link in mapped.links:
            at = list(mapped.columns).index(mapped.type.anchor[0])
            if not (keys := [row[at] for row in rows if row[at] is not None]):
                continue
            cells = self._cells([link.owner, link.member])
            query = select(*cells).where(link.owner >= keys[0], link.owner <= keys[-1])
            for owner, member in connection.execute(query.order_by(link.owner, link.member)):
                _add(found, link, owner, member)
        return found


def _part(cell: Any, name: str) -> str | None:
    """A part of a key as text. Raises `EntryError`."""
    return None if cell is None else as_key(plain(cell, name), name)


def _add(found: _Linked, link: LinkTable, owner: Any, member: Any) -> None:
    """One row of a link table; empty cells are none."""
    try:
        key = _part(owner, link.owner.name)
    except EntryError:
        return  # the row of this key fails itself
    try:
        text = _part(member, link.member.name)
    except EntryError as error:
        found[key or ""] = error
        return
    own = found.setdefault(key, {}) if key and text else None
    if text and isinstance(own, dict):
        own.setdefault(link.attribute.name, []).append(text)


def _problem(mapped: Mapped, key: str | None, parts: dict[str, str | None]) -> Problem:
    place = f"{mapped.table.fullname}: {', '.join(f'{name}={value}' for name, value in parts.items())}"
    if key is None:
        advice = f"Fill {', '.join(mapped.type.anchor)}."
        return Problem("missing-anchor-component", place, "A part of the key is null or empty.", advice)
    return Problem(
        "duplicate-object", place, "Several rows have this key; only the first is read.", "Remove the others."
    )


def _marks(watermark: str | None) -> dict[str, Any]:
    if watermark is None:
        return {}
    try:
        return msgspec.json.decode(watermark, type=dict[str, Any])
    except msgspec.DecodeError:
        raise ConnectorError(f"{watermark!r} is no watermark of a database.", "Run a full import.") from None


def _as_column(mark: Any, column_type: Any) -> Any:
    """A watermark in the type of the column; JSON holds instants as text."""
    wanted = column_type.python_type
    return wanted.fromisoformat(mark) if wanted in (datetime, date) else mark
