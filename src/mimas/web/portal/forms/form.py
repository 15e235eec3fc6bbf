"""The form of a resource, made from its type and from what somebody may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mimas.requests.policy import Action
from mimas.requests.rights import Need, candidates, open_to, standing
from mimas.requests.validation import COMPUTED
from mimas.requests.viewing import View
from mimas.schema.attributes import Attribute
from mimas.schema.system import RUNTIME
from mimas.store.database import Transaction
from mimas.web.portal.forms.field import Field, field
from mimas.web.portal.visit import Visit, names


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a resource that somebody may fill in; ``view`` None is of one that is to be made."""

    type: str
    view: View | None
    fields: Sequence[Field]


def form(visit: Visit, tx: Transaction, type_: str, view: View | None) -> Form:
    """The form of a resource as the visitor sees it, or of a new one of a type."""
    attributes = visit.inside.store.catalogue.get(type_, {})
    free = _free(visit, tx, type_, view, attributes)
    language = visit.words.language
    fields = [_field(visit, tx, attributes[name], view, language) for name in _ordered(attributes, free)]
    if view is None and visit.actor is not None:
        mine = _mine(visit, tx, type_)
        own = {"texts": [str(visit.actor)], "names": {str(visit.actor): visit.called}}
        fields = [replace(one, **own) if one.name in mine else one for one in fields]  # type: ignore[arg-type]
    return Form(type_, view, fields)


def _mine(visit: Visit, tx: Transaction, type_: str) -> set[str]:
    """The attributes by which a new resource has to refer to whoever makes it, as rules have it: its owner."""
    policy = visit.inside.requests.policies.current(tx)
    rules = (rule for rule in policy.of(Action.CREATE) if rule.grants and policy.may_hold(rule.after, type_))
    return {rule.relative for rule in rules if rule.principals is None}


def deletable(visit: Visit, tx: Transaction, view: View) -> bool:
    """Whether the visitor may delete a resource."""
    if visit.actor is None:
        return view.type not in RUNTIME
    store, policy = visit.inside.store, visit.inside.requests.policies.current(tx)
    stands = standing(tx, store, policy, visit.actor, view.id)
    return bool(candidates(policy, Need(Action.DELETE), stands))


def _free(
    visit: Visit, tx: Transaction, type_: str, view: View | None, attributes: Mapping[str, Attribute]
) -> set[str]:
    """The attributes that the visitor may write, as far as it can be told now."""
    if type_ in RUNTIME:
        # What comes of being used is written by buttons of its own.
        return set()
    owners = visit.inside.requests.owners.get(type_, {})
    names_ = set(attributes) - COMPUTED - set(owners)
    if visit.actor is None:
        return names_
    store, policy = visit.inside.store, visit.inside.requests.policies.current(tx)
    stands = standing(tx, store, policy, visit.actor, view.id if view else None)
    return names_ & set(open_to(policy, stands, attributes.values(), creates=None if view else type_))


def _field(visit: Visit, tx: Transaction, attribute: Attribute, view: View | None, language: str) -> Field:
    if view is None:
        return field(attribute, (), language)
    referred = view.references.get(attribute.name, [])
    known = {str(id_): name for id_, name in names(visit.viewer.see(tx, referred)).items()} if referred else {}
    return field(attribute, referred or view.values.get(attribute.name, ()), language, names=known)


def _ordered(attributes: Mapping[str, Attribute], some: set[str]) -> list[str]:
    """What must be given first, then as the type has them."""
    return sorted((name for name in attributes if name in some), key=lambda name: not attributes[name].required)
