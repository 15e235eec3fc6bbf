"""An installation as the pages work with it: opened beforehand, for one visitor at a time, as it is in force then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock

from mimas.configuration.documents import KINDS
from mimas.requests.processing import Requests
from mimas.requests.viewing import Viewer
from mimas.runs.engine import Engine
from mimas.store import documents
from mimas.store.store import Store
from mimas.workflows.desk import Desk

_KEPT = 8
"""So many are kept open for whoever comes next."""


@dataclass
class Inside:
    """One opening. What is opened holds a connection to the database, so only one visitor at a time has it."""

    name: str
    """What the installation is called."""
    engine: Engine
    requests: Requests
    close: Callable[[], None]
    state: str = ""

    @property
    def store(self) -> Store:
        """Its store."""
        return self.engine.store

    @property
    def desk(self) -> Desk:
        """Where wishes are taken."""
        return Desk(self.requests)

    def viewer(self, actor: int | None) -> Viewer:
        """What somebody sees; None is the owner of the machine."""
        return Viewer(self.store, self.requests.policies, actor)

    def stands(self) -> bool:
        """Whether the documents that it was opened with are those in force; it remembers them at the first look."""
        with self.store.reading() as tx:
            state = documents.state(tx, KINDS)
        self.state = self.state or state
        return self.state == state


@dataclass
class Pool:
    """Those that are open, and nobody uses just now."""

    opens: Callable[[], Inside]
    _free: list[Inside] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def take(self) -> Iterator[Inside]:
        """One for the visitor, anew where other documents have come into force, or the last visit failed."""
        inside = self._current()
        try:
            yield inside
        except BaseException:
            inside.close()
            raise
        with self._lock:
            kept = len(self._free) < _KEPT
            if kept:
                self._free.append(inside)
        if not kept:
            inside.close()

    def close(self) -> None:
        """Close those that nobody uses."""
        with self._lock:
            free, self._free = self._free, []
        for one in free:
            one.close()

    def _current(self) -> Inside:
        while True:
            with self._lock:
                inside = self._free.pop() if self._free else None
            if inside is None:
                inside = self.opens()
                inside.stands()
                return inside
            # Where the database has been away, the next one is opened anew.
            with suppress(Exception):
                if inside.stands():
                    return inside
            inside.close()
