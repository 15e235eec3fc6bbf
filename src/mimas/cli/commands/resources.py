"""The commands about single resources and the objects linked to them."""

from typing import Annotated

import typer

from mimas.cli.given import Json, Key, Name, installation

commands = typer.Typer()


@commands.command()
def search(
    context: typer.Context,
    filter_: Annotated[str, typer.Argument(metavar="FILTER", help="For instance: /person[department = 'Sales']")],
    json: Json = False,
    order: Annotated[
        str | None, typer.Option("--order", metavar="ATTRIBUTE", help="Sorted by it; it has to be indexed.")
    ] = None,
    descending: Annotated[bool, typer.Option("--descending", help="The last one first.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most this many.")] = 100,
    count: Annotated[bool, typer.Option("--count", help="Only how many there are, counted up to a million.")] = False,
    who: Annotated[
        str | None, typer.Option("--as", metavar="TYPE/KEY", help="As somebody sees them, as person/ann.")
    ] = None,
    explain: Annotated[
        str | None, typer.Option("--explain", metavar="TYPE/KEY", help="Why the filter takes it or not, as person/ann.")
    ] = None,
) -> None:
    """Find resources by a filter."""
    from mimas.cli import searching

    if explain is not None:
        searching.explain(installation(context), filter_, explain, json=json)
        return
    if count:
        searching.count(installation(context), filter_, who, json=json)
        return
    searching.search(installation(context), filter_, order, who, descending=descending, limit=limit, json=json)


@commands.command()
def show(
    context: typer.Context,
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="An object type, such as person.")],
    key: Annotated[str, typer.Argument(metavar="KEY", help="The value of an indexed attribute, or the id.")],
    at: Annotated[
        str | None, typer.Option("--at", metavar="DATE", help="As it was: 2026-12-01 (at its end), or with T18:00.")
    ] = None,
    who: Annotated[
        str | None, typer.Option("--as", metavar="TYPE/KEY", help="As somebody sees it, as person/ann.")
    ] = None,
    json: Json = False,
) -> None:
    """A resource: its values, where each comes from, and its objects in every system; now, or as it was."""
    from mimas.cli.looking import show
    from mimas.cli.requesting import show_as

    if who is not None and at is not None:
        raise typer.BadParameter("what somebody saw in the past is not told: leave out --at, or --as")
    if who is not None:
        show_as(installation(context), type_, key, who, json=json)
    else:
        show(installation(context), type_, key, at, json=json)


@commands.command()
def history(
    context: typer.Context,
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="An object type; with --object a connector.")],
    key: Annotated[
        str, typer.Argument(metavar="KEY", help="The resource's id, or an indexed value; of now or before.")
    ],
    object_: Annotated[
        bool, typer.Option("--object", help="Of an object of a connected system, by its anchor or name.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="So many of the last entries.")] = 20,
    json: Json = False,
) -> None:
    """What has happened to a resource and its objects: when, by whom, why, and what changed; the newest first."""
    from mimas.cli.telling import history

    history(installation(context), type_, key, object_=object_, limit=limit, json=json)


@commands.command()
def diff(
    context: typer.Context,
    since: Annotated[str, typer.Option("--from", metavar="DATE", help="2026-12-01 (its end), or with T18:00.")],
    type_: Annotated[str | None, typer.Argument(metavar="[TYPE]", help="Only resources of this type.")] = None,
    key: Annotated[str | None, typer.Argument(metavar="[KEY]", help="Only this one: id, or an indexed value.")] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="The later moment; now, if left out.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="List everything, not three examples of what is alike.")] = False,
    json: Json = False,
) -> None:
    """What two moments have differently: resources, objects in every system, links; alike changes put together."""
    from mimas.cli.contrasting import diff

    diff(installation(context), type_, key, since, until, all_=all_, json=json)


@commands.command()
def join(
    context: typer.Context,
    name: Name,
    key: Key,
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="An object type, such as person.")],
    resource: Annotated[str, typer.Argument(metavar="RESOURCE", help="The resource's id, or an indexed value.")],
) -> None:
    """Decide by hand to which resource an object belongs."""
    from mimas.cli.joining import join

    join(installation(context), name, key, type_, resource)


@commands.command()
def project(
    context: typer.Context,
    name: Name,
    key: Key,
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="An object type, such as person.")],
) -> None:
    """Decide by hand that an object belongs to a new resource."""
    from mimas.cli.joining import project

    project(installation(context), name, key, type_)


@commands.command()
def disconnect(
    context: typer.Context,
    name: Name,
    key: Key,
    normal: Annotated[bool, typer.Option("--normal", help="Forget what was decided: the rules do.")] = False,
) -> None:
    """Decide by hand that an object belongs to nobody, or let the rules decide again."""
    from mimas.cli.joining import disconnect

    disconnect(installation(context), name, key, normal=normal)


@commands.command()
def disconnectors(context: typer.Context, name: Name, json: Json = False) -> None:
    """The objects of a system that belong to nobody, and why."""
    from mimas.cli.joining import disconnectors

    disconnectors(installation(context), name, json=json)


@commands.command()
def release(
    context: typer.Context,
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="An object type, such as person.")],
    key: Annotated[str, typer.Argument(metavar="KEY", help="The resource's id, or an indexed value.")],
) -> None:
    """Let others have the unique values of a deleted resource."""
    from mimas.cli.joining import release

    release(installation(context), type_, key)


@commands.command()
def grant(
    context: typer.Context,
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="An object type, such as group.")],
    key: Annotated[str, typer.Argument(metavar="KEY", help="The resource's id, or an indexed value.")],
    attribute: Annotated[str, typer.Argument(metavar="ATTRIBUTE", help="One of its reference attributes.")],
    target: Annotated[
        str, typer.Argument(metavar="TARGET", help="Whom it is to refer to: an id, or an indexed value.")
    ],
    begins: Annotated[str | None, typer.Option("--from", help="2026-12-01, or with T18:00. Now, if left out.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="2026-12-31 (to its end), or with T18:00.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="What for.")] = "",
) -> None:
    """Give a reference value for a time, such as a membership."""
    from mimas.cli.granting import grant

    grant(installation(context), type_, key, attribute, target, begins=begins, until=until, reason=reason)


@commands.command()
def grants(context: typer.Context, json: Json = False) -> None:
    """What is granted, until when, why, and by whom."""
    from mimas.cli.granting import listing

    listing(installation(context), json=json)


@commands.command()
def revoke(
    context: typer.Context, number: Annotated[int, typer.Argument(metavar="ID", help="The number of a grant.")]
) -> None:
    """End a grant now."""
    from mimas.cli.granting import revoke

    revoke(installation(context), number)
