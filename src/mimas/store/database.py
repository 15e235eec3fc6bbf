"""One database, and transactions on it: the thin layer under every query of the store.

Queries are written once, in the SQL that SQLite and PostgreSQL share: ``?`` for a parameter, and three words for a
list given as one parameter: ``IDS`` and ``TEXTS`` (its elements, after ``IN``) and ``ORDERED`` (a table ``j`` of
``key``, its position, and ``value``). Bulk writes go through `insert`, `update`, `upsert` and `delete`: `executemany`
on SQLite, ``COPY`` and array statements on PostgreSQL. Nothing here is done per object. To PostgreSQL a statement is
sent when somebody looks at an answer, and at the end of the transaction: see `mimas.store.wire`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from fcntl import LOCK_EX, LOCK_NB, flock
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.types import Text

from mimas.store.dialect import (
    for_postgresql,
    for_sqlite,
    json_form,
    prepare_postgresql,
    prepare_sqlite,
    quoted,
)

if TYPE_CHECKING:
    from mimas.store.wire import Answer, Wire

Row = tuple[Any, ...]

_WORD = re.compile(r"\w+")
_FEW = 8
"""Up to so many rows a plain statement is sooner done than ``COPY``, which takes three messages."""
_RUN_LOCK = int.from_bytes(b"mimasrun")
"""The number of PostgreSQL's advisory lock of whoever runs steps."""


class DatabaseError(Exception):
    """The database cannot be used; the message says which and why."""


class BusyError(DatabaseError):
    """Another run is under way."""


class Database:
    """A database by its SQLAlchemy URL. One connection, one transaction at a time."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        if self.url.get_backend_name() == "postgresql" and "+" not in self.url.drivername:
            self.url = self.url.set(drivername="postgresql+psycopg")
        self.postgresql = self.url.get_backend_name() == "postgresql"
        try:
            self.engine = create_engine(self.url)
        except ImportError as error:
            raise DatabaseError(
                f"The database {self.display} needs a driver that is not installed ({error.name}). "
                "Install it with: pip install 'mimas[postgresql]'."
            ) from None
        event.listen(self.engine, "connect", prepare_postgresql if self.postgresql else prepare_sqlite)
        self._connection: Any = None
        self._wire: Wire | None = None
        self._open: Transaction | None = None
        self._depth = 0
        """How many transactions within the open one are parts of it."""
        self._durable = False
        self._alone = False
        self.before_commit: Callable[[Transaction], None] = lambda _: None
        """Called at the end of each transaction that has written something, as a part of it."""

    @property
    def display(self) -> str:
        """The URL without its password, and without its options, which may hold one too."""
        return self.url.set(query={}).render_as_string(hide_password=True)

    def connection(self) -> Any:
        """The driver's own connection, opened at the first use."""
        if self._connection is None:
            try:
                self._connection = self.engine.raw_connection()
            except Exception as error:  # noqa: BLE001 - every driver has its own, and all mean the same here
                advice = (
                    "Check that the server runs and can be reached from here, and the name and password in the URL"
                    if self.postgresql
                    else "Check that its folder exists, that this account may write to the folder and the file, and "
                    "that the disk has room"
                )
                raise DatabaseError(
                    f"The database {self.display} cannot be opened: {_first_line(error)}. {advice}."
                ) from None
        return self._connection

    @contextmanager
    def transaction(self, *, durable: bool = False, reading: bool = False) -> Iterator["Transaction"]:
        """Everything within is committed together, or not at all. ``durable`` survives a power cut on SQLite too.

        ``reading``: nothing is written, so nobody who writes is waited for. One within another is part of it.
        """
        if self._open is not None:
            self._depth += 1
            try:
                with self._open.foreseeing(False):
                    yield self._open
            finally:
                self._depth -= 1
            return
        connection = self.connection()
        transaction = self._open = self._transaction(connection)
        try:
            if not self.postgresql:
                self._begin(transaction.cursor, durable=durable, reading=reading)
            yield from self._through(transaction, transaction.wire or connection)
        finally:
            self._open = None

    @contextmanager
    def part(self, transaction: "Transaction") -> Iterator[None]:
        """A part of a transaction that is undone by itself when it fails; the outermost one needs no such care."""
        if not self._depth:
            yield
            return
        name = f"part{self._depth}"
        begun = transaction.soon(f"SAVEPOINT {name}")
        try:
            yield
            transaction.send()
        except BaseException:
            if begun():
                transaction.say(f"ROLLBACK TO SAVEPOINT {name}", instead=True)
                transaction.soon(f"RELEASE SAVEPOINT {name}")
            else:
                transaction.forget()
            raise
        transaction.soon(f"RELEASE SAVEPOINT {name}")

    def _transaction(self, connection: Any) -> "Transaction":
        if not self.postgresql:
            return Transaction(self, connection.cursor(), None)
        if self._wire is None:
            from mimas.store.wire import Wire

            self._wire = Wire(connection.driver_connection)
        return Transaction(self, connection.cursor(), self._wire)

    def _begin(self, cursor: Any, *, durable: bool, reading: bool) -> None:
        """Begin a transaction of SQLite; one of PostgreSQL begins with the first statement."""
        if durable is not self._durable:
            cursor.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            self._durable = durable
        cursor.execute("BEGIN" if reading else "BEGIN IMMEDIATE")

    def _through(self, transaction: "Transaction", ends: Any) -> Iterator["Transaction"]:
        """``ends``: what commits a transaction, or undoes it."""
        try:
            yield transaction
            if transaction.wrote:
                self.before_commit(transaction)
            ends.commit()
        except BaseException:
            ends.rollback()
            raise

    @contextmanager
    def alone(self) -> Iterator[None]:
        """For whoever runs steps or changes the rules: nobody else does meanwhile. Raises `BusyError` at once.

        Two runs at a time would each take what the other is sending for something that a dead run has left over.
        The lock is the system's, so it ends with the process, however that ends. One within another is part of it.
        """
        if self._alone:
            yield
            return
        with self._locked_session() if self.postgresql else self._locked_file() as got:
            if not got:
                raise BusyError(
                    f"Another run is under way on the database {self.display}. Nothing was done. Wait until it has "
                    "ended (`mimas runs` shows it), then run this again."
                )
            self._alone = True
            try:
                yield
            finally:
                self._alone = False

    @contextmanager
    def _locked_session(self) -> Iterator[bool]:
        connection = self.connection()
        cursor = connection.cursor()
        cursor.execute("SELECT pg_try_advisory_lock(%s)", (_RUN_LOCK,))
        got = bool(cursor.fetchone()[0])
        connection.commit()
        try:
            yield got
        finally:
            # A connection that broke has lost the lock already, and has something of its own to say.
            if got and not connection.closed:
                cursor.execute("SELECT pg_advisory_unlock(%s)", (_RUN_LOCK,))
                connection.commit()

    @contextmanager
    def _locked_file(self) -> Iterator[bool]:
        path = self.url.database
        if not path or path == ":memory:":
            yield True
            return
        with Path(f"{path}-run").open("ab") as file:
            try:
                flock(file, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def tidy(self) -> None:
        """After a step that wrote much: PostgreSQL's planner learns of it, and scans of what is pending stay short.

        Its autovacuum does the same, but minutes later; until then a query for ten objects may read whole tables.
        """
        if not self.postgresql or self._open is not None:
            return
        connection = self.connection()
        connection.commit()
        connection.driver_connection.autocommit = True
        try:
            connection.cursor().execute("VACUUM (ANALYZE) pending_import, pending_export, dirty")
            connection.cursor().execute("ANALYZE")
        finally:
            connection.driver_connection.autocommit = False

    def compact(self) -> None:
        """Write everything anew, so that nothing of what was deleted or changed is left in any file of the database.

        It takes as long as copying the database does, and nobody else can use it meanwhile.
        """
        connection = self.connection()
        if not self.postgresql:
            connection.cursor().execute("VACUUM")
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return
        connection.commit()
        connection.driver_connection.autocommit = True
        try:
            connection.cursor().execute("VACUUM (FULL)")
        finally:
            connection.driver_connection.autocommit = False

    def copy_to(self, path: Path) -> None:
        """A consistent copy of an SQLite database."""
        self.connection().cursor().execute("VACUUM INTO ?", (str(path),))

    def close(self) -> None:
        """Close what was opened."""
        if self._connection is not None:
            if self.postgresql and self._connection.closed:
                # Of a connection that broke the pool would tell at length that it cannot be reset.
                self._connection.invalidate()
            else:
                self._connection.close()
            self._connection = self._wire = None
        self.engine.dispose()


class Transaction:
    """What can be done within one transaction."""

    __slots__ = ("_foreseeing", "_foreseen", "_taken", "cursor", "database", "postgresql", "touched", "wire", "wrote")

    def __init__(self, database: Database, cursor: Any, wire: "Wire | None") -> None:
        self.database = database
        self.postgresql = database.postgresql
        self.cursor = cursor
        self.wire = wire
        """Where it is PostgreSQL."""
        self.wrote = False
        self.touched: set[str] = set()
        """The tables that may have been written to, among other words."""
        self._foreseeing = False
        self._foreseen: dict[tuple[str, tuple[Any, ...]], Answer] = {}
        self._taken: dict[str, list[Answer]] = {}
        """What has been taken out of tables of notes, and nobody has looked at yet."""

    @contextmanager
    def foreseeing(self, whether: bool = True) -> Iterator[None]:
        """What is asked within is about to be asked: it has no answer here, but PostgreSQL is asked all of it at once.

        What returns rows of what it writes is done here, and not once more when it is asked.

        Whoever asks the same afterwards has the answer, as it was at the time of the first of these questions; unless
        something has been written in between, which it then takes into account. Not so within a transaction that is a
        part of this one: there answers are needed.
        """
        before, self._foreseeing = self._foreseeing, whether
        try:
            yield
        finally:
            self._foreseeing = before

    def hurry(self, patience: timedelta) -> None:
        """From now on, until this part of the transaction ends, locks of others are waited for no longer than so."""
        if self.postgresql:
            self.cursor.execute(f"SET LOCAL lock_timeout = {int(patience.total_seconds() * 1000)}")

    def rows(self, sql: str, *parameters: Any) -> list[Row]:
        """All rows of a query."""
        if self.wire is not None:
            return self._asked(self.wire, sql, parameters)
        if self._foreseeing:
            return []
        self.cursor.execute(for_sqlite(sql), self._parameters(parameters))
        rows: list[Row] = self.cursor.fetchall()
        return rows

    def row(self, sql: str, *parameters: Any) -> Row | None:
        """The first row of a query, if there is one."""
        if self.wire is not None or self._foreseeing:
            return next(iter(self.rows(sql, *parameters)), None)
        self.cursor.execute(for_sqlite(sql), self._parameters(parameters))
        row: Row | None = self.cursor.fetchone()
        return row

    def _asked(self, wire: "Wire", sql: str, parameters: Sequence[Any]) -> list[Row]:
        text, flat = for_postgresql(sql, parameters)
        question = text, tuple(flat)
        answer = self._foreseen.get(question)
        if answer is None:
            if "RETURNING" in text:
                self._writes(_words(sql))
            answer = wire.put(text, flat)
        if self._foreseeing:
            self._foreseen[question] = answer
            return []
        self._foreseen.pop(question, None)
        return answer.rows()

    def _writes(self, words: Iterable[str]) -> None:
        self.touched.update(words)
        self._foreseen.clear()

    def value(self, sql: str, *parameters: Any) -> Any:
        """The first column of the first row; none when there is no row."""
        row = self.row(sql, *parameters)
        return row[0] if row else None

    def take(self, table: Table, columns: str) -> list[Row]:
        """Delete all rows of a table of notes; what they were. No answer that is foreseen depends on them."""
        sql = f"DELETE FROM {table.name} RETURNING {columns}"
        if self.wire is None:
            return self.rows(sql)
        taken = self._taken.setdefault(sql, [])
        # Where something has been written since, more may have been noted.
        if (sql, ()) not in self._foreseen:
            taken.append(self.wire.put(sql))
        if self._foreseeing:
            self._foreseen[sql, ()] = taken[-1]
            return []
        del self._taken[sql]
        self._foreseen.pop((sql, ()), None)
        return [row for answer in taken for row in answer.rows()]

    def making(self, sql: str, writes: Iterable[str], *parameters: Any) -> "Callable[[], int]":
        """On PostgreSQL: have a function make something that gets a number; how to look at the number.

        ``writes``: the tables that the function writes to. What is foreseen until somebody looks goes along.
        """
        assert self.wire is not None
        self.wrote = True
        self._writes(writes)
        answer = self.wire.put(*for_postgresql(sql, parameters))
        return lambda: int(answer.rows()[0][0])

    def run(self, sql: str, *parameters: Any) -> None:
        """Run a statement."""
        self.wrote = True
        self._writes(_words(sql))
        if self.wire is not None:
            self.wire.put(*for_postgresql(sql, parameters))
        else:
            self.cursor.execute(for_sqlite(sql), self._parameters(parameters))

    def say(self, sql: str, *, instead: bool = False) -> None:
        """Say something about the transaction itself at once; ``instead``: of all that has not been sent yet."""
        if self.wire is None:
            self.cursor.execute(sql)
            return
        if instead:
            self.forget()
        self.wire.put(sql)
        self.wire.send()

    def soon(self, sql: str) -> Callable[[], bool]:
        """The same, with whatever is said next; whether it has been said."""
        if self.wire is None:
            self.cursor.execute(sql)
            return lambda: True
        # What fails of it is to fail before.
        self.wire.send()
        answer = self.wire.put(sql)
        return lambda: answer.sent

    def forget(self) -> None:
        """Never say what has not been said by now."""
        assert self.wire is not None
        self.wire.forget()
        self._foreseen.clear()
        # What was taken by now stays taken, unless that is undone, too: then it is looked at twice.
        self._taken = {one: [answer for answer in some if answer.sent] for one, some in self._taken.items()}

    def send(self) -> None:
        """See to it that everything has been done by now: what fails, fails here."""
        if self.wire is not None:
            self.wire.send()

    def counted(self, sql: str, *parameters: Any) -> int:
        """Run a statement; how many rows it touched."""
        self.wrote = True
        self._writes(_words(sql))
        if self.wire is not None:
            return self.wire.put(*for_postgresql(sql, parameters)).count()
        self.cursor.execute(for_sqlite(sql), self._parameters(parameters))
        return int(self.cursor.rowcount)

    def many(self, sql: str, rows: Sequence[Row]) -> None:
        """Run a statement once for each row of parameters."""
        if not rows:
            return
        self.wrote = True
        self._writes(_words(sql))
        if self.wire is None:
            self.cursor.executemany(for_sqlite(sql), rows)
        else:
            for row in rows:
                self.wire.put(*for_postgresql(sql, row))

    def _parameters(self, parameters: Sequence[Any]) -> Sequence[Any]:
        return [json_form(p) if type(p) is list else p for p in parameters]

    def insert(self, table: Table, columns: str, rows: Sequence[Row], *, ignore: bool = False) -> None:
        """Insert rows; ``columns`` is a comma-separated list. ``ignore`` skips rows whose key is there already."""
        if not rows:
            return
        self.wrote = True
        self._writes([table.name])
        conflict = " ON CONFLICT DO NOTHING" if ignore else ""
        if self.wire is None:
            self._sqlite_insert(table, columns, rows, conflict)
        elif ignore or len(rows) <= _FEW:
            self._table_statement(
                table, columns, rows, f"INSERT INTO {table.name} ({columns}) SELECT * FROM u{conflict}"
            )
        else:
            self.wire.send()
            with self.cursor.copy(f"COPY {quoted(table)} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)

    def upsert(self, table: Table, columns: str, rows: Sequence[Row], update: str) -> None:
        """Insert rows; where the key is there already, do ``update`` (a SET list; ``excluded`` is the new row)."""
        if not rows:
            return
        self.wrote = True
        self._writes([table.name])
        keys = ", ".join(column.name for column in table.primary_key)
        conflict = f" ON CONFLICT ({keys}) DO UPDATE SET {update}"
        if self.wire is not None:
            self._table_statement(
                table, columns, rows, f"INSERT INTO {table.name} ({columns}) SELECT * FROM u{conflict}"
            )
        else:
            self._sqlite_insert(table, columns, rows, conflict)

    def update(self, table: Table, columns: str, rows: Sequence[Row], *, keys: int = 1) -> None:
        """Update rows by their first ``keys`` columns."""
        if not rows:
            return
        self.wrote = True
        self._writes([table.name])
        names = [name.strip() for name in columns.split(",")]
        if self.wire is not None:
            sets = ", ".join(f"{name} = u.{name}" for name in names[keys:])
            where = " AND ".join(f"t.{name} = u.{name}" for name in names[:keys])
            self._table_statement(table, columns, rows, f"UPDATE {quoted(table)} t SET {sets} FROM u WHERE {where}")
            return
        sets = ", ".join(f"{name} = ?{index + 1 + keys}" for index, name in enumerate(names[keys:]))
        where = " AND ".join(f"{name} = ?{index + 1}" for index, name in enumerate(names[:keys]))
        self.cursor.executemany(f"UPDATE {table.name} SET {sets} WHERE {where}", rows)

    def delete(self, table: Table, columns: str, rows: Sequence[Row]) -> None:
        """Delete rows by these columns."""
        if not rows:
            return
        self.wrote = True
        self._writes([table.name])
        names = [name.strip() for name in columns.split(",")]
        if self.wire is not None:
            where = " AND ".join(f"t.{name} = u.{name}" for name in names)
            self._table_statement(table, columns, rows, f"DELETE FROM {quoted(table)} t USING u WHERE {where}")
            return
        where = " AND ".join(f"{name} = ?" for name in names)
        self.cursor.executemany(f"DELETE FROM {table.name} WHERE {where}", rows)

    def _sqlite_insert(self, table: Table, columns: str, rows: Sequence[Row], conflict: str) -> None:
        marks = ", ".join("?" * (columns.count(",") + 1))
        self.cursor.executemany(f"INSERT INTO {table.name} ({columns}) VALUES ({marks}){conflict}", rows)

    def _table_statement(self, table: Table, columns: str, rows: Sequence[Row], statement: str) -> None:
        """One statement of PostgreSQL over ``u``, a table made of the rows.

        Of many rows each column is one JSON array, which is written and read several times faster than the driver's
        own arrays; the values of few rows are parameters.
        """
        assert self.wire is not None
        written = statement.replace(f" {table.name} ", f" {quoted(table)} ", 1)
        few = len(rows) <= _FEW
        made = _made(table, columns, len(rows) if few else 0)
        parameters = [value for row in rows for value in row] if few else [*map(json_form, zip(*rows, strict=True))]
        self.wire.put(f"WITH u ({columns}) AS {made} {written}", parameters)

    def allocate(self, sequence: str, count: int) -> int:
        """Take ``count`` numbers of a sequence; the first of them (sequences begin at 1)."""
        row = self.row(
            "INSERT INTO meta (key, value) VALUES (?, CAST(? AS TEXT)) ON CONFLICT (key) DO UPDATE"
            " SET value = CAST(CAST(meta.value AS BIGINT) + ? AS TEXT) RETURNING value",
            f"sequence:{sequence}",
            count + 1,
            count,
        )
        assert row is not None
        return int(row[0]) - count


@lru_cache(maxsize=1024)
def _words(sql: str) -> frozenset[str]:
    return frozenset(_WORD.findall(sql))


@lru_cache(maxsize=1024)
def _made(table: Table, columns: str, count: int) -> str:
    """A query of PostgreSQL that makes a table of parameters: of so many rows, or 0 of an array for each column."""
    casts = ["::text" if isinstance(table.c[name.strip()].type, Text) else "::bigint" for name in columns.split(",")]
    if not count:
        arrays = (f"json_array_elements_text(${n}::json){cast}" for n, cast in enumerate(casts, 1))
        return f"MATERIALIZED (SELECT {', '.join(arrays)})"
    width = len(casts)
    rows = (f"({', '.join(f'${width * row + n}{cast}' for n, cast in enumerate(casts, 1))})" for row in range(count))
    return f"(VALUES {', '.join(rows)})"


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
