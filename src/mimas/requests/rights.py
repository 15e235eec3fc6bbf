"""Whether policy rules grant what somebody wants to do to one resource."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mimas.language.filters.tree import ID, MEMBERS
from mimas.requests.policy import ALL, Action, Policy, PolicyRule
from mimas.schema.attributes import Attribute
from mimas.schema.values import Scalar
from mimas.store.database import Transaction
from mimas.store.filtering.readable import Readable, ReadGrant
from mimas.store.referring import is_member, relations, sets_of
from mimas.store.store import Store


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that has to be granted: an action on an attribute, or on the resource as a whole."""

    action: Action
    attribute: str = ""
    values: tuple[Scalar, ...] = ()
    """What is added or removed."""

    @property
    def words(self) -> str:
        """For people: ``Modify of Department``."""
        return f"{self.action} of {self.attribute}" if self.attribute else str(self.action)


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands to a resource, as far as rules ask."""

    actor: int
    sets: frozenset[int]
    """The sets that the actor is in."""
    target: frozenset[int] = frozenset()
    """The sets that the resource is in, or was in."""
    relations: frozenset[str] = frozenset()
    """The attributes by which the resource refers to the actor; ``ObjectID`` where they are the same."""

    def is_principal(self, rule: PolicyRule) -> bool:
        """Whether a rule is about this actor."""
        return (rule.principals in self.sets) if rule.principals is not None else rule.relative in self.relations


def standing(tx: Transaction, store: Store, policy: Policy, actor: int, target: int | None) -> Standing:
    """How somebody stands to a resource, as far as the policy asks; to none, as before one is made."""
    if target is None:
        return Standing(actor, sets_of(tx, [actor])[actor])
    sets = sets_of(tx, {actor, target})
    return Standing(actor, sets[actor], sets[target], related(tx, store, policy, actor, target))


def related(tx: Transaction, store: Store, policy: Policy, actor: int, target: int) -> frozenset[str]:
    """The attributes by which a resource refers to an actor, of those that policy asks for."""
    found = {ID} if target == actor else set()
    if policy.relatives - {ID, MEMBERS}:
        found |= relations(tx, store, target, actor)
    if MEMBERS in policy.relatives and is_member(tx, target, actor):
        found.add(MEMBERS)
    return frozenset(found)


@dataclass(slots=True)
class Decision:
    """What is granted, and by which rules."""

    granted: dict[Need, PolicyRule] = field(default_factory=dict)
    refused: list[Need] = field(default_factory=list)

    @property
    def allowed(self) -> bool:
        """Whether all of it is."""
        return not self.refused


def candidates(policy: Policy, need: Need, standing: Standing) -> list[PolicyRule]:
    """The rules that grant something, as far as can be told before it is done."""
    return [rule for rule in policy.granting(need.action, need.attribute) if matches(rule, need, standing)]


def creators(policy: Policy, need: Need, standing: Standing, type_: str) -> list[PolicyRule]:
    """The same of a resource that is to be made: how it will refer to the actor is not known yet."""
    return [
        rule
        for rule in policy.granting(need.action, need.attribute)
        if (rule.principals is None or rule.principals in standing.sets) and policy.may_hold(rule.after, type_)
    ]


def matches(rule: PolicyRule, need: Need, standing: Standing) -> bool:
    """Whether a rule is about something that somebody wants, as far as can be told before it is done."""
    return (
        rule.covers(need.attribute)
        and (not need.action.looks_before or rule.before in standing.target)
        and standing.is_principal(rule)
        and not (rule.only_requestor and any(value != standing.actor for value in need.values))
    )


def decide(needs: Sequence[Need], among: Sequence[Sequence[PolicyRule]], after: frozenset[int]) -> Decision:
    """Which of some needs are granted, ``among`` the candidates of each, when the resource is in these sets after."""
    decision = Decision()
    for need, rules in zip(needs, among, strict=True):
        rule = next((rule for rule in rules if not need.action.looks_after or rule.after in after), None)
        if rule is None:
            decision.refused.append(need)
        else:
            decision.granted[need] = rule
    return decision


def readable(policy: Policy, actor: int, sets: frozenset[int]) -> Readable:
    """What somebody who is in these sets may read."""
    grants = [
        ReadGrant(None if ALL in rule.attributes else rule.attributes, rule.before, rule.relative)
        for rule in policy.of(Action.READ)
        if rule.grants and (rule.principals in sets if rule.principals is not None else True)
    ]
    return Readable(actor, tuple(dict.fromkeys(grants)))


def open_to(
    policy: Policy, stands: Standing, attributes: Iterable[Attribute], *, creates: str | None = None
) -> dict[str, frozenset[Action]]:
    """Attribute → what somebody may do with it, as far as can be told before it is known what with.

    It is a promise of no more than that: the values decide in which sets the resource is afterwards. ``creates``: the
    type of a resource that is to be made.
    """
    found = {}
    for attribute in attributes:
        if creates is not None:
            actions = (
                {Action.CREATE} if creators(policy, Need(Action.CREATE, attribute.name), stands, creates) else set()
            )
        else:
            some = (Action.ADD, Action.REMOVE) if attribute.multivalued else (Action.MODIFY,)
            actions = {action for action in some if candidates(policy, Need(action, attribute.name), stands)}
        if actions:
            found[attribute.name] = frozenset(actions)
    return found
