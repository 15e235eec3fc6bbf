"""The commands ``request …``, ``why-allowed`` and ``break-glass``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mimas.cli.failing import CommandError, Exit
from mimas.cli.finding import named, one
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, instant, out, table

if TYPE_CHECKING:
    from mimas.requests.processing import Outcome, Requests
    from mimas.requests.wishes import Wish
    from mimas.runs.engine import Engine
    from mimas.schema.attributes import Attribute


def requests_of(installation: Installation) -> "Requests":
    """What does requests, with the rules that are in force."""
    return requests_with(installation.engine, installation.settings[0].public_url)


def requests_with(engine: "Engine", public_url: str | None) -> "Requests":
    """The same of an engine, and where people reach this installation."""
    from mimas.mail.answering import Answering
    from mimas.requests.owners import owners
    from mimas.requests.processing import Requests
    from mimas.secrets.keys import find_keys
    from mimas.workflows.definition import SCRIPTS

    return Requests(
        engine.store,
        engine.symbols,
        owners(engine.setup.rules),
        lambda name, value: find_keys().seal(name, value),
        Answering(public_url, engine.setup.mail),
        engine.setup.home / SCRIPTS,
    )


def create(installation: Installation, type_: str, texts: Sequence[str], who: str | None, because: str) -> None:
    """Make a resource."""
    from mimas.requests.wishes import Operation, Wish

    changes = changes_of(installation, type_, texts)
    _submit(installation, who, [Wish(Operation.CREATE, type_, None, changes, because)])


def modify(
    installation: Installation, type_: str, keys: Sequence[str], texts: Sequence[str], who: str | None, because: str
) -> None:
    """Change some resources, all or none."""
    from mimas.requests.wishes import Operation, Wish

    ids = [one(installation, type_, key) for key in keys]
    changes = changes_of(installation, type_, texts)
    _submit(installation, who, [Wish(Operation.PUT, type_, id_, changes, because) for id_ in ids])


def delete(installation: Installation, type_: str, keys: Sequence[str], who: str | None, because: str) -> None:
    """End some resources, all or none."""
    from mimas.requests.wishes import Operation, Wish

    ids = [one(installation, type_, key) for key in keys]
    _submit(installation, who, [Wish(Operation.DELETE, type_, id_, (), because) for id_ in ids])


def cancel(installation: Installation, number: int, who: str | None) -> None:
    """Cancel a request that waits."""
    from mimas.requests.effects import CANCEL
    from mimas.requests.wishes import Change, Mode, Operation, Wish

    changes = (Change("RequestControl", Mode.REPLACE, (CANCEL,)),)
    _submit(installation, who, [Wish(Operation.PUT, "Request", number, changes)])


def changes_of(installation: Installation, type_: str, texts: Sequence[str]) -> Any:
    """What somebody has typed, as changes to a resource of a type. Raises `CommandError`."""
    from mimas.requests.assignments import AssignmentError, changes

    def refer(attribute: "Attribute", text: str) -> int:
        return named(installation, text, attribute.to)

    installation.engine  # noqa: B018 - opening it tells the store which types there are
    attributes = installation.store.catalogue.get(type_, {})
    try:
        return changes(texts, type_, attributes, refer)
    except AssignmentError as error:
        raise CommandError(str(error)) from None


def _submit(installation: Installation, who: str | None, wishes: "Sequence[Wish]") -> None:
    from mimas.workflows.desk import Desk

    actor = named(installation, who) if who is not None else None
    outcomes = Desk(requests_of(installation)).submit(actor, *wishes)
    for outcome in outcomes:
        _print(outcome)
    if not all(outcome.status.done for outcome in outcomes):
        if any(one.status.waits for one in outcomes):
            raise CommandError("Nothing has been changed yet.", Exit.HELD)
        raise CommandError("Nothing was changed.", Exit.FAILED)


def _print(outcome: "Outcome") -> None:
    about = f" (resource {outcome.target})" if outcome.target is not None else ""
    out.print(f"request {outcome.request}: {outcome.status}{about}", style="bold", markup=False)
    if outcome.message:
        out.print(f"  {outcome.message}", markup=False)


def listing(installation: Installation, who: str | None, *, limit: int, json: bool) -> None:
    """The last requests, as far as somebody may see them."""
    from mimas.language.filters.tree import Selection
    from mimas.requests.viewing import Viewer

    requests = requests_of(installation)
    actor = named(installation, who) if who is not None else None
    viewer = Viewer(installation.store, requests.policies, actor)
    with installation.store.reading() as tx:
        page = viewer.find(tx, (Selection("Request"),), descending=True, limit=limit, now=installation.engine.clock())
        views = {view.id: view for view in viewer.see(tx, page.ids)}
    found = [views[id_] for id_ in page.ids if id_ in views]
    if json:
        as_json([{"id": view.id, **view.values, **view.references} for view in found])
        return
    rows = [
        (view.id, *(_first(view.values, name) for name in ("CreatedTime", "DisplayName", "RequestStatus")))
        for view in found
    ]
    table(("request", "made", "what", "status"), rows)


def _first(values: dict[str, Any], name: str) -> str:
    text = str(next(iter(values.get(name, ())), ""))
    return instant(text) if name.endswith("Time") and text else text


def why_allowed(
    installation: Installation, who: str, action: str, target: str, attribute: str | None, *, json: bool
) -> int:
    """Whether somebody may do something, by which rule and sets; or the nearest rule."""
    from mimas.configuration.problem import suggest
    from mimas.requests.policy import Action
    from mimas.requests.reasons import why
    from mimas.requests.rights import Need

    actions = {str(one_).lower(): one_ for one_ in Action}
    chosen = actions.get(action.lower())
    if chosen is None:
        raise CommandError(f"There is no action '{action}'; {suggest(action, actions)}".rstrip("; "))
    requests, actor = requests_of(installation), named(installation, who)
    about = None if chosen is Action.CREATE else named(installation, target)
    need = Need(chosen, attribute or "")
    store = installation.store
    with store.reading() as tx:
        answer = why(tx, store, requests.policies.current(tx), actor, need, about, named=target)
    if json:
        as_json(answer)
        return Exit.DONE
    verdict = "may" if answer.allowed else "may not"
    of = f" {attribute} of" if attribute else ""
    out.print(f"{who} {verdict} {str(chosen).lower()}{of} {target}.", style="bold", markup=False)
    for reason in answer.granting:
        out.print(f"\nby the rule '{reason.rule.name}':", markup=False)
        for check in reason.checks:
            out.print(f"  ✓ {check.words}", markup=False)
    if not answer.allowed:
        out.print("\nNo rule grants it. The nearest:" if answer.nearest else "\nNo rule speaks of it.")
    for reason in answer.nearest:
        out.print(f"\n'{reason.rule.name}':", markup=False)
        for check in reason.checks:
            out.print(f"  {'✓' if check.holds else '✗'} {check.words}", markup=False)
    return Exit.DONE


ADMINISTRATORS = "Administrators"
"""What the set of those who may do everything is called, here and in MIM."""


def break_glass(installation: Installation, who: str, because: str) -> None:
    """Name an administrator where there is none any more."""
    from mimas.requests.wishes import Change, Mode, Operation, Wish
    from mimas.store.membership import members

    person, set_ = named(installation, who), one(installation, "Set", ADMINISTRATORS)
    with installation.store.reading() as tx:
        there = members(tx, set_, 0, 3)
    if there:
        names = ", ".join(map(str, there))
        raise CommandError(
            f"The set {ADMINISTRATORS} is not empty: the resources {names} are in it. Ask one of them; or change the "
            "set's document and run `mimas config apply`, as whoever owns this machine may.",
            Exit.FAILED,
        )
    changes = (Change("ExplicitMember", Mode.INSERT, (person,)),)
    _submit(installation, None, [Wish(Operation.PUT, "Set", set_, changes, f"break-glass: {because}")])
    out.print(f"{who} is an administrator now. The history and the request tell of it.", markup=False)


def show_as(installation: Installation, type_: str, key: str, who: str, *, json: bool) -> None:
    """A resource as somebody sees it."""
    from mimas.requests.viewing import Viewer
    from mimas.store import looking

    actor = named(installation, who)
    requests = requests_of(installation)
    viewer = Viewer(installation.store, requests.policies, actor)
    id_ = one(installation, type_, key)
    with installation.store.reading() as tx:
        views = viewer.see(tx, [id_])
        mentioned = {other for view in views for ids in view.references.values() for other in ids}
        others = {other.id: other for other in viewer.see(tx, mentioned)}
    if not views:
        raise CommandError(f"{who} sees no {type_} '{key}': no policy rule lets them read any of it.", Exit.FAILED)
    view = views[0]
    if json:
        as_json({"id": view.id, "type": view.type, **view.values, **view.references})
        return
    out.print(f"{view.type} {view.id}, as {who} sees it", style="bold", markup=False)
    named_ = {
        name: ", ".join(f"{looking.title(others[id_].plain)} ({id_})" for id_ in ids)
        for name, ids in view.references.items()
    }
    table(("attribute", "value"), [*view.plain.items(), *named_.items()])
