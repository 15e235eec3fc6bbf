"""The entry of the ``mimas-dev`` command: what those who build Mimas try it with."""

from typing import Annotated

import typer

app = typer.Typer(
    name="mimas-dev", help="Tries Mimas.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


@app.callback()
def root() -> None:
    """Tries Mimas."""


@app.command()
def fuzz(
    target: Annotated[str, typer.Argument(help="What to fuzz; without it everything, one after the other.")] = "",
    count: Annotated[int, typer.Option("--count", min=1, help="Cases of each target.")] = 10_000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same cases.")] = 1,
    seconds: Annotated[float | None, typer.Option("--seconds", min=0, help="The longest time for a target.")] = None,
) -> None:
    """Give every parser of foreign bytes what it was not made for. Exit code 1: something was found."""
    from mimas.dev.fuzzing.printing import fuzz_and_print

    raise typer.Exit(fuzz_and_print(target, count, seed, seconds))


@app.command()
def kills(
    count: Annotated[int, typer.Option("--count", min=1, help="How many cases.")] = 100,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Where to begin: the same seed is the same case.")] = 0,
    postgresql: Annotated[
        str | None, typer.Option(metavar="URL", help="A server to make databases on; SQLite without it.")
    ] = None,
) -> None:
    """Kill runs at any point, go on, and see that nothing is lost, doubled or wrongly deleted."""
    from mimas.dev.kills import kills

    if not kills(count, seed, postgresql):
        raise typer.Exit(1)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
