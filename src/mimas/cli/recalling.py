"""Dates of the past, and resources by what they were called then."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from mimas.cli.failing import CommandError
from mimas.cli.installation import Installation
from mimas.cli.looking import find
from mimas.cli.moments import moment
from mimas.cli.printing import instant
from mimas.store import looking
from mimas.store.history import past
from mimas.store.runs import moment as written
from mimas.store.runs import now
from mimas.store.store import Store

if TYPE_CHECKING:
    from mimas.runs.engine import Engine

T = TypeVar("T")


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
    from mimas.language.keys import normal

    types = installation.engine.setup.rules.types
    indexed = sorted(types[type_].indexed) if type_ in types else []
    return looking.find_former(installation.store, type_, normal(key), indexed, normal) if indexed else []


def at_ever(installation: Installation, type_: str, key: str, at: datetime, ask: Callable[[int], T | None]) -> list[T]:
    """What is answered of the resources that had this id or key at a date; none: it was not there then.

    Raises `CommandError` when none of them was.
    """
    answers = [one for number in find_ever(installation, type_, key) if (one := ask(number)) is not None]
    if not answers:
        # Whoever has the key now may not be who had it then.
        answers = [one for number in _former(installation, type_, key) if (one := ask(number)) is not None]
    if not answers:
        raise CommandError(
            f"There was no {type_} '{key}' at {instant(written(at))}: it was made later. "
            f"`mimas history {type_} {key}` says when."
        )
    return answers


def shown_at(installation: Installation, type_: str, key: str, text: str) -> list[dict[str, Any]]:
    """The resources as they were at a date. Raises `CommandError`."""
    at = instant_at(text)
    moment_, store = then(installation, at), installation.store
    described = at_ever(installation, type_, key, at, lambda number: _shown(store, number, moment_))
    return [{"at": written(at), **one} for one in described]


def engine_at(installation: Installation, at: datetime, moment_: past.Then) -> "Engine":
    """The engine under the documents that were in force at a date. Raises `CommandError` when there were none."""
    from mimas.configuration.apply import in_force_after
    from mimas.configuration.build import ConfigurationError, setup
    from mimas.runs.engine import Engine

    documents = in_force_after(installation.store, moment_.place)
    if not documents:
        raise CommandError(f"No documents were in force at {instant(written(at))}.")
    try:
        of = setup(installation.home, documents, installation.vault(documents))
    except ConfigurationError as error:
        raise CommandError(
            f"The documents that were in force at {instant(written(at))} are none for this release any more: {error}"
        ) from None
    return Engine(installation.store, of)


def _shown(store: Store, number: int, moment_: past.Then) -> dict[str, Any] | None:
    try:
        return looking.show(store, number, moment_)
    except LookupError:
        return None
