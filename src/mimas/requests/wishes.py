"""What somebody wishes: a resource made, changed or deleted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from mimas.requests.policy import Action
from mimas.requests.rights import Need
from mimas.schema.attributes import Attribute
from mimas.schema.values import Scalar


class Mode(StrEnum):
    """What is done to the values of an attribute (MIM: msidmMode)."""

    REPLACE = "Replace"
    INSERT = "Insert"
    REMOVE = "Remove"


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of one attribute. To replace by nothing is to clear; references are ids."""

    attribute: str
    mode: Mode
    values: tuple[Scalar, ...] = ()


class Operation(StrEnum):
    """What a request does (MIM: Operation)."""

    CREATE = "Create"
    PUT = "Put"
    DELETE = "Delete"


@dataclass(frozen=True, slots=True)
class Wish:
    """One resource and what is to become of it. ``target`` is None for one that is to be made, of this ``type``."""

    operation: Operation
    type: str
    target: int | None = None
    changes: tuple[Change, ...] = ()
    justification: str = ""

    def needs(self, attributes: Mapping[str, Attribute]) -> list[Need]:
        """What has to be granted; ``attributes`` are those of the type.

        A resource is made with all its values by one right to create it (MIM: the attributes of a creation are held
        against ActionParameter as those of a change are).
        """
        if self.operation is Operation.DELETE:
            return [Need(Action.DELETE)]
        if self.operation is Operation.CREATE:
            return [Need(Action.CREATE, change.attribute) for change in self.changes] or [Need(Action.CREATE)]
        return [need for change in self.changes for need in _needs(change, attributes.get(change.attribute))]


def _needs(change: Change, attribute: Attribute | None) -> Iterator[Need]:
    if change.mode is Mode.INSERT:
        yield Need(Action.ADD, change.attribute, change.values)
    elif change.mode is Mode.REMOVE:
        yield Need(Action.REMOVE, change.attribute, change.values)
    elif attribute is None or not attribute.multivalued:
        yield Need(Action.MODIFY, change.attribute)
    else:
        yield from (Need(action, change.attribute) for action in (Action.ADD, Action.REMOVE))


HIDDEN = "(a secret)"


def written(changes: Sequence[Change], attributes: Mapping[str, Attribute]) -> list[str]:
    """Changes as a request keeps them (RequestParameter), one text each; without the values of secret attributes."""
    return [
        msgspec.json.encode({"attribute": c.attribute, "mode": c.mode, "values": _shown(c, attributes)}).decode()
        for c in changes
    ]


def _shown(change: Change, attributes: Mapping[str, Attribute]) -> list[Scalar]:
    attribute = attributes.get(change.attribute)
    return [HIDDEN] if attribute is not None and attribute.secret else list(change.values)


def read(texts: Sequence[str]) -> tuple[Change, ...]:
    """The changes that `written` made texts of."""
    found: list[Any] = [msgspec.json.decode(text) for text in texts]
    return tuple(Change(one["attribute"], Mode(one["mode"]), tuple(one["values"])) for one in found)
