"""What a filter reads, and of whom: whoever keeps its answers has to watch that.

A filter is asked of one resource, its *subject*, and looks from there along references at others. So for each place
that it looks at there is a `Reading`: the hops that lead there from the subject, and what is read there. When
something of a resource changes that is read at a place, whoever has it at this place is to be asked again: they are
found by going the hops back, from the last one to the first (`back`). It is enough to go by the references that are
there after the change: of a lost one both ends have changed, and the nearer end leads back.
"""

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from mimas.language.filters import tree
from mimas.language.filters.predicate import compared_ids, only_ids


class Direction(StrEnum):
    """Which end of the reference is the next one."""

    REFERS = "refers"
    """The next resource is one that this one refers to: to go back, ask who refers to it."""
    REFERRED = "referred"
    """The next resource is one that refers to this one: to go back, ask whom it refers to."""


@dataclass(frozen=True, slots=True)
class Hop:
    """From one resource to the next along a reference attribute; ``repeated``: once or more often."""

    attribute: str
    direction: Direction
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of the resources at the end of the hops; without hops, of the subject itself.

    A row of a reference attribute belongs to both of its ends: a new or lost one changes ``attributes`` of the resource
    that refers, and ``referrers`` of the one that is referred to. Whatever comes or goes as a whole changes everything.
    A Reading with nothing in it asks only whether there is such a resource, and of which type.
    """

    hops: tuple[Hop, ...]
    attributes: frozenset[str] = frozenset()
    """Attributes whose values or references are read. Never ``ObjectID`` or ``ObjectType``: they do not change."""
    referrers: frozenset[str] = frozenset()
    """Attributes of others by which it is asked who refers to it; not counting `holders`."""
    holders: frozenset[tuple[str, int]] = frozenset()
    """(attribute, id): resources of which it is asked whether that attribute refers to it: whether it is a member."""

    def back(self) -> tuple[Hop, ...]:
        """The hops in the order in which they are gone back."""
        return self.hops[::-1]


def dependencies(wanted: tree.Filter) -> tuple[Reading, ...]:
    """What a bound filter reads, one Reading for each place, the nearest first."""
    readings = _Readings()
    readings.filter(wanted, ())
    return readings.all()


_Place: TypeAlias = tuple[Hop, ...]
_FIXED = frozenset({tree.ID, tree.TYPE})


class _Readings:
    def __init__(self) -> None:
        self._places: set[_Place] = set()
        self._attributes: defaultdict[_Place, set[str]] = defaultdict(set)
        self._referrers: defaultdict[_Place, set[str]] = defaultdict(set)
        self._holders: defaultdict[_Place, set[tuple[str, int]]] = defaultdict(set)

    def all(self) -> tuple[Reading, ...]:
        return tuple(
            Reading(
                place,
                frozenset(self._attributes[place] - _FIXED),
                frozenset(self._referrers[place]),
                frozenset(self._holders[place]),
            )
            for place in sorted(self._places, key=lambda hops: (len(hops), repr(hops)))
        )

    def filter(self, wanted: tree.Filter, place: _Place) -> None:
        self._places.add(place)
        for condition in tree.conditions(wanted, nested=False):
            match condition:
                case tree.Comparison(attribute=name) | tree.Matches(attribute=name) | tree.Present(attribute=name):
                    self._attributes[place].add(name)
                case tree.Refers(attribute=tree.ID, to=to):
                    self.filter(to, place)
                case tree.Refers(attribute=name, to=to):
                    self._attributes[place].add(name)
                    if not compared_ids(to):
                        self.filter(to, (*place, Hop(name, Direction.REFERS)))
                case tree.Referred(attribute=name, by=by):
                    self._referred(name, by, place)
                case tree.Descends(attribute=name, of=of):
                    # Every link of the chain counts, that between two others, too.
                    above = (*place, Hop(name, Direction.REFERRED, repeated=True))
                    self._referrers[place].add(name)
                    self._referrers[above].add(name)
                    self.filter(of, above)

    def _referred(self, name: str, by: tree.Filter, place: _Place) -> None:
        if known := only_ids(by):
            self._holders[place] |= {(name, id_) for id_ in known}
        else:
            self._referrers[place].add(name)
            self.filter(by, (*place, Hop(name, Direction.REFERRED)))
