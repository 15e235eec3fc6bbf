"""What a transaction has changed, as far as memberships depend on it: taken from ``stirred``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mimas.language.filters.tree import MEMBERS
from mimas.schema.values import decode
from mimas.store import resources
from mimas.store.database import Transaction
from mimas.store.membership.paths import Edge
from mimas.store.store import Store

VALUES = 0
"""In the place of an attribute: the values of the resource, or whether it is there."""


@dataclass(slots=True)
class Changes:
    """What of which resources has changed."""

    whole: set[int] = field(default_factory=set)
    """Resources that are new, or gone, or back: everything of them has changed."""
    before: dict[int, set[str]] = field(default_factory=dict)
    """Resource → documents that it had before; all of them, as the order in which they were noted is not known."""
    edges: dict[Edge, set[int]] = field(default_factory=dict)
    """End of a reference attribute → the resources at that end."""

    @property
    def resources(self) -> set[int]:
        """All of them."""
        return self.whole.union(self.before, *self.edges.values())

    def attributes(self, tx: Transaction) -> Mapping[str, set[int]]:
        """Attribute → the resources whose values of it have changed."""
        found: dict[str, set[int]] = {}
        for row in resources.load(tx, sorted(self.before.keys() - self.whole)):
            now = decode(row.doc)
            for then in map(decode, self.before[row.id]):
                for name in then.keys() | now.keys():
                    if then.get(name) != now.get(name):
                        found.setdefault(name, set()).add(row.id)
        return found


def take(tx: Transaction, store: Store) -> Changes:
    """What has been noted in this transaction, or left over by whoever could not make anything of it."""
    changes = Changes()
    for resource, attribute, before in tx.rows("DELETE FROM stirred RETURNING resource, attribute, before"):
        if attribute != VALUES:
            changes.edges.setdefault((store.name(abs(attribute)), attribute < 0), set()).add(resource)
        elif before is not None:
            changes.before.setdefault(resource, set()).add(before)
        else:
            changes.whole.add(resource)
    return changes


def of_members(pairs: Iterable[tuple[int, int]]) -> Changes:
    """Somebody has become a member of something, or is none any more: (holder, resource)."""
    some = list(pairs)
    edges = {(MEMBERS, False): {pair[0] for pair in some}, (MEMBERS, True): {pair[1] for pair in some}}
    return Changes(edges=edges)
