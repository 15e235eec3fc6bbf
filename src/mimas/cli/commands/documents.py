"""The commands about the documents of a home."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from mimas.cli.failing import CommandError
from mimas.cli.given import Json, end, installation

commands = typer.Typer()
config = typer.Typer(help="The documents in force.", no_args_is_help=True)


@commands.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.")]) -> None:
    """Make a home folder with a small example that works."""
    from mimas.configuration.starter import write_starter

    try:
        written = write_starter(folder)
    except FileExistsError as error:
        raise CommandError(f"{error}. Nothing was written.") from None
    print(f"{folder} is a home of Mimas now, with {len(written)} files. Next:")
    print(f"  cd {shlex.quote(str(folder))}\n  mimas config apply\n  mimas run daily")


@commands.command()
def check(context: typer.Context, json: Json = False) -> None:
    """Read the documents of the home folder; say what is wrong, where, and what was meant. Exit status 5: drift."""
    from mimas.cli.configuring import check_home

    end(check_home(installation(context), json=json))


@commands.command("test")
def rule_tests(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="Files of rule tests; all of the home, if left out."),
    ] = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="Also tell what of the rules no test comes by.")] = False,
    fail_under: Annotated[
        float | None, typer.Option("--fail-under", min=0, max=100, help="Fail when less of the rules is covered, in %.")
    ] = None,
    json: Json = False,
) -> None:
    """Run the rule tests of the home folder, in memory, under its documents. Exit status 1: not all passed."""
    from mimas.cli.testing import run_tests

    end(run_tests(installation(context), files or [], coverage=coverage, fail_under=fail_under, json=json))


@config.command("apply")
def apply(context: typer.Context) -> None:
    """Put the documents of the home folder into force, all or none."""
    from mimas.cli.configuring import apply_home

    end(apply_home(installation(context)))


Other = Annotated[
    Path | None, typer.Argument(metavar="DIR", help="The folder; without it the home.", exists=True, file_okay=False)
]
Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False)]


@config.command("plan")
def plan(context: typer.Context, folder: Other = None, json: Json = False) -> None:
    """Show what applying the documents of a folder would change, key by key. Exit status 5: something."""
    from mimas.cli.configuring import plan as plan_

    end(plan_(installation(context), folder, json=json))


@config.command("diff")
def diff(a: Folder, b: Folder, json: Json = False) -> None:
    """Show what makes the documents of the folder B of those of A, key by key. Exit status 5: something."""
    from mimas.cli.configuring import compare_folders

    end(compare_folders(a, b, json=json))


@config.command("export")
def export(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write into.", file_okay=False)],
) -> None:
    """Write the documents in force as files; applied, they change nothing."""
    from mimas.cli.publishing import export_to

    end(export_to(installation(context), folder))


@config.command("describe")
def describe(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write into.", file_okay=False)],
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="HOME",
            help="Describe the documents of a folder, in force or not.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
) -> None:
    """Write pages that explain the documents in force: systems, attributes, rules, precedence, flows."""
    from mimas.cli.publishing import describe as describe_

    end(describe_(installation(context), folder, source))
