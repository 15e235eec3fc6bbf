"""The instructions at which a run can be killed, counted. Installed in a child process only, never in a real one.

They are those between which something is kept or given away: statements and commits of the store, what a simulated
system is asked and has done, records of a listing, and the replacing of its file.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

from mimas.connectors.files import FileConnector
from mimas.runs.engine import Engine
from mimas.runs.setup import Step
from mimas.store.database import Database, Transaction
from mimas.testing import System


class Point(NamedTuple):
    """Where a run is: in which step, and before what."""

    step: str
    """``import hr`` …, ``start``, or ``between`` two steps."""
    kind: str
    """One of `KINDS`."""

    @property
    def what(self) -> str:
        """The kind of the step: ``import``, ``sync``, ``export``, or what it is in when in none."""
        return self.step.partition(" ")[0]


KINDS = {
    "statement": "before a statement of the store",
    "commit": "before a commit",
    "committed": "after a commit",
    "wire": "before a system is asked",
    "answered": "the system has done it, and nobody knows",
    "record": "within a listing that is written",
    "disk": "before a listing is brought to the disk",
    "replace": "before the file is replaced",
    "replaced": "after the file was replaced",
}
"""The kinds of points, and what they mean."""

Reached: TypeAlias = Callable[[int, Point], None]
"""Told at each point: its number, from 1, and what it is."""

_Function: TypeAlias = Callable[..., Any]


class Points:
    """The points of this process, as they are passed."""

    def __init__(self, reached: Reached) -> None:
        self._reached = reached
        self._step = "start"
        self._count = 0

    def install(self) -> None:
        """Wrap what is to be counted. There is no way back: the process is a child that soon ends."""
        self._steps()
        self._store()
        self._systems()
        self._files()

    def pass_(self, kind: str) -> None:
        """A point is reached."""
        self._count += 1
        self._reached(self._count, Point(self._step, kind))

    def _steps(self) -> None:
        def around(attempt: _Function) -> _Function:
            def attempted(engine: Engine, step: Step, *arguments: Any) -> Any:
                self._step = " ".join(part for part in (step.kind.rpartition("-")[2], step.connector) if part)
                try:
                    return attempt(engine, step, *arguments)
                finally:
                    self._step = "between"

            return attempted

        _wrap(Engine, "_attempt", around)

    def _store(self) -> None:
        def around(begin: _Function) -> _Function:
            def begun(*arguments: Any) -> Transaction:
                transaction: Transaction = begin(*arguments)
                if transaction.wire is not None:
                    wire: Any = _Wire(self, transaction.wire)
                    transaction.wire = wire
                return transaction

            return begun

        _wrap(Database, "connection", lambda connect: lambda database: _Connection(self, connect(database)))
        _wrap(Database, "_transaction", around)

    def _systems(self) -> None:
        def around(answer: _Function) -> _Function:
            def answered(*arguments: Any) -> Any:
                self.pass_("wire")
                anchor = answer(*arguments)
                self.pass_("answered")
                return anchor

            return answered

        _wrap(System, "answer", around)

    def _files(self) -> None:
        def written(write: _Function) -> _Function:
            def records(*arguments: Any) -> Iterator[Any]:
                for result in write(*arguments):
                    self.pass_("record")
                    yield result

            return records

        def replaced(replace: _Function) -> _Function:
            def around(*arguments: Any, **options: Any) -> None:
                self.pass_("replace")
                replace(*arguments, **options)
                self.pass_("replaced")

            return around

        def synced(fsync: _Function) -> _Function:
            def around(handle: int) -> None:
                self.pass_("disk")
                fsync(handle)

            return around

        _wrap(FileConnector, "write", written)
        _wrap(os, "replace", replaced)
        _wrap(os, "fsync", synced)


def _wrap(owner: Any, name: str, around: Callable[[_Function], _Function]) -> None:
    setattr(owner, name, around(getattr(owner, name)))


class _Wrapped:
    """Something of the database's driver, with points in it."""

    def __init__(self, points: Points, inner: Any) -> None:
        self._points = points
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class _Committed(_Wrapped):
    def commit(self) -> None:
        self._points.pass_("commit")
        self._inner.commit()
        self._points.pass_("committed")


class _Connection(_Committed):
    def cursor(self) -> "_Cursor":
        return _Cursor(self._points, self._inner.cursor())


class _Wire(_Committed):
    def put(self, *arguments: Any) -> Any:
        self._points.pass_("statement")
        return self._inner.put(*arguments)


class _Cursor(_Wrapped):
    def execute(self, *arguments: Any) -> Any:
        self._points.pass_("statement")
        return self._inner.execute(*arguments)

    def executemany(self, *arguments: Any) -> Any:
        self._points.pass_("statement")
        return self._inner.executemany(*arguments)

    def copy(self, *arguments: Any) -> Any:
        self._points.pass_("statement")
        return self._inner.copy(*arguments)
