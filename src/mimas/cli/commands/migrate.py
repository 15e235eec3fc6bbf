"""The commands ``migrate``."""

from pathlib import Path
from typing import Annotated

import typer

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
