"""Resources as somebody may see them: nothing is read here that no rule lets them read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mimas.language.filters.tree import ID, Filter
from mimas.requests.policy import Policies
from mimas.requests.rights import readable
from mimas.schema.attributes import Kind
from mimas.schema.values import Scalar, Value
from mimas.store.database import Transaction
from mimas.store.filtering.finding import Page, Place, find
from mimas.store.filtering.readable import Readable, sight
from mimas.store.referring import sets_of
from mimas.store.store import Store
from mimas.store.subjects import Resource, Subjects

SHOWN = 1_000
"""How many values of one attribute are shown."""


@dataclass(frozen=True, slots=True)
class View:
    """A resource as somebody may see it."""

    id: int
    type: str
    values: dict[str, list[Scalar]]
    references: dict[str, list[int]]
    """To those that may be seen; of a long list the first ones."""
    several: frozenset[str] = frozenset()
    """The attributes that hold several values."""

    @property
    def plain(self) -> dict[str, Value]:
        """The values as they are kept: a list only where there may be several."""
        return {name: found if name in self.several else found[0] for name, found in self.values.items()}


class Viewer:
    """What one person sees. ``actor``: None is the owner of the machine, who sees everything."""

    def __init__(self, store: Store, policies: Policies, actor: int | None) -> None:
        self.store = store
        self.policies = policies
        self.actor = actor

    def readable(self, tx: Transaction) -> Readable | None:
        """What may be read, as the policy is now; None: everything."""
        if self.actor is None:
            return None
        return readable(self.policies.current(tx), self.actor, sets_of(tx, [self.actor])[self.actor])

    def see(self, tx: Transaction, ids: Iterable[int]) -> list[View]:
        """Those of some resources that may be seen."""
        subjects = self._subjects(tx)
        resources = subjects.load(ids)
        references = {resource.id: self._references(resource) for resource in resources}
        # All at once: whoever is referred to may have to be left out.
        subjects.load(id_ for of in references.values() for some in of.values() for id_ in some)
        return [self._view(subjects, resource, references[resource.id]) for resource in resources]

    def find(
        self,
        tx: Transaction,
        wanted: Filter,
        *,
        order: str | None = None,
        descending: bool = False,
        after: Place | None = None,
        limit: int = 30,
        now: datetime,
    ) -> Page:
        """The ids of whom a filter takes, as somebody sees them: see `mimas.store.filtering.finding.find`."""
        return find(
            tx,
            self.store,
            wanted,
            readable=self.readable(tx),
            order=order,
            descending=descending,
            after=after,
            limit=limit,
            now=now,
        )

    def _subjects(self, tx: Transaction) -> Subjects:
        may = self.readable(tx)
        return Subjects(tx, self.store, None if may is None else sight(tx, self.store, may))

    def _references(self, resource: Resource) -> dict[str, list[int]]:
        attributes = self.store.catalogue.get(resource.type, {})
        names = sorted(name for name, attribute in attributes.items() if attribute.kind is Kind.REFERENCE)
        return {name: list(resource.references(name))[:SHOWN] for name in names if name != ID}

    def _view(self, subjects: Subjects, resource: Resource, references: dict[str, list[int]]) -> View:
        attributes = self.store.catalogue.get(resource.type, {})
        values = {name: list(found) for name in sorted(attributes) if (found := resource.values(name))}
        several = frozenset(name for name, attribute in attributes.items() if attribute.multivalued)
        seen = {name: [other.id for other in subjects.load(some)] for name, some in references.items()}
        return View(resource.id, resource.type, values, {name: some for name, some in seen.items() if some}, several)
