"""The commands about workflows, and the process that runs them."""

from typing import Annotated

import typer

from mimas.cli.given import Json, end, installation

commands = typer.Typer()
workflows = typer.Typer(help="Workflows under way: how far they are, and what to do when one fails.",
                        invoke_without_command=True)  # fmt: skip

Instance = Annotated[int, typer.Argument(metavar="ID", help="The id of a workflow, as `mimas workflows` shows it.")]
Because = Annotated[str, typer.Option("--because", metavar="TEXT", help="Why, for whoever reads it later.")]


@commands.command()
def worker(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="See to what is due now, and end.")] = False,
) -> None:
    """Run workflows as they come, until SIGTERM or Ctrl-C. On PostgreSQL any number of these may run."""
    from mimas.cli.working import work

    end(work(installation(context), once=once))


@workflows.callback()
def workflows_list(
    context: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Also those that have ended.")] = False,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="So many at most.")] = 50,
    json: Json = False,
) -> None:
    """The workflows that are under way, those first that wait for a person."""
    if context.invoked_subcommand is None:
        from mimas.cli.working import listing

        listing(installation(context), every=every, limit=limit, json=json)


@workflows.command()
def show(context: typer.Context, id_: Instance, json: Json = False) -> None:
    """One workflow: what it is about, and what became of each of its activities."""
    from mimas.cli.working import show

    show(installation(context), id_, json=json)


@workflows.command()
def retry(context: typer.Context, id_: Instance) -> None:
    """Try the activity again that has failed."""
    from mimas.cli.working import retry

    retry(installation(context), id_)


@workflows.command()
def skip(context: typer.Context, id_: Instance, because: Because) -> None:
    """Leave out the activity that has failed, and go on with the next one."""
    from mimas.cli.working import skip

    skip(installation(context), id_, because)


@workflows.command("end")
def end_(context: typer.Context, id_: Instance, because: Because) -> None:
    """End a workflow; a request that waits for it is denied."""
    from mimas.cli.working import end_workflow

    end_workflow(installation(context), id_, because)
