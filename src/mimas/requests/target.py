"""The resource that a request is about, as it is, and what it is to become."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mimas.requests.wishes import Change, Mode
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Scalar, as_list, decode, many
from mimas.store.database import Transaction
from mimas.store.referring import targets
from mimas.store.resources import StoredResource, locked
from mimas.store.store import Store


@dataclass(slots=True)
class Target:
    """A resource with its values, and those of its references that the changes are about."""

    row: StoredResource | None
    type: str
    attributes: Mapping[str, Attribute]
    values: dict[str, Any] = field(default_factory=dict)
    references: dict[str, set[int]] = field(default_factory=dict)

    def is_reference(self, attribute: str) -> bool:
        """Whether an attribute holds references."""
        found = self.attributes.get(attribute)
        return found is not None and found.kind is Kind.REFERENCE

    def current(self, attribute: str) -> list[Scalar]:
        """The values of an attribute, as far as they have been loaded."""
        if self.is_reference(attribute):
            return sorted(self.references.get(attribute, ()))
        return as_list(self.values.get(attribute))

    def telling(self, changes: Sequence[Change]) -> tuple[Change, ...]:
        """The changes that change something: a list that replaces another one is what it adds and takes away."""
        found = []
        for change in changes:
            before = self.current(change.attribute)
            attribute = self.attributes.get(change.attribute)
            if change.mode is Mode.REPLACE and attribute is not None and attribute.multivalued:
                new = tuple(value for value in change.values if value not in before)
                gone = tuple(value for value in before if value not in change.values)
                found += [Change(change.attribute, Mode.INSERT, new), Change(change.attribute, Mode.REMOVE, gone)]
            elif change.mode is Mode.REPLACE:
                # What a secret is now, nobody knows.
                if list(change.values) != before or (attribute is not None and attribute.secret):
                    found.append(change)
            else:
                lacking = change.mode is Mode.INSERT
                some = tuple(value for value in change.values if (value not in before) is lacking)
                found.append(Change(change.attribute, change.mode, some))
        return tuple(change for change in found if change.values or change.mode is Mode.REPLACE)

    def after(self, changes: Sequence[Change]) -> tuple[dict[str, Any], list[tuple[str, int]], list[tuple[str, int]]]:
        """The values when the changes are made, and the references (attribute, id) that are added and removed."""
        values = dict(self.values)
        added: list[tuple[str, int]] = []
        removed: list[tuple[str, int]] = []
        for change in changes:
            name = change.attribute
            if self.is_reference(name):
                if change.mode is Mode.REPLACE:
                    removed += [(name, id_) for id_ in self.references.get(name, ()) if id_ not in change.values]
                into = removed if change.mode is Mode.REMOVE else added
                into += [(name, int(id_)) for id_ in change.values]
                continue
            before = as_list(values.get(name))
            if change.mode is Mode.REPLACE:
                now = list(change.values)
            elif change.mode is Mode.INSERT:
                now = [*before, *change.values]
            else:
                now = [value for value in before if value not in change.values]
            if not now:
                values.pop(name, None)
            else:
                several = name in self.attributes and self.attributes[name].multivalued
                values[name] = many(now) if several else now[0]
        return values, added, removed


def load(tx: Transaction, store: Store, id_: int, changes: Sequence[Change]) -> Target | None:
    """A live resource, kept from others until the transaction ends; none where there is none."""
    row = locked(tx, id_)
    if row is None:
        return None
    type_ = store.name(row.type)
    target = Target(row, type_, store.catalogue.get(type_, {}), dict(decode(row.doc)))
    for change in changes:
        if target.is_reference(change.attribute):
            target.references.setdefault(change.attribute, set()).update(referred(tx, store, id_, change))
    return target


def referred(tx: Transaction, store: Store, id_: int, change: Change) -> set[int]:
    """What a resource refers to; of a long list only what the change is about."""
    some = [value for value in change.values if isinstance(value, int)]
    return targets(tx, id_, store.symbol(change.attribute), None if change.mode is Mode.REPLACE else some)
