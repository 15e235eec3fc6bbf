"""Where the store keeps what refers to what."""

from dataclasses import dataclass

from mimas.language.filters.tree import MEMBERS
from mimas.store.filtering.conditions import TRUE, both
from mimas.store.queries import Query
from mimas.store.store import Store


@dataclass(frozen=True, slots=True)
class Edges:
    """The rows of a table that say which resource refers to which target by one attribute."""

    table: str
    resource: str
    target: str
    attribute: int | None = None

    @property
    def rows(self) -> str:
        """A SELECT of all (resource, target)."""
        which = "" if self.attribute is None else f" WHERE attribute = {self.attribute}"
        return f"SELECT {self.resource} AS resource, {self.target} AS target FROM {self.table}{which}"

    def forth(self, row: str, other: str, condition: Query) -> Query:
        """Whether a row of ``resource`` refers to another one for which a condition holds."""
        return self._exists(self.resource, row, self.target, other, condition)

    def back(self, row: str, other: str, condition: Query) -> Query:
        """Whether another one, for which a condition holds, refers to a row of ``resource``."""
        return self._exists(self.target, row, self.resource, other, condition)

    def reached(self, ids: str, *, back: bool = False) -> str:
        """A SELECT of what is referred to by some resources, themselves a SELECT; ``back``: of what refers to them."""
        given, asked = (self.resource, self.target) if back else (self.target, self.resource)
        which = "" if self.attribute is None else f"attribute = {self.attribute} AND "
        return f"SELECT {given} AS resource FROM {self.table} WHERE {which}{asked} IN ({ids})"

    def _exists(self, here: str, row: str, there: str, other: str, condition: Query) -> Query:
        which = TRUE if self.attribute is None else Query(f"x.attribute = {self.attribute}")
        return (
            Query(f"EXISTS (SELECT 1 FROM {self.table} x JOIN resource {other} ON {other}.id = x.{there} WHERE ")
            + both(which, Query(f"x.{here} = {row}.id"), condition)
            + ")"
        )


def edges_of(store: Store, attribute: str) -> tuple[Edges, ...]:
    """Of one attribute; members of sets have a table of their own."""
    own = Edges("resource_reference", "resource", "target", store.known(attribute))
    return (own, Edges("member", "holder", "resource")) if attribute == MEMBERS else (own,)
