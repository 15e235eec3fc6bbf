"""The policy rules that are in force: resources of the type ManagementPolicyRule, as what decides requests.

Source of what they mean: MIM's SDK, *ManagementPolicyRule*. Rights are positive and add up: there is no rule that takes
one away, and no order among them. A rule that is disabled, or whose set is not named or not there any more, gives none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from mimas.language.errors import ExpressionError
from mimas.language.filters.parser import parse
from mimas.schema.values import as_list, decode
from mimas.store import documents, referring, resources
from mimas.store.database import Transaction
from mimas.store.store import Store

RULE = "ManagementPolicyRule"
SET = "Set"
REQUEST = "Request"
"""The ``ManagementPolicyRuleType`` of rules about requests; the others are about resources that change their sets."""
ALL = "*"
"""What stands for all attributes in ``ActionParameter``."""


class Action(StrEnum):
    """What a rule allows (MIM: ActionType)."""

    CREATE = "Create"
    READ = "Read"
    MODIFY = "Modify"
    """To give an attribute of one value another one, or none."""
    ADD = "Add"
    REMOVE = "Remove"
    """To take a value away from those of an attribute, or to add one."""
    DELETE = "Delete"

    @property
    def looks_before(self) -> bool:
        """Whether it matters in which sets the resource was."""
        return self is not Action.CREATE

    @property
    def looks_after(self) -> bool:
        """Whether it matters in which sets the resource is to be."""
        return self not in (Action.READ, Action.DELETE)


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """One rule, with the ids of its sets; those that are None are not named."""

    id: int
    name: str
    actions: frozenset[Action]
    attributes: frozenset[str]
    grants: bool
    disabled: bool
    principals: int | None
    relative: str
    """Or the reference attribute of the resource that has to refer to whoever asks."""
    before: int | None
    after: int | None
    only_requestor: bool = False
    """Whether the values that are added or removed may only be the requestor."""
    authentication: tuple[int, ...] = ()
    authorization: tuple[int, ...] = ()
    action: tuple[int, ...] = ()
    """The workflows of each phase."""
    whole: bool = True
    """Whether it names all that it needs: who, and each set that its actions look at."""

    def covers(self, attribute: str) -> bool:
        """Whether it is about an attribute; about a resource as a whole: any rule is."""
        return not attribute or ALL in self.attributes or attribute in self.attributes


@dataclass(frozen=True)
class Policy:
    """All rules about requests, disabled ones among them."""

    rules: tuple[PolicyRule, ...] = ()
    sets: Mapping[int, str] | None = None
    """Set → what it is called."""

    filters: Mapping[int, str] = field(default_factory=dict)
    """Set → its filter, if it has one."""
    documented: frozenset[str] = frozenset()
    """The types of which there are documents."""

    @cached_property
    def _by_action(self) -> dict[Action, tuple[PolicyRule, ...]]:
        alive = [rule for rule in self.rules if rule.whole and not rule.disabled]
        return {action: tuple(rule for rule in alive if action in rule.actions) for action in Action}

    @cached_property
    def _starting(self) -> dict[Action, tuple[PolicyRule, ...]]:
        return {
            action: tuple(rule for rule in rules if rule.authentication or rule.authorization or rule.action)
            for action, rules in self._by_action.items()
        }

    @cached_property
    def relatives(self) -> frozenset[str]:
        """The attributes by which a resource names who has rights to it."""
        return frozenset(rule.relative for rules in self._by_action.values() for rule in rules if rule.relative)

    def of(self, action: Action) -> tuple[PolicyRule, ...]:
        """The rules in force that speak of an action, and name all that they need."""
        return self._by_action[action]

    def starting(self, action: Action) -> tuple[PolicyRule, ...]:
        """Those of them that start workflows."""
        return self._starting[action]

    def granting(self, action: Action, attribute: str) -> tuple[PolicyRule, ...]:
        """Those of them that grant an action on an attribute, to whomever; on a resource as a whole: empty."""
        # Of what no rule names, as of what somebody has made up, nothing is remembered.
        key = action, attribute if attribute in self._named else ALL
        if key not in self._granting:
            self._granting[key] = tuple(rule for rule in self.of(action) if rule.grants and rule.covers(key[1]))
        return self._granting[key]

    @cached_property
    def _named(self) -> frozenset[str]:
        return frozenset(name for rule in self.rules for name in rule.attributes) | {""}

    @cached_property
    def _granting(self) -> dict[tuple[Action, str], tuple[PolicyRule, ...]]:
        return {}

    def may_hold(self, set_: int | None, type_: str) -> bool:
        """Whether a new resource of a type may be in a set: nobody has listed it, so the filter must take the type."""
        if set_ not in self._types:
            self._types[set_] = _types(self.filters.get(set_ or 0, ""))
        return not self._types[set_].isdisjoint((type_, None))

    @cached_property
    def _types(self) -> dict[int | None, frozenset[str | None]]:
        return {}

    def set_name(self, id_: int | None) -> str:
        """What to call a set."""
        if id_ is None:
            return "no set"
        return (self.sets or {}).get(id_, f"a set that is not there any more ({id_})")


KEY = "policy"
"""The row of `meta` that counts the changes of the policy, so that every process notices them."""


class Policies:
    """The policy, loaded again only when it has changed."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._known: tuple[str, Policy] | None = None

    def current(self, tx: Transaction) -> Policy:
        """The policy as it is in a transaction."""
        now = version(tx)
        if self._known is None or self._known[0] != now:
            self._known = now, load(tx, self.store)
        return self._known[1]


def version(tx: Transaction) -> str:
    """A text that is another one whenever the policy has been changed."""
    return str(tx.value("SELECT value FROM meta WHERE key = ?", KEY))


def renew(tx: Transaction) -> None:
    """Rules or sets have been changed in this transaction."""
    tx.run(
        "INSERT INTO meta (key, value) VALUES (?, '1') ON CONFLICT (key) DO UPDATE"
        " SET value = CAST(CAST(meta.value AS BIGINT) + 1 AS TEXT)",
        KEY,
    )


def load(tx: Transaction, store: Store) -> Policy:
    """The policy as it is in the store."""
    kinds = store.symbols([RULE, SET])
    found = [(row.id, row.type, decode(row.doc)) for row in resources.living(tx, kinds)]
    names = {id_: _name(values, id_) for id_, type_, values in found if type_ == kinds[1]}
    rules = {id_: values for id_, type_, values in found if type_ == kinds[0]}
    references = referring.everything(tx, store, list(rules))
    asked = (id_ for id_, values in rules.items() if values.get("ManagementPolicyRuleType", REQUEST) == REQUEST)
    made = tuple(_rule(id_, rules[id_], references.get(id_, {})) for id_ in asked)
    filters = {id_: str(values["Filter"]) for id_, type_, values in found if type_ == kinds[1] and "Filter" in values}
    return Policy(made, names, filters, documents.kinds(tx))


def _types(text: str) -> frozenset[str | None]:
    try:
        return frozenset(selection.type for selection in parse(text)) if text else frozenset()
    except ExpressionError:
        return frozenset()


def _rule(id_: int, values: Mapping[str, Any], references: Mapping[str, list[int]]) -> PolicyRule:
    def one(attribute: str) -> int | None:
        return next(iter(references.get(attribute, ())), None)

    def several(attribute: str) -> tuple[int, ...]:
        return tuple(references.get(attribute, ()))

    actions = frozenset(_actions(as_list(values.get("ActionType"))))
    relative = str(values.get("PrincipalRelativeToResource") or "")
    before, after = one("ResourceCurrentSet"), one("ResourceFinalSet")
    return PolicyRule(
        id=id_,
        name=_name(values, id_),
        actions=actions,
        attributes=frozenset(map(str, as_list(values.get("ActionParameter")))),
        grants=values.get("GrantRight") is True,
        disabled=values.get("Disabled") is True,
        principals=one("PrincipalSet"),
        relative=relative,
        before=before,
        after=after,
        only_requestor=values.get("OnlyRequestor") is True,
        authentication=several("AuthenticationWorkflowDefinition"),
        authorization=several("AuthorizationWorkflowDefinition"),
        action=several("ActionWorkflowDefinition"),
        whole=(one("PrincipalSet") is not None or bool(relative))
        and (before is not None or not any(action.looks_before for action in actions))
        and (after is not None or not any(action.looks_after for action in actions)),
    )


def _actions(words: Iterable[object]) -> Iterable[Action]:
    return (Action(str(word)) for word in words if str(word) in list(Action))


def _name(values: Mapping[str, Any], id_: int) -> str:
    return str(values.get("DisplayName") or f"number {id_}")
