"""How far a change of the documents reaches: what the next sync has to look at anew."""

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any, TypeAlias

from mimas.configuration.canonical import Change, normalise
from mimas.configuration.documents import AT_ONCE
from mimas.configuration.reading import Document

Bodies: TypeAlias = Mapping[tuple[str, str], Mapping[str, Any]]

_IDLE = {
    "Connector": {"description", "settings", "guards", "confirm", "before_export", "after_export"},
    "ObjectType": {"description"},
    "SyncRule": {"description"},
    "Membership": {"description"},
}
"""The keys that say how a system is reached, or how careful to be, and not what should be: nothing comes of them."""


class Reach(IntEnum):
    """How much is to be looked at."""

    NOTHING = 0
    OUTBOUND = 1
    """What the systems should hold; the resources stay as they are."""
    EVERYTHING = 2


def reach(changes: Iterable[Change], before: Iterable[Document], after: Iterable[Document]) -> Reach:
    """The farthest reach of some changes between two sets of documents."""
    old, new = _bodies(before), _bodies(after)
    read = {
        body["connector"]
        for body in (*old.values(), *new.values())
        if body["kind"] == "SyncRule" and body.get("direction") == "inbound"
    }
    return max((_of(change, old, new, read) for change in changes), default=Reach.NOTHING)


def _bodies(documents: Iterable[Document]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(document.kind, document.name): normalise(document) for document in documents}


def _of(change: Change, old: Bodies, new: Bodies, read: set[str]) -> Reach:
    if change.kind in AT_ONCE:
        return Reach.NOTHING
    bodies = [bodies[change.kind, change.name] for bodies in (old, new) if (change.kind, change.name) in bodies]
    idle = _IDLE.get(change.kind, set())
    if len(bodies) == 2 and _without(bodies[0], idle) == _without(bodies[1], idle):
        return Reach.NOTHING
    # What is written to a system that is read, too, may come back; and a join links.
    plain = all(b.get("direction") == "outbound" and not b.get("join") and b["connector"] not in read for b in bodies)
    return Reach.OUTBOUND if change.kind == "SyncRule" and plain else Reach.EVERYTHING


def _without(body: Mapping[str, Any], keys: set[str]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key not in keys}
