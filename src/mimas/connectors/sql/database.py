"""The connection to a database, its tables as they are, and what its errors mean."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from math import ceil
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Column, Connection, Engine, MetaData, Table, create_engine, event, inspect
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, NoSuchTableError, SQLAlchemyError

from mimas.connectors.contract import ConnectorError
from mimas.connectors.sql.settings import SqlSettings
from mimas.secrets.secret import Secret

_PATIENCE = 15
"""Seconds to wait for a connection at most."""
_VANISHED = {"keepalives_idle": 60, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 90_000}
"""Settings of libpq by which a server that has vanished from the network is noticed after a minute and a half."""
_CANCELLED = "57014"
"""The SQLSTATE of a statement that took too long, most often since another program locks what it needs."""


class Database:
    """An engine for one connector. Parameters never stand in its errors."""

    def __init__(self, name: str, settings: SqlSettings, folder: Path, reveal: Callable[[Secret], str]) -> None:
        self.name = name
        self.settings = settings
        self.address = settings.address
        if self.address.get_backend_name() == "sqlite":
            self._find_file(folder)
        if settings.password:
            self.address = self.address.set(password=reveal(settings.password))
        self.engine = self._make_engine()
        self._metadata = MetaData()

    def _find_file(self, folder: Path) -> None:
        path = folder / (self.address.database or "")
        # SQLite makes an empty database of a name that does not exist; a spelling mistake must not look like one.
        if not path.is_file():
            raise ConnectorError(f"Connector {self.name}: there is no database file {path}.", "Correct the url.")
        self.address = self.address.set(database=str(path))

    def _make_engine(self) -> Engine:
        try:
            more = _libpq(self.address, self.settings.timeout)
            engine = create_engine(self.address, hide_parameters=True, pool_pre_ping=True, connect_args=more)
        except (NoSuchModuleError, ImportError) as error:
            advice = "pip install 'mimas[postgresql]', or the driver that the URL names."
            raise ConnectorError(
                f"Connector {self.name}: no driver for {self.settings.url}: {error}.", advice
            ) from error
        if engine.dialect.name == "sqlite":
            _begin_for_real(engine)
        if more:
            _limit_statements(engine, self.settings.timeout)
        return engine

    @contextmanager
    def connect(self, *, snapshot: bool = False) -> Iterator[Connection]:
        """A connection in a transaction that is undone unless committed.

        With ``snapshot`` it sees the database as it is at one moment.

        Raises `ConnectorError` for whatever the database refuses within.
        """
        try:
            with self.engine.connect() as connection:
                if snapshot and connection.dialect.name in ("postgresql", "mysql", "mariadb"):
                    connection.execution_options(isolation_level="REPEATABLE READ")
                yield connection
        except SQLAlchemyError as error:
            raise self.unusable(error) from error

    def table(self, name: str) -> Table:
        """A table as the database describes it. Raises `ConnectorError`."""
        schema, _, bare = name.rpartition(".")
        try:
            return Table(bare, self._metadata, schema=schema or None, autoload_with=self.engine)
        except NoSuchTableError as error:
            inspector = inspect(self.engine)
            known = inspector.get_table_names(schema or None) + inspector.get_view_names(schema or None)
            message = f"Connector {self.name}: {self.settings.url} has no table {name}."
            raise ConnectorError(message, _meant(bare, known)) from error
        except SQLAlchemyError as error:
            raise self.unusable(error) from error

    def column(self, table: Table, name: str) -> Column[Any]:
        """A column of a table. Raises `ConnectorError`."""
        if name not in table.c:
            message = f"Connector {self.name}: the table {table.fullname} has no column {name}."
            raise ConnectorError(message, _meant(name, list(table.c.keys())))
        return table.c[name]

    def unusable(self, error: SQLAlchemyError) -> ConnectorError:
        """The database cannot be used, or not in this way."""
        if sqlstate(error) == _CANCELLED:
            advice = f"See who locks its tables; if it needs longer than {self.settings.timeout:g} s, raise timeout."
        else:
            advice = "Check that the database runs and can be reached from here, and the account's password and rights."
        return ConnectorError(f"Connector {self.name}: {self.settings.url}: {told(error)}.", advice)


def told(error: SQLAlchemyError) -> str:
    """What the database said, in one line and without the statement."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return " ".join(str(cause).split()).rstrip(".") or type(cause).__name__


def is_lost(error: SQLAlchemyError) -> bool:
    """Whether the connection is gone, or the database kept from us by another program."""
    busy = isinstance(error, DBAPIError) and getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_BUSY")
    return busy or sqlstate(error) == _CANCELLED or (isinstance(error, DBAPIError) and error.connection_invalidated)


def is_read_only(error: SQLAlchemyError) -> bool:
    """Whether SQLite may not write its file."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    return getattr(cause, "sqlite_errorname", "").startswith(("SQLITE_READONLY", "SQLITE_PERM"))


def sqlstate(error: SQLAlchemyError) -> str:
    """The SQL standard's code for an error, where the driver gives it."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    return str(getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None) or "")


def _meant(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name.lower(), [one.lower() for one in known], n=1)
    return f"Perhaps {near[0]} is meant." if near else f"It has {', '.join(sorted(known)) or 'nothing'}."


def _libpq(address: URL, timeout: float) -> dict[str, int]:
    """How long to wait for PostgreSQL's network; what the URL says itself counts. Other drivers have other words."""
    if address.get_backend_name() != "postgresql" or address.get_driver_name() not in ("psycopg", "psycopg2"):
        return {}
    given = {"connect_timeout": ceil(min(timeout, _PATIENCE)), **_VANISHED}
    return {name: value for name, value in given.items() if name not in address.query}


def _limit_statements(engine: Engine, timeout: float) -> None:
    def prepare(connection: Any, _: object) -> None:
        connection.cursor().execute(f"SET statement_timeout = {ceil(timeout * 1000)}")
        connection.commit()

    event.listen(engine, "connect", prepare)


def _begin_for_real(engine: Engine) -> None:
    """Python's sqlite3 begins transactions late, which breaks savepoints and snapshots; so SQLAlchemy does."""

    def prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None
        # Off by default for the sake of old programs; what the tables declare is meant.
        connection.execute("PRAGMA foreign_keys = ON")

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    listeners: dict[str, Callable[..., None]] = {"connect": prepare, "begin": begin}
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
