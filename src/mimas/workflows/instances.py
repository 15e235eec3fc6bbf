"""Workflows under way: resources of the type WorkflowInstance, and how far they have come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mimas.requests.target import load
from mimas.requests.waiting import read
from mimas.requests.writing import Writer
from mimas.schema.values import as_list, decode
from mimas.store import outbox, resources, workflows
from mimas.store.database import Transaction
from mimas.store.instants import stamp
from mimas.store.looking import title
from mimas.store.referring import everything
from mimas.store.resources import LIVE
from mimas.store.store import Store
from mimas.store.workflows import Progress
from mimas.workflows.situation import About

INSTANCE, DEFINITION = "WorkflowInstance", "WorkflowDefinition"
NOTHING = "[]"
"""The activities of a workflow that has none."""


class Status(StrEnum):
    """How far a workflow has come (MIM: WorkflowStatus)."""

    RUNNING = "Running"
    SUSPENDED = "Suspended"
    """An activity has failed as often as it may: a person has to see to it."""
    COMPLETED = "Completed"
    TERMINATED = "Terminated"
    """It has refused the request, or a person has ended it."""
    CANCELED = "Canceled"
    """The request that it was about has come to nothing."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A workflow as it is now."""

    id: int
    title: str
    phase: str
    activities: str
    """As text; empty where it has none."""
    on_policy_update: bool


def definitions(tx: Transaction, store: Store, ids: Iterable[int]) -> list[Definition]:
    """Some workflows that live, in the order of their ids."""
    rows = [row for row in resources.load(tx, sorted(set(ids))) if row.state == LIVE]
    return [_definition(row.id, decode(row.doc)) for row in rows if store.name(row.type) == DEFINITION]


def _definition(id_: int, values: dict[str, Any]) -> Definition:
    return Definition(
        id_,
        title(values),
        str(values.get("RequestPhase", "")),
        str(values.get("Activities", "")),
        values.get("RunOnPolicyUpdate") is True,
    )


def begin(
    writer: Writer, definition: Definition, request: int | None, requestor: int | None, targets: Sequence[int | None]
) -> list[int]:
    """Begin with a workflow for each of some targets; the ids of the instances."""
    tx = writer.tx
    version = workflows.version(tx, definition.id, definition.activities or NOTHING)
    now = stamp(writer.context.now)
    ids = []
    for target in targets:
        values = {"DisplayName": definition.title, "WorkflowStatus": Status.RUNNING.value, "CreatedTime": now}
        others = {"Request": request, "Requestor": requestor, "Target": target}
        references = [
            ("WorkflowDefinition", definition.id),
            *((n, id_) for n, id_ in others.items() if id_ is not None),
        ]
        ids.append(writer.create(INSTANCE, values, references, fact=False))
    workflows.add(tx, [Progress(id_, version, definition.phase, request) for id_ in ids])
    outbox.put(tx, [(outbox.TURN, 0, id_) for id_ in ids], now, writer.store.cause.person)
    return ids


def foresee(tx: Transaction, store: Store, instance: int) -> None:
    """Within `Transaction.foreseeing`: ask what `about` is going to ask."""
    resources.load(tx, [instance])
    everything(tx, store, [instance])


def about(tx: Transaction, store: Store, progress: Progress) -> About:
    """What a workflow is about."""
    (row,) = resources.load(tx, [progress.instance])
    references = everything(tx, store, [progress.instance]).get(progress.instance, {})

    def one(name: str) -> int | None:
        return next(iter(references.get(name, ())), None)

    request = read(tx, store, progress.request) if progress.request is not None else None
    called = title(decode(row.doc))
    return About(
        progress.instance,
        one("WorkflowDefinition") or 0,
        called,
        progress.phase,
        request,
        one("Requestor"),
        one("Target"),
    )


def move(writer: Writer, progress: Progress, status: Status, detail: str = "") -> None:
    """A workflow has come further, or to its end."""
    progress.ended = status in (Status.COMPLETED, Status.TERMINATED, Status.CANCELED)
    workflows.save(writer.tx, progress)
    found = load(writer.tx, writer.store, progress.instance, ())
    assert found is not None
    values = {**found.values, "WorkflowStatus": status.value}
    if detail:
        values["WorkflowStatusDetail"] = sorted({*map(str, as_list(values.get("WorkflowStatusDetail"))), detail})
    writer.change(found, values, [], [])
