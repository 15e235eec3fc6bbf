"""The commands of ``mimas schedules``, and ``mimas mail``."""

from typing import Annotated

import typer

from mimas.cli.given import Json, end, installation

commands = typer.Typer()
schedules = typer.Typer(help="When run profiles are run, and running them then.", invoke_without_command=True)


@schedules.callback()
def schedules_list(context: typer.Context, json: Json = False) -> None:
    """The schedules: when each comes next, how its last run ended, what it waits for."""
    if context.invoked_subcommand is None:
        from mimas.cli.scheduling import listing

        listing(installation(context), json=json)


@schedules.command("run")
def schedules_run(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Run what is due now, and end.")] = False,
) -> None:
    """Run the schedules as they come, until SIGTERM or Ctrl-C; a run that is under way stops after its batch."""
    from mimas.cli.scheduling import run_schedules

    end(run_schedules(installation(context), once=once))


@commands.command()
def mail(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Who gets it.")],
) -> None:
    """Send a mail to see whether the mail server takes it."""
    from mimas.cli.scheduling import send_test

    send_test(installation(context), address)
