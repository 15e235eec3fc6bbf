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


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
