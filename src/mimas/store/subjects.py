"""Resources as filters look at them: loaded many at a time, and only as far as somebody asks.

The first question after an attribute of one resource answers it for all that have been loaded, so that a batch costs
a query for each attribute that is asked for, and not one for each resource.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from mimas.language.filters.tree import ID, MEMBERS, TYPE
from mimas.schema.values import Scalar, Values, as_list, decode
from mimas.store import resources
from mimas.store.database import Transaction
from mimas.store.resources import LIVE
from mimas.store.store import Store

Sees: TypeAlias = Callable[[Sequence[int]], Mapping[int, Container[str]]]
"""Of some resources those that somebody may see: id → the attributes that may be read."""

_MANY = 5_000


class Resource:
    """A live resource, as far as it may be seen: a `mimas.language.filters.subject.Subject`."""

    __slots__ = ("_all", "_readable", "_values", "id", "type")

    def __init__(self, all_: "Subjects", id_: int, type_: str, values: Values, readable: Container[str] | None) -> None:
        self._all = all_
        self._values = values
        self._readable = readable
        self.id = id_
        self.type = type_

    def shows(self, attribute: str) -> bool:
        """Whether this attribute of it may be read."""
        return self._readable is None or attribute in self._readable

    def values(self, attribute: str) -> Sequence[Scalar]:
        """See `Subject`."""
        if not self.shows(attribute):
            return ()
        if attribute == TYPE:
            return (self.type,)
        return as_list(self._values.get(attribute))

    def references(self, attribute: str) -> Sequence[int]:
        """See `Subject`."""
        if not self.shows(attribute):
            return ()
        return (self.id,) if attribute == ID else self._all.references(attribute, self.id)

    def referrers(self, attribute: str) -> Iterable["Resource"]:
        """See `Subject`."""
        found = (self._all.other(id_) for id_ in self._all.referrers(attribute, self.id))
        return (one for one in found if one is not None and one.shows(attribute))

    def refers_back(self, attribute: str, id_: int) -> bool:
        """See `Subject`."""
        if id_ not in self._all.referrers(attribute, self.id):
            return False
        if self._all.sees is None:
            return True
        one = self._all.other(id_)
        return one is not None and one.shows(attribute)

    def other(self, id_: int) -> "Resource | None":
        """See `Subject`."""
        return self._all.other(id_)


class Subjects:
    """The resources of one transaction; what has been loaded is not looked at again, unless it is forgotten."""

    def __init__(self, tx: Transaction, store: Store, sees: Sees | None = None) -> None:
        self.tx = tx
        self.store = store
        self.sees = sees
        self._found: dict[int, Resource | None] = {}
        self._named: set[int] = set()
        """Resources that a loaded one refers to: whoever asks for one of them is likely to ask for the others."""
        self._relations: dict[tuple[str, str], dict[int, list[int]]] = {}
        """(attribute, end that is asked) → id → the ids at the other end."""

    def load(self, ids: Iterable[int]) -> list[Resource]:
        """Those of some resources that live and may be seen, in the order of the ids."""
        ids = sorted(set(ids))
        lacking = [id_ for id_ in ids if id_ not in self._found]
        self._found.update(dict.fromkeys(lacking))
        rows = [row for row in resources.load(self.tx, lacking) if row.state == LIVE] if lacking else []
        seen = self.sees([row.id for row in rows]) if self.sees is not None else None
        for row in rows:
            if seen is None or row.id in seen:
                readable = None if seen is None else seen[row.id]
                self._found[row.id] = Resource(self, row.id, self.store.name(row.type), decode(row.doc), readable)
        return [found for id_ in ids if (found := self._found[id_]) is not None]

    def forget(self) -> None:
        """Something has changed: everything is loaded anew when it is asked for."""
        self._found.clear()
        self._relations.clear()
        self._named.clear()

    def other(self, id_: int) -> Resource | None:
        """A resource by its id; none where there is none that may be seen."""
        if id_ not in self._found:
            several = [one for one in self._named if one not in self._found][:_MANY]
            self._named.clear()
            self.load([id_, *several])
        return self._found[id_]

    def references(self, attribute: str, id_: int) -> list[int]:
        """The live resources that an attribute of a loaded resource refers to, in the order of their ids."""
        return self._related(attribute, id_, "resource", "target")

    def referrers(self, attribute: str, id_: int) -> list[int]:
        """The live resources whose attribute refers to a loaded one, in the order of their ids."""
        return self._related(attribute, id_, "target", "resource")

    def _related(self, attribute: str, id_: int, asked: str, given: str) -> list[int]:
        known = self._relations.setdefault((attribute, asked), {})
        if id_ not in known:
            ids = [one for one, found in self._found.items() if found is not None and one not in known] or [id_]
            known.update((one, []) for one in (*ids, id_))
            for one, other in related(self.tx, self.store, attribute, ids, asked, given):
                known[one].append(other)
                self._named.add(other)
        return known[id_]


def related(
    tx: Transaction, store: Store, attribute: str, ids: list[int], asked: str = "resource", given: str = "target"
) -> Iterator[tuple[int, int]]:
    """(asked, given) of the reference rows of an attribute, where what is given lives; and of members of sets."""
    yield from tx.rows(
        f"SELECT f.{asked}, f.{given} FROM resource_reference f JOIN resource r ON r.id = f.{given}"
        f" AND r.state = {LIVE} WHERE f.{asked} IN IDS AND f.attribute = ? ORDER BY f.{asked}, f.{given}",
        ids,
        store.symbol(attribute),
    )
    if attribute == MEMBERS:
        columns = "holder, resource" if asked == "resource" else "resource, holder"
        where = columns.partition(",")[0]
        yield from tx.rows(f"SELECT {columns} FROM member WHERE {where} IN IDS ORDER BY {columns}", ids)
