"""To whom a connector object belongs, and why: the rules that link, what they look for, and whom they find."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mimas.runs.explaining.inputs import Source, source
from mimas.runs.explaining.standing import hold_of
from mimas.runs.session import Session
from mimas.schema import names
from mimas.schema.values import Values, decode
from mimas.store import objects, resources
from mimas.store.database import Transaction
from mimas.store.looking import title
from mimas.store.objects import PRESENT
from mimas.store.resources import LIVE
from mimas.sync.context import Context
from mimas.sync.explain import CriterionProof, Explainer, LinkRuleProof
from mimas.sync.rules import LinkType

MOST = 5
"""So many of the resources that a criterion finds are told."""


class Belonging(StrEnum):
    """What becomes of a connector object."""

    LINKED = "linked"
    NO_RULE = "no rule links its type"
    OUT_OF_SCOPE = "out of scope"
    FAILED = "a rule failed"
    BY_HAND = "disconnected by hand"
    SEVERAL = "several match"
    NOBODY = "nobody matches"


@dataclass(frozen=True, slots=True)
class Found:
    """A resource that a join criterion finds."""

    resource: int
    title: str
    live: bool


@dataclass(frozen=True, slots=True)
class Match:
    """A join criterion, and the first of those whom it finds; ``count`` of all."""

    criterion: CriterionProof
    type: str
    count: int
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class ObjectProof:
    """A connector object, what it shows, and to whom it belongs by which rule."""

    object: int
    connector: str
    type: str
    key: str
    shown: Values
    belonging: Belonging
    resource: int | None
    rule: str
    links: tuple[LinkRuleProof, ...] = ()
    matches: tuple[Match, ...] = ()
    error: str = ""
    hold: str = ""
    """The open hold that it is in: as one that is missing, in grace, or that several resources match."""

    @property
    def projecting(self) -> LinkRuleProof | None:
        """The first rule in scope that makes a resource of what nobody matches."""
        return next((link for link in self.links if link.scope.holds and link.link is LinkType.PROVISION), None)


def lookup(tx: Transaction, session: Session, connector: str, key: str, *, shown: bool = True) -> int | None:
    """The object with that anchor or name; none, if there is none, or if it has to be ``shown`` and is not."""
    number = session.store.symbol(connector)
    found = [row[0] for row in objects.find(tx, number, [key]) if row[0] is not None]
    found = found or list(objects.find_names(tx, number, [names.key(key)]).values())
    stored = objects.load(tx, found).get(found[0]) if found else None
    return stored.id if stored is not None and (stored.presence == PRESENT or not shown) else None


def belonging(
    tx: Transaction, session: Session, explainer: Explainer, object_: int, notes: Sequence[dict[str, Any]] = ()
) -> ObjectProof | None:
    """How an object is linked as the store has it; ``notes``: what the passes had to say. None: it is not shown."""
    shown = source(tx, session, object_)
    if shown is None:
        return None
    row = tx.row("SELECT resource FROM link WHERE object = ?", object_)
    resource = row[0] if row else None
    link = explainer.link(shown.connector, shown.type)
    context = Context(session.now)
    context.groups = shown.groups
    links = link.explain(shown.shown, context) if link is not None else ()
    matches = tuple(
        _match(tx, session, explainer, criterion, rule.rule) for rule in links for criterion in rule.criteria
    )
    what, error = _what(session.decided(tx).get(object_, 0), shown, resource, links, notes)
    return ObjectProof(
        object_,
        shown.connector,
        shown.type,
        shown.key,
        shown.shown,
        what,
        resource,
        shown.rule,
        links,
        matches,
        error,
        hold_of(tx, session, session.store.symbol(shown.connector), object_),
    )


def _what(
    decided: int | None,
    shown: Source,
    resource: int | None,
    links: Sequence[LinkRuleProof],
    notes: Sequence[dict[str, Any]],
) -> tuple[Belonging, str]:
    said = {note["code"]: str(note["message"]) for note in notes if note["object"] == shown.object}
    failed = said.get("flow-failure", "") or next((link.error for link in links if link.error), "")
    answers = (
        (resource is not None, Belonging.LINKED, ""),
        (decided is None, Belonging.BY_HAND, ""),
        (bool(failed), Belonging.FAILED, failed),
        (not links, Belonging.NO_RULE, ""),
        (not any(link.scope.holds for link in links), Belonging.OUT_OF_SCOPE, ""),
        ("ambiguous-join" in said, Belonging.SEVERAL, said.get("ambiguous-join", "")),
    )
    return next(((what, error) for holds, what, error in answers if holds), (Belonging.NOBODY, ""))


def _match(tx: Transaction, session: Session, explainer: Explainer, criterion: CriterionProof, rule: str) -> Match:
    """Whom a criterion finds: those who have one of the keys of every condition."""
    type_ = next(one.resource_type for one in explainer.compiled.rules.rules if one.name == rule)
    found: set[int] | None = None
    for condition in criterion.conditions if criterion.seeks else ():
        by_key = resources.find(tx, session.symbols.key_symbol(type_, condition.attribute), list(condition.keys))
        some = {resource for key in condition.keys for resource in by_key.get(key, ())}
        found = some if found is None else found & some
    ids = sorted(found or ())
    rows = resources.load(tx, ids[:MOST])
    told = tuple(Found(row.id, title(decode(row.doc)), row.state == LIVE) for row in rows)
    return Match(criterion, type_, len(ids), told)
