"""The SQL connector: rows are objects, columns attributes, link tables multi-valued references."""

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from mimas.connectors.contract import Capabilities, Connector, End, Export, Page, Result, Schema, Sought
from mimas.connectors.sql.database import Database
from mimas.connectors.sql.discovery import discover
from mimas.connectors.sql.mapping import mapped
from mimas.connectors.sql.reading import Reader
from mimas.connectors.sql.settings import SqlSettings
from mimas.connectors.sql.writing import Writer


class SqlConnector(Connector[SqlSettings]):
    """Tables of a database.

    The anchor is the key column (several are joined by ``+``), behind the type's name when several types are
    configured: ``employee:17``. References hold anchors of the attribute's ``to``, or of its own type. With
    ``changed_at`` there are deltas, which see neither deletes nor changes of link tables alone.
    """

    kind: ClassVar[str] = "sql"
    summary: ClassVar[str] = "tables of an SQL database: SQLite, PostgreSQL, or what else SQLAlchemy has a driver for"
    model: ClassVar[type[SqlSettings]] = SqlSettings

    _opened: Database | None = None

    @property
    def capabilities(self) -> Capabilities:
        """Deltas with ``changed_at``; references by anchor."""
        return Capabilities(delta=bool(self.settings.changed_at), fetch=True)

    def _database(self) -> Database:
        if self._opened is None:
            self._opened = Database(self.name, self.settings, self.folder, self.reveal)
        return self._opened

    def discover(self) -> Schema:
        """The tables and views. Raises `ConnectorError`."""
        with self._database().connect() as connection:
            return discover(connection)

    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        """The configured tables at one moment. Raises `ConnectorError`."""
        database = self._database()
        yield from Reader(database, mapped(database, self.schema), self.salt).pages(watermark)

    def fetch(self, objects: Sequence[Sought]) -> Iterator[Page]:
        """These rows. Raises `ConnectorError`."""
        database = self._database()
        yield from Reader(database, mapped(database, self.schema), self.salt).fetch(objects)

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        """One transaction. Raises `ConnectorError`, and then nothing of it is written."""
        database = self._database()
        yield from Writer(database, mapped(database, self.schema)).write(exports)

    def close(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            self._opened.engine.dispose()
            self._opened = None
