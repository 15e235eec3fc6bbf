"""``sign-in``: links, passwords, and the end of sessions."""

from datetime import UTC, datetime

from mimas.cli.failing import CommandError
from mimas.cli.finding import named
from mimas.cli.installation import Installation
from mimas.cli.printing import out
from mimas.store import credentials, sessions


def link(installation: Installation, who: str | None) -> None:
    """Print a link that lets somebody in once."""
    from mimas.authentication.tickets import LIFETIME

    person = named(installation, who) if who is not None else None
    minutes = int(LIFETIME.total_seconds() / 60)
    out.print(f"{address(installation)}{path(installation, person)}", markup=False, soft_wrap=True)
    out.print(f"It is good for one sign-in within {minutes} minutes.")


def path(installation: Installation, person: int | None) -> str:
    """The path of a new link."""
    from mimas.authentication import tickets

    with installation.store.transaction() as tx:
        return f"{tickets.PATH}{tickets.issue(tx, person, datetime.now(UTC))}"


def address(installation: Installation) -> str:
    """Where people reach this installation, as far as it is known."""
    return (installation.settings[0].public_url or "http://127.0.0.1:8080").rstrip("/")


def password(installation: Installation, who: str) -> None:
    """Give somebody a new password."""
    from mimas.authentication.passwords import KIND, PasswordError, set_password
    from mimas.cli.sealing import asked

    person = named(installation, who)
    given = asked(f"New password of {who}", "Nothing was changed.")
    try:
        with installation.store.transaction() as tx:
            set_password(tx, person, given)
            sessions.end_all(tx, person)
    except PasswordError as error:
        raise CommandError(f"The password of {who} was not changed. {error}") from None
    out.print(f"The {KIND} of {who} was set.", markup=False)


def end(installation: Installation, who: str) -> None:
    """Nobody is signed in as this person any more, nor can be by a password."""
    from mimas.authentication.passwords import KIND

    person = named(installation, who)
    with installation.store.transaction() as tx:
        ended, taken = sessions.end_all(tx, person), credentials.drop(tx, person, KIND)
    kept = "The password was taken away." if taken else "There was no password."
    out.print(f"{ended:,} {'session was' if ended == 1 else 'sessions were'} ended. {kept}", markup=False)
