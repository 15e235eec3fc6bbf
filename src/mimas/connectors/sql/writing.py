"""Writing rows: many at once where that works, one by one in savepoints where it does not."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, insert, select, update
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from mimas.connectors.contract import Export, Operation, Result
from mimas.connectors.sql.cells import plain
from mimas.connectors.sql.database import Database, is_lost, is_read_only, sqlstate, told
from mimas.connectors.sql.mapping import Mapped
from mimas.connectors.sql.statements import RefusedError, Statement, statement

BATCH = 500


class _MissedError(Exception):
    """Rows sent together did not all hit; which, only sending them one by one can say."""


class Writer:
    """Writes in transactions of `BATCH` objects; results are given once theirs is committed."""

    def __init__(self, database: Database, types: dict[str, Mapped]) -> None:
        self._database = database
        self._types = types

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        """Send. Raises `ConnectorError` when the database is out of reach; the open transaction is then undone."""
        rest = iter(exports)
        while batch := list(islice(rest, BATCH)):
            results = self._transaction(batch)
            if results is None:
                # A constraint that is checked at commit was broken: find out by which object.
                for export in batch:
                    yield from self._transaction([export]) or [_broken_at_commit(export)]
            else:
                yield from results

    def _transaction(self, exports: Sequence[Export]) -> list[Result] | None:
        """The results; none when the database refused the transaction as a whole."""
        with self._database.connect() as connection:
            results = self._send(connection, exports)
            try:
                connection.commit()
            except IntegrityError:
                return None
        return results

    def _send(self, connection: Connection, exports: Sequence[Export]) -> list[Result]:
        results: list[Result] = []
        statements: list[Statement] = []
        for export in exports:
            try:
                statements.append(statement(export, self._types))
            except RefusedError as refused:
                results.append(refused.result(export))
        failed: list[Statement] = []
        for _, group in groupby(statements, key=lambda one: one.shape):
            for one, result in self._group(connection, list(group)):
                if result.error == "constraint-violation":
                    failed.append(one)
                else:
                    results.append(result)
        # What refers to a row that came later in the batch works now.
        return results + [self._one(connection, one) for one in failed]

    def _group(self, connection: Connection, group: list[Statement]) -> Iterator[tuple[Statement, Result]]:
        if len(group) > 1 and self._together(connection, group):
            yield from ((one, Result(one.export.id, anchor=_anchor(one))) for one in group)
        else:
            yield from ((one, self._one(connection, one)) for one in group)

    def _together(self, connection: Connection, group: list[Statement]) -> bool:
        try:
            with connection.begin_nested():
                _execute(connection, group)
        except (_MissedError, RefusedError):
            return False
        except DBAPIError as error:
            if is_lost(error):
                raise
            return False
        return True

    def _one(self, connection: Connection, one: Statement) -> Result:
        try:
            with connection.begin_nested():
                generated = _execute(connection, [one])
        except _MissedError:
            message = f"{one.what} found no such row."
            return Result(one.export.id, "cd-missing-object", message, "Import the database and sync again.")
        except RefusedError as refused:
            return refused.result(one.export)
        except DBAPIError as error:
            if is_lost(error):
                raise
            return _refused(connection, one, error)
        return Result(one.export.id, anchor=_anchor(one, generated))


def _execute(connection: Connection, group: list[Statement]) -> dict[str, Any]:
    """Send statements of one shape. Gives the key that the database made for a single add."""
    first, table = group[0], group[0].mapped.table
    operation = first.export.operation
    generated: dict[str, Any] = {}
    if operation is Operation.ADD:
        done = connection.execute(insert(table), [one.cells for one in group] if len(group) > 1 else first.cells)
        if len(group) == 1:
            names = [column.name for column in table.primary_key.columns]
            generated = dict(zip(names, done.inserted_primary_key or (), strict=False))
    elif operation is Operation.DELETE:
        for one in group:
            _unlink(connection, one)
        _hit(connection, group, delete(table).where(_key_is(first)))
    elif first.cells:
        cells: dict[Any, Any] = {first.mapped.columns[name]: bindparam(f"cell_{name}") for name in first.cells}
        _hit(connection, group, update(table).where(_key_is(first)).values(cells))
    else:
        _look(connection, group)
    for one in group:
        _write_members(connection, one, generated)
    return generated


def _key_is(one: Statement) -> ColumnElement[bool]:
    return and_(*(one.mapped.columns[name] == bindparam(f"key_{name}") for name in one.key))


def _hit(connection: Connection, group: list[Statement], sent: Any) -> None:
    """Update or delete one row each. Raises when a row is missing, or when a key stands for several."""
    many = len(group) > 1
    if many and not connection.dialect.supports_sane_multi_rowcount:
        raise _MissedError
    rows = [
        {f"key_{name}": part for name, part in one.key.items()}
        | {f"cell_{name}": cell for name, cell in one.cells.items()}
        for one in group
    ]
    count = connection.execute(sent, rows if many else rows[0]).rowcount
    if count < len(group):
        raise _MissedError
    if count > len(group):
        one = group[0]
        message = f"{one.what} would change {count} rows: the key is not unique."
        raise RefusedError("ambiguous-update", message, "Choose an anchor that is unique, or remove the doubled rows.")


def _look(connection: Connection, group: list[Statement]) -> None:
    """The rows whose link tables alone change must be there, too."""
    for one in group:
        key = {f"key_{name}": part for name, part in one.key.items()}
        if connection.execute(select(1).select_from(one.mapped.table).where(_key_is(one)), key).first() is None:
            raise _MissedError


def _write_members(connection: Connection, one: Statement, generated: dict[str, Any]) -> None:
    for link, removed, added in one.members:
        owner = next(iter(one.key.values()), None) or {**generated, **one.cells}[one.mapped.type.anchor[0]]
        # A row that is there already would be there twice where the table does not forbid it.
        if gone := [{"owner": owner, "member": member} for member in (*removed, *added)]:
            both = and_(link.owner == bindparam("owner"), link.member == bindparam("member"))
            connection.execute(delete(link.table).where(both), gone)
        if new := [{link.owner.name: owner, link.member.name: member} for member in added]:
            connection.execute(insert(link.table), new)


def _unlink(connection: Connection, one: Statement) -> None:
    """A row that goes takes its rows of the link tables with it: those it owns and those it is the member of."""
    (key, *more) = one.key.values()
    for link in () if more else one.mapped.links:
        ends: list[Any] = [link.owner] + ([link.member] if link.to == one.mapped.type.name else [])
        for end in ends:
            connection.execute(delete(link.table).where(end == key))


def _anchor(one: Statement, generated: dict[str, Any] | None = None) -> str | None:
    if one.export.operation is not Operation.ADD:
        return None
    cells = {**(generated or {}), **one.cells}
    parts = {name: plain(cells[name], name) for name in one.mapped.type.anchor if cells.get(name) is not None}
    return one.mapped.keys.anchor(one.mapped.type, parts)


def _refused(connection: Connection, one: Statement, error: DBAPIError) -> Result:
    code, advice = "cd-error", "The database's message says what to do."
    if isinstance(error, IntegrityError):
        code, advice = "constraint-violation", "Correct the values that the constraint is about."
        if one.export.operation is Operation.ADD and _exists(connection, one):
            code, advice = "cd-existing-object", "Import the database so that the row can be joined."
    elif isinstance(error, DataError):
        code = "insufficient-field-width" if sqlstate(error) == "22001" else "invalid-attribute-value"
        advice = "Correct the rule that makes the value, or widen the column."
    elif sqlstate(error) == "42501" or is_read_only(error):
        code, advice = "permission-issue", "Give the account of the url the right to do this."
    return Result(one.export.id, code, f"{one.what} was refused: {told(error)}.", advice)


def _exists(connection: Connection, one: Statement) -> bool:
    key = {name: one.cells[name] for name in one.mapped.type.anchor if name in one.cells}
    if len(key) < len(one.mapped.type.anchor):
        return False
    same = and_(*(one.mapped.columns[name] == part for name, part in key.items()))
    return connection.execute(select(1).select_from(one.mapped.table).where(same)).first() is not None


def _broken_at_commit(export: Export) -> Result:
    message = f"{export.operation.capitalize()} of {export.anchor or export.type} breaks a constraint of the database."
    return Result(export.id, "constraint-violation", message, "Correct the values that its constraints are about.")
