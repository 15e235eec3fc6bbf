"""The scheduler: looks what is due, runs it, tells people, and sleeps until the next time.

It opens the installation anew for each look. So documents that were applied meanwhile count, no connection is held
while it sleeps, and a database that was away is found again. It may be killed at any instant: what it has to know
stands in the store.
"""

from collections.abc import Callable, Container
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from mimas.runs.engine import Course, Engine, RunReport, Watcher
from mimas.runs.pending import has_failed, has_work
from mimas.runs.setup import Schedule, Step
from mimas.schedules import standing, trouble
from mimas.schedules.post import Post
from mimas.schedules.standing import Standing
from mimas.schedules.timing import words
from mimas.store import looking, schedules
from mimas.store.database import BusyError
from mimas.store.history import retention
from mimas.store.history.chain import Cause
from mimas.store.pruning import prune_daily
from mimas.store.schedules import Memory

_LOOK = timedelta(minutes=1)
"""So often it looks at least: documents may have been applied, a run that was waited for may have ended."""
_BUSY = timedelta(seconds=5)
"""So soon it looks again when somebody else's run is under way."""
_LONG = timedelta(hours=1)
"""After so long somebody else's run is told to be in the way."""
_IN_THE_WAY = (
    "Another run is under way, begun by a person or by another process. `mimas runs` shows it, `mimas cancel` ends it "
    "after its batch."
)
_AWAY = timedelta(seconds=10)
"""So soon it looks again when it could not: the database was away, say."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the scheduler is given of the world around it."""

    open: Callable[[], AbstractContextManager[Engine]]
    """Opens the installation with the documents that are in force."""
    clock: Callable[[], datetime]
    sleep: Callable[[datetime], None]
    """Sleeps until an instant, or until it is to stop."""
    stops: Callable[[], bool]
    """Whether it is to stop: a run ends after the batch that is under way."""
    says: Callable[[str], None]
    passes: Callable[[Engine], None]
    """Does what time alone brings about, besides runs: memberships begin and end, resources expire."""
    watches: Callable[[Engine], Watcher]
    """Who is told how a run of this engine goes on."""
    explains: Callable[[Exception], str]
    """An error as a sentence that holds no secret."""


class Scheduler:
    """Runs the schedules of one installation."""

    def __init__(self, around: Surroundings, post: Post) -> None:
        self.around = around
        self.post = post
        self._said = ""

    def run(self) -> None:
        """Go on until it is to stop, whatever happens."""
        while not self.around.stops():
            now = self.around.clock()
            try:
                with self.around.open() as engine:
                    self.look(engine)
                    next_ = self.next(engine, self.around.clock())
                self._said = ""
                self.post.reached(self.around.clock())
            except BusyError:
                self._say("Another run is under way; the schedules wait until it has ended.")
                self.post.unreached(_IN_THE_WAY, now, _LONG)
                next_ = now + _BUSY
            except Exception as error:  # noqa: BLE001 - whatever it is, the next look may find it gone
                said = self.around.explains(error)
                self._say(said)
                self.post.unreached(said, now)
                next_ = now + _AWAY
            self.around.sleep(next_)

    def once(self) -> dict[str, str]:
        """Run what is due now, each schedule once at most; their names and results, as `RunReport` has them.

        Raises whatever keeps it from the first.
        """
        done: dict[str, str] = {}
        with self.around.open() as engine:
            try:
                while not self.around.stops() and (ran := self._first(engine, done)):
                    done.update([ran])
            except BusyError:
                if not done:
                    raise
            self._afterwards(engine)
        return done

    def look(self, engine: Engine) -> None:
        """Run the first schedule that is due; what else there is to do between two runs."""
        self._first(engine, ())
        self._afterwards(engine)

    def _afterwards(self, engine: Engine) -> None:
        """What time brings about; tell people what they do not know yet; once a day forget what was long ago."""
        self.around.passes(engine)
        self.post.deliver(engine, self.around.clock())
        setup, now, stops = engine.setup, self.around.clock(), self.around.stops
        with engine.store.caused_by(Cause("schedules", "old runs forgotten")):
            if setup.keep_runs is not None and (pruned := prune_daily(engine.store, now, setup.keep_runs, stops)):
                self.around.says(f"Forgotten: {pruned:,} of the runs from more than {words(setup.keep_runs)} ago.")
            keep = setup.keep_history
            if keep is not None and (pruned := retention.prune_daily(engine.store, now, keep, stops)):
                self.around.says(f"Forgotten: {pruned:,} entries of the history from more than {words(keep)} ago.")

    def next(self, engine: Engine, now: datetime) -> datetime:
        """When to look again: at the next time, but before long."""
        found = standings(engine, now)
        if standing.order(found, now):
            return now
        return min([now + _LOOK, *(one.due for one in found if one.due is not None and one.due > now)])

    def _first(self, engine: Engine, done: Container[str]) -> tuple[str, str] | None:
        """Run the first schedule that is due and not done; its name, and the result of the run."""
        now = self.around.clock()
        ready = [one for one in standing.order(standings(engine, now), now) if one.schedule.name not in done]
        if not ready:
            return None
        name = ready[0].schedule.name
        with engine.store.database.alone():
            # Somebody else may have run it before the lock was ours.
            (found,) = (one for one in standings(engine, now) if one.schedule.name == name)
            return name, self._run(engine, found, now) if found.ready(now) else ""

    def _run(self, engine: Engine, found: Standing, now: datetime) -> str:
        schedule, memory = found.schedule, found.memory
        if memory.started is not None:
            memory = self._cut_off(engine, schedule, memory, now)
        _save(engine, schedule, replace(memory, started=now))
        self.around.says(f"{schedule.name}: {schedule.profile}, due {found.due:%Y-%m-%d %H:%M:%S} UTC")
        try:
            report = self._steps(engine, schedule)
        except Exception as error:  # noqa: BLE001 - one schedule that cannot be run keeps no other from running
            note = self.around.explains(error)
            self.around.says(note)
            _save(engine, schedule, self._ended(memory, now, "failed", ("failed run",), note))
            return "failed"
        if report.stopped and self.around.stops():
            # It is still due: whoever starts the scheduler again goes on with it.
            _save(engine, schedule, replace(memory, started=None))
            return report.result
        # A person who has cancelled it knows of that; whether what they were told of before is over, nobody does.
        matters = memory.trouble if report.stopped else _trouble(engine, schedule, report)
        after = self._ended(memory, now, report.result, matters, "")
        _save(engine, schedule, replace(after, run=report.number or memory.run))
        return report.result

    def _steps(self, engine: Engine, schedule: Schedule) -> RunReport:
        def needs(step: Step) -> bool:
            return not schedule.if_changed or has_work(engine.store, step, engine.clock())

        steps = engine.profile(schedule.profile)
        by = engine.store.caused_by(Cause(f"schedule {schedule.name}"))
        with by, self.post.watched(engine, schedule, self.around.watches(engine), self.around.clock) as watcher:
            report = engine.run(schedule.profile, steps, watcher, Course(needs, self.around.stops))
        if not report.number:
            self.around.says("nothing to do")
        return report

    def _ended(self, memory: Memory, now: datetime, result: str, found: tuple[str, ...], note: str) -> Memory:
        return replace(
            memory,
            since=now,
            started=None,
            ended=self.around.clock(),
            run=0,
            result=result,
            trouble=found,
            note=note,
        )

    def _cut_off(self, engine: Engine, schedule: Schedule, memory: Memory, now: datetime) -> Memory:
        """Tell it before the run is begun again: what cut it off may do so once more."""
        note = f"The run that began at {memory.started:%Y-%m-%d %H:%M:%S} UTC was cut off. It is begun again now."
        memory = replace(memory, started=None, result="failed", trouble=("failed run",), note=note, run=0)
        _save(engine, schedule, memory)
        self.post.deliver(engine, now)
        return memory

    def _say(self, text: str) -> None:
        """Say it once, not at every look."""
        if text != self._said:
            self.around.says(text)
            self._said = text


def standings(engine: Engine, now: datetime, *, remember: bool = True) -> list[Standing]:
    """How every schedule in force stands, in the order of their names.

    What is seen for the first time is to be remembered, and what is no more forgotten; not by those who only look.
    """
    in_force = engine.setup.schedules
    with engine.store.transaction() as tx:
        known = schedules.load(tx, Memory)
        memories = {name: standing.seen(schedule, known.get(name), now) for name, schedule in in_force.items()}
        if remember:
            for name, memory in memories.items():
                if known.get(name) != memory:
                    schedules.save(tx, name, memory)
            schedules.forget(tx, known.keys() - in_force.keys())
        profiles = (profile for schedule in in_force.values() for profile in schedule.after)
        ends = schedules.ends(tx, profiles, now)
    return [standing.stand(schedule, memories[name], ends, now) for name, schedule in sorted(in_force.items())]


def _trouble(engine: Engine, schedule: Schedule, report: RunReport) -> tuple[str, ...]:
    """What went wrong in a run, and what of earlier ones lasts: objects that wait for another try, or for a person."""
    steps = engine.profile(schedule.profile)
    held = trouble.concerning(looking.open_holds(engine.store), steps)
    failed = [trouble.of_step("errors", step) for step in steps if has_failed(engine.store, step)]
    return tuple(dict.fromkeys((*trouble.of_run(report), *failed, *map(trouble.of_hold, held))))


def _save(engine: Engine, schedule: Schedule, memory: Memory) -> None:
    with engine.store.transaction(durable=True) as tx:
        schedules.save(tx, schedule.name, memory)
