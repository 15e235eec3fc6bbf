"""Passwords of connected systems: the directory says whether one is right.

Which account is somebody's is told by its link, and not by a name that somebody types or could choose.
"""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from mimas.connectors.contract import Connector, ConnectorError, Sought
from mimas.store import credentials
from mimas.store.database import Transaction
from mimas.store.store import Store

_NOBODY = Sought("", "", "cn=nobody")

Account = tuple[str, Sought]
"""The name of a connector, and an object there."""


def accounts(tx: Transaction, store: Store, person: int | None, connectors: Collection[str]) -> Sequence[Account]:
    """The accounts with which somebody may sign in; of nobody one that there is not in the first of the systems.

    So whoever waits for the answer does not learn who there is.
    """
    found: list[Account] = []
    if person is not None and connectors:
        numbers = store.symbols(sorted(connectors))
        found = [
            (store.name(one.connector), Sought(store.name(one.type), one.anchor, one.name))
            for one in credentials.accounts(tx, person, numbers)
        ]
    return found or [(name, _NOBODY) for name in sorted(connectors)[:1]]


def verified(some: Sequence[Account], opens: Callable[[str], Connector[Any]], password: str) -> bool:
    """Whether it is the password of one of them. Raises `ConnectorError` when no system could be asked."""
    failed: ConnectorError | None = None
    for name, account in some:
        try:
            with opens(name) as connector:
                if connector.verifies(account, password) and account is not _NOBODY:
                    return True
        except ConnectorError as error:
            failed = error
    if failed is not None:
        raise failed
    return False
