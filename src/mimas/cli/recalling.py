"""Dates of the past, and resources by what they were called then."""

from datetime import datetime
from typing import Any

from mimas.cli.failing import CommandError
from mimas.cli.installation import Installation
from mimas.cli.looking import find
from mimas.cli.moments import moment
from mimas.cli.printing import instant
from mimas.store import looking, past
from mimas.store.runs import moment as written
from mimas.store.runs import now
from mimas.store.store import Store


def instant_at(text: str) -> datetime:
    """A date as it is typed: a day is meant with all that happened on it. Raises `CommandError` for one to come."""
    at = moment(text, last=True)
    if moment(text) > now():
        raise CommandError(f"{text} is still to come.")
    return min(at, now())


def then(installation: Installation, at: datetime) -> past.Then:
    """How far the history had come. Raises `CommandError` before it begins, and where it was pruned."""
    with installation.store.reading() as tx:
        try:
            return past.then(tx, at)
        except LookupError:
            begin = past.begin(tx)
    raise CommandError(
        f"What was at {instant(written(at))} is not known: the history reaches back to {instant(begin)}. "
        "What is older is not kept; `keep_history` in mimas.toml says for how long it is."
    )


def find_ever(installation: Installation, type_: str, key: str) -> list[int]:
    """The resources of a type with this id or key; where there is none, those that had the key before.

    Raises `CommandError`.
    """
    try:
        return find(installation, type_, key)
    except CommandError as error:
        if former := _former(installation, type_, key):
            return former
        raise CommandError(f"{error} Nobody had it before, either, as far back as the history goes.") from None


def _former(installation: Installation, type_: str, key: str) -> list[int]:
    from mimas.sync.keys import normal

    types = installation.engine.setup.rules.types
    indexed = sorted(types[type_].indexed) if type_ in types else []
    return looking.find_former(installation.store, type_, normal(key), indexed, normal) if indexed else []


def shown_at(installation: Installation, type_: str, key: str, text: str) -> list[dict[str, Any]]:
    """The resources as they were at a date. Raises `CommandError`."""
    at = instant_at(text)
    moment_, store = then(installation, at), installation.store
    found = find_ever(installation, type_, key)
    described = [one for number in found if (one := _shown(store, number, moment_))]
    if not described:
        # Whoever has the key now may not be who had it then.
        described = [one for number in _former(installation, type_, key) if (one := _shown(store, number, moment_))]
    if not described:
        raise CommandError(
            f"There was no {type_} '{key}' at {instant(written(at))}: it was made later. "
            f"`mimas history {type_} {key}` says when."
        )
    return [{"at": written(at), **one} for one in described]


def _shown(store: Store, number: int, moment_: past.Then) -> dict[str, Any] | None:
    try:
        return looking.show(store, number, moment_)
    except LookupError:
        return None
