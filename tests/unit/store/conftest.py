"""A store to write rows into, and what its history has kept of them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from mimas.store import tables
from mimas.store.database import Row, Transaction
from mimas.store.history import chain, recording
from mimas.store.history.chain import Cause
from mimas.store.history.past import Past, last_place
from mimas.store.store import Store
from tests.world import Clock


class Kept:
    """A store on a clock; every `batch` is a transaction, and an entry of the chain if it changes anything."""

    def __init__(self, url: str) -> None:
        self.store = Store(url)
        self.clock = self.store.clock = Clock()
        # The numbers of types and attributes that tests use are none of those that sets are made of.
        self.store.symbols([f"number {n}" for n in range(1, 10)])

    @contextmanager
    def batch(self, what: str = "", person: str = "", step: int | None = None) -> Iterator[Transaction]:
        """A transaction, a minute after the one before."""
        self.clock.forward(minutes=1)
        cause = Cause(person, what, step)
        with self.store.caused_by(cause), self.store.transaction() as tx:
            yield tx

    def step(self, number: int) -> None:
        """From now on what is made is fresh, until the next step begins."""
        with self.store.transaction() as tx:
            chain.begin(tx)
        self.number = number

    def resource(self, doc: str = "{}", *, step: int | None = None) -> int:
        """A new resource; its id."""
        with self.batch(step=step) as tx:
            number = tx.allocate("resource", 1)
            tx.insert(tables.resource, "id, type, doc, pattern, state", [(number, 1, doc, 1, 0)])
        return number

    def object(self, seen: str | None = None, *, step: int | None = None) -> int:
        """A new connector object; its id."""
        with self.batch(step=step) as tx:
            number = tx.allocate("object", 1)
            row = (number, 1, 1, f"a{number}", None, 1, seen, None, None)
            tx.insert(tables.object_, "id, connector, type, anchor, name, presence, seen, wanted, ours", [row])
        return number

    def set(self, table: str, number: int, **values: Any) -> None:
        """A batch that changes columns of one row."""
        with self.batch() as tx:
            self.write(tx, table, number, **values)

    def write(self, tx: Transaction, table: str, number: int, **values: Any) -> None:
        """Change columns of one row."""
        sets = ", ".join(f"{name} = ?" for name in values)
        tx.run(f'UPDATE "{table}" SET {sets} WHERE id = ?', *values.values(), number)

    def place(self) -> int:
        """That of the last entry."""
        with self.store.transaction() as tx:
            return last_place(tx)

    def rows(self, sql: str, *parameters: Any) -> list[Row]:
        """A question."""
        with self.store.transaction() as tx:
            return tx.rows(sql, *parameters)

    def kept(self, table: str) -> list[dict[str, Any]]:
        """What is kept of a table: the key, whether the row was there, and its columns of before; batch by batch."""
        recorded = recording.of(table)
        names = [*recorded.key, "batch", "kept", *recorded.columns]
        rows = self.rows(
            f"SELECT {', '.join(names)} FROM {recorded.past.name} ORDER BY batch, {', '.join(recorded.key)}"
        )
        return [self._told(recorded, dict(zip(names, row, strict=True))) for row in rows]

    def _told(self, recorded: recording.Recorded, row: Mapping[str, Any]) -> dict[str, Any]:
        told = {name: row[name] for name in recorded.key}
        told |= {name: row[name] for name, bit in recorded.bits.items() if row["kept"] & bit}
        return told if row["kept"] else {**told, "was": "not there"}

    def was(self, table: str, place: int | None, column: str, values: Sequence[Any]) -> list[Row]:
        """Rows as they were."""
        with self.store.transaction() as tx:
            return Past(tx, table).rows(place, column, values)

    def differences(self, table: str, since: int, until: int | None = None) -> list[tuple[Row, Row | None, Row | None]]:
        """What two states have differently."""
        with self.store.transaction() as tx:
            return [tuple(one) for one in Past(tx, table).differences(since, until)]  # type: ignore[misc]


@pytest.fixture
def kept(database_url: str) -> Iterator[Kept]:
    """An empty store, once on SQLite and once on PostgreSQL."""
    made = Kept(database_url)
    yield made
    made.store.close()
