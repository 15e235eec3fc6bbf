"""What goes on beside the pages: one run, or one plan, at a time, in a thread of its own.

Whoever stops the server, or kills it, loses nothing: a run that is cut off goes on with the next one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Lock, Thread
from typing import TypeAlias

from mimas.runs.engine import Course, Watcher
from mimas.runs.setup import Step
from mimas.store.history.chain import Cause
from mimas.store.runs import now
from mimas.web.inside import Inside, Pool

_PATIENCE = 30
"""So many seconds a run gets to end its batch when the server ends."""


@dataclass
class Task:
    """One thing that goes on, or has gone on: how far it has come, as pages look at it meanwhile."""

    title: str
    by: str
    begun: datetime
    step: Step | None = None
    count: int = 0
    says: str = ""
    ended: bool = False
    result: str = ""
    """Where to look at what came of it."""
    told: tuple[str, int] | None = None
    """What is to be said of it besides: a text with a ``{count}``, which is translated where it is shown."""
    error: str = ""
    """Why nothing came of it."""
    stop: Event = field(default_factory=Event)

    @property
    def watcher(self) -> Watcher:
        """Tells it how the steps go on."""
        return Watcher(begins=self._begins, advances=self._advances, says=self._says)

    @property
    def course(self) -> Course:
        """Stops when somebody wants it to."""
        return Course(stops=self.stop.is_set)

    def _begins(self, step: Step) -> None:
        self.step, self.count, self.says = step, 0, ""

    def _advances(self, count: int) -> None:
        self.count += count

    def _says(self, text: str) -> None:
        self.says = text


Work: TypeAlias = Callable[[Inside, Task], str]
"""Does it; where to look at what came of it."""


class Background:
    """Where it goes on."""

    def __init__(self, pool: Pool, explains: Callable[[Exception], str] = str) -> None:
        self._pool = pool
        self._explains = explains
        self._lock = Lock()
        self._thread: Thread | None = None
        self.task: Task | None = None
        """What goes on, or has gone on last."""

    def begin(self, title: str, cause: Cause, work: Work) -> bool:
        """Begin something; not while something else goes on."""
        with self._lock:
            if self.task is not None and not self.task.ended:
                return False
            self.task = task = Task(title, cause.person, now())
            self._thread = Thread(target=self._do, args=(task, cause, work), name=title, daemon=True)
            self._thread.start()
        return True

    def close(self) -> None:
        """Ask what goes on to stop, and give it a while."""
        if self.task is not None:
            self.task.stop.set()
        if self._thread is not None:
            self._thread.join(_PATIENCE)

    def _do(self, task: Task, cause: Cause, work: Work) -> None:
        try:
            with self._pool.take() as inside, inside.store.caused_by(cause):
                task.result = work(inside, task)
        except Exception as error:  # noqa: BLE001 - whoever has begun it is told
            task.error = self._explains(error)
        finally:
            task.ended = True
