"""Where SQLite and PostgreSQL differ: the words for lists, the forms of parameters, how a connection is set up."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Table

_SQLITE_WORDS = {
    "IDS": "(SELECT value FROM json_each(?))",
    "TEXTS": "(SELECT value FROM json_each(?))",
    "ORDERED": "json_each(?) AS j",
}
_POSTGRESQL_WORDS = {
    # Arrays, not JSON: of an array the planner knows how long it is.
    "IDS": "(SELECT unnest(?::bigint[]))",
    "TEXTS": "(SELECT unnest(?::text[]))",
    "ORDERED": "unnest(?::text[]) WITH ORDINALITY AS j(value, key)",
}
_PAGE_CACHE_KIB = 96 * 1024


def json_form(values: Sequence[Any]) -> str:
    """A list as one parameter: a JSON array."""
    return msgspec.json.encode(values).decode()


def array_form(values: Sequence[Any]) -> str:
    """The text form of a PostgreSQL array (its manual, section 8.15.6): what the driver makes too, but slowly."""
    if values and isinstance(values[0], str):
        values = ['"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values]
    return f"{{{','.join(map(str, values))}}}"


def quoted(table: Table) -> str:
    """The name of a table, which may be a word of SQL, in quotes."""
    return f'"{table.name}"'


@lru_cache(maxsize=1024)
def translate(sql: str, postgresql: bool) -> str:
    """A query in the SQL of one database: the words for lists, and the mark of a parameter."""
    for word, form in (_POSTGRESQL_WORDS if postgresql else _SQLITE_WORDS).items():
        sql = sql.replace(word, form)
    return sql.replace("%", "%%").replace("?", "%s") if postgresql else sql


def prepare_postgresql(connection: Any, _: Any) -> None:
    """Set a new PostgreSQL connection up."""
    # Compiling a query takes longer than any of ours runs over a batch.
    connection.execute("SET jit = off")
    connection.commit()


def prepare_sqlite(connection: Any, _: Any) -> None:
    """Set a new SQLite connection up."""
    # Transactions are begun by us, not by the driver, which would begin one only at the first write.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        f"cache_size=-{_PAGE_CACHE_KIB}",
        "wal_autocheckpoint=8000",
        "temp_store=MEMORY",
        "busy_timeout=30000",
    ):
        connection.execute(f"PRAGMA {pragma}")
