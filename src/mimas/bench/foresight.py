"""What it costs to see before and to explain after: a plan, a preview, a proof, and the history behind them.

The company of `mimas.bench.people`, at rest. A rule is changed that gives everybody another name.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from mimas.bench.people import configured, documents, write_departments, write_people
from mimas.configuration.apply import apply as put_into_force
from mimas.configuration.build import setup
from mimas.configuration.reading import Document, read
from mimas.runs.engine import Engine, Watcher
from mimas.runs.explaining.preview import preview
from mimas.runs.explaining.why import why
from mimas.runs.explaining.why_not import why_not
from mimas.runs.planning.applying import apply
from mimas.runs.planning.plan import write
from mimas.runs.planning.rehearsing import Recipe, plan
from mimas.runs.setup import Step
from mimas.store.history import recording
from mimas.store.store import Store

_NAME, _OTHER = 'Trim([First]) & " " & Trim([Last])', 'Trim([Last]) & ", " & Trim([First])'
_TIMES = 9
_ALL = (
    Step("full-import", "departments"), Step("full-import", "hr"), Step("full-sync"),
    Step("export", "app"), Step("full-import", "app"), Step("delta-sync"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """What was done, the seconds it took, and a remark."""

    what: str
    seconds: float
    remark: str = ""


def run(count: int, say: Callable[[str], None] = lambda _: None) -> Iterator[Figure]:
    """Everything, on SQLite in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="mimas-bench-") as name:
        yield from _history(Path(name), count, say)
        yield from _plans(Path(name), count, say)


def _world(folder: Path, count: int) -> Engine:
    folder.mkdir()
    write_people(folder / "hr.csv", count)
    write_departments(folder / "departments.csv")
    store = Store(f"sqlite:///{folder / 'mimas.db'}")
    store.migrate()
    return Engine(store, configured(folder))


def _history(folder: Path, count: int, say: Callable[[str], None]) -> Iterator[Figure]:
    """The same steps with the history and without, in turn: processor time, which other work on the machine spares."""
    say("with the history, and without")
    worlds = [_world(folder / "with", count), _world(folder / "without", count)]
    store = worlds[1].store
    store.database.before_commit = lambda _: None
    for statement in recording.off(postgresql=False):
        store.database.connection().cursor().execute(statement)
    for step in _ALL:
        took = []
        for engine in worlds:
            begin = time.process_time()
            _expect(engine, step)
            took.append(time.process_time() - begin)
        if step.connector != "departments" and step.kind != "delta-sync":
            yield Figure(
                f"{step.title}, with the history", took[0], f"without {took[1]:.2f} s: {took[0] / took[1] - 1:+.0%}"
            )
    for engine in worlds:
        engine.store.close()


def _plans(folder: Path, count: int, say: Callable[[str], None]) -> Iterator[Figure]:
    say("a company at rest")
    engine = _world(folder / "company", count)
    before, after = (_documents(text) for text in (documents("listing"), documents("listing").replace(_NAME, _OTHER)))
    put_into_force(engine.store, before)
    _expect(engine, *_ALL)
    what = Recipe("bench", (Step("delta-sync"),), ("app",))
    home = engine.setup.home

    def changed() -> Engine:
        put_into_force(engine.store, after)
        return Engine(engine.store, setup(home, after))

    say("plans")
    begin = time.perf_counter()
    plan(lambda: engine, engine, what, "bench", Watcher())
    yield Figure("plan, nothing to do", time.perf_counter() - begin)
    begin = time.perf_counter()
    made = plan(changed, engine, what, "bench", Watcher())
    seconds = time.perf_counter() - begin
    yield Figure("plan, a changed rule", seconds, f"{len(made.units):,} people, file {len(write(made)) / 1e6:,.0f} MB")
    begin = time.perf_counter()
    sender = Engine(engine.store, setup(home, after))
    done = apply(changed, engine, made, what, Watcher(), whole=True, send=lambda: sender)
    yield Figure("apply it, with the export", time.perf_counter() - begin, f"{len(done.done):,} people")
    engine = Engine(engine.store, setup(home, after))
    person = int(_first(engine.store))
    say("proofs")
    for title, ask in {
        "preview of one": lambda: preview(engine, person),
        "why one value": lambda: why(engine, person, "displayName"),
        "why not there": lambda: why_not(engine, person, "app"),
    }.items():
        yield Figure(title, _middle(ask), "median of 9")
    engine.store.close()


def _first(store: Store) -> int:
    with store.transaction() as tx:
        return int(tx.value("SELECT max(id) FROM resource"))


def _middle(ask: Callable[[], object]) -> float:
    seconds = []
    for _ in range(_TIMES):
        begin = time.perf_counter()
        ask()
        seconds.append(time.perf_counter() - begin)
    return median(seconds)


def _documents(text: str) -> list[Document]:
    found, problems = read(text)
    assert not problems, problems
    return found


def _expect(engine: Engine, *steps: Step) -> None:
    for report in engine.run("bench", steps).steps:
        if report.outcome.result != "success":
            raise RuntimeError(f"{report.step}: {report.outcome.result} {report.outcome.message}")
