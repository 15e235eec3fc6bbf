"""The commands that run steps, and those that say whether they may."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from mimas.cli.given import Json, Name, end, installation

commands = typer.Typer()


Limit = Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="Stop after so many objects.")]
To = Annotated[
    Path | None, typer.Option("--to", metavar="FILE", help="Write it to a drop file, too.", resolve_path=True)
]
Only = Annotated[bool, typer.Option("--only", help="With --to: do nothing else.")]
From = Annotated[
    Path | None,
    typer.Option("--from", metavar="FILE", help="Read a drop file, not the system.", resolve_path=True),
]


@commands.command("import")
def import_(
    context: typer.Context,
    name: Name,
    delta: Annotated[bool, typer.Option("--delta", help="Only what changed since the last import.")] = False,
    limit: Limit = None,
    to: To = None,
    only: Only = False,
    source: From = None,
) -> None:
    """Read a connected system and stage what it shows."""
    from mimas.cli.running import run_step
    from mimas.runs.setup import Step

    step = Step("delta-import" if delta else "full-import", name, limit=limit, to=to, only=only, source=source)
    end(run_step(installation(context), f"import {name}" + (" --delta" if delta else ""), step))


@commands.command()
def sync(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Only what this connector shows.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Everything, not only what changed.")] = False,
) -> None:
    """Bring resources, and what every system should hold, to what the rules say."""
    from mimas.cli.running import run_steps
    from mimas.runs.setup import Step

    title = " ".join(part for part in ("sync", name or "", "--full" if full else "") if part)
    end(run_steps(installation(context), title, [Step("full-sync" if full else "delta-sync", name)]))


@commands.command()
def export(
    context: typer.Context,
    name: Name,
    retry: Annotated[bool, typer.Option("--retry", help="Also what has failed and waits for its next try.")] = False,
    limit: Limit = None,
    to: To = None,
    only: Only = False,
) -> None:
    """Send a connected system what it does not hold yet."""
    from mimas.cli.running import run_step
    from mimas.runs.setup import Step

    step = Step("export", name, retry, limit, to, only)
    end(run_step(installation(context), f"export {name}", step))


@commands.command()
def run(
    context: typer.Context, profile: Annotated[str, typer.Argument(metavar="PROFILE", help="A run profile.")]
) -> None:
    """Run a profile: its steps, in order."""
    from mimas.cli.running import run_profile

    end(run_profile(installation(context), profile))


@commands.command()
def cancel(context: typer.Context) -> None:
    """Ask the run that is under way, here or in another process, to stop after its batch."""
    from mimas.cli.steering import cancel

    cancel(installation(context))


@commands.command()
def staging(
    context: typer.Context,
    switch: Annotated[Literal["on", "off"] | None, typer.Argument(help="Switch it.")] = None,
    json: Json = False,
) -> None:
    """Staging mode: import and sync everything, and send nothing; a second installation waits so to take over."""
    from mimas.cli.steering import staging

    staging(installation(context), switch, json=json)


@commands.command()
def watch(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Connectors; without any, all that can be watched.")
    ] = None,
) -> None:
    """Let every change in a directory go through the rules at once, until SIGTERM or Ctrl-C."""
    from mimas.cli.scheduling import watch

    end(watch(installation(context), names or []))
