"""The commands about requests, and about what policy lets people do."""

from typing import Annotated

import typer

from mimas.cli.given import Json, end, installation

commands = typer.Typer()
request = typer.Typer(help="Resources made, changed and deleted, as far as policy lets somebody.", no_args_is_help=True)

Type = Annotated[str, typer.Argument(metavar="TYPE", help="A type of resources, such as person or Set.")]
Keys = Annotated[str, typer.Argument(metavar="KEY[,KEY…]", help="Ids, or values of an indexed attribute.")]
Values = Annotated[
    list[str], typer.Argument(metavar="ATTRIBUTE=VALUE…", help="Also += and -= for one value of several; = clears.")
]
As = Annotated[
    str | None,
    typer.Option("--as", metavar="TYPE/KEY", help="Who asks, as person/ann. Without it the owner of the machine does."),
]
Because = Annotated[str, typer.Option("--because", metavar="TEXT", help="Why, for whoever reads the request.")]


@request.command()
def create(context: typer.Context, type_: Type, values: Values, who: As = None, because: Because = "") -> None:
    """Make a resource."""
    from mimas.cli.requesting import create

    create(installation(context), type_, values, who, because)


@request.command()
def modify(
    context: typer.Context, type_: Type, keys: Keys, values: Values, who: As = None, because: Because = ""
) -> None:
    """Change one resource, or several together: all or none."""
    from mimas.cli.requesting import modify

    modify(installation(context), type_, keys.split(","), values, who, because)


@request.command()
def delete(context: typer.Context, type_: Type, keys: Keys, who: As = None, because: Because = "") -> None:
    """End one resource, or several together: all or none."""
    from mimas.cli.requesting import delete

    delete(installation(context), type_, keys.split(","), who, because)


@request.command("list")
def list_(
    context: typer.Context,
    who: As = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="So many of the last ones.")] = 20,
    json: Json = False,
) -> None:
    """The last requests and how far each has come; with --as those that somebody may see."""
    from mimas.cli.requesting import listing

    listing(installation(context), who, limit=limit, json=json)


@request.command()
def cancel(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The number of the request.")],
    who: As = None,
) -> None:
    """Cancel a request that waits for consent."""
    from mimas.cli.requesting import cancel

    cancel(installation(context), number, who)


@request.command()
def answer(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The number of the request.")],
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code; - reads it from standard input.")],
    who: Annotated[str, typer.Option("--as", metavar="TYPE/KEY", help="Who asks, as person/ann.")],
) -> None:
    """Prove who you are to a request that waits for it."""
    from mimas.cli.gating import answer

    answer(installation(context), number, code, who)


@request.command()
def unlock(
    context: typer.Context,
    who: Annotated[str, typer.Argument(metavar="TYPE/KEY", help="Who, as person/ann.")],
) -> None:
    """Let somebody in again who has failed too often to prove who they are."""
    from mimas.cli.gating import unlock

    unlock(installation(context), who)


@commands.command("why-allowed")
def why_allowed(
    context: typer.Context,
    who: Annotated[str, typer.Argument(metavar="USER", help="Who, as person/ann.")],
    action: Annotated[str, typer.Argument(metavar="ACTION", help="create, read, modify, add, remove or delete.")],
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="Of which resource, as person/bob; to create: of which type.")
    ],
    attribute: Annotated[str | None, typer.Argument(metavar="[ATTRIBUTE]", help="Of which attribute.")] = None,
    json: Json = False,
) -> None:
    """Whether policy lets somebody do something: by which rule and sets, or which rule is the nearest to it."""
    from mimas.cli.requesting import why_allowed

    end(why_allowed(installation(context), who, action, target, attribute, json=json))


policy = typer.Typer(help="Policy that ships with Mimas, switched on bundle by bundle.", no_args_is_help=True)


@policy.command("list")
def list_bundles(context: typer.Context) -> None:
    """The bundles: what each lets people do, and which are here."""
    from mimas.cli.bundling import listing

    listing(installation(context))


@policy.command("add")
def add_bundle(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="BUNDLE", help="Its name, as `mimas policy list` shows it.")],
    person: Annotated[str, typer.Option("--person", metavar="TYPE", help="The type of people.")] = "",
    group: Annotated[str, typer.Option("--group", metavar="TYPE", help="The type of groups.")] = "",
    attributes: Annotated[
        str, typer.Option("--attributes", metavar="A,B", help="Which attributes, in place of those it proposes.")
    ] = "",
) -> None:
    """Write a bundle into this home's documents, fitted to its types."""
    from mimas.cli.bundling import add

    add(installation(context), name, person, group, attributes)


@commands.command("break-glass")
def break_glass(
    context: typer.Context,
    who: Annotated[str, typer.Argument(metavar="TYPE/KEY", help="Who, as person/ann.")],
    because: Annotated[str, typer.Option("--because", metavar="TEXT", help="Why, for the history.")],
) -> None:
    """Name an administrator when the set of administrators is empty, and nobody else could."""
    from mimas.cli.requesting import break_glass

    break_glass(installation(context), who, because)
