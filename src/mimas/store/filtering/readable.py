"""What somebody may read: as data, as conditions of SQL, and of resources at hand.

A resource is visible to whom any grant covers it for, and then shows its id, its type, and what the grants that cover
it name. Grants are positive only: they add up, and nothing takes away (MIM: management policy rules of ``Read``).
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from mimas.language.filters.tree import ID, MEMBERS, TYPE
from mimas.store.database import Transaction
from mimas.store.filtering.conditions import TRUE, both, either
from mimas.store.queries import Query
from mimas.store.resources import LIVE
from mimas.store.store import Store
from mimas.store.subjects import Sees

ALWAYS = frozenset({ID, TYPE})
"""What is known of whatever can be seen at all."""


@dataclass(frozen=True, slots=True)
class ReadGrant:
    """Some attributes of some resources. With both a ``holder`` and ``relative``, both have to be so."""

    attributes: frozenset[str] | None = None
    """Which attributes; None: all."""
    holder: int | None = None
    """The set that the resource has to be in; None: any resource."""
    relative: str = ""
    """The reference attribute of the resource that has to refer to the reader; ``ObjectID``: it is the reader."""

    def gives(self, attribute: str) -> bool:
        """Whether it names the attribute, of the resources that it covers."""
        return self.attributes is None or attribute in self.attributes or attribute in ALWAYS


@dataclass(frozen=True, slots=True)
class Readable:
    """What a reader, by their id, may read: what any of the grants gives."""

    reader: int
    grants: tuple[ReadGrant, ...]

    def giving(self, attribute: str) -> tuple[ReadGrant, ...]:
        """The grants that name the attribute."""
        return tuple(grant for grant in self.grants if grant.gives(attribute))


def reading(store: Store, readable: Readable | None, attribute: str = ID, row: str = "r") -> Query:
    """The condition that the attribute of a live row of ``resource`` may be read; of ``ObjectID``: that it is visible.

    ``readable``: None, as everywhere, is somebody who may read all there is.
    """
    return TRUE if readable is None else covered(store, readable.reader, readable.giving(attribute), row)


def covered(store: Store, reader: int, grants: Iterable[ReadGrant], row: str = "r") -> Query:
    """The condition that any of the grants covers a row of ``resource``."""
    holders: dict[str, list[int] | None] = {}
    for grant in grants:
        before = holders.setdefault(grant.relative, [])
        if grant.holder is None or before is None:
            holders[grant.relative] = None
        elif grant.holder not in before:
            before.append(grant.holder)
    if holders.get("", []) is None:
        return TRUE
    ways = [
        both(_related(store, reader, relative, row), _held(among, row) if among is not None else TRUE)
        for relative, among in holders.items()
    ]
    return either(*ways)


def _related(store: Store, reader: int, relative: str, row: str) -> Query:
    if not relative:
        return TRUE
    if relative == ID:
        return Query(f"{row}.id = ?", (reader,))
    refers = Query(
        f"EXISTS (SELECT 1 FROM resource_reference f WHERE f.resource = {row}.id AND f.attribute = ? AND f.target = ?)",
        (store.known(relative), reader),
    )
    if relative != MEMBERS:
        return refers
    return either(
        refers, Query(f"EXISTS (SELECT 1 FROM member m WHERE m.holder = {row}.id AND m.resource = ?)", (reader,))
    )


def _held(holders: Sequence[int], row: str) -> Query:
    return Query(f"EXISTS (SELECT 1 FROM member m WHERE m.resource = {row}.id AND m.holder IN IDS)", (sorted(holders),))


def sight(tx: Transaction, store: Store, readable: Readable) -> Sees:
    """For `mimas.store.subjects.Subjects`: of some live resources those that are visible, and what they show."""
    alike: dict[tuple[int | None, str], list[ReadGrant]] = {}
    for grant in readable.grants:
        alike.setdefault((grant.holder, grant.relative), []).append(grant)
    kept: dict[tuple[int, ...], Container[str]] = {}

    def sees(ids: Sequence[int]) -> dict[int, Container[str]]:
        covering: dict[int, tuple[int, ...]] = {}
        for place, grants in enumerate(alike.values()):
            condition = covered(store, readable.reader, grants[:1])
            for (id_,) in tx.rows(
                f"SELECT r.id FROM resource r WHERE r.id IN IDS AND r.state = {LIVE} AND ({condition.text})",
                list(ids),
                *condition.parameters,
            ):
                covering[id_] = (*covering.get(id_, ()), place)
        for places in set(covering.values()) - set(kept):
            kept[places] = shown(
                grant for place, grants in enumerate(alike.values()) if place in places for grant in grants
            )
        return {id_: kept[places] for id_, places in covering.items()}

    return sees


class _Everything:
    """Every attribute that there is."""

    def __contains__(self, _: object) -> bool:
        return True


def shown(grants: Iterable[ReadGrant]) -> Container[str]:
    """The attributes that may be read of a resource that these grants cover."""
    names = ALWAYS
    for grant in grants:
        if grant.attributes is None:
            return _Everything()
        names |= grant.attributes
    return names
