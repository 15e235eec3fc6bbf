"""Where people's wishes are taken: a request, and at once whatever of its workflows needs nobody's time."""

from dataclasses import replace

from mimas.requests.processing import Outcome, Requests
from mimas.requests.waiting import read
from mimas.requests.wishes import Wish
from mimas.schema.values import as_list, decode
from mimas.store import resources
from mimas.workflows.worker import Worker

WAITS = "It waits for consent."


class Desk:
    """Takes wishes. What does not wait for a person or for a time is done when it answers."""

    def __init__(self, requests: Requests) -> None:
        self.requests = requests
        self.worker = Worker(requests)

    def submit(self, actor: int | None, *wishes: Wish) -> list[Outcome]:
        """See `Requests.submit`."""
        outcomes = self.requests.submit(actor, *wishes)
        waiting = [outcome for outcome in outcomes if outcome.status.waits]
        for outcome in waiting:
            self.worker.authorize(outcome.request)
        return [self._now(outcome) if waiting else outcome for outcome in outcomes]

    def _now(self, outcome: Outcome) -> Outcome:
        """What has become of a request by now."""
        store = self.requests.store
        with store.reading() as tx:
            found = read(tx, store, outcome.request)
            (row,) = resources.load(tx, [outcome.request])
        if found is None or found.status is outcome.status:
            return outcome
        details = " ".join(map(str, as_list(decode(row.doc).get("RequestStatusDetail"))))
        return replace(outcome, status=found.status, target=found.wish.target, message=details)
