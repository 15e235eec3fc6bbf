"""What somebody may read: as data, as conditions of SQL, and of resources at hand.

A resource is visible to whom any grant covers it for, and then shows its id, its type, and what the grants that cover
it name. Grants are positive only: they add up, and nothing takes away (MIM: management policy rules of ``Read``).
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from mimas.language.filters.tree import ID, MEMBERS, TYPE
from mimas.store.database import Transaction
from mimas.store.filtering.conditions import TRUE, both, either
from mimas.store.queries import Query
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
    kept: dict[tuple[tuple[int | None, str], ...], Container[str]] = {}

    def sees(ids: Sequence[int]) -> dict[int, Container[str]]:
        sets, relations = _sets(tx, ids, alike), _relations(tx, store, readable.reader, ids, alike)
        found: dict[int, Container[str]] = {}
        for id_ in ids:
            covering = tuple(
                place
                for place in alike
                if (place[0] is None or place[0] in sets.get(id_, ()))
                and (not place[1] or place[1] in relations.get(id_, ()))
            )
            if covering:
                if covering not in kept:
                    kept[covering] = shown(grant for place in covering for grant in alike[place])
                found[id_] = kept[covering]
        return found

    return sees


_Places: TypeAlias = Iterable[tuple[int | None, str]]


def _sets(tx: Transaction, ids: Sequence[int], places: _Places) -> dict[int, set[int]]:
    """Resource → the sets that it is in, of those that matter."""
    found: dict[int, set[int]] = {}
    holders = sorted({holder for holder, _ in places if holder is not None})
    if holders and ids:
        for resource, holder in tx.rows(
            "SELECT resource, holder FROM member WHERE resource IN IDS AND holder IN IDS", list(ids), holders
        ):
            found.setdefault(resource, set()).add(holder)
    return found


def _relations(tx: Transaction, store: Store, reader: int, ids: Sequence[int], places: _Places) -> dict[int, set[str]]:
    """Resource → the attributes by which it refers to the reader, of those that matter."""
    wanted = {relative for _, relative in places if relative}
    found: dict[int, set[str]] = {}
    if ID in wanted and reader in ids:
        found[reader] = {ID}
    names = {store.known(name): name for name in wanted - {ID}}
    if names and ids:
        sql = "SELECT resource, attribute FROM resource_reference WHERE resource IN IDS AND target = ?"
        for resource, attribute in tx.rows(f"{sql} AND attribute IN IDS", list(ids), reader, sorted(names)):
            found.setdefault(resource, set()).add(names[attribute])
    if MEMBERS in wanted and ids:
        for (holder,) in tx.rows("SELECT holder FROM member WHERE resource = ? AND holder IN IDS", reader, list(ids)):
            found.setdefault(holder, set()).add(MEMBERS)
    return found


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
