"""The engine: steps and profiles of one installation, each a run in the history."""

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, partial
from typing import Any, cast

from mimas.connectors.contract import Connector, ConnectorError
from mimas.connectors.registry import open_connector
from mimas.runs.callouts import Callout, Callouts
from mimas.runs.drops import dressed, read_only
from mimas.runs.exporting import export_step, unknown_outcomes
from mimas.runs.extensions import Extensions
from mimas.runs.handing import hand_over
from mimas.runs.images import SENT
from mimas.runs.importing import Outcome, Progress, import_step, known
from mimas.runs.reading_back import read_back
from mimas.runs.session import Withheld
from mimas.runs.setup import ERRORS, ConnectorSetup, Setup, Step
from mimas.runs.stopping import STOPPED, Halt, StoppedError, failures, limit_errors
from mimas.runs.symbols import Symbols
from mimas.runs.syncing import sync_step
from mimas.runs.tally import Tally
from mimas.store import mode, runs
from mimas.store.database import Transaction
from mimas.store.history.roots import append_new
from mimas.store.runs import now as instant
from mimas.store.store import Store
from mimas.sync.compiling import Compiled, compile_rules
from mimas.sync.interest import Interest


class UsageError(Exception):
    """Something was asked for that is not set up; the message says what there is."""


_AS_ASKED = (STOPPED, "stopped-object-limit")
"""Results of steps that were stopped because somebody wanted that."""


@dataclass(frozen=True, slots=True)
class StepReport:
    """How a step ended."""

    number: int
    step: Step
    outcome: Outcome
    seconds: float


@dataclass(slots=True)
class RunReport:
    """How a run ended."""

    number: int
    """Its number in the history; 0 when no step was needed, so that there was no run."""
    steps: list[StepReport] = field(default_factory=list)
    stopped: bool = False
    """Whether it was asked to stop before its last step."""

    @property
    def result(self) -> str:
        """``failed``, ``stopped``, ``held``, ``errors`` or ``success``: the worst that is to be said."""
        if self.failed:
            return "failed"
        if self.stopped:
            return "stopped"
        return "held" if self.held else "errors" if self.errors else "success"

    @property
    def failed(self) -> bool:
        """Whether a step could not do its work at all."""
        results = (report.outcome.result for report in self.steps)
        return any(result.startswith(("stopped", "no-start")) and result not in _AS_ASKED for result in results)

    @property
    def errors(self) -> int:
        """How many objects had errors."""
        return sum(report.outcome.errors for report in self.steps)

    @property
    def held(self) -> int:
        """How many objects are held."""
        return sum(report.outcome.held for report in self.steps)


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who is told how a run goes on; every method may be left as it is."""

    begins: Callable[[Step], None] = lambda _: None
    advances: Callable[[int], None] = lambda _: None
    says: Callable[[str], None] = lambda _: None
    ends: Callable[[StepReport], None] = lambda _: None


@dataclass(frozen=True, slots=True)
class Course:
    """Who decides how a run goes on, between its steps; by itself it goes through all of them."""

    needs: Callable[[Step], bool] = lambda _: True
    """Asked when the steps before have ended; a step that is not needed is left out, and leaves no trace."""
    stops: Callable[[], bool] = lambda: False
    """Whether the steps that are left are not to be begun."""

    def next(self, left: Iterator[Step]) -> Step | None:
        """The next step that is needed."""
        return next((step for step in left if self.needs(step)), None)


_MUCH = 50_000
"""From so many changes in a step on, the database is tidied."""


@contextmanager
def collector_paused() -> Iterator[None]:
    """Batches are made of millions of short-lived tuples without cycles: searching them for some costs a fifth."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class Engine:
    """Runs the steps of one installation."""

    def __init__(self, store: Store, setup: Setup, *, clock: Callable[[], datetime] = instant) -> None:
        self.store = store
        self.setup = setup
        self.clock = store.clock = clock
        store.catalogue = setup.catalogue
        self._symbols: Symbols | None = None
        self.withheld = Withheld()
        """What syncs leave as it is."""
        self.sendable: Mapping[str, frozenset[int]] = {}
        """Connector → the only objects that an export may send; the others are held. What is not in it sends all."""
        self.extensions: Callable[[str], object] = Extensions(setup.home)
        """Gives a Python function by ``module:function``."""

    @cached_property
    def compiled(self) -> Compiled:
        """The rules, compiled once."""
        schemas = {name: connector.schema for name, connector in self.setup.connectors.items()}
        return compile_rules(self.setup.rules, schemas, self.extensions)

    @property
    def symbols(self) -> Symbols:
        """The compiled rules under the store's numbers."""
        if self._symbols is None:
            self._symbols = Symbols(self.store, self.compiled)
        return self._symbols

    def forget_symbols(self) -> None:
        """Numbers may have been given out in what is now undone."""
        self._symbols = None

    def connector(self, name: str) -> Connector[Any]:
        """Open a connector. Raises `UsageError` and `ConnectorError`."""
        setup = self.setup_of(name)
        return open_connector(name, setup.kind, setup.settings, setup.schema, self.setup.home, vault=self.setup.vault)

    def setup_of(self, name: str) -> ConnectorSetup:
        """How a connector is set up. Raises `UsageError`."""
        setup = self.setup.connectors.get(name)
        if setup is None:
            raise UsageError(f"There is no connector '{name}'. There is: {', '.join(sorted(self.setup.connectors))}.")
        return setup

    def profile(self, name: str) -> tuple[Step, ...]:
        """The steps of a run profile. Raises `UsageError`."""
        profile = self.setup.profiles.get(name)
        if profile is None:
            raise UsageError(f"There is no run profile '{name}'. There is: {', '.join(sorted(self.setup.profiles))}.")
        return profile.steps

    def run(
        self, title: str, steps: Iterable[Step], watcher: Watcher = Watcher(), course: Course = Course()
    ) -> RunReport:
        """Run some steps. A connector that fails is left out of the steps after it; the others go on.

        Raises `BusyError` when another run is under way: one at a time; and `RootsError` when it is done, and its root
        could not be kept.
        """
        steps = list(steps)
        for named in steps:
            if named.connector is not None:
                self.setup_of(named.connector)
        down: set[str] = set()
        left = iter(steps)
        halt = Halt(self.store, course.stops)
        with self.store.database.alone(), collector_paused():
            following = course.next(left)
            if following is None:
                return RunReport(0)
            report, number = self._begin(title, following)
            while (step := following) is not None:
                watcher.begins(step)
                begin = time.monotonic()
                what = f"run {report.number} ({title}): {step.title}"
                with self.store.caused_by(replace(self.store.cause, what=what, step=number)):
                    outcome = self._attempt(step, number, self.clock(), down, watcher, halt)
                # Not by the clock, which may be set meanwhile.
                done = StepReport(number, step, outcome, time.monotonic() - begin)
                report.steps.append(done)
                if outcome.counters.total() - outcome.counters["stage-no-change"] > _MUCH:
                    self.store.database.tidy()
                report.stopped = outcome.result == STOPPED or (halt.asked() and step is not steps[-1])
                following = None if report.stopped else course.next(left)
                number = self._between(report, number, outcome, following)
                watcher.ends(done)
            if self.setup.audit_roots is not None:
                append_new(self.store, self.setup.audit_roots)
        return report

    def _begin(self, title: str, first: Step) -> tuple[RunReport, int]:
        now = self.clock()
        with self.store.transaction() as tx:
            runs.close_interrupted(tx)
            runs.forget_stop(tx)
            report = RunReport(runs.begin_run(tx, title, now))
            number = runs.begin_step(tx, report.number, first.kind, first.connector, now)
        return report, number

    def _between(self, report: RunReport, number: int, outcome: Outcome, following: Step | None) -> int:
        """Close a step, and open the next one or close the run, in one transaction; the number of the next step."""
        now = self.clock()
        with self.store.transaction() as tx:
            outcome.counters.write(tx, number)
            runs.end_step(tx, number, outcome.result, outcome.counters, outcome.message, now)
            if following is not None:
                return runs.begin_step(tx, report.number, following.kind, following.connector, now)
            runs.end_run(tx, report.number, report.result, now)
        return 0

    def _attempt(
        self, step: Step, number: int, begin: datetime, down: set[str], watcher: Watcher, halt: Halt
    ) -> Outcome:
        """One step; a connected system that cannot be used is an outcome, not an exception."""
        if step.connector in down:
            return Outcome("no-start-connection", message=f"{step.connector} failed earlier in this run")
        # What was done before a system broke off stays done, so it stays counted.
        counters = Tally()
        try:
            return self._do(step, number, begin, watcher, halt, counters)
        except StoppedError as error:
            self._symbols = None
            return Outcome(error.term, counters, error.message, errors=failures(counters))
        except ConnectorError as error:
            if step.connector is not None:
                down.add(step.connector)
            return Outcome("stopped-connectivity", counters, f"{error.message} {error.advice}".strip(), errors=1)
        except BaseException:
            # Patterns may have been remembered in a transaction that was rolled back.
            self.forget_symbols()
            raise

    def _do(self, step: Step, number: int, begin: datetime, watcher: Watcher, halt: Halt, counters: Tally) -> Outcome:
        limit = self.setup_of(step.connector).errors if step.connector else ERRORS

        def pulse() -> None:
            halt.check()
            limit_errors(counters, limit)

        def advances(count: int) -> None:
            watcher.advances(count)
            pulse()

        if step.kind in ("full-sync", "delta-sync"):
            return sync_step(
                self.symbols,
                number,
                begin,
                connector=step.connector,
                full=step.kind == "full-sync",
                say=watcher.says,
                pulse=pulse,
                counters=counters,
                withheld=self.withheld,
            )
        assert step.connector is not None
        with (
            self.connector(step.connector) as opened,
            dressed(opened, step, self.setup.home, begin, counters) as connector,
        ):
            if step.kind == "export":
                export = partial(self._export, connector, step, number, begin, advances)
                return self._rehearsed(export, number, counters) if step.only else export(counters)
            delta = step.kind == "delta-import"
            if step.only:
                return read_only(self.store, connector, number, delta=delta, counters=counters, progress=advances)
            return import_step(
                self.store,
                connector,
                self.setup_of(step.connector),
                number,
                begin,
                delta=delta,
                interest=self.compiled.interest(step.connector),
                counters=counters,
                progress=advances,
            )

    def _export(
        self, connector: Connector[Any], step: Step, number: int, begin: datetime, progress: Progress, counters: Tally
    ) -> Outcome:
        setup, interest = self.setup_of(connector.name), self.compiled.interest(connector.name)
        with self.store.transaction() as tx:
            if not step.only and (staged := self._staged(tx, connector.name, counters)):
                return staged
            unknown = unknown_outcomes(tx, self.store.symbol(connector.name))
        if not step.only:
            hand_over(self.store, connector)
        self._read_back(connector, setup, number, begin, interest, unknown)
        outcome = export_step(
            self.symbols,
            connector,
            number,
            setup=setup,
            interest=interest,
            callouts=Callouts() if step.only else self._callouts(setup),
            counters=counters,
            now=begin,
            retry=step.retry,
            limit=step.limit,
            only=self.sendable.get(connector.name, frozenset() if setup.approval else None),
            progress=progress,
        )
        if setup.read_back and not step.only:
            confirmed = read_back(self.store, connector, number, begin, interest)
            outcome.counters.take(confirmed.counters, but="stage-")
        return outcome

    def _rehearsed(self, export: Callable[[Tally], Outcome], number: int, counters: Tally) -> Outcome:
        """An export that only writes a file: it is done as any other, to a connector that takes everything, and undone.

        What was said of single objects is kept; what was counted and held did not happen.
        """
        try:
            with self.store.rehearsal() as tx:
                outcome = export(Tally())
                notes = runs.noted(tx, number)
        finally:
            self._symbols = None
        with self.store.transaction() as tx:
            runs.note(tx, number, notes)
        held = f" A guard would hold {outcome.held} more." if outcome.held else ""
        message = f"Nothing was sent; the file holds what would be.{held}"
        result = "success" if outcome.result == "completed-held" else outcome.result
        return replace(outcome, result=result, counters=counters, message=message, held=0)

    def _staged(self, tx: Transaction, connector: str, counters: Tally) -> Outcome | None:
        """How an export ends that is not done, because this installation is in staging mode."""
        if mode.staging_since(tx) is None:
            return None
        sql = "SELECT object FROM pending_export WHERE connector = ? AND state <> ?"
        ids = [row[0] for row in tx.rows(sql, self.store.symbol(connector), SENT)]
        counters.look(tx, "export-staged", ids)
        message = (
            f"This installation is in staging mode: {len(ids)} objects of {connector} differ from what the rules want, "
            "and nothing is sent. `mimas staging off` makes it the active one."
        )
        return Outcome(counters=counters, message=message)

    def _callouts(self, setup: ConnectorSetup) -> Callouts:
        before, after = (
            cast("Callout", self.extensions(name)) if name else None
            for name in (setup.before_export, setup.after_export)
        )
        return Callouts(before, after)

    def _read_back(
        self,
        connector: Connector[Any],
        setup: ConnectorSetup,
        number: int,
        now: datetime,
        interest: Interest,
        unknown: int,
    ) -> None:
        """Look before sending: after a step that died on the wire, and before a listing is replaced at first."""
        unread = connector.capabilities.listing and not known(self.store, connector.name)
        if not connector.capabilities.read or not (unknown or unread):
            return
        outcome = import_step(
            self.store,
            connector,
            setup,
            number,
            now,
            delta=False,
            interest=interest,
            counters=Tally(),
        )
        if unread and outcome.errors:
            raise ConnectorError(
                f"Connector {connector.name}: its listing was never imported, and {outcome.errors} of its records "
                "cannot be read; an export would replace it and lose them.",
                f"See what is wrong with `mimas import {connector.name}`, and put it right or move the file away.",
            )
