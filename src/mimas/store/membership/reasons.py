"""Why a resource belongs to a set or group, or does not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from mimas.language.filters.explaining import Verdict, excluding, explain
from mimas.store import membership
from mimas.store.database import Transaction
from mimas.store.membership.holders import EXCLUDED, LISTED, Holder, current
from mimas.store.referring import relations
from mimas.store.store import Store
from mimas.store.subjects import Subjects


@dataclass(frozen=True, slots=True)
class Reason:
    """What speaks for it, and against it."""

    holder: int
    belongs: bool
    listed: bool
    excluded: bool
    known: Holder | None
    """The set or group with its filter; none where it has none."""
    verdict: Verdict | None
    """What became of the filter; none where there is none that can be asked."""

    @property
    def failing(self) -> tuple[Verdict, ...]:
        """The conditions that keep it out."""
        return excluding(self.verdict) if self.verdict is not None else ()


def reasons(tx: Transaction, store: Store, holders: Iterable[int], resource: int, now: datetime) -> list[Reason] | None:
    """Of some sets and groups; none, where there is no such resource any more."""
    subject = Subjects(tx, store).other(resource)
    if subject is None:
        return None
    known, belongs = current(tx, store).all, membership.of(tx, [resource])[resource]
    found = []
    for holder in holders:
        of, related = known.get(holder), relations(tx, store, holder, resource)
        verdict = explain(of.filter, subject, now) if of is not None and of.filter is not None else None
        found.append(Reason(holder, holder in belongs, LISTED in related, EXCLUDED in related, of, verdict))
    return found
