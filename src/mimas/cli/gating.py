"""``request answer`` and ``request unlock``: people who prove who they are, and those who have failed at it."""

import sys

from mimas.cli.failing import CommandError, Exit
from mimas.cli.finding import named
from mimas.cli.installation import Installation
from mimas.cli.printing import out
from mimas.cli.requesting import requests_of


def answer(installation: Installation, number: int, code: str, who: str) -> None:
    """Give an answer to a request, and tell what has become of it."""
    from mimas.requests.waiting import read
    from mimas.workflows.answering import answer
    from mimas.workflows.worker import Worker

    requests, actor = requests_of(installation), named(installation, who)
    said = answer(requests, number, sys.stdin.readline().strip() if code == "-" else code, actor)
    Worker(requests).authorize(number)
    if said:
        raise CommandError(said, Exit.FAILED)
    with installation.store.transaction() as tx:
        found = read(tx, installation.store, number)
    out.print(f"request {number}: {found.status if found is not None else 'not there any more'}", markup=False)


def unlock(installation: Installation, who: str) -> None:
    """Forget that somebody has failed."""
    from mimas.store import facts

    person = named(installation, who)
    with installation.doing(f"{who} let in again"), installation.store.transaction() as tx:
        number = facts.forgive(tx, person)
    out.print(f"{who} may try again." if number else f"{who} has not failed.", markup=False)
