"""A connected system as the suite describes it: objects, a log of what changed, and behaviours. It knows no Mimas."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.conformance.suite import Row, kinds, several, value


@dataclass(slots=True)
class Object:
    """One object of a system. ``id`` is given by the system and never changes; ``key`` is its key, or its name."""

    id: str
    type: str
    key: str
    values: dict[str, Any] = field(default_factory=dict)


class SystemDownError(Exception):
    """The system cannot be reached, or the line broke off."""


class System:
    """What a system holds, and what it does with what it is sent."""

    def __init__(self, name: str, spec: Mapping[str, Any]) -> None:
        self.name = name
        self.types: Mapping[str, Any] = spec["types"]
        self.named: bool = spec.get("named", False)
        self.behaves: Mapping[str, Any] = spec.get("behave", {})
        self.objects: dict[str, Object] = {}
        self.log: list[tuple[str, Object]] = []
        """(id, object) of every change, a deleted one as it was last."""
        self.sent: list[tuple[str, str]] = []
        """(key, what was done) of every write that was taken."""
        self._ids = count(1)

    # What happens in the system itself.

    def shows(self, rows: Iterable[Row]) -> None:
        """These objects and no others; one with the key of an object that is there is that object."""
        rows = list(rows)
        keys = {self._key(row) for row in rows}
        for object_ in [one for one in self.objects.values() if (one.type, one.key) not in keys]:
            self._delete(object_)
        for row in rows:
            found = self.find(*self._key(row))
            whole = dict.fromkeys(found.values) if found is not None else {}
            self._write({**whole, **row}, found)

    def put(self, rows: Iterable[Row]) -> None:
        """Add these objects, or set these attributes of objects that are there."""
        for row in rows:
            self._write(row, self.find(*self._key(row)))

    def remove(self, keys: Iterable[Any]) -> None:
        """Delete objects."""
        for key in keys:
            self._delete(self.known(str(key)))

    def rename(self, names: Mapping[str, str]) -> None:
        """Give objects other names."""
        for old, new in names.items():
            self._rename(self.known(str(old)), new)

    # What it is sent. Each says why not, or nothing.

    def add(self, type_: str, key: str, values: Mapping[str, Any]) -> str:
        """Make an object."""
        if self.find(type_, key) is not None or (self.named and self.by_name(key)):
            return "taken"
        if key in self._keys("refuse"):
            return "refused"
        self.sent.append((key, "add"))
        filled = {**self.behaves.get("fills", {}), **values}
        self._write({"type": type_, "dn" if self.named else self.types[type_]["key"]: key, **filled}, None, ours=True)
        return ""

    def change(self, object_: Object, values: Mapping[str, Any]) -> str:
        """Give attributes other values; none clears."""
        if object_.key in self._keys("refuse"):
            return "refused"
        if values:
            self.sent.append((object_.key, "change"))
            self._assign(object_, values, ours=True)
        return ""

    def move(self, object_: Object, name: str) -> str:
        """Give an object another name."""
        taken = self.by_name(name)
        if taken is not None and taken is not object_:
            return "taken"
        self.sent.append((object_.key, "rename"))
        self._rename(object_, name)
        return ""

    def delete(self, object_: Object) -> str:
        """Delete an object."""
        if object_.key in self._keys("refuse"):
            return "refused"
        self.sent.append((object_.key, "delete"))
        self._delete(object_)
        return ""

    # What it shows.

    def listing(self, since: int | None = None) -> Iterator[tuple[Object, bool]]:
        """(object, whether it is gone): everything, or what changed since a place in the log."""
        if self.behaves.get("down"):
            raise SystemDownError
        if since is None:
            for object_ in self.objects.values():
                yield object_, False
                if object_.key in self._keys("twice"):
                    yield object_, False
            return
        for id_, object_ in dict(self.log[since:]).items():
            yield self.objects.get(id_, object_), id_ not in self.objects

    def readable(self, object_: Object) -> bool:
        """Whether the record of an object can be read."""
        return object_.key not in self._keys("unreadable")

    def rows(self) -> list[Row]:
        """Everything it holds."""
        name = "dn" if self.named else None
        return [
            {"type": one.type, name or self.types[one.type]["key"]: one.key, **one.values}
            for one in self.objects.values()
        ]

    def find(self, type_: str, key: str) -> Object | None:
        """The object of a type with this key or name."""
        return next((one for one in self.objects.values() if one.type == type_ and same(one.key, key)), None)

    def by_name(self, name: str) -> Object | None:
        """The object with this name."""
        return next((one for one in self.objects.values() if same(one.key, name)), None)

    def known(self, key: str) -> Object:
        """The object with this key or name, whatever its type; there must be one."""
        found = self.by_name(key)
        if found is None:
            raise LookupError(f"{self.name} has no {key}")
        return found

    # How.

    def _keys(self, behaviour: str) -> set[str]:
        return {str(key) for key in self.behaves.get(behaviour, ())}

    def _key(self, row: Row) -> tuple[str, str]:
        type_ = row.get("type", next(iter(self.types)))
        return type_, str(row["dn" if self.named else self.types[type_]["key"]])

    def _write(self, row: Row, object_: Object | None, *, ours: bool = False) -> None:
        type_, key = self._key(row)
        new = object_ is None
        if object_ is None:
            # In a system without names the key is all there is: whoever comes back with it is the same object.
            object_ = Object(f"#{next(self._ids)}" if self.named else f"{type_}:{key}", type_, key)
            self.objects[object_.id] = object_
        given = {name: one for name, one in row.items() if name in self.types[type_]["attributes"]}
        self._assign(object_, given, ours=ours, new=new)

    def _assign(self, object_: Object, values: Mapping[str, Any], *, ours: bool, new: bool = False) -> None:
        attributes, before = self.types[object_.type]["attributes"], dict(object_.values)
        key = None if self.named else self.types[object_.type]["key"]
        for name, given in values.items():
            if name == key or (ours and name in self.behaves.get("ignore", ())):
                continue
            written = value(attributes[name], given)
            object_.values[name] = self._normal(name, written) if ours else written
        object_.values = {name: one for name, one in object_.values.items() if one is not None}
        if new or object_.values != before:
            self.log.append((object_.id, object_))

    def _normal(self, name: str, written: Any) -> Any:
        if isinstance(written, str) and name in self.behaves.get("lower", ()):
            written = written.lower()
        if isinstance(written, str) and name in self.behaves.get("trim", ()):
            written = written.strip()
        return written

    def _rename(self, object_: Object, name: str) -> None:
        old, below = object_.key, f",{object_.key}".casefold()
        for one in list(self.objects.values()):
            if one is object_ or one.key.casefold().endswith(below):
                before, one.key = one.key, name if one is object_ else one.key[: -len(old)] + name
                self.log.append((one.id, one))
                self._repair(before, one.key)

    def _delete(self, object_: Object) -> None:
        del self.objects[object_.id]
        self.log.append((object_.id, object_))
        self._repair(object_.key, None)

    def _repair(self, old: str, new: str | None) -> None:
        """A system with names keeps references right, unless it is said to be careless."""
        if not self.named or self.behaves.get("careless"):
            return
        for one in self.objects.values():
            attributes = self.types[one.type]["attributes"]
            for name, kind in kinds(attributes).items():
                held = one.values.get(name)
                if kind != "ref" or held is None:
                    continue
                many = several(attributes[name])
                kept = [new if same(target, old) else target for target in (held if many else [held])]
                left = [target for target in kept if target is not None]
                self._assign(one, {name: left if many else next(iter(left), None)}, ours=False)


def same(one: str, other: str) -> bool:
    """Whether two keys or names are the same: names without regard to case."""
    return one == other or (("=" in one or "=" in other) and one.casefold() == other.casefold())
