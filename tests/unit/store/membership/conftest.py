"""A store with people, sets and groups, and a clock that stands until it is moved."""

from collections.abc import Iterator
from typing import Any

import pytest

from mimas.schema.attributes import Attribute, Kind
from mimas.schema.system import SYSTEM
from mimas.schema.values import decode, encode
from mimas.store import tables
from mimas.store.database import Transaction
from mimas.store.membership import members, take_due
from mimas.store.resources import DELETED, LIVE
from mimas.store.store import Store
from tests.world import Clock


def _type(**kinds: str) -> dict[str, Attribute]:
    return {name: Attribute(name, Kind(kind.rstrip("*")), kind.endswith("*")) for name, kind in kinds.items()}


CATALOGUE = {
    **SYSTEM,
    "Person": _type(
        DisplayName="string",
        Department="string",
        Grade="integer",
        EndDate="datetime",
        Manager="reference",
        Friend="reference*",
    ),
    "Group": _type(
        DisplayName="string",
        Department="string",
        Filter="string",
        Owner="reference*",
        ExplicitMember="reference*",
        ExcludedMember="reference*",
        ComputedMember="reference*",
    ),
}


class Office:
    """What a test does to the store: each call is a transaction of its own, unless it is within `together`."""

    def __init__(self, url: str) -> None:
        self.store = Store(url)
        self.clock = self.store.clock = Clock()
        self.store.catalogue = CATALOGUE
        self.names: dict[int, str] = {}

    def make(self, type_: str, name: str, *, number: int | None = None, **values: Any) -> int:
        """A new resource; references are ids, or lists of ids."""
        with self.store.transaction() as tx:
            id_ = tx.allocate("resource", 1) if number is None else number
            values["DisplayName"] = self.names[id_] = name
            kept, references = self._divided(type_, values)
            row = (id_, self.store.symbol(type_), encode(kept), 1, LIVE)
            tx.insert(tables.resource, "id, type, doc, pattern, state", [row])
            self._refer(tx, id_, references)
        return id_

    def change(self, id_: int, **values: Any) -> None:
        """Give attributes other values; None takes them away."""
        with self.store.transaction() as tx:
            type_, doc = tx.rows("SELECT type, doc FROM resource WHERE id = ?", id_)[0]
            kept, references = self._divided(self.store.name(type_), values)
            now = {name: value for name, value in {**decode(doc), **kept}.items() if value is not None}
            if kept:
                tx.run("UPDATE resource SET doc = ? WHERE id = ?", encode(now), id_)
            for attribute in references:
                symbol = self.store.symbol(attribute)
                tx.run("DELETE FROM resource_reference WHERE resource = ? AND attribute = ?", id_, symbol)
            self._refer(tx, id_, references)

    def delete(self, id_: int) -> None:
        """End a resource."""
        with self.store.transaction() as tx:
            tx.run("UPDATE resource SET state = ? WHERE id = ?", DELETED, id_)

    def revive(self, id_: int) -> None:
        """It is back."""
        with self.store.transaction() as tx:
            tx.run("UPDATE resource SET state = ? WHERE id = ?", LIVE, id_)

    def erase(self, id_: int) -> None:
        """It never was."""
        with self.store.transaction() as tx:
            tx.run("DELETE FROM resource WHERE id = ?", id_)
            tx.run("DELETE FROM resource_reference WHERE resource = ? OR target = ?", id_, id_)

    def later(self, **span: float) -> None:
        """Time passes, and what is due is done."""
        self.clock.forward(**span)
        with self.store.transaction() as tx:
            take_due(tx, self.store, self.clock())

    def members(self, holder: int) -> str:
        """The names of the members."""
        with self.store.reading() as tx:
            return " ".join(sorted(self.names[id_] for id_ in members(tx, holder, 0, 1_000)))

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """A question."""
        with self.store.reading() as tx:
            return tx.rows(sql, *parameters)

    def _divided(self, type_: str, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, list[int]]]:
        kinds = self.store.catalogue[type_]
        kept, references = {}, {}
        for name, value in values.items():
            if kinds[name].kind is Kind.REFERENCE:
                references[name] = value if isinstance(value, list) else [] if value is None else [value]
            else:
                kept[name] = value
        return kept, references

    def _refer(self, tx: Transaction, id_: int, references: dict[str, list[int]]) -> None:
        own = self.store.symbol("own")
        tx.insert(
            tables.resource_reference,
            "resource, attribute, target, origin",
            [(id_, self.store.symbol(name), target, own) for name, targets in references.items() for target in targets],
        )


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """An empty store, once on SQLite and once on PostgreSQL."""
    made = Office(database_url)
    yield made
    made.store.close()
