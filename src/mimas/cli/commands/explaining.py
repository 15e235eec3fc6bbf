"""The commands that explain: what would happen to one object, why a value is what it is, why there is no account."""

from typing import Annotated

import typer

from mimas.cli.given import Json, installation

commands = typer.Typer()

Type = Annotated[str, typer.Argument(metavar="TYPE", help="An object type, such as person.")]
Resource = Annotated[str, typer.Argument(metavar="KEY", help="The value of an indexed attribute, or the id.")]


@commands.command()
def preview(
    context: typer.Context,
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="An object type; with --object a connector.")],
    key: Annotated[
        str, typer.Argument(metavar="KEY", help="A resource's id or indexed value; with --object an anchor or name.")
    ],
    of_object: Annotated[bool, typer.Option("--object", help="Of an object in a system, linked or not.")] = False,
    json: Json = False,
) -> None:
    """What the next sync would do with one resource or object, rule by rule; nothing is changed."""
    from mimas.cli.previewing import preview_of_object, preview_resource

    (preview_of_object if of_object else preview_resource)(installation(context), type_, key, json=json)


@commands.command()
def why(
    context: typer.Context,
    type_: Type,
    key: Resource,
    attribute: Annotated[str, typer.Argument(metavar="ATTRIBUTE", help="One of its attributes.")],
    target: Annotated[
        str | None, typer.Argument(metavar="[TARGET]", help="Of a reference: whom it is about, by id or indexed value.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="DATE", help="Of then: 2026-12-01 (at its end), or with T18:00.")
    ] = None,
    json: Json = False,
) -> None:
    """Why an attribute has its value, or had: from the source through rules and precedence, and on to every system."""
    from mimas.cli.reasoning import reason

    reason(installation(context), type_, key, attribute, target, at, json=json)


@commands.command("why-not")
def why_not(
    context: typer.Context,
    type_: Type,
    key: Annotated[
        str, typer.Argument(metavar="KEY", help="An indexed value or the id; or the anchor or name of any object.")
    ],
    connector: Annotated[str, typer.Option("--in", metavar="CONNECTOR", help="The system where it should have one.")],
    json: Json = False,
) -> None:
    """Why a resource has no object in a system: the first condition that failed, with the values it saw."""
    from mimas.cli.hindering import hinder

    hinder(installation(context), type_, key, connector, json=json)
