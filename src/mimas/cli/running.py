"""Running steps, and saying how they go on."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from mimas.cli.failing import CommandError, Exit
from mimas.cli.installation import Installation
from mimas.cli.printing import out, print_note
from mimas.cli.signals import Signals
from mimas.connectors.contract import ConnectorError
from mimas.runs.catalogue.words import RESULTS, counted, step_title
from mimas.runs.engine import Course, Engine, StepReport, Watcher
from mimas.runs.setup import Step
from mimas.store.looking import notes
from mimas.store.store import Store

_COLORS = {"✓": "green", "!": "yellow", "✗": "red"}
_SHOWN = 5
"""How many notes of a step are printed; the others are in ``mimas runs ID``."""


def run_profile(installation: Installation, name: str) -> int:
    """Run a profile."""
    return run_steps(installation, name, installation.engine.profile(name))


def run_step(installation: Installation, title: str, step: Step) -> int:
    """Run one step; in the history its title tells what is special about it. Raises `CommandError`."""
    if step.fault:
        raise CommandError(f"{step.fault[0].upper()}{step.fault[1:]}.")
    options = {"limit": step.limit, "to": step.to, "from": step.source}
    told = [f" --{name} {value}" for name, value in options.items() if value]
    return run_steps(installation, title + "".join(told) + (" --only" if step.only else ""), [step])


def run_steps(installation: Installation, title: str, steps: Sequence[Step]) -> int:
    """Run some steps with a progress line each; what needs a person is told beneath the step it comes from."""
    engine = installation.engine
    for step in steps:
        _require(engine, step)

    signals = Signals()
    with signals.caught(), progress() as watching:
        watcher = Watcher(**watching, ends=printing(engine.store))
        report = engine.run(title, steps, watcher, Course(stops=signals.stops))
    _print_end(report.number, failed=report.failed, held=report.held, errors=report.errors)
    return CODES[report.result]


CODES = {
    "success": Exit.DONE,
    "stopped": Exit.FAILED,
    "errors": Exit.OBJECT_ERRORS,
    "held": Exit.HELD,
    "failed": Exit.FAILED,
}
"""How a command ends after a run of that result, the worst last."""


def printing(store: Store) -> Callable[[StepReport], None]:
    """Prints how a step ended, and what a person should know of its objects."""

    def ends(report: StepReport) -> None:
        _print_step(report)
        _print_notes(store, report)

    return ends


def _require(engine: Engine, step: Step) -> None:
    """A step that its connector cannot do is told before the run begins. Raises `CommandError`."""
    if step.connector is None:
        return
    try:
        with engine.connector(step.connector) as connector:
            able = connector.capabilities
    except ConnectorError:
        return  # the step itself says it, and the others go on
    if step.kind == "delta-import" and not able.delta:
        raise CommandError(f"Connector {step.connector} cannot tell what has changed. Import it without --delta.")
    if step.kind == "full-import" and not able.read:
        raise CommandError(
            f"Connector {step.connector} is only written to: with its settings there is nothing to read."
        )
    if step.kind == "export" and not able.write:
        raise CommandError(f"Connector {step.connector} is only read: with its settings there is nothing to write.")


@contextmanager
def progress() -> Iterator[dict[str, Any]]:
    """A line that moves, for whoever looks at a terminal; nothing for a log."""
    if not out.is_terminal:
        yield {}
        return
    from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True) as progress:
        task = progress.add_task("", total=None)
        yield {
            "begins": lambda step: progress.reset(task, description=step_title(step.kind, step.connector), total=None),
            "advances": lambda count: progress.advance(task, count),
            "says": lambda text: progress.update(task, description=text),
        }


def _print_step(report: StepReport) -> None:
    outcome = report.outcome
    mark, result = RESULTS.get(outcome.result, ("!", outcome.result))
    told = counted(outcome.counters) or ("nothing to do" if outcome.result == "success" else "")
    parts = [f"[bold]{result}[/]" if result else "", told, f"[dim]({report.seconds:.1f} s)[/]"]
    title = step_title(report.step.kind, report.step.connector)
    out.print(f"[{_COLORS[mark]}]{mark}[/] {title:<24} " + " ".join(part for part in parts if part))
    if outcome.message:
        out.print(f"    {outcome.message}", markup=False)


def _print_notes(store: Store, report: StepReport) -> None:
    found = notes(store, report.number, _SHOWN + 1)
    for note in found[:_SHOWN]:
        print_note(note, "    ")
    if len(found) > _SHOWN:
        out.print("    … and more.", markup=False)


def _print_end(number: int, *, failed: bool, held: int, errors: int) -> None:
    """What to do about what was not done."""
    if failed or errors:
        out.print(f"Details: `mimas runs {number}`.", markup=False)
    if held:
        out.print("Something is held: `mimas holds`.", markup=False)
