"""Running steps, and saying how they go on."""

from collections.abc import Sequence

from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from mimas.cli.failing import Exit
from mimas.cli.installation import Installation
from mimas.cli.printing import out
from mimas.runs.engine import RunReport, StepReport, Watcher
from mimas.runs.setup import Step
from mimas.store.looking import run as run_of

_WORDS = {
    "full-import": "import",
    "delta-import": "import (delta)",
    "full-sync": "sync (full)",
    "delta-sync": "sync",
    "export": "export",
}
_SHOWN = 5
"""How many notes of a step are printed; the others are in ``mimas runs ID``."""


def run_steps(installation: Installation, title: str, steps: Sequence[Step]) -> int:
    """Run some steps with a progress line each, and end with what needs a person."""
    engine = installation.engine
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True) as progress:
        task = progress.add_task("", total=None)

        def begins(step: Step) -> None:
            progress.reset(task, description=_title(step), total=None)

        def ends(report: StepReport) -> None:
            _print_step(report)

        watcher = Watcher(
            begins=begins,
            advances=lambda count: progress.advance(task, count),
            says=lambda text: progress.update(task, description=text),
            ends=ends,
        )
        report = engine.run(title, steps, watcher)
    _print_notes(installation, report)
    if report.failed:
        return Exit.FAILED
    if report.held:
        return Exit.HELD
    return Exit.OBJECT_ERRORS if report.errors else Exit.DONE


def _title(step: Step) -> str:
    return f"{_WORDS[step.kind]} {step.connector or ''}".strip()


def _print_step(report: StepReport) -> None:
    outcome = report.outcome
    good = outcome.result == "success"
    counters = ", ".join(f"{count:,} {name}" for name, count in outcome.counters.items() if count) or "nothing to do"
    mark = "[green]✓[/]" if good else "[yellow]![/]" if outcome.result.startswith("completed") else "[red]✗[/]"
    result = "" if good else f" [bold]{outcome.result}[/]"
    out.print(f"{mark} {_title(report.step):<24}{result} {counters} [dim]({report.seconds:.1f} s)[/]")
    if outcome.message:
        out.print(f"    {outcome.message}", markup=False)


def _print_notes(installation: Installation, report: RunReport) -> None:
    described = run_of(installation.store, report.number)
    assert described is not None
    for step in described["steps"]:
        notes = step["notes"]
        for note in notes[:_SHOWN]:
            out.print(f"  {note['code']}: {note['name']}: {note['message']}", markup=False)
            if note["advice"]:
                out.print(f"    → {note['advice']}", markup=False)
        if len(notes) > _SHOWN:
            out.print(f"  … and {len(notes) - _SHOWN:,} more: `mimas runs {report.number}`", markup=False)
