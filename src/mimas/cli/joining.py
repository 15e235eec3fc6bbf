"""The commands of whoever looks after links and names: from ``join`` to ``release``."""

from collections.abc import Callable
from contextlib import nullcontext

from mimas.cli.failing import CommandError
from mimas.cli.installation import Installation
from mimas.cli.looking import find
from mimas.cli.printing import as_json, out, table
from mimas.store import looking

_LISTED = 100
"""How many disconnectors are listed."""


def join(installation: Installation, connector: str, key: str, type_: str, resource: str) -> None:
    """From the next sync on, an object belongs to a resource."""
    from mimas.runs import joiner

    engine = installation.engine
    numbers = find(installation, type_, resource)
    if len(numbers) > 1:
        raise CommandError(f"{len(numbers)} resources are {type_} '{resource}': {numbers}. Name one by its id.")
    _decide(installation, connector, lambda: joiner.join(engine.symbols, connector, key, numbers[0], engine.clock()))
    name = looking.title(looking.show(installation.store, numbers[0])["values"])
    out.print(f"{connector} {key} belongs to {type_} {numbers[0]}, {name}. The next sync makes it so.", markup=False)


def project(installation: Installation, connector: str, key: str, type_: str) -> None:
    """From the next sync on, an object belongs to a new resource."""
    from mimas.runs import joiner

    engine = installation.engine
    _decide(installation, connector, lambda: joiner.project(engine.symbols, connector, key, type_, engine.clock()))
    out.print(f"{connector} {key} belongs to a new {type_}. The next sync makes it so.", markup=False)


def disconnect(installation: Installation, connector: str, key: str, *, normal: bool) -> None:
    """From the next sync on, an object belongs to nobody; or the rules decide again."""
    from mimas.runs import joiner

    engine = installation.engine
    with installation.doing("left to the rules again") if normal else nullcontext():
        _decide(
            installation,
            connector,
            lambda: joiner.disconnect(engine.symbols, connector, key, engine.clock(), normal=normal),
        )
    said = "is decided by the rules again" if normal else "belongs to nobody, whatever the rules say"
    out.print(f"{connector} {key} {said}. The next sync makes it so.", markup=False)


def _decide(installation: Installation, connector: str, decide: Callable[[], None]) -> None:
    from mimas.runs.joiner import JoinerError

    installation.engine.setup_of(connector)
    try:
        with installation.store.database.alone():
            decide()
    except JoinerError as error:
        raise CommandError(str(error)) from None


def disconnectors(installation: Installation, connector: str, *, json: bool) -> None:
    """The objects without a link."""
    from mimas.runs import joiner

    engine = installation.engine
    engine.setup_of(connector)
    limit = 1_000_000_000 if json else _LISTED
    count, found = joiner.disconnectors(engine.symbols, connector, engine.clock(), limit)
    if json:
        as_json(found)
        return
    if found:
        table(("type", "anchor", "name", "why"), ((o.type, o.anchor, o.name, o.why) for o in found))
    out.print(f"{count:,} without a link" + ("; --json lists all" if count > len(found) else ""), markup=False)


def release(installation: Installation, type_: str, key: str) -> None:
    """Others may have the unique values of a deleted resource."""
    from mimas.store import facts, resources

    numbers = find(installation, type_, key)
    with installation.store.database.alone(), installation.store.transaction(durable=True) as tx:
        living = [row.id for row in resources.load(tx, numbers) if row.state == resources.LIVE]
        if living:
            raise CommandError(f"{type_} {living[0]} is not deleted: it keeps what is its own.")
        freed = facts.release(tx, numbers)
    for attribute, value in freed:
        out.print(f"{attribute} {value} is free.", markup=False)
    if not freed:
        out.print(f"{type_} {key} has no unique values.", markup=False)
