"""The commands of ``mimas connector``."""

from typing import Annotated

import typer

from mimas.cli.given import Json, Name, end, installation

connector = typer.Typer(help="The connectors: kinds, configured ones, what they see.", no_args_is_help=True)

Only = Annotated[bool, typer.Option("--only", help="With --to: do nothing else.")]


@connector.command("types")
def connector_types(json: Json = False) -> None:
    """The kinds of connectors, and their settings."""
    from mimas.cli.connecting import types

    types(json=json)


@connector.command("list")
def connector_list(context: typer.Context, json: Json = False) -> None:
    """The connectors in force."""
    from mimas.cli.connecting import listing

    listing(installation(context), json=json)


@connector.command("test")
def connector_test(context: typer.Context, name: Name, json: Json = False) -> None:
    """Reach a connected system, as its document says, and say what was found."""
    from mimas.cli.connecting import test

    test(installation(context), name, json=json)


@connector.command("discover")
def connector_discover(context: typer.Context, name: Name, json: Json = False) -> None:
    """The object types and attributes the system has, ready to be pasted into its document."""
    from mimas.cli.connecting import discover

    discover(installation(context), name, json=json)


@connector.command("containers")
def connector_containers(context: typer.Context, name: Name, json: Json = False) -> None:
    """The containers of a directory, each with the GUID by which it stays chosen when it is renamed."""
    from mimas.cli.connecting import containers

    containers(installation(context), name, json=json)


@connector.command("set-password")
def connector_set_password(
    context: typer.Context,
    name: Name,
    key: Annotated[str, typer.Argument(metavar="OBJECT", help="The name (DN) or anchor of an object.")],
) -> None:
    """Give an object a password: asks for it, or reads the first line of standard input."""
    from mimas.cli.connecting import set_password

    set_password(installation(context), name, key)


@connector.command("grade")
def connector_grade(
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="An installed subject, or module:attribute.")],
    check: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this check; may be repeated.")] = None,
    json: Json = False,
) -> None:
    """Try a connector of one's own against what it says that it can do. Exit status 1: it does not do it."""
    from mimas.cli.connecting import grade

    end(grade(subject, check or (), json=json))
