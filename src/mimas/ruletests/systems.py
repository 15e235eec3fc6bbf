"""The connected systems of a rule test: simulated ones, in memory, that take what they are given."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mimas.connectors.contract import Connector, EntryError
from mimas.connectors.texts import reader
from mimas.ruletests.case import Named
from mimas.ruletests.traits import Traits
from mimas.runs.setup import Setup
from mimas.schema import names
from mimas.schema.attributes import NAME, Kind, ObjectType, secrets
from mimas.schema.values import Scalar, Value, Values, as_list
from mimas.testing import Nature, RefusalError, Simulator, SimulatorSettings, Stored, System

_PLUS = re.compile(r"(?<!\\)\+")
_BATCH = 1_000


class _Standing(Simulator):
    """The connector to a system that stays open from one step to the next."""

    def to(self, system: System) -> "_Standing":
        """Connected to this system."""
        self._opened = system
        return self

    def close(self) -> None:
        """Leave the system as it is."""


@dataclass(frozen=True, slots=True)
class Known:
    """What an object is called: how it is shown, and the keys under which it is found."""

    label: str
    keys: frozenset[str]


class Systems:
    """The systems of one test, by connector; each is there once it is asked for."""

    def __init__(self, setup: Setup, traits: Mapping[str, Traits]) -> None:
        self.setup = setup
        self.traits = traits
        self._open: dict[str, System] = {}

    def __getitem__(self, name: str) -> System:
        """The system of a connector."""
        if name not in self._open:
            never_kept = frozenset().union(*secrets(self.setup.connectors[name].schema).values())
            self._open[name] = System(":memory:", Nature(repairs=True, drops=never_kept))
        return self._open[name]

    def copy(self) -> "Systems":
        """The same once more."""
        other = Systems(self.setup, self.traits)
        other._open = {name: system.copy() for name, system in self._open.items()}
        return other

    def close(self) -> None:
        """Forget them."""
        for system in self._open.values():
            system.close()
        self._open = {}

    def connector(self, name: str) -> Connector[Any]:
        """A connector to a system."""
        able = self.traits[name]
        settings = SimulatorSettings(
            path=Path(":memory:"),
            named=able.named,
            references=able.references,
            whole_references=able.whole_references,
            batch=_BATCH,
        )
        return _Standing(name, settings, self.setup.connectors[name].schema, self.setup.home).to(self[name])

    def show(self, connector: str, type_: str, key: str, row: Named | None) -> str | None:
        """Somebody makes, changes or (none) removes an object by hand; its anchor. Raises `RefusalError`.

        References wait for `refer`.
        """
        object_type = self.setup.connectors[connector].schema[type_]
        found = self.find(connector, key, type_)
        if len(found) > 1:
            raise RefusalError("ambiguous", f"{len(found)} objects have the value {key}; name one by its anchor")
        before = found[0] if found else None
        if row is None:
            if before is None:
                raise RefusalError("cd-missing-object", f"{connector} has no {type_} {key}")
            self[connector].remove(before.anchor)
            return None
        anchor, name, own = self._identity(connector, object_type, key, row, before)
        if before is not None and name is not None and name != before.name:
            self[connector].rename(before.anchor, name)
        given = {one: value for one, value in row.items() if one != NAME and not _refers(object_type, one)}
        stored = Stored(type_, anchor or "", name, dict(before.values) if before is not None else {})
        return self._put(connector, stored, {**own, **given})

    def refer(self, connector: str, anchor: str, row: Named) -> None:
        """The references of an object that has been shown: whatever they point to is there by now, if it ever is."""
        stored = self[connector].entries()[anchor]
        type_ = self.setup.connectors[connector].schema[stored.type]
        given: dict[str, Value | None] = {
            name: [self._as_referred(connector, type_, name, str(one)) for one in as_list(value)]
            for name, value in row.items()
            if name != NAME and _refers(type_, name)
        }
        if given:
            self._put(connector, stored, given)

    def _put(self, connector: str, stored: Stored, given: Named) -> str:
        after = {**stored.values, **{name: as_list(value) for name, value in given.items()}}
        values: Values = {name: list(listed) for name, listed in after.items() if listed}
        return self[connector].put(stored.type, values, anchor=stored.anchor or None, name=stored.name)

    def find(self, connector: str, key: str, type_: str | None = None) -> list[Stored]:
        """The objects with that anchor or name; where the system gives anchors by itself, with such a value."""
        key = self._normal(connector, key)
        entries = [one for one in self[connector].entries().values() if type_ is None or type_ == one.type]
        return [one for one in entries if key in self.known(connector, one).keys]

    def known(self, connector: str, stored: Stored) -> Known:
        """What an object is called."""
        object_type = self.setup.connectors[connector].schema[stored.type]
        anchor = stored.anchor.removeprefix(object_type.prefix)
        keys, label = {self._normal(connector, anchor)}, anchor
        if stored.name is not None:
            keys.add(names.key(stored.name))
            label = stored.name
        elif not object_type.anchor:
            plain = [
                (name, str(values[0]))
                for name in object_type.attributes
                if len(values := stored.values.get(name, [])) == 1
                and object_type.attributes[name].kind is not Kind.REFERENCE
            ]
            keys.update(value for _, value in plain)
            label = next((value for _, value in plain), anchor)
        return Known(label, frozenset(keys))

    def everything(self, connector: str) -> dict[str, Known]:
        """Anchor → what the object is called, of all there are now."""
        return {anchor: self.known(connector, stored) for anchor, stored in self[connector].entries().items()}

    def matches(self, connector: str, key: str, known: Known) -> bool:
        """Whether somebody who writes this key means that object."""
        return self._normal(connector, key) in known.keys

    def target(self, connector: str, text: Scalar, to: str | None = None) -> str:
        """What a reference points to, so that two can be compared: an anchor; the text itself if there is none."""
        entries = self[connector].entries()
        found = entries.get(str(text))
        candidates = [found] if found is not None else self.find(connector, str(text), to)
        return candidates[0].anchor if len(candidates) == 1 else self._normal(connector, str(text))

    def label(self, connector: str, anchor: str) -> str:
        """How the object of that anchor is shown."""
        stored = self[connector].entries().get(anchor)
        return self.known(connector, stored).label if stored is not None else anchor

    def named(self, connectors: Sequence[str]) -> Iterator[tuple[str, Stored]]:
        """All objects of some systems."""
        for connector in connectors:
            for stored in self[connector].entries().values():
                yield connector, stored

    def _normal(self, connector: str, key: str) -> str:
        return names.key(key) if self.traits[connector].named and "=" in key else key

    def _identity(
        self, connector: str, type_: ObjectType, key: str, row: Named, before: Stored | None
    ) -> tuple[str | None, str | None, Mapping[str, Scalar]]:
        """Anchor (none: the system gives one), name, and the values that make up the anchor."""
        name = None
        if self.traits[connector].named:
            given = row.get(NAME) or (before.name if before is not None else key if not type_.anchor else None)
            if given is None:
                raise RefusalError("invalid-dn", f"a new {type_.name} of {connector} needs a name: write `dn: …`")
            name = str(given)
        if before is not None:
            return before.anchor, name, {}
        if not type_.anchor:
            return None if name is not None else key, name, {}
        parts = [re.sub(r"\\(.)", r"\1", part) for part in _PLUS.split(key)] if len(type_.anchor) > 1 else [key]
        own = {part: _typed(type_, part, text) for part, text in zip(type_.anchor, parts, strict=False)}
        anchor = type_.key({**own})
        if anchor is None or len(parts) != len(type_.anchor):
            raise RefusalError("missing-anchor-component", f"the key of a {type_.name} is {'+'.join(type_.anchor)}")
        return anchor, name, own

    def _as_referred(self, connector: str, type_: ObjectType, attribute: str, key: str) -> Scalar:
        """What the system has for a reference to the object of that key, which may not be there (yet)."""
        to = type_.attributes[attribute].to
        found = self.find(connector, key, to)
        by_name = self.traits[connector].references == "name"
        if len(found) == 1:
            return found[0].name or found[0].anchor if by_name else found[0].anchor
        target = self.setup.connectors[connector].schema.get(to or "")
        return f"{target.prefix}{key}" if target is not None and not by_name else key


def _refers(type_: ObjectType, attribute: str) -> bool:
    return type_.attributes[attribute].kind is Kind.REFERENCE


def _typed(type_: ObjectType, attribute: str, text: str) -> Scalar:
    """A part of a key as the attribute holds it. Raises `RefusalError`."""
    known = type_.attributes.get(attribute)
    read = reader(known) if known is not None else None
    try:
        return read(text) if read is not None else text
    except EntryError as error:
        raise RefusalError(error.code, error.message) from None
