"""``why``: the way of a value from its source to every system."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from mimas.cli import trees
from mimas.cli.failing import CommandError
from mimas.cli.installation import Installation
from mimas.cli.looking import find
from mimas.cli.printing import as_json, instant, out
from mimas.cli.recalling import at_ever, engine_at, find_ever, instant_at, then
from mimas.runs.engine import Engine
from mimas.runs.explaining.restoring import ErasedError
from mimas.runs.explaining.why import Why, why, why_at
from mimas.runs.telling import proofs
from mimas.runs.telling import why as telling
from mimas.schema.attributes import Kind
from mimas.store.runs import moment


def reason(
    installation: Installation, type_: str, key: str, attribute: str, target: str | None, at: str | None, *, json: bool
) -> None:
    """Why an attribute is what it is, or was at a date."""
    found = (
        _asked(installation, type_, key, attribute, target)
        if at is None
        else _asked_at(installation, type_, key, attribute, target, instant_at(at).astimezone(UTC))
    )
    if json:
        as_json(found)
        return
    if at is not None:
        out.print(f"As of {instant(moment(found[0].at))}:", style="dim", markup=False)
    for number, one in enumerate(found):
        if number:
            out.print()
        _print(one, past=at is not None)


def _asked(installation: Installation, type_: str, key: str, attribute: str, target: str | None) -> list[Why]:
    numbers = find(installation, type_, key)
    of = _target(installation, installation.engine, type_, attribute, target, find)
    return [why(installation.engine, number, attribute, of) for number in numbers]


def _asked_at(
    installation: Installation, type_: str, key: str, attribute: str, target: str | None, at: datetime
) -> list[Why]:
    moment_ = then(installation, at)
    engine = engine_at(installation, at, moment_)
    # Of whom there never was one it is said first.
    find_ever(installation, type_, key)
    of = _target(installation, engine, type_, attribute, target, find_ever)

    def ask(number: int) -> Why | None:
        try:
            return why_at(engine, number, attribute, of, at, moment_)
        except LookupError:
            return None
        except ErasedError as error:
            raise CommandError(
                f"What {type_} {number} was at {instant(moment(at))} is not kept any more: {error}. "
                f"`mimas history {type_} {number}` says when, and what for."
            ) from None

    return at_ever(installation, type_, key, at, ask)


def _target(
    installation: Installation,
    engine: Engine,
    type_: str,
    attribute: str,
    target: str | None,
    find: Callable[[Installation, str, str], list[int]],
) -> int | None:
    """The resource that is asked about; the attribute is one that there is. Raises `CommandError`."""
    from mimas.configuration.problem import suggest

    types = engine.setup.rules.types
    if type_ not in types:
        raise CommandError(f"There was no type {type_} then.")
    known = types[type_].attributes
    if attribute not in known:
        raise CommandError(f"{type_} has no attribute '{attribute}'; {suggest(attribute, known)}".rstrip("; "))
    if target is None:
        return None
    if known[attribute].kind is not Kind.REFERENCE:
        raise CommandError(f"{attribute} is no reference: leave out '{target}'.")
    to = known[attribute].to
    found: list[int] = []
    for name in [to] if to in types else types:
        with suppress(CommandError):
            found += find(installation, str(name), target)
    if len(found) != 1:
        what = f"{len(found)} resources are '{target}': {found}. Name one by its id." if found else ""
        raise CommandError(what or f"There is no {to or 'resource'} '{target}'.")
    return found[0]


def _print(one: Why, *, past: bool) -> None:
    out.print(telling.head(one), style="bold", markup=False)
    if said := telling.following(one, past=past):
        out.print(said, style="yellow", markup=False)
    if one.error:
        out.print(f"A rule fails, so every value is kept as it was: {one.error}", style="red", markup=False)
    if one.since is not None:
        out.print(f"so since {proofs.when(one.since)}", style="dim", markup=False)
    out.print()
    trees.show(telling.trees(one, past=past))
    if one.more:
        out.print(f"\n… and {one.more:,} more; name one to be told of it.", style="dim")
