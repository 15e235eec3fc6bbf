"""Making a plan: the run is done as any other, in a transaction that is undone, and what it has changed is read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mimas.runs.comparing import Comparer
from mimas.runs.engine import Engine, RunReport, UsageError, Watcher, collector_paused
from mimas.runs.guarding import hold
from mimas.runs.importing import Outcome
from mimas.runs.planning.gathering import Gatherer
from mimas.runs.planning.plan import Done, Plan, Unit
from mimas.runs.setup import Step
from mimas.runs.tally import Tally
from mimas.store import runs
from mimas.store.database import Transaction
from mimas.store.history import past
from mimas.store.runs import moment

_NOTES = 1_000


@dataclass(frozen=True, slots=True)
class Recipe:
    """What is planned: the title, the steps that can be foreseen, to whom is sent, and the steps that cannot."""

    title: str
    steps: tuple[Step, ...]
    exports: tuple[str, ...]
    later: tuple[Step, ...] = ()


def recipe(engine: Engine, profile: str | None) -> Recipe:
    """A run profile up to its first export, and all of its exports; without one, a sync and all exports.

    Raises `UsageError`.
    """
    if profile is None:
        written = sorted({target.connector for some in engine.compiled.targets.values() for target in some})
        return Recipe("sync and export", (Step("delta-sync"),), tuple(written))
    steps = engine.profile(profile)
    if any(step.source for step in steps):
        raise UsageError(f"Profile {profile} imports from a file, and what a file will hold cannot be foreseen.")
    # What is only written to a file changes nothing.
    steps = tuple(Step(step.kind, step.connector) for step in steps if not step.only)
    first = next((index for index, step in enumerate(steps) if step.kind == "export"), len(steps))
    exports = tuple(dict.fromkeys(step.connector for step in steps if step.kind == "export" and step.connector))
    later = tuple(step for step in steps[first:] if step.kind != "export")
    return Recipe(f"run {profile}", tuple(steps[:first]), exports, later)


@dataclass(slots=True)
class Rehearsed:
    """What came of it."""

    report: RunReport
    units: list[Unit]
    sent: Mapping[str, list[tuple[str, int]]]
    """Unit → the objects (connector, id) that it would send."""
    guards: list[str]
    done: tuple[Done, ...]
    notes: tuple[Mapping[str, Any], ...]


Prepare = Callable[[], Engine]
"""Puts other documents or inputs into force, within the transaction at hand; the engine that goes by them."""


def plan(prepare: Prepare, engine: Engine, what: Recipe, by: str, watcher: Watcher) -> Plan:
    """The plan of what would be done. Nothing is changed; nothing is sent. Raises `BusyError`."""
    store = engine.store
    at = engine.clock()
    with store.database.alone(), collector_paused(), _undone(engine) as tx:
        place = past.last_place(tx)
        root = str(tx.value("SELECT root FROM batch WHERE place = ?", place))
        rehearsed = rehearse(tx, prepare(), what, place, watcher, guarded=True)
    return Plan(
        what.title,
        moment(at),
        by,
        place,
        root,
        tuple((step.kind, step.connector) for step in what.steps),
        what.exports,
        tuple(step.title for step in what.later),
        done=rehearsed.done,
        units=rehearsed.units,
        notes=rehearsed.notes,
        guards=tuple(rehearsed.guards),
    )


@contextmanager
def _undone(engine: Engine) -> Iterator[Transaction]:
    try:
        with engine.store.rehearsal() as tx:
            yield tx
    finally:
        engine.forget_symbols()


def rehearse(
    tx: Transaction, engine: Engine, what: Recipe, since: int, watcher: Watcher, *, guarded: bool
) -> Rehearsed:
    """Do the steps in the transaction at hand, and read what they have changed, and what would be sent.

    ``guarded``: say what guards would hold of it, for which the holds are made.
    """
    report = engine.run(what.title, what.steps, watcher) if what.steps else RunReport(0)
    guards = [f"{step.step.title}: {_first(step.outcome.message)}" for step in report.steps if step.outcome.held]
    held = {}
    for connector in what.exports if guarded else ():
        if message := _guarded(tx, engine, connector):
            guards.append(f"{connector}: {message}")
            held[connector] = message
    gatherer = Gatherer(tx, engine.symbols, since, engine.clock())
    units = gatherer.units(what.exports, held)
    return Rehearsed(report, units, gatherer.sent(), guards, _done(report), _notes(tx, report))


def _guarded(tx: Transaction, engine: Engine, connector: str) -> str:
    """What the guards of a connector would hold."""
    number, interest = engine.store.symbol(connector), engine.compiled.interest(connector)
    outcome = Outcome(counters=Tally())
    comparer = Comparer(tx, engine.store, number, interest.lenience)
    hold(tx, number, 0, engine.setup_of(connector), comparer, outcome, engine.clock())
    return _first(outcome.message) if outcome.held else ""


def _first(message: str) -> str:
    """The first sentence; those after it say what to do about a hold, which is not there yet."""
    return message.strip().split(". ")[0].rstrip(".")


def _done(report: RunReport) -> tuple[Done, ...]:
    steps = ((step.step.title, step.outcome) for step in report.steps)
    return tuple(
        Done(title, o.result, {k: n for k, n in o.counters.items() if n}, o.message, o.errors) for title, o in steps
    )


def _notes(tx: Transaction, report: RunReport) -> tuple[Mapping[str, Any], ...]:
    found: Sequence[runs.Note] = [note for step in report.steps for note in runs.noted(tx, step.number)]
    return tuple(note._asdict() for note in found[:_NOTES])
