"""In which order memberships are found out: a set whose filter reads the members of another one comes after it."""

from collections.abc import Mapping
from dataclasses import dataclass

from mimas.language.filters.paths import memberships
from mimas.language.filters.tree import Filter

ANY = 0
"""In the place of a holder: any that has no filter."""


@dataclass(frozen=True, slots=True)
class Order:
    """``levels``: holder → its level; what is not in there reads no membership. ``circular``: whoever reads itself."""

    levels: Mapping[int, int]
    circular: Mapping[int, tuple[int, ...]]
    """Holder → the holders of one circle that leads from it back to it, itself first."""
    read: frozenset[int]
    """The holders whose members are read by any; `ANY` among them stands for those that have no filter."""


def order(filters: Mapping[int, tuple[str, Filter]]) -> Order:
    """The order of some holders, by their types and filters."""
    reads = {id_: _read(filter_, filters) for id_, (_, filter_) in filters.items()}
    circular = {id_: circle for id_ in filters if reads[id_] and (circle := _circle(id_, reads))}
    levels: dict[int, int] = {}
    waiting = [id_ for id_ in filters if id_ not in circular and reads[id_]]
    while waiting:
        id_ = waiting[-1]
        open_ = [one for one in reads[id_] if one not in circular and reads.get(one) and one not in levels]
        if open_:
            waiting.extend(open_)
            continue
        waiting.pop()
        levels[id_] = 1 + max(levels.get(one, 0) for one in reads[id_])
    return Order(levels, circular, frozenset[int]().union(*reads.values()))


def _read(filter_: Filter, filters: Mapping[int, tuple[str, Filter]]) -> frozenset[int]:
    """The holders whose members a filter reads."""
    found: set[int] = set()
    for type_, id_ in memberships(filter_):
        if id_ is not None:
            found.add(id_)
        else:
            found |= {ANY, *(one for one, (of, _) in filters.items() if type_ in (None, of))}
    return frozenset(found)


def _circle(start: int, reads: Mapping[int, frozenset[int]]) -> tuple[int, ...]:
    """The shortest way from a holder back to itself; empty when there is none."""
    came: dict[int, int] = {}
    now = [start]
    while now:
        then = []
        for id_ in now:
            for one in sorted(reads.get(id_, ())):
                if one == start:
                    way = [id_]
                    while way[-1] != start:
                        way.append(came[way[-1]])
                    return tuple(reversed(way))
                if one not in came:
                    came[one] = id_
                    then.append(one)
        now = then
    return ()
