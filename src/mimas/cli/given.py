"""What every command is given: the installation it works on, and whether it prints JSON."""

from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of a connector.")]
Key = Annotated[str, typer.Argument(metavar="KEY", help="The anchor or the name of an object in that system.")]


def installation(context: typer.Context) -> Any:
    """The installation; it is closed when the command ends."""
    from mimas.cli.installation import Installation

    found = Installation.find(context.find_root().obj, _typed(context))
    context.call_on_close(found.close)
    return found


_WORDS = {"join": "join by hand", "disconnect": "disconnect by hand", "release": "release of unique values"}


def _typed(context: Any) -> str:
    """The command in words, as the history tells it: ``config apply``."""
    names: list[str] = []
    while context.parent is not None:
        names.insert(0, str(context.info_name))
        context = context.parent
    command = " ".join(names)
    return _WORDS.get(command, command)


def end(code: int) -> None:
    """End the command with this exit code."""
    if code:
        raise typer.Exit(code)
