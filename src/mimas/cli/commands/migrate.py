"""The commands ``migrate``."""

from pathlib import Path
from typing import Annotated

import typer

from mimas.cli.given import Json, Name, end, installation

migrate = typer.Typer(help="Take over the configuration of MIM or Entra Connect.", no_args_is_help=True)

Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="The folder of the export.", exists=True, file_okay=False)
]
shadow = typer.Typer(help="Run beside the old product, until both say the same.", no_args_is_help=True)
Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", help="Connector spaces, as csexport writes them.", exists=True, dir_okay=False),
]
Metaverse = Annotated[
    Path | None,
    typer.Option(
        "--metaverse", metavar="FILE", help="The metaverse, as mvexport writes it.", exists=True, dir_okay=False
    ),
]
Whose = Annotated[
    str | None, typer.Option("--connector", metavar="NAME", help="Whose objects those are in files that do not say.")
]
File = Annotated[Path, typer.Argument(metavar="FILE", help="What csexport wrote.", exists=True, dir_okay=False)]
Limit = Annotated[int | None, typer.Option("--limit", help="Print so many differences.", min=1)]
Home = Annotated[Path, typer.Option("--to", metavar="HOME", help="The home folder to make.")]


@migrate.command("entra-connect")
def entra_connect(folder: Folder, to: Home) -> None:
    """Write a home folder from a server configuration of Entra Connect."""
    from mimas.cli.migrating import write
    from mimas.migrate.entra import carry

    write(carry, folder, to)


@migrate.command("mim")
def mim(folder: Folder, to: Home) -> None:
    """Write a home folder from the exports of MIM: SyncConfig, ServiceConfig, or both."""
    from mimas.cli.migrating import write
    from mimas.migrate.mim import carry

    write(carry, folder, to)


@migrate.command("state")
def state(
    context: typer.Context,
    files: Files,
    metaverse: Metaverse = None,
    connector: Whose = None,
    json: Json = False,
) -> None:
    """Take over links, decisions, GUIDs and values given out, before the first sync."""
    from mimas.cli.carrying import state

    end(state(installation(context), files, metaverse, connector, json=json))


@shadow.command("compare")
def compare(context: typer.Context, name: Name, file: File, limit: Limit = None, json: Json = False) -> None:
    """List what Mimas would export to a system and the old product would not, or otherwise. Exit status 5: there is."""
    from mimas.cli.shadowing import compare as compare_

    end(compare_(installation(context), name, file, limit, json=json))
