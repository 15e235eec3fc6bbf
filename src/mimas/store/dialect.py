"""Where SQLite and PostgreSQL differ: the words for lists, the forms of parameters, how a connection is set up."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Table

_WORDS = re.compile(r"\b(?:IDS|TEXTS|ORDERED)\b|\?")
_SQLITE_WORDS = {
    "IDS": "(SELECT value FROM json_each(?))",
    "TEXTS": "(SELECT value FROM json_each(?))",
    "ORDERED": "json_each(?) AS j",
}
_POSTGRESQL_WORDS = {
    # Arrays, not JSON: of an array the planner knows how long it is.
    "IDS": "(SELECT unnest({}::bigint[]))",
    "TEXTS": "(SELECT unnest({}::text[]))",
    "ORDERED": "unnest({}::text[]) WITH ORDINALITY AS j(value, key)",
    "?": "{}",
}
_FEW = 8
"""Up to so many elements of a list are parameters of their own: such a query is planned once, and not every time."""
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
def for_sqlite(sql: str) -> str:
    """A query in the SQL of SQLite: the words for lists."""
    return _WORDS.sub(lambda word: _SQLITE_WORDS.get(word[0], "?"), sql)


def for_postgresql(sql: str, parameters: Sequence[Any]) -> tuple[str, list[Any]]:
    """A query in the SQL of PostgreSQL: the words for lists, and ``$1`` for the first parameter."""
    sizes: list[int] = []
    flat: list[Any] = []
    for parameter in parameters:
        if type(parameter) is not list:
            sizes.append(1)
            flat.append(parameter)
        elif 0 < len(parameter) <= _FEW and "ORDERED" not in sql:
            # Of few lengths, so that there are few queries.
            size = 1 << (len(parameter) - 1).bit_length()
            sizes.append(size)
            flat += parameter + parameter[-1:] * (size - len(parameter))
        else:
            sizes.append(0)
            flat.append(array_form(parameter))
    return _numbered(sql, tuple(sizes)), flat


@lru_cache(maxsize=2048)
def _numbered(sql: str, sizes: tuple[int, ...]) -> str:
    """``sizes``: how many parameters stand in the place of each; 0 for one that is a whole list."""
    waiting = iter(sizes)
    last = 0

    def put(word: re.Match[str]) -> str:
        nonlocal last
        size = next(waiting)
        first, last = last + 1, last + max(size, 1)
        if word[0] in ("IDS", "TEXTS") and size:
            return f"({', '.join(f'${number}' for number in range(first, last + 1))})"
        return _POSTGRESQL_WORDS[word[0]].format(f"${first}")

    return _WORDS.sub(put, sql)


def prepare_postgresql(connection: Any, _: Any) -> None:
    """Set a new PostgreSQL connection up."""
    # Compiling a query takes longer than any of ours runs over a batch.
    connection.execute("SET jit = off")
    # Where the driver keeps statements ready itself, it gives up all there are when a transaction is undone: also ours.
    connection.prepare_threshold = None
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
