"""Works the queue: whatever has happened gets its workflows, and each workflow its turns.

Any number of processes may do so on PostgreSQL; on SQLite there is one writer at a time in any case. Each may be killed
at any instant.
"""

from collections.abc import Callable
from datetime import datetime

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
            for entry in entries:
                self.handle(entry)
                seen += 1
        return seen

    def next(self) -> datetime | None:
        """When something is due next."""
        with self.store.reading() as tx:
            found = outbox.next_due(tx)
        return datetime.fromisoformat(found) if found is not None else None

    def handle(self, entry: Entry) -> None:
        """See to one entry that has been taken."""
        if self.advancing.give_up(entry):
            return
        with self.store.caused_by(Cause(entry.person, "workflows")):
            if entry.kind == TURN:
                self.advancing.advance(entry)
            else:
                self._start(entry)

    def authorize(self, request: int) -> None:
        """Let the workflows that a request waits for go as far as they come at once."""
        for entry in self._about([AUTHORIZES], request):
            self.handle(entry)
        with self.store.reading() as tx:
            begun = [one.instance for one in workflows.of_request(tx, request) if not one.ended]
        for instance in begun:
            for entry in self._about([TURN], instance):
                self.handle(entry)

    def _taken(self) -> list[Entry]:
        with self.store.transaction() as tx:
            return outbox.take(tx, self.store.clock(), _SOME)

    def _about(self, kinds: list[str], resource: int) -> list[Entry]:
        with self.store.transaction() as tx:
            return outbox.take_about(tx, self.store.clock(), kinds, resource)

    def _start(self, entry: Entry) -> None:
        """Begin with what follows from what has happened: all of it in one transaction."""
        with self.store.transaction() as tx:
            if not outbox.done(tx, entry):
                return
            writer = Writer(tx, self.requests.symbols)
            if not starting.start(writer, entry):
                starting.none_began(writer, entry)
