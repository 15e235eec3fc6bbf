"""Tables of an SQL database: SQLite, PostgreSQL, and whatever else SQLAlchemy reaches."""

from mimas.connectors.sql.connector import SqlConnector
from mimas.connectors.sql.settings import Link, SqlSettings

__all__ = ["Link", "SqlConnector", "SqlSettings"]
