"""``mimas sets``."""

from typing import Annotated

import typer

from mimas.cli.given import Json, installation

commands = typer.Typer()


@commands.command()
def sets(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A set by its name or id, or TYPE/KEY for a group.")
    ] = None,
    why: Annotated[
        str | None, typer.Option("--why", metavar="TYPE/KEY", help="Why this resource belongs to it, or not.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many members.")] = 100,
    json: Json = False,
) -> None:
    """The sets and criteria groups, with what is wrong with their filters; of one its members; and why."""
    from mimas.cli import belonging

    if name is None:
        if why is not None:
            raise typer.BadParameter("--why needs the set: mimas sets NAME --why person/ann")
        ended = belonging.overview(installation(context), json=json)
    elif why is not None:
        ended = belonging.why(installation(context), name, why, json=json)
    else:
        ended = belonging.members(installation(context), name, limit, json=json)
    raise typer.Exit(ended)
