"""The commands about plans: making one, agreeing to it, doing it."""

from pathlib import Path
from typing import Annotated

import typer

from mimas.cli.given import Json, end, installation

commands = typer.Typer()

File = Annotated[Path, typer.Argument(metavar="FILE", help="A plan written by --out.", exists=True, dir_okay=False)]
Everything = Annotated[bool, typer.Option("--all", help="Every object, and not only the first of those alike.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the plan, to be applied.")]
Html = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write it as a page, to be read.")]


@commands.command()
def plan(
    context: typer.Context,
    profile: Annotated[
        str | None, typer.Argument(metavar="[PROFILE]", help="A run profile; without one a sync and all exports.")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Under the documents of this folder.", exists=True, file_okay=False),
    ] = None,
    to: Out = None,
    html: Html = None,
    everything: Everything = False,
    json: Json = False,
) -> None:
    """What a run would do to whom, by which rule, before it does anything. Exit status 4: a guard would hold some."""
    from mimas.cli.planning import make

    end(make(installation(context), profile, config=config, file=to, html=html, everything=everything, json=json))


@commands.command()
def undo(
    context: typer.Context,
    run: Annotated[int | None, typer.Argument(metavar="[RUN]", help="The number of a run.")] = None,
    entry: Annotated[int | None, typer.Option(metavar="N", help="Or an entry of the history.", min=1)] = None,
    to: Out = None,
    html: Html = None,
    everything: Everything = False,
    json: Json = False,
) -> None:
    """Plan to put back what a run or a person has put in, and say what only a source can change."""
    from mimas.cli.failing import CommandError
    from mimas.cli.planning import undo

    if (run is None) is (entry is None):
        raise CommandError("Undo which run? `mimas runs` lists them. Or one entry of `mimas history`: --entry N.")
    end(undo(installation(context), run, entry=entry, file=to, html=html, everything=everything, json=json))


@commands.command()
def approve(
    file: File,
    show: Annotated[bool, typer.Option("--show", help="Only print it.")] = False,
    everything: Everything = False,
) -> None:
    """Agree to a plan that somebody else has made; or look at it."""
    from mimas.cli.agreeing import approve
    from mimas.cli.agreeing import show as show_

    end(show_(file, everything=everything) if show else approve(file))


@commands.command()
def apply(
    context: typer.Context,
    file: File,
    whole: Annotated[bool, typer.Option("--all-or-nothing", help="Do nothing, if not all can be done.")] = False,
) -> None:
    """Do what a plan says, and nothing else: what has become different since is left as it is, and named."""
    from mimas.cli.planning import apply_plan

    end(apply_plan(installation(context), file, whole=whole))
