"""What a filter takes, a page at a time: SQL decides what it can, the predicate judges the rest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import groupby, islice
from typing import TypeAlias

from mimas.language.filters import tree
from mimas.language.filters.predicate import predicate
from mimas.language.keys import normals
from mimas.schema.attributes import Kind
from mimas.schema.values import Scalar
from mimas.store.database import Row, Transaction
from mimas.store.filtering.bounds import Bounds
from mimas.store.filtering.conditions import TRUE, both, either, opposite
from mimas.store.filtering.documents import Documents
from mimas.store.filtering.narrowing import FEW, Narrow, narrowest
from mimas.store.filtering.readable import Readable, sight
from mimas.store.queries import Query
from mimas.store.store import Store
from mimas.store.subjects import Subjects

Place: TypeAlias = tuple[str | None, int]
"""Where a resource stands in the order: the key of the value by which it is sorted, if it has one, and its id."""

_CHUNK = 5_000
"""Rows that are read at a time, at most: the more have been looked at in vain, the more are read."""


class OrderError(ValueError):
    """What is found cannot be put into this order; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the resources that a filter takes, in order; ``next``: the place of the last one, if there are more."""

    ids: tuple[int, ...]
    next: Place | None = None


def find(
    tx: Transaction,
    store: Store,
    wanted: tree.Filter,
    *,
    now: datetime,
    readable: Readable | None = None,
    order: str | None = None,
    descending: bool = False,
    after: Sequence[Scalar | None] | None = None,
    limit: int = 100,
) -> Page:
    """A page of what a bound filter takes, by id or by an indexed attribute; who has no value there comes last.

    ``readable``: only as far as that goes, also where it is sorted. ``after``: the place behind which it goes on.
    Raises `OrderError`.
    """
    search = _Search(tx, store, Bounds(store, now, readable), wanted, order or "", descending)
    found = [*search.from_(_place(after), limit + 1)]
    ids = tuple(id_ for _, id_ in found[:limit])
    return Page(ids, found[limit - 1] if len(found) > limit else None)


def _place(after: Sequence[Scalar | None] | None) -> Place | None:
    """What `Page.next` was, perhaps after a journey as JSON. Raises `OrderError`."""
    match after:
        case None:
            return None
        case (None | str() as key, int() as id_):
            return key, id_
    raise OrderError("This is no place to go on from: begin with the first page again.")


def count(
    tx: Transaction,
    store: Store,
    wanted: tree.Filter,
    *,
    now: datetime,
    readable: Readable | None = None,
    limit: int = 1_000,
) -> tuple[int, bool]:
    """How many resources a bound filter takes, up to a limit, and whether there are more."""
    page = find(tx, store, wanted, now=now, readable=readable, limit=limit)
    return len(page.ids), page.next is not None


class _Search:
    """One filter in one order."""

    def __init__(
        self, tx: Transaction, store: Store, bounds: Bounds, wanted: tree.Filter, order: str, descending: bool
    ) -> None:
        self.tx = tx
        self.store = store
        self.bounds = bounds
        self.wanted = wanted
        self.order = order
        self.descending = descending
        self.takes = predicate(wanted)
        sees = None if bounds.readable is None else sight(tx, store, bounds.readable)
        self.subjects = Subjects(tx, store, sees)

    def from_(self, after: Place | None, most: int) -> Iterator[Place]:
        """The places of those behind one, in order."""
        found = self._ordered(after, most) if self.order else self._by_id(after, most)
        return islice(found, most)

    def _by_id(self, after: Place | None, most: int) -> Iterator[Place]:
        """Of each type by itself, as each may be looked for in another way."""
        by_type: dict[str | None, list[tree.Selection]] = {}
        for only in self.wanted:
            by_type.setdefault(only.type, []).append(only)
        streams = [self._of_type(tuple(some), after, most) for some in by_type.values()]
        merged = merge(*streams, key=lambda place: place[1], reverse=self.descending)
        return (place for place, _ in groupby(merged))

    def _of_type(self, selections: tree.Filter, after: Place | None, most: int) -> Iterator[Place]:
        narrow, _ = narrowest(self.tx, self.store, selections)
        walk = _Walk(self, selections, Query("FROM resource r"), "NULL", self._where(selections, narrow))
        return walk.places(after, most)

    def _where(self, selections: tree.Filter, narrow: Narrow | None) -> Query:
        if narrow is not None:
            return Query("r.id IN (") + narrow.ids + ")"
        (type_,) = {only.type for only in selections}
        return TRUE if type_ is None else Query(f"r.type = {self.store.known(type_)}")

    def _ordered(self, after: Place | None, most: int) -> Iterator[Place]:
        type_ = self._sorted_type()
        narrow, number = narrowest(self.tx, self.store, self.wanted)
        where = self._where(self.wanted, narrow)
        if number < FEW:
            every = _Walk(self, self.wanted, Query("FROM resource r"), "NULL", where).places(None, FEW)
            yield from self._behind(after, [id_ for _, id_ in every])
            return
        symbol = self.store.known(f"{type_}.{self.order}")
        if after is None or after[0] is not None:
            if narrow is not None and narrow.symbol == symbol:
                where = narrow.keys
            readable = both(Query(f"k.attribute = {symbol}"), where, self.bounds.reads(self.order))
            keyed = Query("FROM resource_key k CROSS JOIN resource r")
            walk = _Walk(self, self.wanted, keyed, "k.value", both(Query("r.id = k.resource"), readable))
            yield from walk.places(after, most)
            after = None
        blank = Documents(self.store.database.postgresql).blank("r", self.order)
        unsorted = either(opposite(self.bounds.reads(self.order)), blank)
        where = both(self._where(self.wanted, narrow), unsorted)
        yield from _Walk(self, self.wanted, Query("FROM resource r"), "NULL", where).places(after, most)

    def _sorted_type(self) -> str:
        """The one type that is sorted, which has an index for it. Raises `OrderError`."""
        types = {only.type for only in self.wanted}
        type_ = types.pop()
        if types or type_ is None:
            raise OrderError(
                f"Resources of several types cannot be sorted by {self.order}: each type has an index of its own. "
                "Search for one type, or leave the order away."
            )
        attribute = self.store.catalogue.get(type_, {}).get(self.order)
        if attribute is None:
            raise OrderError(f"{type_} has no attribute '{self.order}' to sort by.")
        if attribute.multivalued or attribute.kind not in (Kind.STRING, Kind.DATETIME):
            raise OrderError(
                f"{type_} cannot be sorted by {self.order}: only an attribute that holds one text or date has an order."
            )
        if not attribute.indexed:
            raise OrderError(
                f"{type_} cannot be sorted by {self.order}, which has no index. Write `indexed` behind its type in the "
                f"document ObjectType {type_}, and apply it."
            )
        return type_

    def _behind(self, after: Place | None, ids: Sequence[int]) -> Iterator[Place]:
        """The places of a few resources, in order."""
        places = [(self.key(resource.values(self.order)), resource.id) for resource in self.subjects.load(ids)]
        keyed = sorted((place for place in places if place[0] is not None), reverse=self.descending)
        rest = sorted((place for place in places if place[0] is None), reverse=self.descending)
        every = [*keyed, *rest]
        if after is None:
            return iter(every)
        return (place for place in every if self._is_behind(place, after))

    def _is_behind(self, place: Place, after: Place) -> bool:
        if (place[0] is None) is not (after[0] is None):
            return place[0] is None
        return place < after if self.descending else place > after

    def key(self, values: Sequence[Scalar]) -> str | None:
        """The key by which these values of the attribute are sorted."""
        return next(iter(normals(list(values))), None)

    def judged(self, rows: Sequence[Row]) -> Iterator[Place]:
        """The places of those whom the filter takes, of rows of (key, id, whether that is certain)."""
        loaded = {
            one.id: one for one in self.subjects.load(id_ for key, id_, sure in rows if not sure or key is not None)
        }
        for key, id_, sure in rows:
            subject = loaded.get(id_)
            if not sure and (subject is None or not self.takes(subject, self.bounds.now)):
                continue
            # A value may have two keys, by one of which it is sorted.
            if key is None or (subject is not None and self.key(subject.values(self.order)) == key):
                yield key, id_
        self.subjects.forget()


@dataclass(frozen=True, slots=True)
class _Walk:
    """One SELECT, gone through in order, a chunk of rows at a time."""

    search: _Search
    selections: tree.Filter
    source: Query
    key: str
    where: Query

    def places(self, after: Place | None, most: int) -> Iterator[Place]:
        """The places of those behind one whom the filter takes."""
        lower, upper = self.search.bounds.of(self.selections)
        sure = TRUE if lower == upper else lower
        query = Query(f"SELECT {self.key}, r.id, CASE WHEN ") + sure + " THEN 1 ELSE 0 END " + self.source + " WHERE "
        query += both(self.where, upper)
        size = most
        while True:
            rows = self._rows(query, after, size)
            yield from self.search.judged(rows)
            if len(rows) < size:
                return
            after = rows[-1][0], rows[-1][1]
            size = min(4 * size, _CHUNK)

    def _rows(self, query: Query, after: Place | None, size: int) -> list[Row]:
        sign, way = ("<", " DESC") if self.search.descending else (">", "")
        columns = "r.id" if self.key == "NULL" else f"{self.key}, k.resource"
        if after is not None:
            values = after[1:] if self.key == "NULL" else after
            query += Query(f" AND ({columns}) {sign} ({', '.join('?' * len(values))})", values)
        order = ", ".join(f"{column}{way}" for column in columns.split(", "))
        return self.search.tx.rows(f"{query.text} ORDER BY {order} LIMIT {size}", *query.parameters)
