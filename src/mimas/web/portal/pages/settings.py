"""How the visitor wants the pages: language and colours; where they are signed in."""

from datetime import UTC, datetime

import msgspec
from starlette.responses import Response
from starsessions import get_session_handler

from mimas.authentication.tickets import digest
from mimas.store import sessions
from mimas.web.portal.frame import THEMES
from mimas.web.portal.portal import Way
from mimas.web.portal.visit import Visit
from mimas.web.wording import languages


def settings(visit: Visit) -> Response:
    """The settings, and the sessions."""
    with visit.inside.store.reading() as tx:
        kept = sessions.of(tx, visit.actor, datetime.now(UTC))
    own = _own(visit)
    rows = [
        {
            "digest": one.digest,
            "began": one.began,
            "agent": msgspec.json.decode(one.data).get("agent", ""),
            "own": one.digest == own,
        }
        for one in kept
    ]
    return visit.page("settings.html", sessions=rows)


def choose(visit: Visit) -> Response:
    """Another language, or other colours."""
    if (language := visit.given("language")) in languages():
        visit.remembers["language"] = language
    if (theme := visit.given("theme")) in THEMES:
        visit.remembers["theme"] = theme
    return visit.go("/settings")


def end(visit: Visit) -> Response:
    """End one of the visitor's own sessions elsewhere, or all of them."""
    _, own = visit.words, _own(visit)
    with visit.inside.store.transaction() as tx:
        mine = {one.digest for one in sessions.of(tx, visit.actor, datetime.now(UTC))} - {own}
        wanted = set(visit.form.get("session", ())) or mine
        count = sessions.end(tx, sorted(wanted & mine))
    return visit.go("/settings", _.many("{count} session was ended.", "{count} sessions were ended.", count))


def _own(visit: Visit) -> str:
    assert visit.connection is not None
    return digest(get_session_handler(visit.connection).session_id or "")


WAYS = (
    Way("/settings", settings),
    Way("/settings", choose, "POST"),
    Way("/settings/sessions", end, "POST"),
)
