"""The commands."""

import shlex
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from mimas import __version__
from mimas.cli.failing import CommandError, explained
from mimas.cli.given import Json
from mimas.cli.given import installation as _installation
from mimas.cli.secrets import secrets


class Commands(TyperGroup):
    """All commands: whatever stops one of them is told in a sentence, and in the exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was typed."""
        with explained():
            return super().invoke(ctx)


class Runs(TyperGroup):
    """``runs ID`` beside ``runs prune``: what is no command is meant for ``show``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put in the command that may be left out."""
        named = args and (args[0] in self.commands or args[0] == "--help")
        return super().parse_args(ctx, args if named else ["show", *args])


app = typer.Typer(
    name="mimas",
    cls=Commands,
    help="Keeps every person and group the same across HR, directories, databases and applications.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
config = typer.Typer(help="The documents in force.", no_args_is_help=True)
connector = typer.Typer(help="The connectors: kinds, configured ones, what they see.", no_args_is_help=True)
runs = typer.Typer(cls=Runs, help="The last runs, or one of them; forgetting old ones.")
learned = typer.Typer(help="How systems alter the values they are given.", invoke_without_command=True)
holds = typer.Typer(help="What is held, and letting it through.", invoke_without_command=True)
schedules = typer.Typer(help="When run profiles are run, and running them then.", invoke_without_command=True)
bench = typer.Typer(help="How fast this machine is.", no_args_is_help=True)
app.add_typer(config, name="config")
app.add_typer(connector, name="connector")
app.add_typer(runs, name="runs")
app.add_typer(holds, name="holds")
app.add_typer(learned, name="learned")
app.add_typer(schedules, name="schedules")
app.add_typer(secrets, name="secrets")
app.add_typer(bench, name="bench")

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


def _end(code: int) -> None:
    if code:
        raise typer.Exit(code)


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.")]) -> None:
    """Make a home folder with a small example that works."""
    from mimas.configuration.starter import write_starter

    try:
        written = write_starter(folder)
    except FileExistsError as error:
        raise CommandError(f"{error}. Nothing was written.") from None
    print(f"{folder} is a home of Mimas now, with {len(written)} files. Next:")
    print(f"  cd {shlex.quote(str(folder))}\n  mimas config apply\n  mimas run daily")


@app.command()
def check(context: typer.Context, json: Json = False) -> None:
    """Read the documents of the home folder; say what is wrong, where, and what was meant. Exit status 5: drift."""
    from mimas.cli.configuring import check_home

    _end(check_home(_installation(context), json=json))


@config.command("apply")
def apply(context: typer.Context) -> None:
    """Put the documents of the home folder into force, all or none."""
    from mimas.cli.configuring import apply_home

    _end(apply_home(_installation(context)))


@connector.command("types")
def connector_types(json: Json = False) -> None:
    """The kinds of connectors, and their settings."""
    from mimas.cli.connecting import types

    types(json=json)


@connector.command("list")
def connector_list(context: typer.Context, json: Json = False) -> None:
    """The connectors in force."""
    from mimas.cli.connecting import listing

    listing(_installation(context), json=json)


Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of a connector.")]


@connector.command("test")
def connector_test(context: typer.Context, name: Name, json: Json = False) -> None:
    """Reach a connected system, as its document says, and say what was found."""
    from mimas.cli.connecting import test

    test(_installation(context), name, json=json)


@connector.command("discover")
def connector_discover(context: typer.Context, name: Name, json: Json = False) -> None:
    """The object types and attributes the system has, ready to be pasted into its document."""
    from mimas.cli.connecting import discover

    discover(_installation(context), name, json=json)


@connector.command("containers")
def connector_containers(context: typer.Context, name: Name, json: Json = False) -> None:
    """The containers of a directory, each with the GUID by which it stays chosen when it is renamed."""
    from mimas.cli.connecting import containers

    containers(_installation(context), name, json=json)


@connector.command("set-password")
def connector_set_password(
    context: typer.Context,
    name: Name,
    key: Annotated[str, typer.Argument(metavar="OBJECT", help="The name (DN) or anchor of an object.")],
) -> None:
    """Give an object a password: asks for it, or reads the first line of standard input."""
    from mimas.cli.connecting import set_password

    set_password(_installation(context), name, key)


@connector.command("grade")
def connector_grade(
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="An installed subject, or module:attribute.")],
    check: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this check; may be repeated.")] = None,
    json: Json = False,
) -> None:
    """Try a connector of one's own against what it says that it can do. Exit status 1: it does not do it."""
    from mimas.cli.connecting import grade

    _end(grade(subject, check or (), json=json))


Limit = Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="Stop after so many objects.")]
To = Annotated[
    Path | None, typer.Option("--to", metavar="FILE", help="Write it to a drop file, too.", resolve_path=True)
]
Only = Annotated[bool, typer.Option("--only", help="With --to: do nothing else.")]
From = Annotated[
    Path | None,
    typer.Option("--from", metavar="FILE", help="Read a drop file, not the system.", resolve_path=True),
]


@app.command("import")
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
    _end(run_step(_installation(context), f"import {name}" + (" --delta" if delta else ""), step))


@app.command()
def sync(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Only what this connector shows.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Everything, not only what changed.")] = False,
) -> None:
    """Bring resources, and what every system should hold, to what the rules say."""
    from mimas.cli.running import run_steps
    from mimas.runs.setup import Step

    title = " ".join(part for part in ("sync", name or "", "--full" if full else "") if part)
    _end(run_steps(_installation(context), title, [Step("full-sync" if full else "delta-sync", name)]))


@app.command()
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
    _end(run_step(_installation(context), f"export {name}", step))


@app.command()
def run(
    context: typer.Context, profile: Annotated[str, typer.Argument(metavar="PROFILE", help="A run profile.")]
) -> None:
    """Run a profile: its steps, in order."""
    from mimas.cli.running import run_profile

    _end(run_profile(_installation(context), profile))


@app.command()
def status(context: typer.Context, json: Json = False) -> None:
    """How things stand: objects, what is pending, what is held. Exit status 4: something is held. 5: drift."""
    from mimas.cli.looking import status

    _end(status(_installation(context), json=json))


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
        runs(_installation(context), number, json=json)
    elif number is None:
        raise CommandError(f"Of which run? `mimas runs` lists them; then `mimas runs ID --of {of}`.")
    else:
        drill(_installation(context), number, of, step, limit, json=json)


@runs.command("prune")
def runs_prune(
    context: typer.Context,
    before: Annotated[str | None, typer.Option(metavar="DATE", help="2026-12-01, or with T18:00.")] = None,
    keep: Annotated[int | None, typer.Option(metavar="DAYS", min=0, max=36_500, help="In place of a date.")] = None,
) -> None:
    """Forget the runs that began before a date; without one those older than `keep_runs` in mimas.toml."""
    from mimas.cli.pruning import prune_runs

    prune_runs(_installation(context), before, keep)


@app.command()
def errors(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="A term of the history, or MIM's name for it.")
    ] = None,
    json: Json = False,
) -> None:
    """What the terms of the run history mean, and what to do."""
    from mimas.cli.explaining import explain

    explain(code, json=json)


@app.command()
def search(
    context: typer.Context,
    filter_: Annotated[str, typer.Argument(metavar="FILTER", help="For instance: /person[department = 'Sales']")],
    json: Json = False,
    limit: Annotated[int, typer.Option(min=1, help="At most this many.")] = 100,
) -> None:
    """Find resources by a filter."""
    from mimas.cli.looking import search

    search(_installation(context), filter_, limit=limit, json=json)


@app.command()
def show(
    context: typer.Context,
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="An object type, such as person.")],
    key: Annotated[str, typer.Argument(metavar="KEY", help="The value of an indexed attribute, or the id.")],
    json: Json = False,
) -> None:
    """A resource: its values, where each comes from, and its objects in every system."""
    from mimas.cli.looking import show

    show(_installation(context), type_, key, json=json)


Key = Annotated[str, typer.Argument(metavar="KEY", help="The anchor or the name of an object in that system.")]


@app.command()
def join(
    context: typer.Context,
    name: Name,
    key: Key,
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="An object type, such as person.")],
    resource: Annotated[str, typer.Argument(metavar="RESOURCE", help="The resource's id, or an indexed value.")],
) -> None:
    """Decide by hand to which resource an object belongs."""
    from mimas.cli.joining import join

    join(_installation(context), name, key, type_, resource)


@app.command()
def disconnect(
    context: typer.Context,
    name: Name,
    key: Key,
    normal: Annotated[bool, typer.Option("--normal", help="Forget what was decided: the rules do.")] = False,
) -> None:
    """Decide by hand that an object belongs to nobody, or let the rules decide again."""
    from mimas.cli.joining import disconnect

    disconnect(_installation(context), name, key, normal=normal)


@app.command()
def disconnectors(context: typer.Context, name: Name, json: Json = False) -> None:
    """The objects of a system that belong to nobody, and why."""
    from mimas.cli.joining import disconnectors

    disconnectors(_installation(context), name, json=json)


@app.command()
def release(
    context: typer.Context,
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="An object type, such as person.")],
    key: Annotated[str, typer.Argument(metavar="KEY", help="The resource's id, or an indexed value.")],
) -> None:
    """Let others have the unique values of a deleted resource."""
    from mimas.cli.joining import release

    release(_installation(context), type_, key)


@learned.callback()
def learned_list(context: typer.Context, json: Json = False) -> None:
    """What was learned of each system: in what form it shows the values it was given."""
    if context.invoked_subcommand is None:
        from mimas.cli.learning import listing

        listing(_installation(context), json=json)


@learned.command("forget")
def learned_forget(
    context: typer.Context, name: Name, attribute: Annotated[str, typer.Argument(metavar="ATTRIBUTE")]
) -> None:
    """Revoke what was learned of an attribute."""
    from mimas.cli.learning import forget

    forget(_installation(context), name, attribute)


@app.command()
def cancel(context: typer.Context) -> None:
    """Ask the run that is under way, here or in another process, to stop after its batch."""
    from mimas.cli.steering import cancel

    cancel(_installation(context))


@app.command()
def staging(
    context: typer.Context,
    switch: Annotated[Literal["on", "off"] | None, typer.Argument(help="Switch it.")] = None,
    json: Json = False,
) -> None:
    """Staging mode: import and sync everything, and send nothing; a second installation waits so to take over."""
    from mimas.cli.steering import staging

    staging(_installation(context), switch, json=json)


@app.command()
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

    grant(_installation(context), type_, key, attribute, target, begins=begins, until=until, reason=reason)


@app.command()
def grants(context: typer.Context, json: Json = False) -> None:
    """What is granted, until when, why, and by whom."""
    from mimas.cli.granting import listing

    listing(_installation(context), json=json)


@app.command()
def revoke(
    context: typer.Context, number: Annotated[int, typer.Argument(metavar="ID", help="The number of a grant.")]
) -> None:
    """End a grant now."""
    from mimas.cli.granting import revoke

    revoke(_installation(context), number)


@holds.callback()
def holds_list(context: typer.Context, json: Json = False) -> None:
    """What is held. Exit status 4: something is."""
    if context.invoked_subcommand is None:
        from mimas.cli.holding import listing

        _end(listing(_installation(context), json=json))


@holds.command("list")
def holds_list_too(context: typer.Context, json: Json = False) -> None:
    """What is held. Exit status 4: something is."""
    from mimas.cli.holding import listing

    _end(listing(_installation(context), json=json))


Number = Annotated[int, typer.Argument(metavar="ID", help="The number of a hold.")]


@holds.command("show")
def holds_show(context: typer.Context, number: Number, json: Json = False) -> None:
    """The objects of a hold."""
    from mimas.cli.holding import show

    show(_installation(context), number, json=json)


@holds.command("release")
def holds_release(context: typer.Context, number: Number) -> None:
    """Let what is held through."""
    from mimas.cli.holding import decide

    decide(_installation(context), number, let_through=True)


@holds.command("refuse")
def holds_refuse(context: typer.Context, number: Number) -> None:
    """Do not let it through; it leaves no trace."""
    from mimas.cli.holding import decide

    decide(_installation(context), number, let_through=False)


@schedules.callback()
def schedules_list(context: typer.Context, json: Json = False) -> None:
    """The schedules: when each comes next, how its last run ended, what it waits for."""
    if context.invoked_subcommand is None:
        from mimas.cli.scheduling import listing

        listing(_installation(context), json=json)


@schedules.command("run")
def schedules_run(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Run what is due now, and end.")] = False,
) -> None:
    """Run the schedules as they come, until SIGTERM or Ctrl-C; a run that is under way stops after its batch."""
    from mimas.cli.scheduling import run_schedules

    _end(run_schedules(_installation(context), once=once))


@app.command()
def watch(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Connectors; without any, all that can be watched.")
    ] = None,
) -> None:
    """Let every change in a directory go through the rules at once, until SIGTERM or Ctrl-C."""
    from mimas.cli.scheduling import watch

    _end(watch(_installation(context), names or []))


@app.command()
def mail(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Who gets it.")],
) -> None:
    """Send a mail to see whether the mail server takes it."""
    from mimas.cli.scheduling import send_test

    send_test(_installation(context), address)


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
