"""Signing in and out."""

from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.responses import Response
from starsessions import get_session_handler, regenerate_session_id

from mimas.authentication import directories, passwords, tickets
from mimas.authentication.names import known_as
from mimas.authentication.throttling import Throttle
from mimas.connectors.contract import ConnectorError
from mimas.web import sessions
from mimas.web.portal.portal import Way
from mimas.web.portal.visit import RefusedError, Visit

THROTTLE = Throttle(10, timedelta(minutes=5))
"""So many passwords may be wrong for one name, or from one address, before somebody has to wait."""


def sign_in(visit: Visit) -> Response:
    """The form."""
    if visit.signed is not None:
        return visit.go(_target(visit.query.get("to", "")))
    return visit.page("sign_in.html", to=_target(visit.query.get("to", "")), name="", problem="")


def try_password(visit: Visit) -> Response:
    """Whether name and password belong to somebody."""
    _ = visit.words
    name, to = visit.given("name").strip(), _target(visit.given("to"))
    whos = f"name {name.casefold()}", f"address {visit.address}"
    if not THROTTLE.takes(*whos):
        problem = _("There were too many attempts. Wait five minutes, then try it again.")
        return visit.page("sign_in.html", 429, to=to, name=name, problem=problem)
    store = visit.inside.store
    engine = visit.inside.engine
    systems = [name for name, connector in engine.setup.connectors.items() if connector.sign_in]
    with store.reading() as tx:
        person = known_as(tx, store, name)
        how = "password" if passwords.verified(tx, person, visit.given("password")) else ""
        accounts = directories.accounts(tx, store, person, systems)
    try:
        if not how and directories.verified(accounts, engine.connector, visit.given("password")):
            how = "directory"
    except ConnectorError:
        problem = _("The directory cannot be asked just now. Try it again in a while.")
        return visit.page("sign_in.html", 503, to=to, name=name, problem=problem)
    if person is None or not how:
        THROTTLE.failed(*whos)
        problem = _("This name and this password do not belong together.")
        return visit.page("sign_in.html", 403, to=to, name=name, problem=problem)
    begin(visit, person, how)
    return visit.go(to)


def show_link(visit: Visit) -> Response:
    """What a link would do: opening it does nothing yet, since programs open links too."""
    with visit.inside.store.reading() as tx:
        ticket = tickets.look(tx, visit.parameters["word"], _now())
    if ticket is None:
        raise RefusedError(410, visit.words("This link was used already, or it is over. Ask for another one."))
    return visit.page("sign_in_link.html", person=visit.name_of(ticket.person))


def use_link(visit: Visit) -> Response:
    """Sign in by a link, which is used up."""
    with visit.inside.store.transaction() as tx:
        ticket = tickets.redeem(tx, visit.parameters["word"], _now())
    if ticket is None:
        raise RefusedError(410, visit.words("This link was used already, or it is over. Ask for another one."))
    begin(visit, ticket.person, "link")
    return visit.go("/")


def sign_out(visit: Visit) -> Response:
    """End the session."""
    visit.remembers.clear()
    return visit.go("/sign-in")


def begin(visit: Visit, person: int | None, how: str) -> None:
    """Somebody is signed in from now on, under a session number that nobody knew before."""
    assert visit.connection is not None
    before = get_session_handler(visit.connection).session_id
    session_id = regenerate_session_id(visit.connection)
    kept: dict[str, Any] = {name: visit.remembers[name] for name in ("language", "theme") if name in visit.remembers}
    visit.remembers.clear()
    visit.remembers.update(kept, person=person, how=how, agent=visit.connection.headers.get("user-agent", "")[:200])
    with visit.inside.store.transaction() as tx:
        sessions.begin(tx, session_id, person, _now(), instead_of=before)


def _target(to: str) -> str:
    """Where to go on to: within these pages, whatever a link says."""
    return to if to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable() else "/"


def _now() -> datetime:
    return datetime.now(UTC)


WAYS = (
    Way("/sign-in", sign_in, open=True),
    Way("/sign-in", try_password, "POST", open=True),
    Way(f"{tickets.PATH}{{word}}", show_link, open=True),
    Way(f"{tickets.PATH}{{word}}", use_link, "POST", open=True),
    Way("/sign-out", sign_out, "POST", open=True),
)
