"""The entry of the ``mimas-dev`` command; each command imports what it needs when it runs."""

from typing import Annotated

import typer

app = typer.Typer(
    name="mimas-dev",
    help="What the developers of Mimas use.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Seed = Annotated[int, typer.Option(min=0, help="Where to begin: the same seed is the same case.")]


@app.callback()
def root() -> None:
    """So that there may be one command only, and it has a name."""


@app.command()
def kills(
    count: Annotated[int, typer.Option(min=1, help="How many cases.")] = 100,
    seed: Seed = 0,
    postgresql: Annotated[
        str | None, typer.Option(metavar="URL", help="A server to make databases on; SQLite without it.")
    ] = None,
) -> None:
    """Kill runs at any point, go on, and see that nothing is lost, doubled or wrongly deleted."""
    from mimas.dev.kills import kills

    if not kills(count, seed, postgresql):
        raise typer.Exit(1)
