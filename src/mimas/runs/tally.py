"""The counters of a step, and the objects behind them."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from mimas.store import runs
from mimas.store.database import Transaction

KEPT = 1_000
"""How many objects are kept of each counter of a step: all of a daily run's, and of a first load enough to look at."""

T = TypeVar("T")


class Kept(NamedTuple):
    """One object: its connector, id, resource, and name or anchor then. Of a resource itself, the latter two."""

    connector: int | None
    object: int | None
    resource: int | None
    name: str


class Tally(Counter[str]):
    """The counters of one step; of those that count objects, the first ones are kept by name.

    They are kept in memory and written when the step ends, so that a first load of millions pays for a thousand each.
    """

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, list[Kept]] = {}

    def note(self, counter: str, items: Sequence[T], kept: Callable[[T], Kept]) -> None:
        """Count some objects; ``kept`` describes one, and is asked only for those that are kept."""
        self[counter] += len(items)
        self._keep(counter, [kept(item) for item in items[: self._room(counter)]])

    def look(self, tx: Transaction, counter: str, ids: Sequence[int], count: int | None = None) -> None:
        """Count some objects of which only the ids are known, or as many as ``count`` says: the store has their names.

        To be called before they are purged, and before their links are cut.
        """
        self[counter] += len(ids) if count is None else count
        if some := list(ids[: self._room(counter)]):
            rows = tx.rows(
                "SELECT o.connector, o.id, l.resource, o.name, o.anchor FROM object o"
                " LEFT JOIN link l ON l.object = o.id WHERE o.id IN IDS ORDER BY o.id",
                some,
            )
            self._keep(
                counter, [Kept(c, id_, resource, name or anchor or "") for c, id_, resource, name, anchor in rows]
            )

    def take(self, other: "Tally", *, but: str) -> None:
        """Take over what another one has counted, ``but`` for the counters whose names begin so."""
        for counter, count in other.items():
            if not counter.startswith(but):
                self[counter] += count
                self._keep(counter, other.kept.get(counter, [])[: self._room(counter)])

    def write(self, tx: Transaction, step: int) -> None:
        """Write the objects that are kept; a step does it once, when it ends."""
        runs.keep(tx, step, self.kept)

    def _room(self, counter: str) -> int:
        return KEPT - len(self.kept.get(counter, ()))

    def _keep(self, counter: str, rows: list[Kept]) -> None:
        if rows:
            self.kept.setdefault(counter, []).extend(rows)
