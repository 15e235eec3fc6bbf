"""What carries letters and answers: the mail of `mimas worker`, and the pages of `mimas serve`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from mimas.cli.failing import CommandError, message
from mimas.cli.installation import Installation
from mimas.cli.printing import out

if TYPE_CHECKING:
    from mimas.mail.deciding import Approvals, Opens
    from mimas.mail.rounds import Rounds
    from mimas.web.inside import Inside

_LOOK, _AWAY = timedelta(seconds=1), timedelta(seconds=10)
"""So often it is looked whether a letter is due; and so much later when it could not."""


def opens(home: Path, what: str) -> "Opens":
    """Opens the approvals of a home, with the documents that are in force then."""
    return lambda: _opened(home, what)


@contextmanager
def _opened(home: Path, what: str) -> "Iterator[Approvals]":
    from mimas.cli.requesting import requests_of
    from mimas.workflows.approving.consents import Consents

    installation = Installation(home, what)
    try:
        yield Consents(requests_of(installation))
    finally:
        installation.close()


def rounds(installation: Installation) -> "Rounds | None":
    """The rounds with an installation's letters; none without a document of kind Mail."""
    from mimas.mail.collecting import Office
    from mimas.mail.rounds import Rounds
    from mimas.secrets.keys import find_keys

    setup = installation.engine.setup
    if setup.mail is None:
        return None
    office = Office(
        installation.store, setup.mail, opens(installation.home, "an answer by mail"), find_keys, setup.public_url, _say
    )
    return Rounds(office, setup.keep_runs)


@contextmanager
def mailing(home: Path) -> Iterator[None]:
    """Send letters and read answers beside what is done within: a mail server that hangs holds up nothing else."""
    stop = Event()
    thread = Thread(target=_mail, args=(home, stop), name="mail", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        # A server may take its time; what is cut off now is sent again later, under the same Message-ID.
        thread.join(10)


def _mail(home: Path, stop: Event) -> None:
    """Go the rounds until it is to end; anew with other documents, and when the database has been away."""
    said = ""
    while not stop.is_set():
        installation = Installation(home, "letters")
        try:
            _with(installation, stop)
            said = ""
        except Exception as error:  # noqa: BLE001 - whatever it is, the next look may find it gone
            if (told := message(error)[0]) != said:
                _say(told)
                said = told
            stop.wait(_AWAY.total_seconds())
        finally:
            installation.close()


def _with(installation: Installation, stop: Event) -> None:
    """Go as long as the same documents are in force."""
    from mimas.store import documents

    store, gone = installation.store, rounds(installation)
    with store.reading() as tx:
        state = documents.state(tx)
    while not stop.wait(_LOOK.total_seconds()):
        if gone is not None:
            gone.go(datetime.now(UTC))
        with store.reading() as tx:
            if documents.state(tx) != state:
                return


def inside(home: Path) -> "Inside":
    """A home, opened for the pages with what is in force now."""
    from mimas.cli.requesting import requests_of
    from mimas.web.inside import Inside

    installation = Installation(home, "portal")
    return Inside(installation.settings[0].name, installation.engine, requests_of(installation), installation.close)


def serve(installation: Installation, host: str, port: int) -> None:
    """Serve the pages until a signal says to stop."""
    from mimas.secrets.errors import SecretError
    from mimas.secrets.keys import find_keys
    from mimas.web.app import create
    from mimas.web.background import Background
    from mimas.web.deciding import Page
    from mimas.web.inside import Pool
    from mimas.web.portal.pages import WAYS
    from mimas.web.portal.portal import Portal
    from mimas.web.serving import server

    installation.store  # noqa: B018 - a home in which nothing is in force is told now, and not to whoever opens a link
    try:
        find_keys()
    except SecretError as error:
        _say(f"Links in letters cannot be verified: {error}")
    home, _ = installation.settings
    if not home.public_url:
        _say("Letters have no links: mimas.toml does not say `public_url`, the address where people reach these pages.")
    letters = Page(home.name, opens(installation.home, "a decision by a link"), find_keys)
    pool = Pool(lambda: inside(installation.home))
    background = Background(pool, lambda error: message(error)[0])
    portal = Portal(pool, WAYS, background)
    secure = bool(home.public_url and home.public_url.startswith("https:"))
    running = server(create(letters, portal, secure=secure), host, port)
    _say(f"Pages are served at http://{host}:{port} from now on.")
    running.run()
    background.close()
    if not running.started:
        raise CommandError(f"Nothing can be served at {host}:{port}: another program may have that port.")
    _say("Stopped.")


def _say(text: str) -> None:
    out.print(text, markup=False)
