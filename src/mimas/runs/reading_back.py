"""Confirming an export at once: the objects that were sent are read again, one by one, where the system can do that.

What they show is staged as an import stages it. An object whose delete was sent, and that is not there, is gone.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from mimas.connectors.contract import Connector, Sought
from mimas.runs.images import SENT
from mimas.runs.importing import Outcome, stage_page
from mimas.runs.staging import Stager
from mimas.runs.tally import Tally
from mimas.runs.vanished import confirm_deletes
from mimas.store import runs
from mimas.store.database import Row
from mimas.store.store import Store
from mimas.sync.interest import Interest

_SOME = 200
"""How many objects are asked for at a time."""


def read_back(store: Store, connector: Connector[Any], step: int, now: datetime, interest: Interest) -> Outcome:
    """Look at everything that was sent and is not confirmed; what was confirmed, and what was not kept."""
    symbol = store.symbol(connector.name)
    with store.transaction() as tx:
        stager = Stager(tx, store, connector, symbol, step, interest, now, Tally())
    for rows in _sent(store, symbol):
        marks = bytearray()
        for page in connector.fetch([Sought(store.name(type_), anchor, name) for _, _, type_, anchor, name in rows]):
            with store.transaction() as tx:
                stage_page(stager, tx, page, marks, delta=True)
        gone = [
            object_
            for object_, operation, *_ in rows
            if operation == "delete" and not (object_ < len(marks) and marks[object_])
        ]
        with store.transaction() as tx:
            stager.counters.look(tx, "confirmed-delete", gone)
            confirm_deletes(tx, symbol, gone)
    with store.transaction() as tx:
        stager.finish(tx)
        runs.note(tx, step, stager.take_notes())
    return Outcome(counters=stager.counters, errors=stager.errors)


def _sent(store: Store, connector: int) -> Iterator[list[Row]]:
    last = 0
    while True:
        with store.transaction() as tx:
            rows = tx.rows(
                "SELECT o.id, p.operation, o.type, o.anchor, o.name"
                " FROM pending_export p JOIN object o ON o.id = p.object"
                " WHERE p.connector = ? AND p.state = ? AND o.anchor IS NOT NULL AND o.id > ? ORDER BY o.id LIMIT ?",
                connector,
                SENT,
                last,
                _SOME,
            )
        if not rows:
            return
        yield rows
        last = rows[-1][0]
