"""The commands of ``mimas sign-in``."""

from typing import Annotated

import typer

from mimas.cli.given import installation

sign_in = typer.Typer(help="How people sign in to the portal.", no_args_is_help=True)

Who = Annotated[str, typer.Argument(metavar="TYPE/KEY", help="The person, as in person/ann.")]
Self = Annotated[str | None, typer.Argument(metavar="[TYPE/KEY]", help="The person; without one, the owner here.")]


@sign_in.command()
def link(context: typer.Context, who: Self = None) -> None:
    """A link that lets somebody in once: without a person you, who may do everything, as on this command line."""
    from mimas.cli.entering import link

    link(installation(context), who)


@sign_in.command()
def password(context: typer.Context, who: Who) -> None:
    """Ask for a new password of somebody, or read it from standard input; their sessions end."""
    from mimas.cli.entering import password

    password(installation(context), who)


@sign_in.command()
def end(context: typer.Context, who: Who) -> None:
    """End whatever sessions somebody has, and take their password away."""
    from mimas.cli.entering import end

    end(installation(context), who)
