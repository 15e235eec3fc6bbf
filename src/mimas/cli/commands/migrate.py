"""The commands ``migrate``."""

from pathlib import Path
from typing import Annotated

import typer

from mimas.cli.given import Json, end, installation

migrate = typer.Typer(help="Take over the configuration of MIM or Entra Connect.", no_args_is_help=True)

Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="The folder of the export.", exists=True, file_okay=False)
]
Home = Annotated[Path, typer.Option("--to", metavar="HOME", help="The home folder to make.")]


@migrate.command("entra-connect")
def entra_connect(folder: Folder, to: Home) -> None:
    """Write a home folder from a server configuration of Entra Connect."""
    from mimas.cli.migrating import write
    from mimas.migrate.entra import carry

    write(carry, folder, to)


@migrate.command("state")
def state(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...", help="Connector spaces, as csexport writes them.", exists=True, dir_okay=False
        ),
    ],
    metaverse: Annotated[
        Path | None,
        typer.Option(
            "--metaverse", metavar="FILE", help="The metaverse, as mvexport writes it.", exists=True, dir_okay=False
        ),
    ] = None,
    connector: Annotated[
        str | None,
        typer.Option("--connector", metavar="NAME", help="Whose objects those are in files that do not say."),
    ] = None,
    json: Json = False,
) -> None:
    """Take over links, decisions, GUIDs and values given out, before the first sync."""
    from mimas.cli.carrying import state

    end(state(installation(context), files, metaverse, connector, json=json))
