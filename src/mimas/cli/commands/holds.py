"""The commands of ``mimas holds``."""

from typing import Annotated

import typer

from mimas.cli.given import Json, end, installation

holds = typer.Typer(help="What is held, and letting it through.", invoke_without_command=True)

Number = Annotated[int, typer.Argument(metavar="ID", help="The number of a hold.")]


@holds.callback()
def holds_list(context: typer.Context, json: Json = False) -> None:
    """What is held. Exit status 4: something is."""
    if context.invoked_subcommand is None:
        from mimas.cli.holding import listing

        end(listing(installation(context), json=json))


@holds.command("list")
def holds_list_too(context: typer.Context, json: Json = False) -> None:
    """What is held. Exit status 4: something is."""
    from mimas.cli.holding import listing

    end(listing(installation(context), json=json))


@holds.command("show")
def holds_show(context: typer.Context, number: Number, json: Json = False) -> None:
    """The objects of a hold."""
    from mimas.cli.holding import show

    show(installation(context), number, json=json)


@holds.command("release")
def holds_release(context: typer.Context, number: Number) -> None:
    """Let what is held through."""
    from mimas.cli.holding import decide

    decide(installation(context), number, let_through=True)


@holds.command("refuse")
def holds_refuse(context: typer.Context, number: Number) -> None:
    """Do not let it through; it leaves no trace."""
    from mimas.cli.holding import decide

    decide(installation(context), number, let_through=False)
