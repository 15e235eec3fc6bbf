"""How far a change of the documents reaches: what the next sync has to look at anew."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from mimas.configuration.canonical import Change, normalise
from mimas.configuration.documents import AT_ONCE, KINDS
from mimas.configuration.reading import Document

Body: TypeAlias = Mapping[str, Any]
Bodies: TypeAlias = Mapping[tuple[str, str], Body]

_IDLE = {
    "Connector": {"description", "settings", "guards", "confirm", "before_export", "after_export"},
    "ObjectType": {"description"},
    "SyncRule": {"description"},
}
"""The keys that say how a system is reached, or how careful to be, and not what should be: nothing comes of them."""

_FAR = ("join", "intent", "after")
"""The keys of an outbound rule that say which objects belong to which resources."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What is to be looked at: nothing, some, or everything."""

    objects: frozenset[tuple[str, str]] = frozenset()
    """(connector, object type) whose objects are linked and flow in anew."""
    resources: frozenset[str] = frozenset()
    """The resource types of which the systems' objects are worked out anew; the resources stay as they are."""
    everything: bool = False

    def __or__(self, other: "Reach") -> "Reach":
        return Reach(
            self.objects | other.objects, self.resources | other.resources, self.everything or other.everything
        )

    def __bool__(self) -> bool:
        return bool(self.objects or self.resources or self.everything)


EVERYTHING = Reach(everything=True)


def reach(changes: Iterable[Change], before: Iterable[Document], after: Iterable[Document]) -> Reach:
    """What some changes between two sets of documents can reach."""
    old, new = _bodies(before), _bodies(after)
    found = Reach()
    for change in changes:
        found |= _of(change, old, new)
    return EVERYTHING if found.everything else found


def _bodies(documents: Iterable[Document]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(document.kind, document.name): normalise(document) for document in documents}


def _of(change: Change, old: Bodies, new: Bodies) -> Reach:
    # Resources that are documents reach as far as their changes do, like those of requests: they are marked by then.
    if change.kind in AT_ONCE or change.kind not in KINDS:
        return Reach()
    bodies = [bodies[change.kind, change.name] for bodies in (old, new) if (change.kind, change.name) in bodies]
    idle = _IDLE.get(change.kind, set())
    if len(bodies) == 2 and _without(bodies[0], idle) == _without(bodies[1], idle):
        return Reach()
    if change.kind != "SyncRule":
        return EVERYTHING
    reached = Reach()
    for body in bodies:
        reached |= _of_rule(body, old, new)
    return reached


def _of_rule(rule: Body, old: Bodies, new: Bodies) -> Reach:
    """A rule that is new, gone, or was or is now written so."""
    inbound = rule.get("direction") == "inbound"
    if not inbound and any(rule.get(key) for key in _FAR):
        return EVERYTHING
    read = _read(old, rule["connector"]) | _read(new, rule["connector"])
    resources = frozenset[str]() if inbound else frozenset([rule["resource"]])
    if not inbound and not read:
        return Reach(resources=resources)
    # Of a type that no rule reads any more nobody would take the objects up.
    if rule["object"] not in _read(new, rule["connector"]):
        return EVERYTHING
    # What is written to a system that is read, too, may come back, in whatever type shares the attribute's name.
    written = any(_is_rule(body, "outbound", rule["connector"]) for bodies in (old, new) for body in bodies.values())
    types = read & _read(new, rule["connector"]) if written else {rule["object"]}
    return Reach(frozenset((rule["connector"], type_) for type_ in types), resources)


def _read(bodies: Bodies, connector: str) -> set[str]:
    """The object types of a connector that inbound rules read."""
    return {body["object"] for body in bodies.values() if _is_rule(body, "inbound", connector)}


def _is_rule(body: Body, direction: str, connector: str) -> bool:
    return body["kind"] == "SyncRule" and body.get("direction") == direction and body["connector"] == connector


def _without(body: Body, keys: set[str]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key not in keys}
