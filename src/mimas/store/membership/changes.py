"""What a transaction has changed, as far as memberships depend on it: taken from ``stirred``."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from mimas.language.filters.paths import Edge
from mimas.language.filters.tree import MEMBERS
from mimas.schema.values import decode
from mimas.store import resources, tables
from mimas.store.database import Transaction
from mimas.store.resources import StoredResource
from mimas.store.store import Store

VALUES = 0
"""In the place of an attribute: the values of the resource, or whether it is there."""


@dataclass
class Changes:
    """What of which resources has changed."""

    whole: set[int] = field(default_factory=set)
    """Resources that are new, or gone, or back: everything of them has changed."""
    before: dict[int, set[str]] = field(default_factory=dict)
    """Resource → documents that it had before; all of them, as the order in which they were noted is not known."""
    edges: dict[Edge, set[int]] = field(default_factory=dict)
    """End of a reference attribute → the resources at that end."""
    rows: dict[int, StoredResource] = field(default_factory=dict)
    """Those that are new, changed or gone, as they are now."""

    def __bool__(self) -> bool:
        return bool(self.whole or self.before or self.edges)

    @property
    def resources(self) -> set[int]:
        """All of them."""
        return self.whole.union(self.before, *self.edges.values())

    def is_beside(self, attributes: Collection[str]) -> bool:
        """Whether only values have changed, and of none of these attributes. Where nothing has, it is time that has."""
        if self.whole or self.edges:
            return False
        if not attributes:
            return True
        changed = self.attributes
        known = {id_ for ids in changed.values() for id_ in ids}
        return known == self.before.keys() and changed.keys().isdisjoint(attributes)

    @cached_property
    def attributes(self) -> Mapping[str, set[int]]:
        """Attribute → the resources whose values of it have changed, of those that were there before."""
        found: dict[str, set[int]] = {}
        for id_ in sorted(self.before.keys() - self.whole):
            now = decode(self.rows[id_].doc) if id_ in self.rows else {}
            for then in map(decode, self.before[id_]):
                for name in then.keys() | now.keys():
                    if then.get(name) != now.get(name):
                        found.setdefault(name, set()).add(id_)
        return found


def take(tx: Transaction, store: Store) -> Changes:
    """What has been noted in this transaction, or left over by whoever could not make anything of it."""
    changes = Changes()
    for resource, attribute, before in tx.take(tables.stirred, "resource, attribute, before"):
        if attribute != VALUES:
            changes.edges.setdefault((store.name(abs(attribute)), attribute < 0), set()).add(resource)
        elif before is not None:
            changes.before.setdefault(resource, set()).add(before)
        else:
            changes.whole.add(resource)
    loaded = resources.load(tx, sorted(changes.whole.union(changes.before))) if changes.whole or changes.before else []
    changes.rows = {row.id: row for row in loaded}
    return changes


def of_members(pairs: Iterable[tuple[int, int]]) -> Changes:
    """Somebody has become a member of something, or is none any more: (holder, resource)."""
    some = list(pairs)
    edges = {(MEMBERS, False): {pair[0] for pair in some}, (MEMBERS, True): {pair[1] for pair in some}}
    return Changes(edges=edges)
