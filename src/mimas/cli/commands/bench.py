"""The commands of ``mimas bench``."""

from typing import Annotated

import typer

from mimas.cli.given import Json

bench = typer.Typer(help="How fast this machine is.", no_args_is_help=True)


@bench.command("directory")
def bench_directory(
    uri: Annotated[str, typer.Argument(metavar="URI", help="ldap://host:port")],
    count: Annotated[int, typer.Argument(metavar="N", help="How many entries are written; twice as many are read.")],
    base: Annotated[str, typer.Option(help="Where a container is made for it.")],
    bind_dn: Annotated[str, typer.Option(help="Who to sign in as; the password is in MIMAS_BENCH_PASSWORD.")],
    json: Json = False,
) -> None:
    """Write N entries to a directory and read them; beside it ldapadd and a bare loop of searches."""
    from mimas.cli.benching import directory

    directory(uri, base, bind_dn, count, json=json)


@bench.command("people")
def bench_people(
    count: Annotated[int, typer.Argument(metavar="N", help="How many people.")],
    database: Annotated[str | None, typer.Option(help="A database URL; an SQLite file by default.")] = None,
    json: Json = False,
) -> None:
    """N people with 20 attributes, managers and departments, through every step; beside each the bare program."""
    from mimas.cli.benching import people

    people(count, database, json=json)


@bench.command("requests")
def bench_requests(
    count: Annotated[int, typer.Argument(metavar="N", help="How many people.")],
    database: Annotated[str | None, typer.Option(help="An empty database's URL; an SQLite file by default.")] = None,
    json: Json = False,
) -> None:
    """N people, 5,000 groups, 121 sets and 132 policy rules, and eight clients who change, read and search."""
    from mimas.cli.benching import requests

    requests(count, database, json=json)


@bench.command("sets")
def bench_sets(
    people: Annotated[int, typer.Argument(metavar="PEOPLE", help="How many people.")],
    sets: Annotated[int, typer.Argument(metavar="SETS", help="How many sets.")],
    database: Annotated[str | None, typer.Option(help="An empty database's URL; an SQLite file by default.")] = None,
    json: Json = False,
) -> None:
    """People who come and change, and the sets that follow: what it costs to know at any moment who is in which."""
    from mimas.cli.benching import sets as run

    run(people, sets, database, json=json)


@bench.command("search")
def bench_search(
    count: Annotated[int, typer.Argument(metavar="N", help="How many people.")],
    database: Annotated[str | None, typer.Option(help="An empty database's URL; an SQLite file by default.")] = None,
    json: Json = False,
) -> None:
    """N people, and the first page of what is searched for among them: by indexes and without, and in order."""
    from mimas.cli.benching import search

    search(count, database, json=json)


@bench.command("plan")
def bench_plan(
    count: Annotated[int, typer.Argument(metavar="N", help="How many people.")],
    json: Json = False,
) -> None:
    """N people and a changed rule: planned, applied; a preview and a proof of one; and what the history costs."""
    from mimas.cli.benching import foresight

    foresight(count, json=json)


@bench.command("workflows")
def bench_workflows(
    count: Annotated[int, typer.Argument(metavar="N", help="How many people, for each of whom two begin.")],
    database: Annotated[str | None, typer.Option(help="An empty database's URL; an SQLite file by default.")] = None,
    json: Json = False,
) -> None:
    """Workflows of three steps: how many begin a second, and how many a second come to their end."""
    from mimas.cli.benching import workflows

    workflows(count, database, json=json)
