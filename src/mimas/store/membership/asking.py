"""Some resources are asked which sets and groups of one level they belong to, and what is stored is brought to that."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from mimas.language.filters.matching import Matcher
from mimas.language.filters.tree import MEMBERS
from mimas.store import resources
from mimas.store.database import Row, Transaction
from mimas.store.membership import transitions
from mimas.store.membership.holders import EXCLUDED, LISTED, SET, Holders, types
from mimas.store.membership.transitions import CRITERIA, Transition
from mimas.store.resources import LIVE
from mimas.store.store import Store
from mimas.store.subjects import Subjects, related

CHUNK = 5_000
_FEW = 8
"""Of up to so many resources it is asked beforehand whom they refer to, though perhaps no filter wants to know."""

Pair = tuple[int, int]
"""(holder, resource)."""


@dataclass(slots=True)
class Asking:
    """One settling: what it asks with, and what has come of it."""

    tx: Transaction
    store: Store
    holders: Holders
    now: datetime
    dues: dict[int, datetime] = field(default_factory=dict)
    """Resource → the first instant at which what it was asked may have another answer by itself."""

    def ask(
        self, level: int, ids: Iterable[int], matcher: Matcher, among: Collection[int] | None = None
    ) -> list[Transition]:
        """Ask resources for the holders of a level; ``among``: for these only."""
        waiting = iter(ids)
        found: list[Transition] = []
        while some := sorted(islice(waiting, CHUNK)):
            found += self._chunk(level, some, matcher, among)
        return found

    def _chunk(self, level: int, ids: list[int], matcher: Matcher, among: Collection[int] | None) -> list[Transition]:
        if self.tx.postgresql:
            with self.tx.foreseeing():
                self._foresee(ids)
            self._lock(ids)
        wanted: set[Pair] = set()
        alive: set[int] = set()
        for subject in Subjects(self.tx, self.store).load(ids):
            alive.add(subject.id)
            taken, due = matcher.find(subject, self.now)
            wanted.update((holder, subject.id) for holder in taken)
            if due is not None:
                self.dues[subject.id] = min(due, self.dues.get(subject.id, due))
        concerned = self._concerned(level, among)
        sets = {holder for holder, _ in wanted if self.holders.all[holder].type == SET}
        for holder, resource, type_ in self._listed(LISTED, ids):
            if resource in alive and concerned(holder):
                wanted.add((holder, resource))
                if self.store.name(type_) == SET:
                    sets.add(holder)
        if wanted:
            wanted -= {(holder, resource) for holder, resource, _ in self._listed(EXCLUDED, ids)}
        members = {pair for pair in self._members(ids) if concerned(pair[0])}
        references = {pair for pair in self._references(ids) if concerned(pair[0])}
        of_sets = {pair for pair in wanted if pair[0] in sets}
        of_groups = wanted - of_sets
        return transitions.write(
            self.tx,
            self.store,
            (sorted(of_sets - members), sorted(members - of_sets)),
            (sorted(of_groups - references), sorted(references - of_groups)),
        )

    def _lock(self, ids: list[int]) -> None:
        """Another one may be changing something else of them, and neither would see both changes."""
        self.tx.rows("SELECT 1 FROM resource WHERE id IN IDS ORDER BY id FOR NO KEY UPDATE", ids)

    def _foresee(self, ids: list[int]) -> None:
        """What is going to be asked about them when they are locked."""
        self._lock(ids)
        resources.load(self.tx, ids)
        if len(ids) <= _FEW:
            for attribute in self.holders.leads:
                list(related(self.tx, self.store, attribute, ids))
        self._listed(LISTED, ids)
        self._listed(EXCLUDED, ids)
        self._members(ids)
        self._references(ids)

    def compare(self, holder: int, type_: str, ids: Iterable[int]) -> list[Transition]:
        """Bring one holder to those whom its filter takes, as they are known already, whoever else is listed or not."""
        wanted = {(holder, resource) for resource in ids}
        wanted |= {(holder, resource) for resource in self._lists(LISTED, holder)}
        wanted -= {(holder, resource) for resource in self._lists(EXCLUDED, holder)}
        if type_ == SET:
            stored = set(self.tx.rows("SELECT holder, resource FROM member WHERE holder = ?", holder))
        else:
            criteria = "resource = ? AND attribute = ? AND origin = ?"
            symbols = self.store.symbols([MEMBERS, CRITERIA])
            stored = set(
                self.tx.rows(f"SELECT resource, target FROM resource_reference WHERE {criteria}", holder, *symbols)
            )
        changed = sorted(wanted - stored), sorted(stored - wanted)
        sets, groups = (changed, ([], [])) if type_ == SET else (([], []), changed)
        return transitions.write(self.tx, self.store, sets, groups)

    def _lists(self, attribute: str, holder: int) -> list[int]:
        rows = self.tx.rows(
            "SELECT f.target FROM resource_reference f JOIN resource r ON r.id = f.target"
            f" AND r.state = {LIVE} WHERE f.resource = ? AND f.attribute = ?",
            holder,
            self.store.symbol(attribute),
        )
        return [row[0] for row in rows]

    def _concerned(self, level: int, among: Collection[int] | None) -> Callable[[int], bool]:
        """Whether a holder is one of those asked for now; one that is listed only, or is no more, is of level 0."""
        of = self.holders.level
        if among is not None:
            return lambda holder: holder in among and of(holder) == level
        return lambda holder: of(holder) == level

    def _listed(self, attribute: str, ids: list[int]) -> list[Row]:
        """Who lists, or excludes, some resources: (holder, resource, type of the holder)."""
        return self.tx.rows(
            "SELECT f.resource, f.target, r.type FROM resource_reference f JOIN resource r ON r.id = f.resource"
            f" AND r.state = {LIVE} AND r.type IN IDS WHERE f.target IN IDS AND f.attribute = ?",
            self.store.symbols(types(self.store.catalogue)),
            ids,
            self.store.symbol(attribute),
        )

    def _members(self, ids: list[int]) -> list[Row]:
        return self.tx.rows("SELECT holder, resource FROM member WHERE resource IN IDS", ids)

    def _references(self, ids: list[int]) -> list[Row]:
        return self.tx.rows(
            "SELECT resource, target FROM resource_reference WHERE target IN IDS AND attribute = ? AND origin = ?",
            ids,
            *self.store.symbols([MEMBERS, CRITERIA]),
        )
