"""Running the benchmark: each step timed in this process, then the bare programs."""

import gc
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from mimas.bench.bare import Bare, of
from mimas.bench.people import configured, write_changes, write_departments, write_people
from mimas.runs.engine import Engine
from mimas.runs.setup import Step, StepKind
from mimas.store.store import Store

DELTA = "delta of 10 objects"
_DELTAS = 40


@dataclass(slots=True)
class Figure:
    """One step: seconds, objects a second, peak memory of the process so far (MB), and the bare program's rate."""

    step: str
    seconds: float
    rate: float
    peak: int
    bare: float | None = None


Say = Callable[[str], None]


def run(count: int, database: str | None, say: Say = lambda _: None) -> tuple[list[Figure], int]:
    """The whole benchmark in a temporary folder; the figures, and the database's size in bytes."""
    with tempfile.TemporaryDirectory(prefix="mimas-bench-") as name:
        folder = Path(name)
        return _run(folder, count, database or f"sqlite:///{folder / 'mimas.db'}", say)


def _run(folder: Path, count: int, database: str, say: Say) -> tuple[list[Figure], int]:
    say("writing the files")
    write_people(folder / "hr.csv", count)
    write_departments(folder / "departments.csv")
    store = Store(database)
    if store.exists():
        raise FileExistsError(f"{store.database.display} is in use already; the benchmark wants an empty database")
    store.migrate()
    engine = Engine(store, configured(folder))
    figures: list[Figure] = []

    def timed(title: str, kind: StepKind, connector: str | None = None) -> None:
        say(title)
        begin = time.perf_counter()
        _expect(engine, Step(kind, connector))
        seconds = time.perf_counter() - begin
        figures.append(Figure(title, seconds, count / seconds, _peak()))

    _expect(engine, Step("full-import", "departments"))
    timed("first import", "full-import", "hr")
    timed("unchanged import", "full-import", "hr")
    write_people(folder / "hr.csv", count, changed=50)
    timed("import, 2 % changed", "full-import", "hr")
    timed("full sync with provisioning", "full-sync")
    timed("full sync, nothing to do", "full-sync")
    with _snapshot(store, folder) as snapshot:
        timed("export to a file", "export", "app")
        timed("confirming import", "full-import", "app")
        _expect(engine, Step("delta-sync"))
        figures.append(_deltas(folder, store, count, say))
        size = _size(store)
        store.close()
        if snapshot is not None:
            _bare(folder, snapshot, figures, count, say)
    return figures, size


def _expect(engine: Engine, *steps: Step) -> None:
    for report in engine.run("bench", steps).steps:
        if report.outcome.result != "success":
            raise RuntimeError(f"{report.step}: {report.outcome.result} {report.outcome.message}")


def _deltas(folder: Path, store: Store, count: int, say: Say) -> Figure:
    """Ten changed rows in by a change file, through sync, out to a change file; the median of many."""
    say(DELTA)
    engine = Engine(store, configured(folder, export="changes"))
    seconds = []
    for turn in range(_DELTAS):
        numbers = [(turn * 997 + n * 101) % count for n in range(10)]
        write_changes(folder / "hr-changes.csv", numbers, 100 + turn)
        begin = time.perf_counter()
        _expect(engine, Step("delta-import", "hr"), Step("delta-sync"), Step("export", "app"))
        seconds.append(time.perf_counter() - begin)
    middle = median(seconds)
    return Figure(DELTA, middle, 10 / middle, _peak())


@contextmanager
def _snapshot(store: Store, folder: Path) -> Iterator[Path | None]:
    """A copy of the database as the full sync left it, for the bare programs (SQLite only)."""
    if store.database.postgresql:
        yield None
        return
    path = folder / "snapshot.db"
    store.database.copy_to(path)
    yield path
    path.unlink()


def _bare(folder: Path, snapshot: Path, figures: list[Figure], count: int, say: Say) -> None:
    bare = Bare(folder, snapshot)
    programs = of(bare)
    try:
        for figure in figures:
            program = programs.get(figure.step)
            if program is not None:
                say(f"bare: {figure.step}")
                gc.collect()
                begin = time.perf_counter()
                program()
                figure.bare = count / (time.perf_counter() - begin)
    finally:
        bare.close()


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _size(store: Store) -> int:
    with store.transaction() as tx:
        if store.database.postgresql:
            return int(tx.value("SELECT pg_database_size(current_database())"))
        return int(tx.value("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"))
