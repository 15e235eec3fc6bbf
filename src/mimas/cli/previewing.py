"""``preview``: the whole path of one object."""

from mimas.cli import trees
from mimas.cli.failing import CommandError
from mimas.cli.installation import Installation
from mimas.cli.looking import find
from mimas.cli.printing import as_json, out
from mimas.runs.explaining.belonging import lookup
from mimas.runs.explaining.preview import Preview, preview, preview_object
from mimas.runs.session import Session
from mimas.runs.telling import previewing as telling


def preview_resource(installation: Installation, type_: str, key: str, *, json: bool) -> None:
    """What the next sync would do with a resource."""
    setup = installation.engine.setup
    if type_ in setup.connectors and type_ not in setup.rules.types:
        raise CommandError(f"'{type_}' is a connector. Of its objects: `mimas preview {type_} {key} --object`.")
    numbers = find(installation, type_, key)
    _told([preview(installation.engine, number) for number in numbers], json=json)


def preview_of_object(installation: Installation, connector: str, key: str, *, json: bool) -> None:
    """What the next sync would do with a connector object."""
    _told([preview_object(installation.engine, object_of(installation, connector, key))], json=json)


def object_of(installation: Installation, connector: str, key: str) -> int:
    """The object of that anchor or name. Raises `CommandError`."""
    engine = installation.engine
    engine.setup_of(connector)
    with installation.store.reading() as tx:
        found = lookup(tx, Session(engine.symbols, 0, engine.clock(), sweep=False), connector, key)
    if found is None:
        raise CommandError(
            f"{connector} shows no object with the anchor or name “{key}”, as far as it has been imported. "
            f"`mimas import {connector}` reads it again."
        )
    return found


def _told(previews: list[Preview], *, json: bool) -> None:
    if json:
        as_json(previews)
        return
    for number, one in enumerate(previews):
        if number:
            out.print()
        _print(one)


def _print(one: Preview) -> None:
    out.print(telling.head(one), style="bold", markup=False)
    out.print(
        "What the next sync would make of it, and what the next exports would send. Nothing is changed.", style="dim"
    )
    if one.left_out:
        many = f"{one.left_out:,} other changes wait for a sync, too; what they would do is not in here."
        out.print(f"{many} `mimas sync` lets them through.", style="yellow", markup=False)
    if one.staging:
        out.print("This installation is in staging mode: nothing is sent.", style="yellow")
    out.print()
    trees.show(telling.trees(one))
    for note in one.notes:
        out.print(f"\n{note['code']}: {note['name']}: {note['message']}", style="red", markup=False)
        out.print(f"  → {note['advice']}", style="dim", markup=False)
