"""Whoever runs workflows is killed again and again: no finished activity is done twice, and nothing is lost."""

import os
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from mimas.cli.installation import Installation
from mimas.cli.requesting import requests_of
from mimas.dev.faults.points import Point, Points
from mimas.dev.faults.process import KILLED, Child, warm
from mimas.requests.wishes import Change, Mode, Operation, Wish
from mimas.schema.values import decode
from mimas.store import outbox
from mimas.store.database import Row, Transaction
from mimas.store.store import Store

pytestmark = pytest.mark.slow

PEOPLE, STEPS = 24, 3
DOCUMENTS = (
    """
kind: ObjectType
name: person
attributes:
  displayName: string, indexed
  go: string
  counter: integer
---
kind: Set
name: gone
Filter: /person[go = 'yes']
---
kind: WorkflowDefinition
name: count
RequestPhase: Action
Activities:
"""
    + STEPS
    * """
  - activity: UpdateResources
    tries: 100
    updates: [{target: "[//Target/counter]", value: "=[//Target/counter] + 1"}]
"""
    + """
---
kind: ManagementPolicyRule
name: begins
ManagementPolicyRuleType: SetTransition
GrantRight: false
ActionType: TransitionIn
ResourceFinalSet: gone
ActionWorkflowDefinition: count
"""
)


def _dies(number: int) -> Callable[[], None]:
    """Prepares a process that kills itself at one of its points, whose taken entries are free after a second."""

    def reached(at: int, _: Point) -> None:
        if at == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def prepare() -> None:
        outbox.LEASE = timedelta(seconds=1)
        Points(reached).install()

    return prepare


def begin(home: Path, environment: dict[str, str]) -> list[int]:
    """People, for each of whom a workflow is to begin."""
    (home / "documents").mkdir(parents=True)
    (home / "mimas.toml").write_text('[mimas]\nname = "kills"\n')
    (home / "documents/all.yaml").write_text(DOCUMENTS)
    warm([["config", "apply"]], environment)
    installation = Installation(home)
    requests = requests_of(installation)
    make = [
        Wish(Operation.CREATE, "person", None, (_to("displayName", f"P{number}"), _to("counter", 0)))
        for number in range(PEOPLE)
    ]
    ids = [outcome.target for outcome in requests.submit(None, *make) if outcome.target is not None]
    outcomes = requests.submit(None, *(Wish(Operation.PUT, "person", id_, (_to("go", "yes"),)) for id_ in ids))
    assert all(outcome.status.done for outcome in outcomes)
    installation.close()
    return ids


def _to(attribute: str, value: str | int) -> Change:
    return Change(attribute, Mode.REPLACE, (value,))


def strike(home: Path, environment: dict[str, str], chance: Random, workers: int) -> int:
    """Workers that are killed at any statement or commit until nothing is left to do; how many were."""
    kills = 0
    for _ in range(100):
        children = [
            Child(["worker", "--once"], environment, home / "output", _dies(chance.randrange(1, 600)))
            for _ in range(workers)
        ]
        kills += sum(child.wait() == KILLED for child in children)
        if not left(home):
            return kills
        time.sleep(1.1)
    raise AssertionError((home / "output").read_text()[-2_000:])


def left(home: Path) -> int:
    installation = Installation(home)
    try:
        with installation.store.reading() as tx:
            return int(tx.value("SELECT count(*) FROM outbox"))
    finally:
        installation.close()


def judge(home: Path, ids: list[int]) -> None:
    """Each activity has been done once, for everybody."""
    installation = Installation(home)
    store = installation.store
    with store.reading() as tx:
        rows = tx.rows("SELECT id, doc FROM resource WHERE id IN IDS", ids)
        assert {id_: decode(doc)["counter"] for id_, doc in rows} == dict.fromkeys(ids, STEPS)
        instances = [decode(doc)["WorkflowStatus"] for (doc,) in _all(store, tx, "WorkflowInstance")]
        assert instances == ["Completed"] * PEOPLE
        events = [decode(doc) for (doc,) in _all(store, tx, "Request")]
        assert all(event["RequestStatus"] == "Completed" for event in events)
        assert len(events) == PEOPLE * (2 + 1 + STEPS)
        assert tx.value("SELECT count(*) FROM workflow_step WHERE ended IS NULL") == 0
    installation.close()


def _all(store: Store, tx: Transaction, type_: str) -> list[Row]:
    return tx.rows("SELECT doc FROM resource WHERE type = ? ORDER BY id", store.symbol(type_))


def _killed(home: Path, monkeypatch: pytest.MonkeyPatch, url: str | None, workers: int) -> int:
    environment = {"MIMAS_HOME": str(home)} | ({"MIMAS_DATABASE": url} if url else {})
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    os.environ.setdefault("NO_COLOR", "1")
    ids = begin(home, environment)
    kills = strike(home, environment, Random(7), workers)
    judge(home, ids)
    return kills


def test_a_worker_on_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _killed(tmp_path / "home", monkeypatch, None, 1) >= 5


def test_two_workers_on_postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgresql_url: str) -> None:
    assert _killed(tmp_path / "home", monkeypatch, postgresql_url, 2) >= 10
