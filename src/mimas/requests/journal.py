"""Requests as resources: what was wished, by whom, and how far it has come (MIM: the resource type Request)."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from mimas.requests.policy import PolicyRule
from mimas.requests.target import load
from mimas.requests.wishes import Operation, Wish, written
from mimas.requests.writing import Writer
from mimas.store.instants import stamp


class Status(StrEnum):
    """How far a request has come (MIM: RequestStatus)."""

    AUTHORIZING = "Authorizing"
    """It waits for somebody's consent."""
    COMPLETED = "Completed"
    DENIED = "Denied"
    FAILED = "Failed"
    CANCELED = "Canceled"
    POST_PROCESSING = "PostProcessing"
    """It is done, and workflows follow from it."""

    @property
    def done(self) -> bool:
        """Whether what was wished has been done."""
        return self in (Status.COMPLETED, Status.POST_PROCESSING)

    @property
    def ended(self) -> bool:
        """Whether nothing else comes of it."""
        return self not in (Status.AUTHORIZING, Status.POST_PROCESSING)


_VERBS = {Operation.CREATE: "Create", Operation.PUT: "Update to", Operation.DELETE: "Delete"}


def enter(
    writer: Writer,
    wish: Wish,
    status: Status,
    *,
    actor: int | None,
    target: int | None,
    title: str,
    details: Iterable[str] = (),
    rules: Iterable[PolicyRule] = (),
) -> int:
    """Write a request down; its id. ``title`` is what its resource is called; ``rules``: those that it came under."""
    attributes = writer.store.catalogue.get(wish.type, {})
    now = stamp(writer.context.now)
    values: dict[str, Any] = {
        "DisplayName": f"{_VERBS[wish.operation]} {wish.type}: '{title}' Request",
        "Operation": str(wish.operation),
        "RequestStatus": str(status),
        "TargetObjectType": wish.type,
        "CreatedTime": now,
        "RequestParameter": written(wish.changes, attributes),
        "RequestStatusDetail": sorted(set(details)),
        "Justification": wish.justification,
    }
    if status in (Status.COMPLETED, Status.POST_PROCESSING):
        values["CommittedTime"] = now
    if status.ended:
        values["msidmCompletedTime"] = now
    references: list[tuple[str, int]] = [("ManagementPolicy", rule.id) for rule in rules]
    references += [("Creator", actor), ("ComputedActor", actor)] if actor is not None else []
    references += [("Target", target)] if target is not None else []
    kept = {name: value for name, value in values.items() if value not in ("", [])}
    return writer.create("Request", kept, references, fact=False)


def move(writer: Writer, request: int, status: Status, **also: str) -> None:
    """A request has come further; ``also``: other values of it."""
    found = load(writer.tx, writer.store, request, ())
    assert found is not None
    values = {**found.values, "RequestStatus": str(status), **also}
    if status.ended:
        values["msidmCompletedTime"] = stamp(writer.context.now)
    writer.change(found, values, [], [])
