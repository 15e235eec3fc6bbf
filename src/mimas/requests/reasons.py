"""Why somebody may do something, or what stands in the way: each rule with what it asks."""

from collections.abc import Iterator
from dataclasses import dataclass

from mimas.requests.policy import Policy, PolicyRule
from mimas.requests.rights import Need, Standing, standing
from mimas.store.database import Transaction
from mimas.store.store import Store


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a rule asks, whether it is so, and in words; ``set``: the set that it asks about, if any."""

    holds: bool
    words: str
    set: int | None = None
    member: int | None = None
    """Who would have to be in the set."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that speaks of the action, with everything that it asks."""

    rule: PolicyRule
    checks: tuple[Check, ...]

    @property
    def grants(self) -> bool:
        """Whether all of it is so."""
        return all(check.holds for check in self.checks)

    @property
    def lacking(self) -> tuple[Check, ...]:
        """What is not."""
        return tuple(check for check in self.checks if not check.holds)


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether something is allowed, and by which rules; the nearest ones where it is not."""

    need: Need
    granting: tuple[Reason, ...]
    nearest: tuple[Reason, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether a rule grants it."""
        return bool(self.granting)


NEAREST = 3
"""How many rules are shown that would nearly grant something."""


def why(
    tx: Transaction, store: Store, policy: Policy, actor: int, need: Need, target: int | None, *, named: str = "it"
) -> Answer:
    """Why an actor may do something to a resource as it is, or what lacks most nearly.

    A resource that is changed or made is taken to be in the sets it is in; in which it would be afterwards depends on
    the values it is given. ``target``: None for one that is to be made. ``named``: what to call it.
    """
    stands = standing(tx, store, policy, actor, target)
    reasons = [Reason(rule, tuple(_checks(policy, rule, need, stands, target, named))) for rule in policy.rules]
    reasons = [reason for reason in reasons if need.action in reason.rule.actions]
    granting = tuple(reason for reason in reasons if reason.grants)
    nearest = sorted(reasons, key=lambda reason: (len(reason.lacking), not reason.rule.grants, reason.rule.disabled))
    return Answer(need, granting, () if granting else tuple(nearest[:NEAREST]))


def _checks(
    policy: Policy, rule: PolicyRule, need: Need, stands: Standing, target: int | None, named: str
) -> Iterator[Check]:
    yield Check(not rule.disabled, "the rule is switched on" if not rule.disabled else "the rule is switched off")
    yield Check(rule.grants, "it grants a right" if rule.grants else "it grants no right: it only starts workflows")
    if need.attribute:
        holds = rule.covers(need.attribute)
        words = f"it names {need.attribute}" if holds else f"it does not name {need.attribute}"
        yield Check(holds, words)
    yield _principal(policy, rule, stands, target, named)
    if need.action.looks_before:
        yield _in_set(policy, rule.before, stands.target, target, f"{named} is")
    if need.action.looks_after:
        if target is None:
            yield Check(True, f"the new resource has to be in the set '{policy.set_name(rule.after)}'", rule.after)
        else:
            yield _in_set(policy, rule.after, stands.target, target, f"{named} stays")
    if rule.only_requestor:
        yield Check(True, "only oneself may be added or removed")


def _principal(policy: Policy, rule: PolicyRule, stands: Standing, target: int | None, named: str) -> Check:
    if rule.principals is not None:
        holds = rule.principals in stands.sets
        words = f"the requestor is {'' if holds else 'not '}in the set '{policy.set_name(rule.principals)}'"
        return Check(holds, words, rule.principals, stands.actor)
    if not rule.relative:
        return Check(False, "it does not say who: neither a set nor an attribute")
    if target is None:
        return Check(True, f"{rule.relative} of the new resource has to refer to the requestor")
    holds = stands.is_principal(rule)
    return Check(holds, f"{rule.relative} of {named} {'refers' if holds else 'does not refer'} to the requestor")


def _in_set(policy: Policy, set_: int | None, sets: frozenset[int], target: int | None, words: str) -> Check:
    if set_ is None:
        return Check(False, "it does not say of which set")
    holds = set_ in sets
    return Check(holds, f"{words} {'' if holds else 'not '}in the set '{policy.set_name(set_)}'", set_, target)
