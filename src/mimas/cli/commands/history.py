"""The commands that say how things stand, and what has happened."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from mimas.cli.failing import CommandError
from mimas.cli.given import Json, Name, end, installation


class Runs(TyperGroup):
    """``runs ID`` beside ``runs prune``: what is no command is meant for ``show``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put in the command that may be left out."""
        named = args and (args[0] in self.commands or args[0] == "--help")
        return super().parse_args(ctx, args if named else ["show", *args])


commands = typer.Typer()
runs = typer.Typer(cls=Runs, help="The last runs, or one of them; forgetting old ones.")
learned = typer.Typer(help="How systems alter the values they are given.", invoke_without_command=True)


@commands.command()
def status(context: typer.Context, json: Json = False) -> None:
    """How things stand: objects, what is pending, what is held. Exit status 4: something is held. 5: drift."""
    from mimas.cli.looking import status

    end(status(installation(context), json=json))


@runs.command("show")
def runs_show(
    context: typer.Context,
    number: Annotated[int | None, typer.Argument(metavar="[ID]", help="One run, with its steps and notes.")] = None,
    of: Annotated[str | None, typer.Option(metavar="COUNTER", help="The objects behind one of its counters.")] = None,
    step: Annotated[int | None, typer.Option(min=1, help="With --of: only of this step, the first being 1.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="With --of: at most this many of a step.")] = None,
    json: Json = False,
) -> None:
    """The last runs, or one of them, or the objects behind one of its counters. `show` may be left out."""
    from mimas.cli.drilling import drill
    from mimas.cli.looking import runs

    if of is None:
        if step is not None or limit is not None:
            raise CommandError("--step and --limit are for the objects behind a counter: `mimas runs ID --of COUNTER`.")
        runs(installation(context), number, json=json)
    elif number is None:
        raise CommandError(f"Of which run? `mimas runs` lists them; then `mimas runs ID --of {of}`.")
    else:
        drill(installation(context), number, of, step, limit, json=json)


@runs.command("prune")
def runs_prune(
    context: typer.Context,
    before: Annotated[str | None, typer.Option(metavar="DATE", help="2026-12-01, or with T18:00.")] = None,
    keep: Annotated[int | None, typer.Option(metavar="DAYS", min=0, max=36_500, help="In place of a date.")] = None,
) -> None:
    """Forget the runs that began before a date; without one those older than `keep_runs` in mimas.toml."""
    from mimas.cli.pruning import prune_runs

    prune_runs(installation(context), before, keep)


@commands.command()
def errors(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="A term of the history, or MIM's name for it.")
    ] = None,
    json: Json = False,
) -> None:
    """What the terms of the run history mean, and what to do."""
    from mimas.cli.explaining import explain

    explain(code, json=json)


@learned.callback()
def learned_list(context: typer.Context, json: Json = False) -> None:
    """What was learned of each system: in what form it shows the values it was given."""
    if context.invoked_subcommand is None:
        from mimas.cli.learning import listing

        listing(installation(context), json=json)


@learned.command("forget")
def learned_forget(
    context: typer.Context, name: Name, attribute: Annotated[str, typer.Argument(metavar="ATTRIBUTE")]
) -> None:
    """Revoke what was learned of an attribute."""
    from mimas.cli.learning import forget

    forget(installation(context), name, attribute)
