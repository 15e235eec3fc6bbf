"""What an export would send now, without sending it: nothing is written, and what waits or is held counts as well."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from mimas.connectors.contract import Connector, Export
from mimas.runs.images import SENT
from mimas.runs.sending import Packer
from mimas.runs.symbols import Symbols
from mimas.schema.values import Scalar, as_list, decode
from mimas.store import objects
from mimas.store.database import Transaction
from mimas.store.references import SEEN

_BATCH = 5_000


def intended(symbols: Symbols, connector: Connector[Any], now: datetime, *, whole: bool = False) -> Iterator[Export]:
    """The exports, a batch at a time. References to objects that are still to be made stand in them, too.

    ``whole``: of a reference that changes all values are told, whatever the system asks for.
    """
    store, number = symbols.store, symbols.store.symbol(connector.name)
    interest = symbols.compiled.interest(connector.name)
    capabilities = replace(connector.capabilities, strict_references=False)
    if whole:
        capabilities = replace(capabilities, whole_references=True)
    last = 0
    while True:
        with store.rehearsal() as tx:
            packer = Packer(tx, symbols, number, interest, now, capabilities)
            rows = tx.rows(
                "SELECT p.object, p.operation, p.sent, o.type, o.anchor, o.name, o.seen, o.wanted FROM pending_export p"
                " JOIN object o ON o.id = p.object WHERE p.connector = ? AND p.object > ? AND p.state <> ?"
                " ORDER BY p.object LIMIT ?",
                number,
                last,
                SENT,
                _BATCH,
            )
            exports = packer.pack(tx, rows).exports if rows else []
        yield from exports
        if len(rows) < _BATCH:
            return
        last = rows[-1][0]


def shown(
    tx: Transaction, symbols: Symbols, connector: Connector[Any], ids: Sequence[int]
) -> Mapping[int, Mapping[str, Sequence[Scalar]]]:
    """Object → attribute → the values that its system shows; of a reference the names or anchors of its targets."""
    found: dict[int, dict[str, list[Scalar]]] = {}
    for object_, row in objects.load(tx, list(ids)).items():
        found[object_] = {name: as_list(value) for name, value in decode(row.seen or "{}").items()}
    column = connector.capabilities.references
    for object_, attribute, text in tx.rows(
        f"SELECT r.object, r.attribute, t.{column} FROM reference r JOIN object t ON t.id = r.target"
        f" WHERE r.object IN IDS AND (r.bits & {SEEN}) <> 0 AND t.{column} IS NOT NULL",
        list(ids),
    ):
        found[object_].setdefault(symbols.store.name(attribute), []).append(text)
    return found
