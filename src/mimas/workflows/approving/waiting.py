"""What waits for somebody's consent: their own, or that of whom they stand in for."""

from datetime import datetime

from mimas.store import approvals as kept
from mimas.store.database import Transaction
from mimas.store.store import Store
from mimas.workflows.approving import approvals
from mimas.workflows.approving.approvals import Approval
from mimas.workflows.approving.deciding import over
from mimas.workflows.approving.deputies import represented

_PAGE = 100


def waiting_for(tx: Transaction, store: Store, person: int, now: datetime, limit: int) -> list[Approval]:
    """The first approvals over which somebody can decide now, in the order in which they were asked."""
    people = sorted({person, *(one.delegator for one in represented(tx, store, person, now))})
    found: list[Approval] = []
    last, some = 0, [0]
    while some and len(found) < limit:
        some = kept.pending(tx, store, people, last, _PAGE)
        last = some[-1] if some else last
        found += [one for one in approvals.load(tx, store, some) if not over(tx, store, one, person, now)]
    return found[:limit]


def waiting(tx: Transaction, store: Store, limit: int) -> list[Approval]:
    """The first approvals that wait for anybody."""
    return approvals.load(tx, store, kept.everybodys(tx, store, 0, limit))
