"""Of one resource, for whoever helps people: its accounts, its memberships, the requests about it."""

from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from mimas.language.filters.tree import ID, MEMBERS, All, Comparison, Refers, Selection
from mimas.language.filters.tree import Any as Either
from mimas.requests.duties import Duty
from mimas.requests.journal import WAITING, Status
from mimas.requests.viewing import View
from mimas.runs.explaining.accounts import accounts
from mimas.runs.explaining.why_not import WhyNot, why_not
from mimas.runs.telling import why_not as telling
from mimas.store import grants, membership, referring
from mimas.store.grants import ORIGIN, Grant
from mimas.store.membership.reasons import Reason, reasons
from mimas.store.referring import OWN
from mimas.sync.rules import Direction
from mimas.web.portal import kinds
from mimas.web.portal.listing import found
from mimas.web.portal.portal import Way
from mimas.web.portal.reading import readable
from mimas.web.portal.saying import fault
from mimas.web.portal.visit import RefusedError, Visit, name_of

_MOST = 200
"""So many sets and groups are told."""


def subject(visit: Visit) -> View:
    """The resource that a page is about. Raises `RefusedError` where the visitor may not see it."""
    view = visit.see(visit.parameters["id"])
    if view is None:
        raise RefusedError(404)
    return view


def listed(visit: Visit) -> Response:
    """The accounts, and the systems in which there is none."""
    view, engine = subject(visit), visit.inside.engine
    of = accounts(engine, view.id)
    there = {one.standing.connector for one in of}
    targets = {
        rule.connector
        for rule in engine.setup.rules.rules
        if rule.direction is Direction.OUTBOUND and rule.resource_type == view.type
    }
    rows = [(one, fault(one.standing.pending)) for one in of]
    values = Duty.BROWSE in visit.duties
    return visit.page("accounts.html", view=view, rows=rows, without=sorted(targets - there), values=values)


def missing(visit: Visit) -> Response:
    """Why there is no account in a system."""
    view, engine, connector = subject(visit), visit.inside.engine, visit.parameters["connector"]
    if connector not in engine.setup.connectors or view.type not in engine.setup.rules.types:
        raise RefusedError(404)
    answer = why_not(engine, view.id, connector)
    return visit.page(
        "why_not_part.html" if visit.partial else "why_not.html",
        view=view,
        connector=connector,
        answers=answer.answers,
        told=_told(answer) if Duty.BROWSE in visit.duties else [],
    )


def _told(answer: WhyNot) -> list[Any]:
    """In the engine's words, with the values."""
    trees = [(telling.said(answer, one), one.advice, telling.trees(one)) for one in answer.answers]
    return [*trees, *(("", "", [tree]) for tree in telling.objects(answer))]


@dataclass(slots=True)
class Belonging:
    """A set or group, and where it comes from that somebody belongs to it."""

    view: View
    reason: Reason | None = None
    rules: list[str] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)

    @property
    def listed(self) -> bool:
        """Whether somebody has listed them."""
        return OWN in self.rules or (self.reason is not None and self.reason.listed)

    @property
    def by_criteria(self) -> bool:
        """Whether its filter takes them."""
        return self.reason is not None and self.reason.verdict is not None and self.reason.verdict.holds

    @property
    def given(self) -> list[str]:
        """The sync rules and memberships by which they belong to it."""
        made = {OWN, ORIGIN, self.reason.known.name if self.reason is not None and self.reason.known else ""}
        return sorted(set(self.rules) - made)


def memberships(visit: Visit) -> Response:
    """The sets and groups, as far as the visitor sees them, each with its reason."""
    view, store = subject(visit), visit.inside.store
    now = store.clock()
    with store.reading() as tx:
        pointing = referring.pointing(tx, store, view.id, kinds.membership(store.catalogue), _MOST)
        granted = grants.to(tx, view.id, now)
        through: dict[int, set[str]] = {holder: {MEMBERS} for holder in membership.of(tx, [view.id])[view.id]}
        for holder, name in [row[:2] for row in pointing] + [
            (one.resource, store.name(one.attribute)) for one in granted
        ]:
            through.setdefault(holder, set()).add(name)
        ids = sorted(through)[:_MOST]
        seen = [one for one in visit.viewer.see(tx, ids) if readable(visit, tx, one.id, through[one.id])]
        some = {one.id: Belonging(one) for one in seen}
        for reason in reasons(tx, store, some, view.id, now) or ():
            some[reason.holder].reason = reason
    for holder, _, origin in pointing:
        if holder in some:
            some[holder].rules.append(origin)
    for grant in granted:
        if grant.resource in some:
            some[grant.resource].grants.append(grant)
    rows = sorted(some.values(), key=lambda one: (one.view.type, name_of(one.view).casefold()))
    return visit.page("memberships.html", view=view, rows=rows, more=len(through) > _MOST)


def requests(visit: Visit) -> Response:
    """The requests about it, and what it has asked for itself, the last ones first; those that wait, or all."""
    view = subject(visit)
    it = (Selection(None, Comparison(ID, "=", view.id)),)
    about = Either((Refers("Target", it), Refers("Creator", it)))
    waits = Either(tuple(Comparison("RequestStatus", "=", status.value) for status in WAITING))
    every = visit.query.get("all") == "1"
    some = found(visit, (Selection("Request", about if every else All((about, waits))),), descending=True)
    stands = [(one, status) for one in some.views for status in one.values.get("RequestStatus", [None])]
    rows = [(one, Status(str(status)) if status else None) for one, status in stands]
    return visit.page("about_requests.html", view=view, rows=rows, next=some.next, every=every)


WAYS = (
    Way("/resources/{id:int}/accounts", listed, duty=Duty.ACCOUNTS),
    Way("/resources/{id:int}/accounts/{connector}", missing, duty=Duty.ACCOUNTS),
    Way("/resources/{id:int}/memberships", memberships, duty=Duty.ACCOUNTS),
    Way("/resources/{id:int}/requests", requests, duty=Duty.ACCOUNTS),
)
