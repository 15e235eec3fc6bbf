"""Whether the visitor belongs to a group, and may join it or leave it by themselves."""

from dataclasses import dataclass

from mimas.requests.policy import Action
from mimas.requests.rights import Need, candidates, standing
from mimas.requests.viewing import View
from mimas.schema.attributes import Kind
from mimas.store.database import Transaction
from mimas.store.membership.holders import LISTED
from mimas.store.referring import targets
from mimas.web.portal.visit import Visit


@dataclass(frozen=True, slots=True)
class Belonging:
    """How the visitor stands to a group; ``attribute`` lists its members."""

    attribute: str
    listed: bool
    may_join: bool
    may_leave: bool
    asks: bool
    """Whether somebody has to consent to joining."""


def belonging(visit: Visit, tx: Transaction, view: View) -> Belonging | None:
    """How the visitor stands to a group; none to what has no members, and for the owner of the machine."""
    store = visit.inside.store
    attributes = store.catalogue.get(view.type, {})
    names = (name for name in (LISTED, "member") if name in attributes)
    attribute = next((attributes[name] for name in names if attributes[name].kind is Kind.REFERENCE), None)
    if attribute is None or visit.actor is None:
        return None
    policy = visit.inside.requests.policies.current(tx)
    stands = standing(tx, store, policy, visit.actor, view.id)
    listed = bool(targets(tx, view.id, store.symbol(attribute.name), [visit.actor]))
    joins = candidates(policy, Need(Action.ADD, attribute.name, (visit.actor,)), stands)
    leaves = candidates(policy, Need(Action.REMOVE, attribute.name, (visit.actor,)), stands)
    return Belonging(
        attribute.name,
        listed,
        bool(joins) and not listed,
        bool(leaves) and listed,
        bool(joins) and all(rule.authorization or rule.authentication for rule in joins),
    )
