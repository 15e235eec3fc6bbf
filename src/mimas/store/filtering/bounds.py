"""A filter as conditions of SQL: a lower one, which says for certain that it takes a resource, and an upper one.

Whoever the lower condition takes, the filter takes; whoever the filter takes, the upper condition takes. They are the
same wherever a database can decide: of types, references, membership, numbers, booleans, dates in their usual form,
presence, and of text that is plain ASCII. Of other text it cannot, as no database folds case as Python does; there the
two differ, and what lies between them is judged by `mimas.language.filters.predicate`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from mimas.language.filters import tree
from mimas.language.filters.predicate import compared_ids
from mimas.language.filters.tree import ID, TYPE
from mimas.language.keys import normal
from mimas.schema.attributes import Attribute, Kind
from mimas.store.filtering import values
from mimas.store.filtering.conditions import FALSE, TRUE, both, either, opposite
from mimas.store.filtering.documents import Documents
from mimas.store.filtering.edges import Edges, edges_of
from mimas.store.filtering.readable import Readable, reading
from mimas.store.queries import Query
from mimas.store.resources import LIVE
from mimas.store.store import Store

_ROOM = 60
"""How deep SQL may be nested, in symbols that SQLite's parser has to remember, of which it has a hundred."""
_COSTS = {tree.Not: 2, tree.All: 4, tree.Any: 4, tree.Refers: 16, tree.Referred: 16, tree.Descends: 24}
_WIDEST = 2_000
"""Conditions of which SQL is made; of more nothing is decided but who can be seen."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Makes the conditions of bound filters on rows ``r`` of ``resource``."""

    store: Store
    now: datetime
    readable: Readable | None = None

    def of(self, wanted: tree.Filter) -> tuple[Query, Query]:
        """(lower, upper), where both also say that the resource lives and can be seen."""
        if sum(1 for _ in tree.conditions(wanted)) > _WIDEST:
            return FALSE, self.reads(ID)
        return self.bound(wanted, upper=False), self.bound(wanted, upper=True)

    def bound(self, wanted: tree.Filter, row: str = "r", room: int = _ROOM, *, upper: bool) -> Query:
        """One of them, for a row of any name."""
        return both(self.reads(ID, row), self.taken(wanted, row, room, upper=upper))

    def taken(self, wanted: tree.Filter, row: str, room: int, *, upper: bool) -> Query:
        """As `bound`, of a row that lives and can be seen."""
        return either(
            *(
                both(self._typed(only.type, row), _Row(self, row, only.type).taken(only.condition, room, upper=upper))
                for only in wanted
            )
        )

    def reads(self, attribute: str, row: str = "r") -> Query:
        """The condition that a row lives and its attribute may be read."""
        return both(Query(f"{row}.state = {LIVE}"), reading(self.store, self.readable, attribute, row))

    @property
    def documents(self) -> Documents:
        """How this database looks into documents."""
        return Documents(self.store.database.postgresql)

    def _typed(self, type_: str | None, row: str) -> Query:
        # SQLite, which knows nothing of how many there are, is not to look for rows by this.
        hidden = "" if self.store.database.postgresql else "+"
        return TRUE if type_ is None else Query(f"{hidden}{row}.type = {self.store.known(type_)}")


@dataclass(frozen=True, slots=True)
class _Row:
    """The conditions on one row, which is of a type if that is known."""

    bounds: Bounds
    name: str
    type: str | None

    def taken(self, condition: tree.Condition | None, room: int, *, upper: bool) -> Query:
        """One bound of a condition; what is nested too deep is not decided."""
        room -= _COSTS.get(type(condition), 0)
        if room < 0:
            return TRUE if upper else FALSE
        match condition:
            case tree.Not(condition=inner):
                return opposite(self.taken(inner, room, upper=not upper))
            case tree.All(conditions=parts):
                return both(*(self.taken(part, room, upper=upper) for part in parts))
            case tree.Any(conditions=parts):
                return either(*(self.taken(part, room, upper=upper) for part in parts))
            case tree.Refers() | tree.Referred() | tree.Descends():
                return self._related(condition, room, upper=upper)
        return TRUE if condition is None else self._valued(condition, upper=upper)

    def _related(self, condition: tree.Refers | tree.Referred | tree.Descends, room: int, *, upper: bool) -> Query:
        match condition:
            case tree.Refers():
                return self._refers(condition, room, upper=upper)
            case tree.Referred():
                return self._referred(condition, room, upper=upper)
            case tree.Descends():
                return self._descends(condition, room, upper=upper)

    def _refers(self, condition: tree.Refers, room: int, *, upper: bool) -> Query:
        name, other = condition.attribute, self._other
        if name == ID:
            return self.bounds.taken(condition.to, self.name, room, upper=upper)
        if ids := compared_ids(condition.to):
            # The reference itself is what is asked for, not whether the other one can be seen.
            inner = both(among(f"{other}.id", ids), Query(f"{other}.state = {LIVE}"))
        else:
            inner = self.bounds.bound(condition.to, other, room, upper=upper)
        some = either(*(edges.forth(self.name, other, inner) for edges in self._edges(name)))
        return both(self.bounds.reads(name, self.name), some)

    def _referred(self, condition: tree.Referred, room: int, *, upper: bool) -> Query:
        name, other = condition.attribute, self._other
        by = self.bounds.taken(condition.by, other, room, upper=upper)
        inner = both(self.bounds.reads(name, other), by)
        return either(*(edges.back(self.name, other, inner) for edges in self._edges(name)))

    def _descends(self, condition: tree.Descends, room: int, *, upper: bool) -> Query:
        name, other, all_ = condition.attribute, self._other, f"all_{self._other}"
        reads = self.bounds.reads(name, other)
        first = both(reads, self.bounds.taken(condition.of, other, room, upper=upper))
        edges = " UNION ALL ".join(one.rows for one in self._edges(name))
        return (
            Query(
                f"{self.name}.id IN (WITH RECURSIVE {all_} (id) AS (SELECT x.target FROM resource {other}"
                f" JOIN ({edges}) x ON x.resource = {other}.id WHERE "
            )
            + first
            + f" UNION SELECT x.target FROM {all_} JOIN resource {other} ON {other}.id = {all_}.id"
            f" JOIN ({edges}) x ON x.resource = {other}.id WHERE " + reads + f") SELECT id FROM {all_})"
        )

    def _valued(self, condition: tree.Comparison | tree.Matches | tree.Present, *, upper: bool) -> Query:
        match condition:
            case tree.Present(attribute=name):
                return self._present(name)
            case tree.Comparison(attribute=tree.ID):
                same = Query(f"{self.name}.id = ?", (condition.value,))
                return same if condition.operator == "=" else opposite(same)
            case tree.Comparison(attribute=name, operator="!="):
                equal = self._some(tree.Comparison(name, "=", condition.value), upper=not upper)
                return both(self._present(name), opposite(equal))
            case tree.Comparison() | tree.Matches():
                return self._some(condition, upper=upper)

    def _present(self, name: str) -> Query:
        """Whether there is a value, or a reference to a resource that lives."""
        if name in (ID, TYPE):
            return TRUE
        ways: list[Query] = []
        kinds = {attribute.kind for attribute in self._attributes(name).values()}
        if kinds - {Kind.REFERENCE}:
            ways.append(self.bounds.documents.has(self.name, name))
        if Kind.REFERENCE in kinds:
            lives = Query(f"{self._other}.state = {LIVE}")
            ways += [edges.forth(self.name, self._other, lives) for edges in self._edges(name)]
        return both(self.bounds.reads(name, self.name), either(*ways))

    def _some(self, condition: tree.Comparison | tree.Matches, *, upper: bool) -> Query:
        """Whether one of the values fits."""
        name, documents = condition.attribute, self.bounds.documents
        if isinstance(condition, tree.Matches):
            test = values.matching(documents, condition.how, condition.text, TRUE, upper=upper)
        elif condition.operator == "=" and isinstance(condition.value, str):
            test = values.matching(documents, "=", condition.value, self._key(name, condition.value), upper=upper)
        else:
            test = values.compared(documents, condition.operator, condition.value, self.bounds.now, upper=upper)
        if name == TYPE:
            return documents.named(self.name, test)
        several = any(attribute.multivalued for attribute in self._attributes(name).values())
        return both(self.bounds.reads(name, self.name), documents.some(self.name, name, test, several=several))

    def _key(self, name: str, text: str) -> Query:
        """Whether the row has the key that whoever equals the text has; so it is, where that is not known."""
        key = normal(text.casefold())
        symbols = indexes(self.bounds.store, self._attributes(name))
        if not key or not symbols:
            return TRUE
        among = ", ".join(map(str, symbols))
        same = f"k.attribute IN ({among}) AND k.value = ? AND k.resource = {self.name}.id"
        return Query(f"EXISTS (SELECT 1 FROM resource_key k WHERE {same})", (key,))

    def _attributes(self, name: str) -> dict[str, Attribute]:
        return attributes_of(self.bounds.store, self.type, name)

    def _edges(self, name: str) -> tuple[Edges, ...]:
        return edges_of(self.bounds.store, name)

    @property
    def _other(self) -> str:
        """The name of a row that has to do with this one."""
        return f"{self.name}_"


def among(column: str, ids: Collection[int]) -> Query:
    """The condition that an id is one of some."""
    return Query(f"{column} = ?", tuple(ids)) if len(ids) == 1 else Query(f"{column} IN IDS", (sorted(ids),))


def attributes_of(store: Store, type_: str | None, name: str) -> dict[str, Attribute]:
    """Type → its attribute of this name, of one type or of all that have it."""
    some = store.catalogue if type_ is None else {type_: store.catalogue.get(type_, {})}
    return {of: attributes[name] for of, attributes in some.items() if name in attributes}


def indexes(store: Store, attributes: dict[str, Attribute]) -> list[int]:
    """The symbols under which the texts of all these have their keys; empty where some have none."""
    if not all(attribute.indexed and attribute.kind is Kind.STRING for attribute in attributes.values()):
        return []
    return [store.known(f"{type_}.{attribute.name}") for type_, attribute in attributes.items()]
