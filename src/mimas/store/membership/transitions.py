"""Who has become a member of what, or is none any more; and what follows of it."""

from collections.abc import Sequence
from typing import NamedTuple

from mimas.language.filters.tree import MEMBERS
from mimas.schema.values import decode
from mimas.store import moved, outbox, tables
from mimas.store.database import Transaction
from mimas.store.resources import LIVE
from mimas.store.store import Store

CRITERIA = "criteria"
"""The origin of reference values that follow from a filter, or from the members that are listed."""

ENTERED, LEFT = "entered", "left"
"""The kinds of rows in ``outbox``: (set, resource)."""

_RULE, _TRANSITION = "ManagementPolicyRule", "SetTransition"
_NAMED_AS = {"ResourceFinalSet": ENTERED, "ResourceCurrentSet": LEFT}
"""As what a policy rule names the set whose transitions it is about (MIM's SDK, *ManagementPolicyRule*)."""


class Transition(NamedTuple):
    """A resource has entered a set, or a group; or it has left it."""

    holder: int
    resource: int
    entered: bool


def write(
    tx: Transaction,
    store: Store,
    sets: tuple[Sequence[tuple[int, int]], Sequence[tuple[int, int]]],
    groups: tuple[Sequence[tuple[int, int]], Sequence[tuple[int, int]]],
) -> list[Transition]:
    """Members of sets, and of groups, as (added, removed) pairs of (holder, resource)."""
    added, removed = sets
    tx.delete(tables.member, "holder, resource", removed)
    tx.insert(tables.member, "holder, resource", added, ignore=True)
    joined, gone = groups
    if joined or gone:
        attribute, origin = store.symbols([MEMBERS, CRITERIA])
        rows = [(holder, attribute, resource, origin) for holder, resource in joined]
        tx.delete(
            tables.resource_reference,
            "resource, attribute, target",
            [(holder, attribute, resource) for holder, resource in gone],
        )
        # What a rule offers too is the filter's as long as that takes it.
        tx.upsert(tables.resource_reference, "resource, attribute, target, origin", rows, "origin = excluded.origin")
        # The next sync says in the connected systems who belongs to the groups now.
        moved.add(tx, [*joined, *gone])
    return [Transition(*pair, entered=True) for pairs in (added, joined) for pair in pairs] + [
        Transition(*pair, entered=False) for pairs in (removed, gone) for pair in pairs
    ]


def tell(tx: Transaction, store: Store, transitions: Sequence[Transition], at: str) -> None:
    """Write down those that policy rules wait for."""
    wanted = awaited(tx, store, transitions)
    told = [
        (ENTERED if one.entered else LEFT, one.holder, one.resource)
        for one in transitions
        if (one.holder, ENTERED if one.entered else LEFT) in wanted
    ]
    outbox.put(tx, sorted(told), at, store.cause.person)


def awaited(tx: Transaction, store: Store, transitions: Sequence[Transition]) -> set[tuple[int, str]]:
    """Which transitions of some sets live policy rules are about: (set, kind)."""
    holders = sorted({one.holder for one in transitions})
    if not holders:
        return set()
    type_, *named = store.symbols([_RULE, *_NAMED_AS])
    kinds = dict(zip(named, _NAMED_AS.values(), strict=True))
    rows = tx.rows(
        "SELECT f.target, f.attribute, r.doc FROM resource_reference f JOIN resource r ON r.id = f.resource"
        f" AND r.type = ? AND r.state = {LIVE} WHERE f.target IN IDS AND f.attribute IN IDS",
        type_,
        holders,
        named,
    )
    found = [(target, kinds[attribute], decode(doc)) for target, attribute, doc in rows]
    return {
        (target, kind)
        for target, kind, rule in found
        if rule.get("ManagementPolicyRuleType") == _TRANSITION and rule.get("Disabled") is not True
    }
