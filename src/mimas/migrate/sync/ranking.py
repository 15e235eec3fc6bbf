"""From precedence for each attribute to one number for each rule.

MIM ranks the flows of each attribute of the metaverse by themselves; a rule of Mimas has one number for all of its
flows. Rules are ordered so that every list is kept. Where two lists contradict one another, the flow of one of them
goes to a further rule of the same objects; lists that stand alone against many are those that are split off.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

SourceT = TypeVar("SourceT", bound=Hashable)
FIRST, STEP = 100, 10


@dataclass(frozen=True, slots=True)
class Node(Generic[SourceT]):
    """One rule to be: the objects that it reads, and which of their rules it is."""

    source: SourceT
    place: int = 0


class Ranking(Generic[SourceT]):
    """Rules with what is known of their order; rules of equal precedence are of one class."""

    def __init__(self) -> None:
        self._nodes: dict[SourceT, list[Node[SourceT]]] = {}
        self._class: dict[Node[SourceT], Node[SourceT]] = {}
        self._behind: dict[Node[SourceT], set[Node[SourceT]]] = {}

    def first(self, source: SourceT) -> Node[SourceT]:
        """The first rule of some objects."""
        return self._nodes[source][0] if source in self._nodes else self.further(source)

    def further(self, source: SourceT) -> Node[SourceT]:
        """One more rule of some objects."""
        nodes = self._nodes.setdefault(source, [])
        node = Node(source, len(nodes))
        nodes.append(node)
        self._class[node] = node
        self._behind[node] = set()
        return node

    def chain(self, sources: Sequence[SourceT], *, equal: bool = False) -> list[Node[SourceT]]:
        """The rules for the flows to one attribute, in their order, each with a place for it."""
        found: list[Node[SourceT]] = []
        for source in sources:
            self.first(source)
            free = [node for node in self._nodes[source] if node not in found]
            before = found[-1] if found else None
            node = next((one for one in free if self._joins(before, one, equal=equal)), None)
            if node is None:
                node = self.further(source)
                self._joins(before, node, equal=equal)
            found.append(node)
        return found

    def loose(self, sources: Sequence[SourceT]) -> list[Node[SourceT]]:
        """The rules for the flows to one attribute whose order means nothing."""
        found: list[Node[SourceT]] = []
        for source in sources:
            self.first(source)
            free = [node for node in self._nodes[source] if node not in found]
            found.append(free[0] if free else self.further(source))
        return found

    def before(self, one: Node[SourceT], other: Node[SourceT]) -> bool:
        """Put one rule before another one; whether that can be."""
        return self._joins(one, other, equal=False)

    def numbers(self) -> dict[Node[SourceT], int]:
        """The precedence of each rule; what nobody has ordered is in the order of coming."""
        waiting: dict[Node[SourceT], set[Node[SourceT]]] = {root: set() for root in self._class.values()}
        for root, behind in self._behind.items():
            for other in behind:
                waiting[other].add(root)
        place: dict[Node[SourceT], int] = {}
        while waiting:
            # There is always one: nothing is put in order that would make a circle.
            root = next(one for one, before in waiting.items() if not before & waiting.keys())
            del waiting[root]
            place[root] = FIRST + STEP * len(place)
        return {node: place[root] for node, root in self._class.items()}

    def _joins(self, before: Node[SourceT] | None, node: Node[SourceT], *, equal: bool) -> bool:
        if before is None:
            return True
        one, other = self._class[before], self._class[node]
        if equal:
            return one is other or self._merge(one, other)
        if one is other or self._leads(other, one):
            return False
        self._behind[one].add(other)
        return True

    def _merge(self, one: Node[SourceT], other: Node[SourceT]) -> bool:
        if self._leads(one, other) or self._leads(other, one):
            return False
        self._class = {node: one if root == other else root for node, root in self._class.items()}
        self._behind[one] |= self._behind.pop(other)
        for behind in self._behind.values():
            if other in behind:
                behind.remove(other)
                behind.add(one)
        return True

    def _leads(self, start: Node[SourceT], end: Node[SourceT]) -> bool:
        """Whether the one class is known to stand before the other."""
        seen: set[Node[SourceT]] = set()
        waiting = [start]
        while waiting:
            one = waiting.pop()
            if one == end:
                return True
            if one not in seen:
                seen.add(one)
                waiting += self._behind[one]
        return False
