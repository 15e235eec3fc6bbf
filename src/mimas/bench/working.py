"""Runs the benchmark of workflows: how many begin a second, and how many of three steps come to their end."""

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mimas.bench import policy
from mimas.requests.documents import structured
from mimas.requests.processing import Requests
from mimas.requests.wishes import Change, Mode, Operation, Wish
from mimas.workflows import starting
from mimas.workflows.worker import Worker

WORKERS = 2
_TOGETHER = 100
"""People who are changed together."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured: how many a second."""

    what: str
    rate: float
    remark: str = ""


def run(count: int, database: str | None, say: Callable[[str], None]) -> list[Figure]:
    """Make the world in an empty database, an SQLite file by default, and measure."""
    with TemporaryDirectory() as folder:
        url = database or f"sqlite:///{Path(folder) / 'bench.db'}"
        requests = policy.opened(url)
        say(f"{count:,} people")
        people = policy.people(requests, count)
        workflow = _workflow(requests)
        _rule(requests, workflow, "/person[office = 'elsewhere']")
        requests.store.database.tidy()
        say("workflows that begin")
        figures = [_by_moving(requests, people), _by_policy(requests, workflow, count)]
        requests.store.close()
        workers = 1 if database is None else WORKERS
        say(f"{2 * count:,} workflows of three steps")
        begin = time.monotonic()
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            list(pool.map(_work, [url] * workers))
        rate = 2 * count / (time.monotonic() - begin)
        figures.append(Figure("run to their end", rate, f"three activities, each a request; {workers} worker(s)"))
    return figures


def _workflow(requests: Requests) -> int:
    texts = ("=[//Target/displayName]", "[//Target/title]", '=[//Target/city] & "!"')
    steps = [
        {"activity": "UpdateResources", "updates": [{"target": "[//Target/mobile]", "value": text}]} for text in texts
    ]
    values = {"RequestPhase": "Action", "Activities": structured(steps), "RunOnPolicyUpdate": True}
    return _make(requests, "WorkflowDefinition", DisplayName="three steps", **values)


def _rule(requests: Requests, workflow: int, filter_: str) -> None:
    set_ = _make(requests, "Set", DisplayName=filter_, Filter=filter_)
    values = {"ManagementPolicyRuleType": "SetTransition", "GrantRight": False, "ActionType": "TransitionIn"}
    named = {"ResourceFinalSet": set_, "ActionWorkflowDefinition": workflow}
    _make(requests, "ManagementPolicyRule", DisplayName=filter_, **values, **named)


def _by_moving(requests: Requests, people: list[int]) -> Figure:
    """Everybody moves, a hundred a request, and so enters a set."""
    starting.look(requests.store)
    begin = time.monotonic()
    for first in range(0, len(people), _TOGETHER):
        change = (Change("office", Mode.REPLACE, ("elsewhere",)),)
        some = [Wish(Operation.PUT, "person", id_, change) for id_ in people[first : first + _TOGETHER]]
        if not all(outcome.status.done for outcome in requests.submit(None, *some)):
            raise RuntimeError("somebody cannot be moved")
    rate = len(people) / (time.monotonic() - begin)
    return Figure("begun by a change", rate, "with its request, the set and the history")


def _by_policy(requests: Requests, workflow: int, count: int) -> Figure:
    """A rule comes into force, and speaks of everybody in a set."""
    _rule(requests, workflow, "/person")
    begin = time.monotonic()
    starting.look(requests.store)
    return Figure("begun by a new rule", count / (time.monotonic() - begin), "run on policy update")


def _work(url: str) -> int:
    requests = policy.opened(url)
    try:
        return Worker(requests).work()
    finally:
        requests.store.close()


def _make(requests: Requests, type_: str, **values: Any) -> int:
    changes = tuple(Change(name, Mode.REPLACE, (value,)) for name, value in values.items())
    (outcome,) = requests.submit(None, Wish(Operation.CREATE, type_, None, changes))
    if outcome.target is None or not outcome.status.done:
        raise RuntimeError(outcome.message)
    return outcome.target
