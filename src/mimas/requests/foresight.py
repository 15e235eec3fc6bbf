"""What a request is going to ask before anything is written: PostgreSQL is asked all of it in one message."""

from mimas.requests import policy
from mimas.requests.target import referred
from mimas.requests.wishes import Wish
from mimas.schema.attributes import Kind
from mimas.store import resources
from mimas.store.database import Transaction
from mimas.store.referring import relations, sets_of
from mimas.store.store import Store


def foresee(tx: Transaction, store: Store, actor: int | None, wish: Wish) -> None:
    """To be called within `Transaction.foreseeing`: what turns out otherwise is asked when it is known."""
    attributes = store.catalogue.get(wish.type, {})
    named = [change for change in wish.changes if change.attribute in attributes]
    named = [change for change in named if attributes[change.attribute].kind is Kind.REFERENCE]
    policy.version(tx)
    if wish.target is not None:
        # First, so that the others are answered when nobody else has hold of the resource any more.
        resources.locked(tx, wish.target)
        for change in named:
            referred(tx, store, wish.target, change)
    if actor is not None:
        sets_of(tx, {actor, wish.target or actor})
        if wish.target is not None:
            relations(tx, store, wish.target, actor)
        if wish.target != actor:
            resources.load(tx, [actor])
    if ids := sorted({value for change in named for value in change.values if isinstance(value, int)}):
        resources.alive(tx, ids)
