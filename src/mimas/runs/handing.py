"""What a connector has put ready is handed over when it is recorded as sent; after a kill by the next export."""

from typing import Any

from mimas.connectors.contract import Connector
from mimas.store import tables
from mimas.store.database import Transaction
from mimas.store.store import Store


def remember(tx: Transaction, connector: int, ready: str) -> None:
    """What of this name holds is recorded as sent in this very transaction, and is to be handed over."""
    if ready:
        tx.upsert(tables.meta, "key, value", [(_key(connector), ready)], "value = excluded.value")


def is_open(tx: Transaction, connector: int) -> bool:
    """Whether something is recorded as sent that may not have been handed over."""
    return tx.value("SELECT 1 FROM meta WHERE key = ?", _key(connector)) is not None


def hand_over(store: Store, connector: Connector[Any]) -> None:
    """Hand over what is recorded as sent; what a run that died had put ready, and did not record, is dropped."""
    key = _key(store.symbol(connector.name))
    with store.transaction() as tx:
        ready: str | None = tx.value("SELECT value FROM meta WHERE key = ?", key)
    connector.hand_over(ready or "")
    if ready is not None:
        with store.transaction() as tx:
            tx.delete(tables.meta, "key", [(key,)])


def _key(connector: int) -> str:
    return f"ready:{connector}"
