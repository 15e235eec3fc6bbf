"""The connection to a database, its tables as they are, and what its errors mean."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Engine, MetaData, Table, create_engine, event, inspect
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, NoSuchTableError, SQLAlchemyError

from mimas.connectors.contract import ConnectorError
from mimas.connectors.sql.settings import SqlSettings


class Database:
    """An engine for one connector. Parameters never stand in its errors."""

    def __init__(self, name: str, settings: SqlSettings, folder: Path) -> None:
        self.name = name
        self.settings = settings
        self.address = settings.address
        if self.address.get_backend_name() == "sqlite":
            self._find_file(folder)
        if settings.password:
            self.address = self.address.set(password=settings.password.reveal(folder))
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
            engine = create_engine(self.address, hide_parameters=True, pool_pre_ping=True)
        except (NoSuchModuleError, ImportError) as error:
            advice = "pip install 'mimas[postgresql]', or the driver that the URL names."
            raise ConnectorError(
                f"Connector {self.name}: no driver for {self.settings.url}: {error}.", advice
            ) from error
        if engine.dialect.name == "sqlite":
            _begin_for_real(engine)
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
        return ConnectorError(
            f"Connector {self.name}: {self.settings.url}: {told(error)}.",
            "Check that the database runs and can be reached from here, and the account's password and rights.",
        )


def told(error: SQLAlchemyError) -> str:
    """What the database said, in one line and without the statement."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return " ".join(str(cause).split()).rstrip(".") or type(cause).__name__


def is_lost(error: SQLAlchemyError) -> bool:
    """Whether the connection is gone, or the database kept from us by another program."""
    busy = isinstance(error, DBAPIError) and getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_BUSY")
    return busy or (isinstance(error, DBAPIError) and error.connection_invalidated)


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
