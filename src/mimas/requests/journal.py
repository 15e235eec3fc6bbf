"""Requests as resources: what was wished, by whom, and how far it has come (MIM: the resource type Request)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mimas.requests.policy import PolicyRule
from mimas.requests.target import load
from mimas.requests.wishes import Operation, Wish, written
from mimas.requests.writing import Writer
from mimas.schema.values import as_list
from mimas.store.instants import stamp


class Status(StrEnum):
    """How far a request has come (MIM: RequestStatus)."""

    AUTHENTICATING = "Authenticating"
    """It waits for whoever asks to prove who they are."""
    AUTHORIZING = "Authorizing"
    """It waits for somebody's consent."""
    COMPLETED = "Completed"
    DENIED = "Denied"
    FAILED = "Failed"
    CANCELED = "Canceled"
    POST_PROCESSING = "PostProcessing"
    """It is done, and workflows follow from it."""
    POST_PROCESSING_ERROR = "PostProcessingError"
    """It is done, and a workflow that follows from it has failed."""

    @property
    def done(self) -> bool:
        """Whether what was wished has been done."""
        return self in (Status.COMPLETED, Status.POST_PROCESSING, Status.POST_PROCESSING_ERROR)

    @property
    def waits(self) -> bool:
        """Whether it waits for workflows to let it through."""
        return self in WAITING

    @property
    def ended(self) -> bool:
        """Whether nothing else comes of it."""
        return self not in (*WAITING, Status.POST_PROCESSING)


WAITING = (Status.AUTHENTICATING, Status.AUTHORIZING)


_VERBS = {Operation.CREATE: "Create", Operation.PUT: "Update to", Operation.DELETE: "Delete"}


@dataclass(frozen=True, slots=True)
class Entry:
    """What is written down of a request."""

    wish: Wish
    actor: int | None
    target: int | None
    title: str
    """What its resource is called."""
    rules: tuple[PolicyRule, ...] = ()
    """Those that it came under."""
    parent: int | None = None
    """The request whose workflow asks this."""
    beside: int | None = None
    """The request together with which it was asked, and waits."""


def enter(writer: Writer, entry: Entry, status: Status, details: Iterable[str] = ()) -> int:
    """Write a request down; its id."""
    wish = entry.wish
    attributes = writer.store.catalogue.get(wish.type, {})
    now = stamp(writer.context.now)
    values: dict[str, Any] = {
        "DisplayName": f"{_VERBS[wish.operation]} {wish.type}: '{entry.title}' Request",
        "Operation": str(wish.operation),
        "RequestStatus": str(status),
        "TargetObjectType": wish.type,
        "CreatedTime": now,
        "RequestParameter": written(wish.changes, attributes),
        "RequestStatusDetail": sorted(set(details)),
        "Justification": wish.justification,
        **_times(status, now),
    }
    kept = {name: value for name, value in values.items() if value not in ("", [])}
    return writer.create("Request", kept, _references(entry), fact=False, last=True)


def commit(writer: Writer, request: int, status: Status, entry: Entry) -> None:
    """What a request has waited to do is done; of what it made the id is known now."""
    found = load(writer.tx, writer.store, request, ())
    assert found is not None
    values = {**found.values, "RequestStatus": str(status), **_times(status, stamp(writer.context.now))}
    writer.change(found, values, [one for one in _references(entry) if one[0] in ("Target", "ManagementPolicy")], [])


def move(writer: Writer, request: int, status: Status, details: Iterable[str] = ()) -> None:
    """A request has come further."""
    found = load(writer.tx, writer.store, request, ())
    assert found is not None
    values = {**found.values, "RequestStatus": str(status)}
    if told := sorted({*as_list(values.get("RequestStatusDetail")), *details}):
        values["RequestStatusDetail"] = told
    if status.ended:
        values["msidmCompletedTime"] = stamp(writer.context.now)
    writer.change(found, values, [], [])


def _times(status: Status, now: str) -> dict[str, str]:
    committed = {"CommittedTime": now} if status.done else {}
    return {**committed, "msidmCompletedTime": now} if status.ended else committed


def _references(entry: Entry) -> list[tuple[str, int]]:
    found = [("ManagementPolicy", rule.id) for rule in entry.rules]
    found += [("Creator", entry.actor), ("ComputedActor", entry.actor)] if entry.actor is not None else []
    found += [("Target", entry.target)] if entry.target is not None else []
    found += [("WaitsWith", entry.beside)] if entry.beside is not None else []
    return found + ([("ParentRequest", entry.parent)] if entry.parent is not None else [])
