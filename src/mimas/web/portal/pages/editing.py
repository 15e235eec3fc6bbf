"""Changing a resource, making one, deleting one: each is a request, whatever comes of it."""

from collections.abc import Sequence
from dataclasses import replace

from starlette.responses import Response

from mimas.requests.processing import Outcome
from mimas.requests.viewing import View
from mimas.requests.wishes import Change, Mode, Operation, Wish
from mimas.web.portal.belonging import belonging
from mimas.web.portal.forms.field import Field
from mimas.web.portal.forms.form import Form, deletable, form
from mimas.web.portal.forms.wishing import wishes
from mimas.web.portal.portal import Way
from mimas.web.portal.visit import RefusedError, Visit


def edit(visit: Visit) -> Response:
    """The form of a resource."""
    return _asked(visit, _form(visit, _view(visit)))


def change(visit: Visit) -> Response:
    """What was filled in."""
    view = _view(visit)
    return _submitted(visit, _form(visit, view), Operation.PUT, view.id, f"/resources/{view.id}")


def new(visit: Visit) -> Response:
    """The form of a new resource of a type."""
    return _asked(visit, _new_form(visit))


def create(visit: Visit) -> Response:
    """A new resource, as it was filled in."""
    return _submitted(visit, _new_form(visit), Operation.CREATE, None, "")


def confirm(visit: Visit) -> Response:
    """Whether it is really meant."""
    return visit.page("delete.html", view=_deletable(visit), problem="")


def delete(visit: Visit) -> Response:
    """End a resource."""
    view = _deletable(visit)
    wish = Wish(Operation.DELETE, view.type, view.id, (), visit.given("justification").strip())
    (outcome,) = visit.inside.desk.submit(visit.actor, wish)
    if not outcome.status.done and not outcome.status.waits:
        return visit.page("delete.html", 403, view=view, problem=outcome.message)
    return _gone_on(visit, outcome, "/")


def join(visit: Visit) -> Response:
    """The visitor wants to belong to a group."""
    return _belongs(visit, Mode.INSERT)


def leave(visit: Visit) -> Response:
    """The visitor wants to belong to a group no more."""
    return _belongs(visit, Mode.REMOVE)


def _belongs(visit: Visit, mode: Mode) -> Response:
    view = _view(visit)
    with visit.inside.store.reading() as tx:
        stands = belonging(visit, tx, view)
    if stands is None or visit.actor is None:
        raise RefusedError(403)
    change = Change(stands.attribute, mode, (visit.actor,))
    (outcome,) = visit.inside.desk.submit(visit.actor, Wish(Operation.PUT, view.type, view.id, (change,)))
    if not outcome.status.done and not outcome.status.waits:
        raise RefusedError(403, outcome.message)
    return _gone_on(visit, outcome, f"/resources/{view.id}")


def _view(visit: Visit) -> View:
    view = visit.see(visit.parameters["id"])
    if view is None:
        raise RefusedError(404)
    return view


def _deletable(visit: Visit) -> View:
    view = _view(visit)
    with visit.inside.store.reading() as tx:
        if not deletable(visit, tx, view):
            raise RefusedError(403, visit.words("You may not delete this."))
    return view


def _form(visit: Visit, view: View) -> Form:
    with visit.inside.store.reading() as tx:
        return _some(visit, form(visit, tx, view.type, view))


def _new_form(visit: Visit) -> Form:
    type_ = visit.parameters["type"]
    if type_ not in visit.inside.store.catalogue:
        raise RefusedError(404)
    with visit.inside.store.reading() as tx:
        return _some(visit, form(visit, tx, type_, None))


def _some(visit: Visit, of: Form) -> Form:
    if not of.fields:
        raise RefusedError(403, visit.words("There is nothing here that you may write."))
    return of


def _asked(visit: Visit, of: Form, problem: str = "", status: int = 200) -> Response:
    return visit.page("form.html", status, form=of, problem=problem, justification=visit.given("justification"))


def _submitted(visit: Visit, of: Form, operation: Operation, target: int | None, then: str) -> Response:
    changes, filled = wishes(of.fields, visit.form)
    if any(one.problem for one in filled):
        return _asked(visit, replace(of, fields=filled), "", 400)
    if not changes:
        return visit.go(then or visit.path, visit.words("Nothing was changed."))
    wish = Wish(operation, of.type, target, changes, visit.given("justification").strip())
    (outcome,) = visit.inside.desk.submit(visit.actor, wish)
    if not outcome.status.done and not outcome.status.waits:
        fields = _faulty(filled, outcome)
        problem = "" if any(one.problem for one in fields) else outcome.message
        return _asked(visit, replace(of, fields=fields), problem, 403)
    return _gone_on(visit, outcome, then or f"/resources/{outcome.target}")


def _faulty(fields: Sequence[Field], outcome: Outcome) -> list[Field]:
    """The fields with what is wrong with each."""
    said: dict[str, list[str]] = {}
    for fault in outcome.faults:
        said.setdefault(fault.attribute, []).append(f"{fault.message}.")
    return [replace(one, problem=" ".join(said.get(one.name, ()))) for one in fields]


def _gone_on(visit: Visit, outcome: Outcome, then: str) -> Response:
    """To what it has become, or to where it waits."""
    if outcome.status.waits:
        return visit.go(f"/requests/{outcome.request}", visit.words("It was asked for. It waits for consent."))
    return visit.go(then, visit.words("It was done."))


WAYS = (
    Way("/resources/{id:int}/edit", edit),
    Way("/resources/{id:int}/edit", change, "POST"),
    Way("/resources/{id:int}/delete", confirm),
    Way("/resources/{id:int}/delete", delete, "POST"),
    Way("/resources/{id:int}/join", join, "POST"),
    Way("/resources/{id:int}/leave", leave, "POST"),
    Way("/new/{type}", new),
    Way("/new/{type}", create, "POST"),
)
