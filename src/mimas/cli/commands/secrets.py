"""The commands of ``mimas secrets``."""

from typing import Annotated

import typer

from mimas.cli.given import Json, installation

secrets = typer.Typer(help="Secrets that are kept in the store, sealed.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The name that documents have: {sealed: NAME}.")]


@secrets.command("set")
def set_(context: typer.Context, name: Name) -> None:
    """Ask for a secret, or read it from standard input, and keep it sealed."""
    from mimas.cli.sealing import seal

    seal(installation(context), name)


@secrets.command("list")
def list_(context: typer.Context, json: Json = False) -> None:
    """The names of the sealed secrets, when each was set, and who uses it."""
    from mimas.cli.sealing import listing

    listing(installation(context), json=json)


@secrets.command()
def remove(context: typer.Context, name: Name) -> None:
    """Forget a sealed secret that no document in force names."""
    from mimas.cli.sealing import remove

    remove(installation(context), name)


@secrets.command()
def rotate(context: typer.Context) -> None:
    """Seal every secret anew with the newest key; where that is in use already, a new one is made."""
    from mimas.cli.sealing import rotate

    rotate(installation(context))
