"""What every command is given: the installation it works on, and whether it prints JSON."""

from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def installation(context: typer.Context) -> Any:
    """The installation; it is closed when the command ends."""
    from mimas.cli.installation import Installation

    found = Installation.find(context.find_root().obj)
    context.call_on_close(found.close)
    return found
