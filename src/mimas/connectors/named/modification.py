"""Modifications: what the parts of a record come to that changes an object."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from mimas.connectors.contract import EntryError
from mimas.connectors.named.values import Plan
from mimas.schema.attributes import Attribute
from mimas.schema.values import Scalar


class Part(NamedTuple):
    """One part: what is done to an attribute, with which values."""

    operation: str
    attribute: str
    values: Iterable[str | bytes]


@dataclass(slots=True)
class Modification:
    """What the parts come to for each attribute, one after the other."""

    replaced: dict[str, list[Scalar]] = field(default_factory=dict)
    added: dict[str, list[Scalar]] = field(default_factory=dict)
    removed: dict[str, list[Scalar]] = field(default_factory=dict)

    def apply(self, operation: str, attribute: Attribute, values: list[Scalar]) -> None:
        """Put one part after those before it (RFC 4511 section 4.6)."""
        name = attribute.name
        if operation == "replace" or (operation == "delete" and not values):
            self.replaced[name] = values
            self.added.pop(name, None)
            self.removed.pop(name, None)
        elif name in self.replaced or not attribute.multivalued:
            old = self.replaced.get(name, [])
            kept = [value for value in old if value not in values]
            self.replaced[name] = kept + values if operation == "add" else kept
        else:
            into, out_of = (self.added, self.removed) if operation == "add" else (self.removed, self.added)
            into[name] = [value for value in into.get(name, []) if value not in values] + values
            out_of[name] = [value for value in out_of.get(name, []) if value not in values]


def modification(parts: Iterable[Part], plan: Plan, line: int) -> Modification:
    """What the parts of the record in a line come to. Raises `EntryError`."""
    whole = Modification()
    for operation, target, values in parts:
        if operation not in ("add", "delete", "replace"):
            text = f"the record in line {line} has the modification '{operation}'"
            raise EntryError("invalid-modification-type", text, "Mimas knows add, delete and replace.")
        planned = plan[target]
        if planned is not None:
            whole.apply(operation, planned.attribute, [planned.value(raw, line) for raw in values if raw])
    return whole
