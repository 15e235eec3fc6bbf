"""The command line: what is given to all commands, and which there are."""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from mimas import __version__
from mimas.cli.commands import (
    approvals,
    audit,
    bench,
    connectors,
    documents,
    explaining,
    history,
    holds,
    letters,
    migrate,
    plans,
    requests,
    resources,
    schedules,
    schema,
    secrets,
    sets,
    signing_in,
    steps,
    workflows,
)
from mimas.cli.failing import explained


class Commands(TyperGroup):
    """All commands: whatever stops one of them is told in a sentence, and in the exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was typed."""
        with explained():
            return super().invoke(ctx)


app = typer.Typer(
    name="mimas",
    cls=Commands,
    help="Keeps every person and group the same across HR, directories, databases and applications.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
for _commands in (
    documents,
    steps,
    plans,
    history,
    resources,
    explaining,
    requests,
    schedules,
    sets,
    workflows,
    letters,
):
    app.add_typer(_commands.commands)
for _name, _group in {
    "config": documents.config,
    "connector": connectors.connector,
    "runs": history.runs,
    "audit": audit.audit,
    "holds": holds.holds,
    "learned": history.learned,
    "letters": letters.letters,
    "schedules": schedules.schedules,
    "policy": requests.policy,
    "request": requests.request,
    "approvals": approvals.approvals,
    "schema": schema.schema,
    "secrets": secrets.secrets,
    "sign-in": signing_in.sign_in,
    "workflows": workflows.workflows,
    "bench": bench.bench,
    "migrate": migrate.migrate,
    "shadow": migrate.shadow,
}.items():
    app.add_typer(_group, name=_name)

Home = Annotated[Path | None, typer.Option("--home", help="The home folder.", envvar="MIMAS_HOME", show_envvar=True)]


def _version(wanted: bool) -> None:
    if wanted:
        print(f"mimas {__version__}")
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)]


@app.callback()
def root(context: typer.Context, home: Home = None, version: Version = False) -> None:  # noqa: ARG001 - see _version
    """Global options."""
    context.obj = home
