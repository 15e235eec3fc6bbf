"""What somebody may do with what synchronises.

Rules say so, as of everything: there is one resource of the type Synchronization, which is never written, and the names
of its attributes stand for what is done. (MIM has five groups of Windows for it: mim-sync, *Roles*.)
"""

from enum import Enum

from mimas.requests.policy import Action, Policies
from mimas.requests.rights import Need, candidates, decide, standing
from mimas.store import resources
from mimas.store.database import Transaction
from mimas.store.store import Store

TYPE = "Synchronization"


class Duty(Enum):
    """Something that is done with the engine: what a rule has to grant."""

    ACCOUNTS = Need(Action.READ, "Accounts")
    """Seeing which accounts those people have whom one sees, and how they stand."""
    BROWSE = Need(Action.READ, "ConnectorSpaces")
    """Seeing all objects with their values, and all runs."""
    OPERATE = Need(Action.MODIFY, "Runs")
    """Starting and stopping runs, releasing what is held."""
    JOIN = Need(Action.MODIFY, "Links")
    """Linking objects to resources, and parting them."""
    CONFIGURE = Need(Action.MODIFY, "Configuration")
    """Changing documents, carrying out plans."""


EVERYTHING = frozenset(Duty)


def of(tx: Transaction, store: Store, policies: Policies, actor: int | None) -> frozenset[Duty]:
    """What somebody may do; None is the owner of the machine."""
    if actor is None:
        return EVERYTHING
    # The first one counts: nobody gains anything by making another.
    target = min((row.id for row in resources.living(tx, store.symbols([TYPE]))), default=None)
    if target is None:
        return frozenset()
    policy = policies.current(tx)
    stands = standing(tx, store, policy, actor, target)
    # Nothing is written, so the resource is in the same sets afterwards.
    return frozenset(
        duty for duty in Duty if decide([duty.value], [candidates(policy, duty.value, stands)], stands.target).allowed
    )
