"""The office of the requests' tests, with workflows in its policy."""

from collections.abc import Iterator
from typing import Any

import pytest

from mimas.requests.documents import structured
from mimas.store import outbox
from mimas.store.store import Store
from mimas.workflows.worker import Worker
from tests.unit.requests.conftest import TYPES, Office


class Works(Office):
    """What tests do besides: write workflows, let them run, let time pass."""

    def __init__(self, store: Store, types: str = TYPES) -> None:
        super().__init__(store, types)
        self.worker = Worker(self.requests)

    def workflow(self, name: str, phase: str, *activities: dict[str, Any], **values: Any) -> int:
        """A workflow of these activities."""
        text = structured(list(activities))
        return self.make("WorkflowDefinition", name, RequestPhase=phase, Activities=text, **values)

    def later(self, **parts: float) -> None:
        """Time passes, and what is due by then is seen to."""
        self.engine.clock.forward(**parts)  # type: ignore[attr-defined]
        self.worker.work()

    def instances(self) -> list[dict[str, Any]]:
        """All workflows that have begun, in that order."""
        type_ = self.store.symbol("WorkflowInstance")
        found = []
        for (id_,) in self.rows("SELECT id FROM resource WHERE type = ? ORDER BY id", type_):
            self.ids["instance"] = id_
            found.append({"id": id_, **self.values("instance")})
        return found

    def statuses(self) -> list[str]:
        """How far they have come."""
        return [instance["WorkflowStatus"][0] for instance in self.instances()]

    def request(self, id_: int | None = None) -> dict[str, Any]:
        """What is written down of a request: of this one, or of the last."""
        if id_ is None:
            sql = "SELECT max(id) FROM resource WHERE type = ?"
            ((id_,),) = self.rows(sql, self.store.symbol("Request"))
        self.ids["request"] = id_
        return self.values("request")

    def waiting(self) -> int:
        """How much is in the queue."""
        with self.store.reading() as tx:
            return outbox.count(tx, self.store.clock()) + outbox.stuck_count(tx)


@pytest.fixture
def works(database_url: str) -> Iterator[Works]:
    """Ann and Bob work for Max; Ada administers; whoever works for somebody is changed by them."""
    store = Store(database_url)
    made = Works(store)
    made.make("person", "Max", department="Sales")
    made.make("person", "Ann", department="Sales", manager="Max", mobile="1")
    made.make("person", "Bob", department="Buying", manager="Max", mobile="2")
    made.make("person", "Ada", department="IT")
    made.set("Everybody", "/person")
    made.rule("team", "Modify Add Remove", relative="manager", before="Everybody", after="Everybody")
    yield made
    store.close()


def update(target: str, value: str, **others: Any) -> dict[str, Any]:
    """An activity that writes one value."""
    return {"activity": "UpdateResources", "updates": [{"target": target, "value": value, **others}]}


def delay(duration: str, **others: Any) -> dict[str, Any]:
    """An activity that waits."""
    return {"activity": "AddDelay", "duration": duration, **others}
