"""A store in memory, ready at once: no migration leads to it, and its tables are made once a process."""

from functools import cache

from mimas.store.store import Store
from mimas.store.tables import metadata


def in_memory() -> Store:
    """An empty store that is forgotten when it is closed."""
    store = Store("sqlite://")
    store.database.connection().driver_connection.deserialize(_prepared())
    return store


@cache
def _prepared() -> bytes:
    store = Store("sqlite://")
    store.database.connection()
    metadata.create_all(store.database.engine)
    try:
        return bytes(store.database.connection().driver_connection.serialize())
    finally:
        store.close()
