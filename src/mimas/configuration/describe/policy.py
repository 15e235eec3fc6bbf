"""The documents that are resources, as a page tells of them: who may do what, by which rules and sets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from mimas.configuration.documents import KINDS
from mimas.configuration.reading import Document
from mimas.requests.policy import RULE, SET
from mimas.schema.places import Place
from mimas.schema.values import as_list

_WORKFLOWS = ("AuthenticationWorkflowDefinition", "AuthorizationWorkflowDefinition", "ActionWorkflowDefinition")


@dataclass(frozen=True, slots=True)
class DescribedRule:
    """A policy rule in words."""

    name: str
    description: str
    who: str
    may: str
    attributes: Sequence[str]
    whom: str
    workflows: Sequence[str]
    place: Place


@dataclass(frozen=True, slots=True)
class DescribedSet:
    """A set, and the rules that name it."""

    name: str
    description: str
    filter: str
    listed: Sequence[str]
    excluded: Sequence[str]
    rules: Sequence[str]
    place: Place


@dataclass(frozen=True, slots=True)
class Described:
    """All of it; ``others``: kind → the names of documents of which no more is told."""

    rules: Sequence[DescribedRule] = ()
    sets: Sequence[DescribedSet] = ()
    others: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.rules or self.sets or self.others)


def described(documents: Iterable[Document]) -> Described:
    """What there is to tell, in the order of the documents."""
    some = [one for one in documents if one.kind not in KINDS]
    rules = [one for one in some if one.kind == RULE]
    names: dict[str, str] = {str(one.body["ObjectID"]).lower(): one.name for one in some if "ObjectID" in one.body}
    others: dict[str, list[str]] = {}
    for one in some:
        if one.kind not in (RULE, SET):
            others.setdefault(one.kind, []).append(one.name)
    return Described(
        [_rule(one, names) for one in rules],
        [_set(one, rules, names) for one in some if one.kind == SET],
        others,
    )


def _texts(document: Document, key: str, names: Mapping[str, str] = MappingProxyType({})) -> list[str]:
    given: Any = document.body.get(key)
    texts = [str(one).removeprefix(f"{SET}/") for one in as_list(given)]
    return [names.get(text.lower(), text) for text in texts]


def _rule(rule: Document, names: Mapping[str, str]) -> DescribedRule:
    relative = _texts(rule, "PrincipalRelativeToResource")
    who = _texts(rule, "PrincipalSet", names) or [f"whoever its {name} refers to" for name in relative]
    before, after = (_texts(rule, key, names) for key in ("ResourceCurrentSet", "ResourceFinalSet"))
    whom = " → ".join(dict.fromkeys((*before, *after)))
    switched_off = str(rule.body.get("Disabled")).lower() == "true"
    grants = str(rule.body.get("GrantRight")).lower() == "true"
    may = ", ".join(_texts(rule, "ActionType"))
    may = f"{may} (switched off)" if switched_off else may if grants else f"{may} (grants nothing)"
    workflows = [name for key in _WORKFLOWS for name in _texts(rule, key, names)]
    return DescribedRule(
        rule.name,
        _told(rule),
        ", ".join(who),
        may,
        ["all" if name == "*" else name for name in _texts(rule, "ActionParameter")],
        whom,
        workflows,
        rule.place,
    )


def _set(set_: Document, rules: Iterable[Document], names: Mapping[str, str]) -> DescribedSet:
    keys = ("PrincipalSet", "ResourceCurrentSet", "ResourceFinalSet")
    return DescribedSet(
        set_.name,
        _told(set_),
        str(set_.body.get("Filter") or ""),
        _texts(set_, "ExplicitMember", names),
        _texts(set_, "ExcludedMember", names),
        [rule.name for rule in rules if any(set_.name in _texts(rule, key, names) for key in keys)],
        set_.place,
    )


def _told(document: Document) -> str:
    return str(document.body.get("Description") or "")
