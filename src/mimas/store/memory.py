"""A store in memory, ready at once: no migration leads to it, and its tables are made once a process."""

from functools import cache

from mimas.store.store import Store
from mimas.store.tables import metadata


def in_memory(like: Store | None = None) -> Store:
    """A store that is forgotten when it is closed, and keeps no history: empty, or a copy of another one in memory."""
    store = Store("sqlite://")
    store.database.before_commit = lambda _: None
    store.database.connection().driver_connection.deserialize(_prepared() if like is None else _bytes(like))
    return store


def _bytes(store: Store) -> bytes:
    return bytes(store.database.connection().driver_connection.serialize())


@cache
def _prepared() -> bytes:
    store = Store("sqlite://")
    store.database.connection()
    metadata.create_all(store.database.engine)
    try:
        return _bytes(store)
    finally:
        store.close()
