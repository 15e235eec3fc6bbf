"""Where to look: the few resources that a filter can take at all, as indexes know them.

What is found here is never less than the filter takes; the conditions of `mimas.store.filtering.bounds` say of each
whether it is. Only what an index answers at once is asked: which resource it is, what has a key, what belongs to a set,
what refers to these.
"""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from mimas.language.filters import tree
from mimas.language.keys import normal
from mimas.schema.attributes import Attribute
from mimas.store.database import Transaction
from mimas.store.filtering.bounds import attributes_of, indexes
from mimas.store.filtering.conditions import TRUE, both, either
from mimas.store.filtering.edges import edges_of
from mimas.store.queries import Query
from mimas.store.store import Store

FEW, MANY = 1_000, 100_000
"""Resources of which it does not matter how they are found; and so many that reading all in order is as quick."""
_WIDEST = 100
"""Alternatives of which each may be looked for by itself."""
_HOPS = 3
"""References that are followed on the way to an index."""
_LAST = chr(0x10FFFF)
_WHOLE = 100
"""Characters of a key that are as they were, however long it was."""


@dataclass(frozen=True, slots=True)
class Narrow:
    """The ids of some resources, as a SELECT that may give one several times."""

    ids: Query
    symbol: int = 0
    """Where these are the keys of one index: its symbol."""
    keys: Query = TRUE
    """The condition on a row ``k`` of that index."""


def narrowest(tx: Transaction, store: Store, selections: tree.Filter) -> tuple[Narrow | None, int]:
    """The best of what narrows these selections down, and how many it has; none where nothing does."""
    found = [list(narrows(store, only.type, only.condition)) for only in selections]
    if not all(found):
        return None, MANY
    if len(found) == 1:
        return _best(tx, found[0])
    several = [_best(tx, each) for each in found]
    narrow = _union([narrow for narrow, _ in several if narrow is not None])
    return (narrow, sum(number for _, number in several)) if all(narrow for narrow, _ in several) else (None, MANY)


def _best(tx: Transaction, some: list[Narrow]) -> tuple[Narrow | None, int]:
    for most in (FEW, MANY):
        sizes = [_size(tx, narrow, most) for narrow in some]
        if min(sizes) < most:
            return some[sizes.index(min(sizes))], min(sizes)
    return None, MANY


def _size(tx: Transaction, narrow: Narrow, most: int) -> int:
    ids = narrow.ids
    return int(tx.value(f"SELECT count(*) FROM ({ids.text} LIMIT {most}) n", *ids.parameters))


def _union(some: list[Narrow]) -> Narrow:
    query = Query(
        " UNION ALL ".join(f"SELECT * FROM ({one.ids.text}) u" for one in some),
        tuple(parameter for one in some for parameter in one.ids.parameters),
    )
    return Narrow(query)


def narrows(store: Store, type_: str | None, condition: tree.Condition | None, hops: int = _HOPS) -> Iterator[Narrow]:
    """Each way to narrow a condition on resources of a type down."""
    match condition:
        case tree.All(conditions=parts):
            for part in parts:
                yield from narrows(store, type_, part, hops)
        case tree.Any(conditions=parts):
            ways = [next(narrows(store, type_, part, hops), None) for part in parts]
            if len(ways) <= _WIDEST and all(ways):
                yield _union([way for way in ways if way is not None])
        case tree.Comparison(attribute=tree.ID, operator="=", value=id_):
            yield Narrow(Query("SELECT CAST(? AS BIGINT) AS resource", (id_,)))
        case tree.Comparison(attribute=name, operator="=", value=str() as text) if key := normal(text.casefold()):
            yield from _keyed(store, attributes_of(store, type_, name), Query("k.value = ?", (key,)))
        case tree.Matches(how="starts-with", attribute=name, text=text):
            for begins in _beginning(text):
                yield from _keyed(store, attributes_of(store, type_, name), begins)
        case tree.Refers() | tree.Referred() if hops:
            yield from _referring(store, condition, hops - 1)


def _referring(store: Store, condition: tree.Refers | tree.Referred, hops: int) -> Iterator[Narrow]:
    edges = edges_of(store, condition.attribute)
    match condition:
        case tree.Refers(attribute=tree.ID, to=other):
            yield from _related(store, other, hops, lambda ids: ids)
        case tree.Refers(to=other):
            yield from _related(store, other, hops, *(partial(one.reached, back=True) for one in edges))
        case tree.Referred(by=other):
            yield from _related(store, other, hops, *(one.reached for one in edges))


def _keyed(store: Store, attributes: dict[str, Attribute], keys: Query) -> Iterator[Narrow]:
    if symbols := indexes(store, attributes):
        among = (
            f"k.attribute = {symbols[0]}" if len(symbols) == 1 else f"k.attribute IN ({', '.join(map(str, symbols))})"
        )
        ids = Query(f"SELECT k.resource AS resource FROM resource_key k WHERE {among} AND (") + keys + ")"
        yield Narrow(ids, symbols[0], keys) if len(symbols) == 1 else Narrow(ids)


def _related(store: Store, inner: tree.Filter, hops: int, *reached: Callable[[str], str]) -> Iterator[Narrow]:
    """Who has to do with one of what a filter takes, if that can be narrowed down."""
    ways = [next(narrows(store, only.type, only.condition, hops), None) for only in inner]
    if len(ways) > _WIDEST or not all(ways):
        return
    ids = _union([way for way in ways if way is not None]).ids
    text = " UNION ALL ".join(one(ids.text) for one in reached)
    yield Narrow(Query(text, ids.parameters * len(reached)))


def _beginning(text: str) -> Iterator[Query]:
    """The range of keys of what begins with a text.

    What follows its last letter in a value may be composed with that into another one. So a key goes on with that
    letter, or in its place with one that is no ASCII; if that letter is none itself, with any.
    """
    begin = normal(text.casefold())[:_WHOLE]
    while begin and unicodedata.combining(begin[-1]):
        begin = begin[:-1]
    if not begin:
        return
    before, last = begin[:-1], begin[-1]
    if not last.isascii():
        if before:
            yield _between(before, before + _LAST)
        return
    # The one range around the two is what an index begins with and keeps in order.
    whole = _between(begin, before + _LAST)
    yield both(whole, either(_between(begin, begin + _LAST), _between(before + "\x80", before + _LAST)))


def _between(first: str, end: str) -> Query:
    return both(Query("k.value >= ?", (first,)), Query("k.value < ?", (end,)))
