"""Resources in memory as filters look at them, and what Hypothesis makes of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from mimas.language.filters import tree
from mimas.language.filters.binding import understood
from mimas.language.filters.predicate import LAST
from mimas.language.filters.tree import ID, MEMBERS, TYPE
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Scalar

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
ATTRIBUTES = {
    attribute.name: attribute
    for attribute in (
        Attribute("name"),
        Attribute("words", multivalued=True),
        Attribute("size", Kind.INTEGER),
        Attribute("active", Kind.BOOLEAN),
        Attribute("start", Kind.DATETIME),
        Attribute("dates", Kind.DATETIME, multivalued=True),
        Attribute("manager", Kind.REFERENCE),
        Attribute("friends", Kind.REFERENCE, multivalued=True),
        Attribute(MEMBERS, Kind.REFERENCE, multivalued=True),
    )
}
CATALOGUE = {"person": ATTRIBUTES, "Group": ATTRIBUTES, "Set": ATTRIBUTES}


@dataclass(slots=True)
class World:
    """All resources by their ids."""

    things: dict[int, "Thing"] = field(default_factory=dict)

    def add(self, id_: int, type_: str, **values: Any) -> "Thing":
        """One resource; references are given as ids."""
        self.things[id_] = thing = Thing(self, id_, type_, values)
        return thing


@dataclass(slots=True, eq=False)
class Thing:
    """A resource."""

    world: World
    id: int
    type: str
    all: dict[str, Any]

    def values(self, attribute: str) -> Sequence[Scalar]:
        return (self.type,) if attribute == TYPE else [] if _refers(attribute) else self._of(attribute)

    def references(self, attribute: str) -> Sequence[int]:
        if attribute == ID:
            return (self.id,)
        return [one for one in self._of(attribute) if one in self.world.things] if _refers(attribute) else []

    def referrers(self, attribute: str) -> Iterator["Thing"]:
        return (other for other in self.world.things.values() if self.id in other.references(attribute))

    def refers_back(self, attribute: str, id_: int) -> bool:
        return id_ in self.world.things and self.id in self.world.things[id_].references(attribute)

    def other(self, id_: int) -> "Thing | None":
        return self.world.things.get(id_)

    def _of(self, attribute: str) -> list[Any]:
        value = self.all.get(attribute)
        return value if isinstance(value, list) else [] if value is None else [value]


def _refers(attribute: str) -> bool:
    return attribute in ATTRIBUTES and ATTRIBUTES[attribute].kind is Kind.REFERENCE


def bound(text: str, catalogue: Mapping[str, Mapping[str, Attribute]] = CATALOGUE) -> tree.Filter:
    """A filter that names resources by their numbers."""
    return understood(text, catalogue, int)


texts = st.sampled_from(["", "a", "A", "ab", "ß", "SS", "it's", 'say "so"', "both ' and \"", "7", "%", "x%"])
numbers = st.integers(-3, 3)
ids = st.integers(1, 6)
instants = st.one_of(
    st.integers(-4, 4).map(lambda hours: NOW + timedelta(hours=hours)),
    st.sampled_from([NOW + timedelta(microseconds=1), datetime(1, 1, 1, tzinfo=UTC), LAST]),
)  # fmt: skip
moments = instants.map(lambda instant: instant.isoformat().replace("+00:00", "Z"))
moves = st.sampled_from([0, 1, -1, 2.5, 24, -48]).map(lambda hours: tree.Now(timedelta(hours=hours)))
_references = st.sampled_from(["manager", "friends", MEMBERS])
_equal = st.sampled_from(["=", "!="])
_names = st.sampled_from(["name", "words"])
_orders = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
leaves = st.one_of(
    st.builds(tree.Comparison, st.sampled_from(["name", "words", TYPE]), _equal, texts),
    st.builds(tree.Comparison, st.just(TYPE), _equal, st.sampled_from(["person", "GROUP"])),
    st.builds(tree.Comparison, st.just("size"), _orders, numbers),
    st.builds(tree.Comparison, st.just("active"), _equal, st.booleans()),
    st.builds(tree.Comparison, st.sampled_from(["start", "dates"]), _orders, moments | moves),
    st.builds(tree.Comparison, _references | st.just(ID), _equal, ids),
    st.builds(tree.Matches, st.sampled_from(["ends-with", "contains"]), _names, texts),
    st.builds(tree.Matches, st.just("starts-with"), _names, texts.filter(lambda text: text != "%")),
    st.builds(tree.Present, st.sampled_from([*ATTRIBUTES, ID])),
)  # fmt: skip


def _conditions(depth: int) -> st.SearchStrategy[tree.Condition]:
    if depth == 0:
        return leaves
    inner = _conditions(depth - 1)
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        leaves,
        st.builds(tree.Not, inner),
        st.builds(tree.All, several),
        st.builds(tree.Any, several),
        st.builds(tree.Refers, _references | st.just(ID), filters(depth - 1)),
        st.builds(tree.Descends, st.sampled_from(["manager", "friends"]), filters(depth - 1)),
    )


def _path(by: tree.Selection, attribute: str, condition: tree.Condition | None) -> tree.Selection:
    referred = tree.Referred(attribute, (by,))
    parts = condition.conditions if isinstance(condition, tree.All) else (condition,)
    return tree.Selection(None, tree.All((referred, *parts)) if condition else referred)


def filters(depth: int = 2) -> st.SearchStrategy[tree.Filter]:
    """Filters as the parser makes them."""
    condition = st.none() | _conditions(depth)
    one = st.builds(tree.Selection, st.sampled_from([None, *CATALOGUE]), condition)
    membership = ids.map(lambda id_: tree.Selection("Set", tree.Comparison(ID, "=", id_)))
    path = st.builds(_path, one | membership, _references, condition)
    return st.lists(one | path, min_size=1, max_size=2).map(tuple)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A few resources that refer to one another, and to some that are not there."""
    world = World()
    for id_ in draw(st.sets(ids, min_size=1)):
        known = {
            "name": texts, "words": st.lists(texts, max_size=2), "size": numbers, "active": st.booleans(),
            "start": moments, "dates": st.lists(moments, max_size=2), "manager": ids,
            "friends": st.lists(ids, max_size=2), MEMBERS: st.lists(ids, max_size=3),
        }  # fmt: skip
        values = draw(st.fixed_dictionaries({}, optional=known))
        world.add(id_, draw(st.sampled_from([*CATALOGUE])), **values)
    return world
