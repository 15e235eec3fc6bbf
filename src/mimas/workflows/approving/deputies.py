"""Who stands in for whom: resources of the type Delegation, which people make for the time when they are away.

A deputy decides as well as the approver, not in place of them, and for nobody else: those who stand in for a deputy
decide nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mimas.language.coercion import as_date
from mimas.schema.values import Values, as_list, decode
from mimas.store import approvals, resources
from mimas.store.database import Transaction
from mimas.store.referring import everything
from mimas.store.store import Store

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Delegation:
    """Somebody stands in for somebody."""

    id: int
    delegator: int
    delegate: int
    types: frozenset[str]
    """The types of resources over whose requests the deputy decides; none: all."""

    def covers(self, type_: str) -> bool:
        """Whether it is about requests on resources of a type."""
        return not self.types or type_ in self.types


def deputies(tx: Transaction, store: Store, people: Sequence[int], now: datetime) -> list[Delegation]:
    """Who stands in for any of some people at an instant."""
    return _current(tx, store, "Delegator", people, now)


def represented(tx: Transaction, store: Store, deputy: int, now: datetime) -> list[Delegation]:
    """For whom somebody stands in at an instant."""
    return _current(tx, store, "Delegate", [deputy], now)


def _current(tx: Transaction, store: Store, attribute: str, people: Sequence[int], now: datetime) -> list[Delegation]:
    ids = approvals.delegations(tx, store, attribute, people) if people else []
    if not ids:
        return []
    references = everything(tx, store, ids)
    found = [
        Delegation(row.id, delegator, delegate, types)
        for row in resources.load(tx, ids)
        if _is_current(values := decode(row.doc), now)
        for types in [frozenset(map(str, as_list(values.get("ForObjectType"))))]
        for delegator in references.get(row.id, {}).get("Delegator", ())
        for delegate in references.get(row.id, {}).get("Delegate", ())
    ]
    wanted = set(people)
    return [
        one
        for one in found
        if one.delegator != one.delegate and (one.delegator if attribute == "Delegator" else one.delegate) in wanted
    ]


def _is_current(values: Values, now: datetime) -> bool:
    begins, ends = (str(values.get(name, "")) for name in ("From", "Until"))
    return not (begins and as_date(begins) > now) and not (ends and _end(ends) <= now)


def _end(text: str) -> datetime:
    """A day without a time is meant as a whole."""
    return as_date(text) + (_DAY if len(text) == len("2026-12-24") else timedelta())


def among(delegations: Iterable[Delegation], type_: str) -> dict[int, list[int]]:
    """Approver → those who stand in for them in requests on resources of a type."""
    found: dict[int, list[int]] = {}
    for one in delegations:
        if one.covers(type_):
            found.setdefault(one.delegator, []).append(one.delegate)
    return found
