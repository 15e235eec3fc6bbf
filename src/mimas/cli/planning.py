"""``plan``, ``undo`` and ``apply``: what would be done, and doing it."""

from dataclasses import replace
from pathlib import Path

import msgspec

from mimas.cli.agreeing import load
from mimas.cli.failing import CommandError, Exit
from mimas.cli.installation import Installation, person
from mimas.cli.plan_page import page
from mimas.cli.plan_text import print_applied, print_plan
from mimas.cli.printing import as_json, errors, instant, out
from mimas.cli.running import CODES, printing, progress
from mimas.configuration.planned import Before
from mimas.configuration.reading import Document, unpack
from mimas.runs.engine import Watcher
from mimas.runs.planning.agreeing import demand, sign
from mimas.runs.planning.applying import Applied, apply
from mimas.runs.planning.grouping import summary
from mimas.runs.planning.inputs import entries_of_run
from mimas.runs.planning.plan import Plan, PlanError, write
from mimas.runs.planning.rehearsing import Prepare, Recipe, plan, recipe
from mimas.runs.planning.undoing import documents_before, inputs_of, source_driven, unsendable
from mimas.runs.setup import Step
from mimas.secrets.keys import FILE
from mimas.store.history.past import begin, first_place, last_place


def make(
    installation: Installation,
    profile: str | None,
    *,
    config: Path | None,
    file: Path | None,
    html: Path | None,
    everything: bool,
    json: bool,
) -> int:
    """Plan a run profile, or a sync and all exports; under other documents, if a folder of them is given."""
    under = Before((), None if config is None else _read(installation, config))
    prepare, judged = under.prepared(installation.engine)
    what = recipe(judged, profile)
    if config is not None:
        what = replace(what, title=f"the documents of {config}, then {what.title}")
    return _told(_plan(installation, prepare, what), under, file=file, html=html, everything=everything, json=json)


def _plan(installation: Installation, prepare: Prepare, what: Recipe) -> Plan:
    with progress() as watching:
        return plan(prepare, installation.engine, what, person(), Watcher(**watching))


def _told(made: Plan, under: Before, *, file: Path | None, html: Path | None, everything: bool, json: bool) -> int:
    """Sign a plan, write it and print it."""
    under.written(made)
    signed = sign(made)
    if file is not None:
        file.write_bytes(write(made))
    if html is not None:
        html.write_text(page(made), encoding="utf-8")
    if json:
        made.seal()
        as_json({"summary": summary(made), **msgspec.to_builtins(made)})
    else:
        print_plan(made, everything=everything)
        if file is not None and not made.empty:
            so = "" if signed else f" It is not signed: {FILE} names no file with a key."
            out.print(f"\nWritten to {file}.{so} To do just this: mimas apply {file}", markup=False)
    return _worst(made)


def _worst(made: Plan) -> int:
    """How the command ends, as a run would: a step that could not be done, something held, errors of objects."""
    if any(done.result.startswith(("stopped", "no-start")) for done in made.done):
        errors.print("A step could not be done, so the plan goes by what was known before.", style="red")
        return Exit.FAILED
    return Exit.HELD if made.guards else Exit.OBJECT_ERRORS if any(done.errors for done in made.done) else Exit.DONE


def undo(
    installation: Installation,
    run: int | None,
    *,
    entry: int | None,
    file: Path | None,
    html: Path | None,
    everything: bool,
    json: bool,
) -> int:
    """Plan to put back what a run, or one entry of the history, has put in."""
    store = installation.store
    with store.reading() as tx:
        entries = entries_of_run(tx, run) if run is not None else [entry] if entry else []
        if not entries or entries[-1] > last_place(tx):
            missing = f"Run {run} has changed nothing" if run is not None else f"There is no entry {entry}"
            raise CommandError(f"{missing} that the history has. `mimas runs` lists the runs.")
        if entries[0] <= first_place(tx):
            older = f"What was before {f'run {run}' if run is not None else f'entry {entry}'}"
            raise CommandError(f"{older} is not known: the history reaches back to {instant(begin(tx))}.")
        inputs, said = inputs_of(tx, entries)
        documents = documents_before(tx, entries)
    under = Before(tuple(inputs), None if documents is None else [unpack(k, n, b, f) for k, n, b, f in documents])
    prepare, judged = under.prepared(installation.engine)
    title = f"undo run {run}" if run is not None else f"undo entry {entry} of the history"
    what = replace(recipe(judged, None), title=title)
    made = _plan(installation, prepare, what)
    with store.reading() as tx:
        made.remarks = (*said, *unsendable(tx, store, entries), *source_driven(tx, entries, made))
    return _told(made, under, file=file, html=html, everything=everything, json=json)


def apply_plan(installation: Installation, file: Path, *, whole: bool) -> int:
    """Do what a plan says."""
    made = load(file)
    under = Before.of(made)
    prepare, judged = under.prepared(installation.engine)
    try:
        demand(judged, made)
    except PlanError as error:
        raise CommandError(str(error)) from None
    what = Recipe(f"apply ({made.title})", tuple(Step(kind, connector) for kind, connector in made.steps), made.exports)
    engine = installation.engine
    with progress() as watching, installation.doing(f"the plan of {made.title} applied"):
        watcher = Watcher(**watching, ends=printing(engine.store))
        applied = apply(
            prepare, engine, made, what, watcher, whole=whole, send=lambda: under.prepared(installation.engine)[1]
        )
    print_applied(applied)
    return _code(applied)


def _code(applied: Applied) -> int:
    if applied.refused:
        return Exit.FAILED
    worst = max((CODES[report.result] for report in applied.runs), default=Exit.DONE)
    return Exit.HELD if applied.held and worst == Exit.DONE else worst


def _read(installation: Installation, folder: Path) -> list[Document]:
    from mimas.cli.configuring import print_problems, read_documents
    from mimas.configuration.problem import errors as only_errors

    documents, problems = read_documents(installation, folder)
    if wrong := only_errors(problems):
        print_problems(wrong)
        raise CommandError("Nothing was planned: put these right first.", Exit.FAILED)
    return documents
