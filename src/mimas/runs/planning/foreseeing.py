"""What a change would come to, in the store and in the connected systems: it is made, synced, looked at, and undone.

As a plan does it with a run, this does it with one change that somebody wants to make. Whatever else waits for a sync
is left out of it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mimas.runs.explaining.trial import Trial
from mimas.runs.planning.gathering import Gatherer
from mimas.runs.planning.plan import Unit
from mimas.runs.setup import Setup
from mimas.runs.symbols import Symbols
from mimas.schema.values import decode
from mimas.store import membership, resources
from mimas.store.database import Transaction
from mimas.store.history import past
from mimas.store.looking import title

_PATIENCE = timedelta(milliseconds=500)
"""A run that is under way is waited for no longer: a second, and one of the two would have to give way."""
_GUARD = "a guard holds it"


@dataclass(frozen=True, slots=True)
class Belongs:
    """Somebody would come into a set or group, or leave it."""

    resource: str
    type: str
    """That of the set or group."""
    holder: str
    entered: bool
    id: int
    """Of the set or group."""


@dataclass(frozen=True, slots=True)
class Size:
    """A set or group that is itself changed would have more members, or fewer."""

    holder: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Foreseen:
    """All that followed from a change."""

    units: tuple[Unit, ...] = ()
    belongs: tuple[Belongs, ...] = ()
    sizes: tuple[Size, ...] = ()
    notes: tuple[Mapping[str, Any], ...] = ()
    """What the sync had to say of single objects: errors, and names that are taken."""


Change = Callable[[Symbols], Sequence[int]]
"""Makes the change; the resources that it was about, or none, where there is nothing to follow."""


def foresee(symbols: Symbols, about: Sequence[int], change: Change, setup: Setup | None = None) -> Foreseen:
    """Make a change and whatever follows from it, look, and undo all of it; within a transaction, or by itself.

    ``about``: the resources that it is about, as far as they are there already; ``setup``: that of the installation,
    for what guards would hold. Raises whatever the database says where a run is under way.
    """
    store = symbols.store
    # Symbols of its own: what they remember of a transaction that is undone, nobody else may believe.
    symbols = Symbols(store, symbols.compiled)
    with store.rehearsal(_PATIENCE) as tx:
        since, before = past.last_place(tx), (membership.of(tx, about), membership.counts(tx, about))
        trial = Trial(tx, symbols, store.clock())
        trial.alone()
        touched = list(change(symbols))
        if not touched:
            return Foreseen()
        for resource in touched:
            trial.settle(resource)
        membership.settle(tx, store, trial.now)
        if setup is not None:
            for resource in touched:
                trial.guard(setup, resource)
        return _looked(trial, since, touched, before)


_Memberships = tuple[Mapping[int, set[int]], Mapping[int, int]]
"""Who belongs to what, and how many to it."""


def _looked(trial: Trial, since: int, touched: list[int], before: _Memberships) -> Foreseen:
    """What has come of it in the transaction at hand; what others have committed meanwhile is none of it."""
    tx = trial.tx
    changed = {*touched, *past.at_hand(tx, "resource", "id"), *past.at_hand(tx, "resource_reference", "resource")}
    objects = trial.objects(sorted(changed))
    connectors = trial.connectors(objects)
    found = Gatherer(tx, trial.symbols, since, trial.now).units(connectors, dict.fromkeys(connectors, _GUARD), objects)
    own = {str(id_) for id_ in changed}
    units = tuple(unit for unit in found if unit.key in own or not unit.key.isdecimal())
    belongs = tuple(_belongs(trial, before[0], membership.of(tx, touched)))
    sizes = tuple(_sizes(tx, before[1], membership.counts(tx, touched)))
    return Foreseen(units, belongs, sizes, tuple(trial.notes()))


def _sizes(tx: Transaction, before: Mapping[int, int], after: Mapping[int, int]) -> Iterator[Size]:
    rows = {row.id: title(decode(row.doc)) for row in resources.load(tx, sorted({*before, *after}))}
    for holder in sorted(rows):
        if before.get(holder, 0) != after.get(holder, 0):
            yield Size(rows[holder], before.get(holder, 0), after.get(holder, 0))


def _belongs(trial: Trial, before: Mapping[int, set[int]], after: Mapping[int, set[int]]) -> Iterator[Belongs]:
    ids = {id_ for some in (before, after) for resource, holders in some.items() for id_ in (resource, *holders)}
    rows = {row.id: row for row in resources.load(trial.tx, sorted(ids))}
    for resource in sorted({*before, *after}):
        was, is_ = before.get(resource, set()), after.get(resource, set())
        for holder in sorted(was ^ is_):
            of = rows[holder]
            called = (title(decode(rows[resource].doc)), trial.symbols.store.name(of.type), title(decode(of.doc)))
            yield Belongs(*called, holder in is_, holder)
