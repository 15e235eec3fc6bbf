"""The commands of ``mimas letters``, and ``mimas serve``."""

from typing import Annotated

import typer

from mimas.cli.given import Json, installation

commands = typer.Typer()
letters = typer.Typer(
    help="Letters to people: what waits, what was refused, what came back.", invoke_without_command=True
)

Ids = Annotated[list[int], typer.Argument(metavar="ID…", help="Their numbers, as `mimas letters` shows them.")]


@letters.callback()
def letters_list(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Also those that were sent.")] = False,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="So many of the last ones.")] = 50,
    json: Json = False,
) -> None:
    """The letters that were not sent yet, were refused, or came back."""
    if context.invoked_subcommand is None:
        from mimas.cli.lettering import listing

        listing(installation(context), every=every, limit=limit, json=json)


@letters.command("show")
def letters_show(
    context: typer.Context,
    id_: Annotated[int, typer.Argument(metavar="ID", help="Its number.")],
    json: Json = False,
) -> None:
    """One letter, and what became of it."""
    from mimas.cli.lettering import show

    show(installation(context), id_, json=json)


@letters.command("again")
def letters_again(context: typer.Context, ids: Ids) -> None:
    """Have letters sent again that were refused or came back; those that wait are sent at once."""
    from mimas.cli.lettering import again

    again(installation(context), ids)


@letters.command("drop")
def letters_drop(context: typer.Context, ids: Ids) -> None:
    """Forget letters. What was not sent is not sent any more."""
    from mimas.cli.lettering import drop

    drop(installation(context), ids)


@letters.command("templates")
def letters_templates(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One of them, as a document to change.")] = None,
) -> None:
    """The templates that Mimas brings, where no workflow names another."""
    from mimas.cli.lettering import templates

    installation(context)
    templates(name)


@commands.command()
def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option("--host", metavar="NAME", help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, metavar="N", help="The port.")] = 8080,
) -> None:
    """Serve the portal, and the pages behind the links of letters, until SIGTERM or Ctrl-C."""
    from mimas.cli.answering import serve

    serve(installation(context), host, port)
