"""What every pass of a sync step shares: the rules, counters, notes, the instant."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mimas.runs.comparing import Comparer
from mimas.runs.symbols import Symbols
from mimas.runs.tally import Kept, Tally
from mimas.store import decisions, runs, tables
from mimas.store.database import Transaction
from mimas.store.runs import Note
from mimas.store.store import Store
from mimas.sync.context import Context
from mimas.sync.generated import Failure


@dataclass(frozen=True, slots=True)
class Withheld:
    """What a sync is to leave as it is, as if its rules had failed, but without a word: see `mimas.runs.planning`."""

    resources: frozenset[int] = frozenset()
    objects: frozenset[tuple[str, str]] = frozenset()
    """(connector, anchor or name)."""


@dataclass(slots=True)
class Session:
    """One sync step."""

    symbols: Symbols
    step: int
    now: datetime
    sweep: bool
    pulse: Callable[[], None] = lambda: None
    """Called between two batches; may raise to stop."""
    counters: Tally = field(default_factory=Tally)
    withheld: Withheld = Withheld()
    errors: int = 0
    notes: list[Note] = field(default_factory=list)
    fresh_from: int = 0
    """The first id that this step gave out: resources from here on have just been resolved."""

    held: int = 0
    """Objects that wait for a person."""
    strays: bool = False
    """Whether a sweep has found linked objects that their rules no longer cover."""
    deferred: set[int] = field(default_factory=set)
    """Objects that have waited for what another one of their batch became."""
    relinked: set[int] = field(default_factory=set)
    """Resources that got or lost an object in the outbound stratum, which changes what is contributed to them."""
    contesting: set[int] = field(default_factory=set)
    """Resources that want a name which another one has, and perhaps gives up later in this step."""
    last_call: bool = False
    """Whether what is still taken stays so."""
    moved: set[int] = field(default_factory=set)
    """Those objects."""
    retried: set[tuple[int, int]] = field(default_factory=set)
    """(connector, object) whose rules failed: they stay pending."""
    failing: set[tuple[int, int]] = field(default_factory=set)
    """(connector, resource) whose outbound rules failed: the object there keeps what it has, references too."""
    reported: set[tuple[str, str, int | None]] = field(default_factory=set)
    """Failures that have been told."""

    def is_fresh(self, resource: int) -> bool:
        """Whether this step has made the resource, and so has just resolved it."""
        return bool(self.fresh_from) and resource >= self.fresh_from

    def is_withheld(self, connector: str, keys: Sequence[str | None], resource: int | None) -> bool:
        """Whether an object, by its anchor or name, or the resource that it belongs to, is to stay as it is."""
        return resource in self.withheld.resources or any((connector, key) in self.withheld.objects for key in keys)

    def relink(self, connector: int, resource: int, object_: int) -> None:
        """The outbound stratum has linked an object, or let go of it."""
        if connector in self.symbols.sources:
            self.relinked.add(resource)
            self.moved.add(object_)

    _comparers: dict[int, Comparer] = field(default_factory=dict)
    _leaving: set[int] | None = None
    _decided: dict[int, int | None] | None = None

    @property
    def store(self) -> Store:
        """The store."""
        return self.symbols.store

    def comparer(self, tx: Transaction, connector: int) -> Comparer:
        """What compares the objects of a connector with what is wanted."""
        if connector not in self._comparers:
            interest = self.symbols.compiled.interest(self.store.name(connector))
            self._comparers[connector] = Comparer(tx, self.store, connector, interest.lenience)
        return self._comparers[connector]

    def decided(self, tx: Transaction) -> dict[int, int | None]:
        """What people have decided over links: see `mimas.store.decisions`."""
        if self._decided is None:
            self._decided = decisions.load(tx)
        return self._decided

    def leaving(self, tx: Transaction) -> set[int]:
        """The objects that are to be deleted in their systems; asked for when the values of all objects are known."""
        if self._leaving is None or not self.sweep:
            rows = tx.rows("SELECT object FROM pending_export WHERE operation = 'delete'")
            self._leaving = {row[0] for row in rows}
        return self._leaving

    def context(self) -> Context:
        """A context for a batch."""
        return Context(self.now)

    def failed(self, failure: Failure, name: str, object_: int | None) -> None:
        """A rule failed for one object: the object waits, the rest goes on."""
        if (str(failure), name, object_) in self.reported:
            return
        self.reported.add((str(failure), name, object_))
        self.errors += 1
        self.counters.note("flow-failure", [name], lambda name: Kept(None, object_, None, name))
        self.notes.append(
            Note(
                "flow-failure",
                name,
                str(failure),
                "The object keeps its last result and is tried again at every sync. "
                "Change the rule, or the value at its source.",
                object_,
            )
        )

    def write_notes(self, tx: Transaction) -> None:
        """Write what has been noted since the last call."""
        runs.note(tx, self.step, self.notes)
        self.notes = []
        if self.retried:
            tx.insert(tables.pending_import, "connector, object", sorted(self.retried), ignore=True)
            self.retried = set()
