"""Works the queue: whatever has happened gets its workflows, and each workflow its turns.

Any number of processes may do so on PostgreSQL; on SQLite there is one writer at a time in any case. Each may be killed
at any instant.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby

from mimas.requests.processing import Requests
from mimas.requests.writing import Writer
from mimas.store import outbox, workflows
from mimas.store.history.chain import Cause
from mimas.store.outbox import AUTHORIZES, TURN, Entry
from mimas.workflows import starting
from mimas.workflows.advancing import Advancing

_SOME = 20
"""So many are taken at a time: should one of them end the process, the others wait for the lease to run out."""


class Worker:
    """Works the queue of one installation."""

    def __init__(self, requests: Requests) -> None:
        self.requests = requests
        self.store = requests.store
        self.advancing = Advancing(requests)

    def work(self, stops: Callable[[], bool] = lambda: False) -> int:
        """See to everything that is due; how much it was."""
        starting.look(self.store)
        seen = 0
        while not stops() and (entries := self._taken()):
            self.handle([entry for entry in entries if not self.advancing.give_up(entry)])
            seen += len(entries)
        return seen

    def next(self) -> datetime | None:
        """When something is due next."""
        with self.store.reading() as tx:
            found = outbox.next_due(tx)
        return datetime.fromisoformat(found) if found is not None else None

    def handle(self, entries: Sequence[Entry]) -> None:
        """See to entries that have been taken: first what begins, then whose turn it is."""
        for person, some in groupby((one for one in entries if one.kind != TURN), lambda one: one.person):
            with self.store.caused_by(Cause(person, "workflows")):
                self._start(list(some))
        for entry in entries:
            if entry.kind == TURN:
                with self.store.caused_by(Cause(entry.person, "workflows")):
                    self.advancing.advance(entry)

    def authorize(self, request: int) -> None:
        """Let the workflows that a request waits for go as far as they come at once."""
        self.handle(self._about([AUTHORIZES], request))
        with self.store.reading() as tx:
            begun = [one.instance for one in workflows.of_request(tx, request) if not one.ended]
        for instance in begun:
            self.handle(self._about([TURN], instance))

    def _taken(self) -> list[Entry]:
        with self.store.transaction() as tx:
            return outbox.take(tx, self.store.clock(), _SOME)

    def _about(self, kinds: list[str], resource: int) -> list[Entry]:
        with self.store.transaction() as tx:
            return outbox.take_about(tx, self.store.clock(), kinds, resource)

    def _start(self, entries: Sequence[Entry]) -> None:
        """Begin with what follows from what has happened: all of it together, or, if that cannot be, each by itself."""
        try:
            with self.store.transaction() as tx:
                writer = Writer(tx, self.requests.symbols)
                for entry in entries:
                    if outbox.done(tx, entry) and not starting.start(writer, entry):
                        starting.none_began(writer, entry)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and the others go on
            if len(entries) == 1:
                self.advancing.put_off(entries[0], entries[0].attempts, error)
            for entry in entries if len(entries) > 1 else ():
                self._start([entry])
