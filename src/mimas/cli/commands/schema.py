"""The commands of ``mimas schema``."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from mimas.cli.given import Json, end, installation


class Schema(TyperGroup):
    """``schema TYPE`` beside ``schema add``: what is no command is meant for ``show``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Without a command it is ``show``."""
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["show", *args]
        return super().parse_args(ctx, args)


schema = typer.Typer(cls=Schema, help="The types of resources and their attributes; adding an attribute.")


@schema.command("show")
def show(
    context: typer.Context,
    type_: Annotated[str | None, typer.Argument(metavar="[TYPE]", help="A type, such as person.")] = None,
    json: Json = False,
) -> None:
    """The types of resources, or the attributes of one of them: who writes each, which rules speak of it."""
    from mimas.cli.extending import listing, show

    if type_ is None:
        listing(installation(context), json=json)
    else:
        show(installation(context), type_, json=json)


@schema.command("add")
def add(
    context: typer.Context,
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="The type that gets it, such as person.")],
    attribute: Annotated[str, typer.Argument(metavar="ATTRIBUTE", help="The name of the new attribute.")],
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="string, integer, boolean, binary, datetime, reference to TYPE.")
    ],
    multivalued: Annotated[bool, typer.Option("--multivalued", help="It may hold several values.")] = False,
    indexed: Annotated[bool, typer.Option("--indexed", help="People search and sort by it.")] = False,
    required: Annotated[bool, typer.Option("--required", help="It must have a value.")] = False,
    pattern: Annotated[str, typer.Option(metavar="REGEX", help="A regular expression that each value fits.")] = "",
    minimum: Annotated[int | None, typer.Option(metavar="N", help="The smallest whole number.")] = None,
    maximum: Annotated[int | None, typer.Option(metavar="N", help="The largest one.")] = None,
    label: Annotated[
        list[str] | None, typer.Option(metavar="LANGUAGE=TEXT", help="What people call it, as en=Floor; repeatable.")
    ] = None,
    like: Annotated[
        str | None, typer.Option(metavar="OTHER", help="Each policy rule that names OTHER names it, too.")
    ] = None,
) -> None:
    """Add an attribute, in the documents and in force: at once it can be read, written, searched and filtered by."""
    from mimas.cli.extending import add, part

    flags = {"multivalued": multivalued, "indexed": indexed, "required": required}
    limits = {"pattern": pattern, "minimum": minimum, "maximum": maximum}
    form = part(kind, {**flags, **limits}, label or [])
    end(add(installation(context), type_, attribute, form, like))
