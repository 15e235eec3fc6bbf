"""Policy at the portal: rules, sets, workflows, templates, the schema; who may do what; whom a filter takes.

For whoever may read policy rules. Single ones are shown and changed as any resource.
"""

from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from mimas.language.errors import ExpressionError
from mimas.language.filters.binding import understood
from mimas.language.filters.tree import Filter, Matches, Selection
from mimas.language.filters.variables import substitute
from mimas.requests.policy import RULE, SET, Action
from mimas.requests.reasons import Answer, why
from mimas.requests.rights import Need
from mimas.requests.validation import COMPUTED
from mimas.requests.viewing import View
from mimas.schema.attributes import Attribute
from mimas.schema.system import RUNTIME, SYSTEM
from mimas.store import membership
from mimas.store.filtering import finding
from mimas.store.identifying import finder
from mimas.web.portal import listing
from mimas.web.portal.forms.form import form
from mimas.web.portal.labels import label
from mimas.web.portal.portal import Way
from mimas.web.portal.visit import RefusedError, Visit, names

NAME = "DisplayName"
_FOUND = 10
_COUNTED = 1_000


def _(text: str) -> str:
    """Marks what is translated where it is shown."""
    return text


KINDS = {
    "rules": (RULE, _("Policy rules")),
    "sets": (SET, _("Sets")),
    "workflows": ("WorkflowDefinition", _("Workflows")),
    "templates": ("EmailTemplate", _("Mail templates")),
}
"""Places below ``/policy``: the type that is listed there, and what it is called."""


def start(visit: Visit) -> Response:
    """To the rules."""
    _governing(visit)
    return visit.go("/policy/rules")


def listed(visit: Visit) -> Response:
    """The rules, or the sets, …: found by the beginning of their names."""
    _governing(visit)
    kind = visit.parameters["kind"]
    if kind not in KINDS:
        raise RefusedError(404)
    type_, title = KINDS[kind]
    text = visit.query.get("q", "").strip()
    # Of these there are hundreds at most, so that they may be looked through.
    some = listing.found(visit, (Selection(type_, Matches("contains", NAME, text) if text else None),), NAME)
    store = visit.inside.store
    with store.reading() as tx:
        others = names(visit.viewer.see(tx, _referred(some.views)))
        counts = membership.counts(tx, [view.id for view in some.views]) if type_ == SET else {}
        may_make = bool(form(visit, tx, type_, None).fields)
    template = "governing_rows.html" if visit.partial else "governing.html"
    return visit.page(
        template,
        kind=kind,
        title=title,
        type=type_,
        text=text,
        found=some,
        others=others,
        counts=counts,
        may_make=may_make,
    )


def _referred(views: Any) -> set[int]:
    return {id_ for view in views for name, some in view.references.items() if name != "ComputedMember" for id_ in some}


def who(visit: Visit) -> Response:
    """Who may do what: whether somebody may, by which rule, or which rules would nearly grant it."""
    _governing(visit)
    person, target = _asked(visit, "person"), _asked(visit, "target")
    action, attribute = visit.query.get("action", Action.MODIFY.value), visit.query.get("attribute", "").strip()
    if action not in list(Action):
        raise RefusedError(400)
    answer: Answer | None = None
    if person and (target or action == Action.CREATE):
        store = visit.inside.store
        with store.reading() as tx:
            policy = visit.inside.requests.policies.current(tx)
            need = Need(Action(action), attribute)
            about = None if action == Action.CREATE else target.id if target else None
            named = visit.name_of(target.id) if target else visit.words("it")
            answer = why(tx, store, policy, person.id, need, about, named=named)
    return visit.page(
        "who.html",
        person=person,
        target=target,
        action=action,
        attribute=attribute,
        answer=answer,
        actions=[one.value for one in Action],
    )


def _asked(visit: Visit, name: str) -> View | None:
    """Whom the address means, if the visitor may see them."""
    text = visit.query.get(name, "")
    return visit.see(int(text)) if text.isdigit() and len(text) < 19 else None


def tried(visit: Visit) -> Response:
    """A filter: whom it takes, as far as the visitor may see them, and how many."""
    _governing(visit)
    text = visit.query.get("filter", "").strip()
    problem, found, count, more = "", [], 0, False
    if text:
        store, now = visit.inside.store, datetime.now(UTC)
        with store.reading() as tx:
            try:
                wanted = _understood(visit, tx, text)
                page = visit.viewer.find(tx, wanted, limit=_FOUND, now=now)
                found = visit.viewer.see(tx, page.ids)
                readable = visit.viewer.readable(tx)
                count, more = finding.count(tx, store, wanted, readable=readable, now=now, limit=_COUNTED)
            except ExpressionError as error:
                problem = str(error)
    template = "tried.html" if visit.partial else "trying.html"
    return visit.page(template, filter=text, problem=problem, found=found, count=count, more=more)


def _understood(visit: Visit, tx: Any, text: str) -> Filter:
    values = {} if visit.actor is None else {"ObjectID": str(visit.actor)}
    catalogue = visit.inside.store.catalogue
    return understood(text, catalogue, finder(tx), lambda one: substitute(one, values, datetime.now(UTC)))


def schema(visit: Visit) -> Response:
    """The types."""
    _governing(visit)
    catalogue = visit.inside.store.catalogue
    types = sorted(catalogue, key=lambda name: (name in SYSTEM, name))
    return visit.page("schema.html", types=[(name, len(catalogue[name]), name in SYSTEM) for name in types])


def type_(visit: Visit) -> Response:
    """The attributes of a type: what they are, who writes them, which rules speak of them."""
    _governing(visit)
    name = visit.parameters["type"]
    attributes = visit.inside.store.catalogue.get(name)
    if attributes is None:
        raise RefusedError(404)
    owned = visit.inside.requests.owners.get(name, {})
    with visit.inside.store.reading() as tx:
        policy = visit.inside.requests.policies.current(tx)
    rows = [
        (
            attribute,
            label(attribute.name, attribute, visit.words.language),
            _writer(name, attribute, owned),
            [rule.name for rule in policy.rules if attribute.name in rule.attributes and not rule.disabled],
        )
        for attribute in attributes.values()
    ]
    return visit.page("type.html", type=name, rows=rows)


def _writer(type_: str, attribute: Attribute, owned: Any) -> str:
    """The sync rule that writes it; ``-`` where Mimas itself does, empty where requests do."""
    if attribute.name in COMPUTED or type_ in RUNTIME:
        return "-"
    return str(owned.get(attribute.name, ""))


def _governing(visit: Visit) -> None:
    if not visit.governs:
        raise RefusedError(404)


WAYS = (
    Way("/policy", start),
    Way("/policy/who", who),
    Way("/policy/filter", tried),
    Way("/policy/schema", schema),
    Way("/policy/schema/{type}", type_),
    Way("/policy/{kind}", listed),
)
