"""Which attributes of a resource the visitor may read, whether they have values or not."""

from collections.abc import Iterable

from mimas.requests.policy import Action
from mimas.requests.rights import Need, candidates, standing
from mimas.store.database import Transaction
from mimas.web.portal.visit import Visit


def readable(visit: Visit, tx: Transaction, id_: int, names: Iterable[str]) -> frozenset[str]:
    """Those of some attributes."""
    if visit.actor is None:
        return frozenset(names)
    policy = visit.inside.requests.policies.current(tx)
    stands = standing(tx, visit.inside.store, policy, visit.actor, id_)
    return frozenset(name for name in names if candidates(policy, Need(Action.READ, name), stands))
