"""How filters look from one resource at others: what of another resource, and by which references it is reached.

So when that changes, the way back leads to whoever has to be asked again. Two hundred sets of people whose manager has
some title share one path.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from mimas.language.filters import tree
from mimas.language.filters.tree import ID, Filter

Edge = tuple[str, bool]
"""A reference attribute of a resource, and whether it is that resource which is referred to by others."""


@dataclass(frozen=True, slots=True)
class Hop:
    """From one resource to another: to whom an attribute refers, or ``back`` to those that refer to it by it."""

    attribute: str
    back: bool
    deep: bool = False
    """Whether it is done any number of times."""


@dataclass(frozen=True, slots=True)
class Path:
    """What a filter reads of resources of a type, at the end of some hops; without hops, of those it is asked about."""

    hops: tuple[Hop, ...]
    type: str | None
    attributes: frozenset[str]
    edges: frozenset[Edge]


def paths(filter_: Filter) -> Iterator[Path]:
    """All that a filter looks at."""
    waiting: list[tuple[tuple[Hop, ...], tree.Selection]] = [((), selection) for selection in filter_]
    while waiting:
        hops, selection = waiting.pop()
        attributes: set[str] = set()
        # On the way that is gone any number of times, each step is read.
        edges: set[Edge] = {(hop.attribute, hop.back) for hop in hops[-1:] if hop.deep}
        for condition in tree.conditions((selection,), nested=False):
            for attribute, inside, step in _read(condition):
                edges.add((attribute, step is not None and step.back))
                if step is None:
                    attributes.add(attribute)
                # Whoever is asked after by the id is the same resource.
                waiting.extend(((*hops, step) if step else hops, inner) for inner in inside)
        yield Path(hops, selection.type, frozenset(attributes - {ID, tree.TYPE}), frozenset(edges - {(ID, False)}))


def _read(condition: tree.Condition) -> Iterator[tuple[str, Filter, Hop | None]]:
    """What one condition reads: (attribute, filter of the resources it leads to, the way to them)."""
    match condition:
        case tree.Refers(attribute=attribute, to=inside):
            yield attribute, inside, None if attribute == ID else Hop(attribute, back=False)
        case tree.Referred(attribute=attribute, by=inside):
            yield attribute, inside, Hop(attribute, back=True)
        case tree.Descends(attribute=attribute, of=inside):
            yield attribute, inside, Hop(attribute, back=True, deep=True)
        case (
            tree.Comparison(attribute=attribute) | tree.Matches(attribute=attribute) | tree.Present(attribute=attribute)
        ):
            yield attribute, (), None


def memberships(filter_: Filter) -> Iterator[tuple[str | None, int | None]]:
    """Whose members a filter reads: (type of the sets or groups, None being any; the id of one, None being all)."""
    waiting: list[tree.Selection] = list(filter_)
    while waiting:
        selection = waiting.pop()
        for condition in tree.conditions((selection,), nested=False):
            match condition:
                case tree.Referred(attribute=tree.MEMBERS, by=holders):
                    for holder in holders:
                        yield holder.type, next(_required(holder.condition), None)
                case tree.Descends(attribute=tree.MEMBERS):
                    yield None, None
                case tree.Refers() | tree.Comparison() | tree.Matches() | tree.Present():
                    if condition.attribute == tree.MEMBERS:
                        yield selection.type, None
            waiting.extend(inner for _, inside, _ in _read(condition) for inner in inside)


def _required(condition: tree.Condition | None) -> Iterator[int]:
    """The id that a resource must have; of two different ones, which none has, both."""
    match condition:
        case tree.Comparison(attribute=tree.ID, operator="=", value=int(id_)):
            yield id_
        case tree.All(conditions=parts):
            for part in parts:
                yield from _required(part)
