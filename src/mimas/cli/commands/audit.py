"""The commands of ``mimas audit``."""

from pathlib import Path
from typing import Annotated

import typer

from mimas.cli.given import Json, end, installation

audit = typer.Typer(
    help="Whether the history is what was written; keeping it, and taking out of it.", no_args_is_help=True
)


@audit.command()
def verify(
    context: typer.Context,
    roots: Annotated[
        Path | None,
        typer.Option("--roots", metavar="FILE", help="Roots that were kept elsewhere.", exists=True, dir_okay=False),
    ] = None,
    json: Json = False,
) -> None:
    """Go through the history: has anything in it been changed, added or taken out? Exit status 1: it has."""
    from mimas.cli.auditing import verify

    end(verify(installation(context), roots, json=json))


@audit.command()
def root(
    context: typer.Context,
    to: Annotated[Path | None, typer.Option("--to", metavar="FILE", help="Add it to a file.", dir_okay=False)] = None,
) -> None:
    """Print the root of the history, which stands for all of it, to be kept where nobody here can change it."""
    from mimas.cli.auditing import root

    root(installation(context), to)


@audit.command()
def prune(
    context: typer.Context,
    before: Annotated[str | None, typer.Option(metavar="DATE", help="2026-12-01, or with T18:00.")] = None,
    keep: Annotated[int | None, typer.Option(metavar="DAYS", min=0, max=36_500, help="In place of a date.")] = None,
) -> None:
    """Forget how things were before a date; without one what is older than `keep_history` in mimas.toml."""
    from mimas.cli.pruning import prune_history

    prune_history(installation(context), before, keep)


@audit.command()
def erase(
    context: typer.Context,
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="An object type, such as person.")],
    key: Annotated[str, typer.Argument(metavar="KEY", help="The resource's id, or an indexed value.")],
    reason: Annotated[str, typer.Option("--reason", help="What for, without a name: it stays in the history.")],
) -> None:
    """Take the data of somebody who is deleted, and whom no system shows any more, out of everything that is kept."""
    from mimas.cli.auditing import erase

    erase(installation(context), type_, key, reason)
