"""One check's go at a subject: objects that the kit makes, changes and removes, and what the system then shows."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from typing import Any, Self, TypeAlias

from mimas.connectors.contract import Additions, Capabilities, Change, Export, Operation, Result
from mimas.connectors.registry import AnyConnector
from mimas.connectors.testing.check import FailedError, UntriedError, ensure, same
from mimas.connectors.testing.listing import Image, Images, Listing, taken_down
from mimas.connectors.testing.subject import Subject
from mimas.schema import names
from mimas.schema.attributes import told_apart
from mimas.schema.values import Values, as_list, many


@dataclass(frozen=True, slots=True)
class Thing:
    """An object as the kit wants it; a change is the difference between two of the same ``id``."""

    id: int
    type: str
    key: str
    name: str | None = None
    values: Values = field(default_factory=dict)
    references: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Attribute → the ids of the targets."""

    def __str__(self) -> str:
        return f"{self.type} {self.key!r}"

    def having(self, attribute: str, value: Any) -> "Thing":
        """It with another value, or list of values; none clears the attribute."""
        others = {name: other for name, other in self.values.items() if name != attribute}
        return replace(self, values=others if value is None else others | {attribute: value})

    def referring(self, attribute: str, *targets: "Thing") -> "Thing":
        """It with other references."""
        return replace(self, references={**self.references, attribute: tuple(target.id for target in targets)})


Request: TypeAlias = tuple[Thing | None, Thing | None]
"""An object before and after: none before to add it, none after to delete it."""


class Trial:
    """What a check works with. `connector` is what is tried; `other` is how somebody else changes the system."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.types = told_apart(subject.schema)
        self.held: dict[int, Thing] = {}
        """What there should be by now."""
        self.anchors: dict[int, str] = {}
        self.heard: list[str] = []
        """All that connectors said."""
        self._names: dict[int, str | None] = {}
        self._ids = count(1)
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    # connectors

    @cached_property
    def connector(self) -> AnyConnector:
        """The connector that is tried."""
        return self.opened(self.subject.open())

    @cached_property
    def other(self) -> AnyConnector:
        """A second one that writes. Raises `UntriedError`."""
        connector = self.opened(self.subject.writer())
        if not connector.capabilities.write:
            raise UntriedError("neither the connector nor the subject's writer can write")
        return connector

    def opened(self, connector: AnyConnector) -> AnyConnector:
        """A connector that is closed when the check is over."""
        return self._open.enter_context(connector)

    @property
    def capabilities(self) -> Capabilities:
        """What the connector says that it can do."""
        return self.connector.capabilities

    # objects

    def person(self, key: str = "") -> Thing:
        """A person, not yet written."""
        return self._thing(self.subject.person, key)

    def persons(self, number: int) -> list[Thing]:
        """Some, not yet written."""
        return [self.person() for _ in range(number)]

    def group(self, *members: Thing) -> Thing:
        """A group, not yet written. Raises `UntriedError`."""
        if not (self.subject.group and self.subject.member):
            raise UntriedError("the subject names no group and member")
        return self._thing(self.subject.group).referring(self.subject.member, *members)

    def _thing(self, type_: str, key: str = "") -> Thing:
        id_ = next(self._ids)
        key = key or str(id_)
        name = self.subject.name(type_, key)
        self._names[id_] = name
        made = Thing(id_, type_, key, name, self.subject.values(type_, key))
        if (anchor := self.types[type_].key(made.values)) is not None:
            self.anchors[id_] = anchor
        return made

    def target(self, id_: int) -> str:
        """What a reference to an object holds. Raises `UntriedError` where only the system could tell it."""
        text = self._names.get(id_) if self.capabilities.references == "name" else self.anchors.get(id_)
        if text is None:
            raise UntriedError("the system itself gives the anchors that references hold")
        return text

    # writing

    def make(self, *things: Thing, by: AnyConnector | None = None) -> None:
        """Write new objects, without which a check cannot begin, and learn their anchors."""
        self.must(*((None, thing) for thing in things), by=by)
        unknown = [thing for thing in things if thing.id not in self.anchors]
        if unknown and self.capabilities.read:
            self.learn(self.read(), *unknown)

    def fill(self, *things: Thing) -> None:
        """As `make`, by somebody else."""
        self.make(*things, by=self.other)

    def must(self, *requests: Request, by: AnyConnector | None = None) -> None:
        """Write what no system may refuse."""
        wrong = [result for result in self.send(*requests, by=by).values() if result.error]
        ensure(not wrong, "; ".join(f"refused with {result.error}: {result.message}" for result in wrong[:2]))

    def send(self, *requests: Request, by: AnyConnector | None = None) -> dict[int, Result]:
        """Write, in batches as the connector wants them; id → how it ended.

        What was not answered counts as done here: whether everything is answered, once, is a check of its own.
        """
        by = by or self.connector
        done: dict[int, Result] = {}
        for exports in self._batches(requests, by):
            for result in by.write(exports):
                self.heard += [result.message, result.advice]
                done[result.id] = result
            if ready := by.ready():
                by.hand_over(ready)
        for before, after in requests:
            thing = after or before
            assert thing is not None
            result = done.setdefault(thing.id, Result(thing.id))
            if not result.error:
                self._keep(thing, after, result)
        return done

    def _batches(self, requests: tuple[Request, ...], by: AnyConnector) -> Iterator[list[Export]]:
        if by.capabilities.listing:
            wanted = dict(self.held)
            for before, after in requests:
                if before is not None:
                    wanted.pop(before.id, None)
                if after is not None:
                    wanted[after.id] = after
            yield [self.export(None, thing) for _, thing in sorted(wanted.items())]
            return
        for start in range(0, len(requests), by.capabilities.batch):
            yield [self.export(*request) for request in requests[start : start + by.capabilities.batch]]

    def _keep(self, thing: Thing, after: Thing | None, result: Result) -> None:
        if after is None:
            self.held.pop(thing.id, None)
            return
        self.held[thing.id] = after
        self._names[thing.id] = after.name
        if result.anchor and not self.capabilities.read:
            self.anchors.setdefault(thing.id, result.anchor)

    def export(self, before: Thing | None, after: Thing | None) -> Export:
        """The difference of two states, as export steps send it."""
        thing = after or before
        assert thing is not None
        anchor = self.anchors.get(thing.id)
        if before is None:
            values: dict[str, Any] = dict(thing.values)
            values |= {name: list(map(self.target, ids)) for name, ids in thing.references.items() if ids}
            anchor = self.types[thing.type].key(thing.values)  # after a lost answer no other one is known
            return Export(thing.id, Operation.ADD, thing.type, anchor, thing.name, None, Additions(values), values)
        if after is None:
            return Export(thing.id, Operation.DELETE, thing.type, anchor, before.name)
        changes = {**self._values(before, after), **self._references(before, after)}
        renamed = after.name if after.name != before.name else None
        return Export(thing.id, Operation.UPDATE, thing.type, anchor, before.name, renamed, changes)

    def _values(self, before: Thing, after: Thing) -> dict[str, Change]:
        changes = {}
        for name in {**before.values, **after.values}:
            old, new = as_list(before.values.get(name)), as_list(after.values.get(name))
            if old != new:
                changes[name] = _change(old, new)
        return changes

    def _references(self, before: Thing, after: Thing) -> dict[str, Change]:
        changes = {}
        for name in {**before.references, **after.references}:
            old = list(map(self.target, before.references.get(name, ())))
            new = list(map(self.target, after.references.get(name, ())))
            if old != new:
                whole = self.capabilities.whole_references or not self._several(after.type, name)
                change = _change(old, new)
                changes[name] = change if whole else replace(change, values=change.added)
        return changes

    def _several(self, type_: str, name: str) -> bool:
        return self.types[type_].attributes[name].multivalued

    # reading

    def read(self, watermark: str | None = None, by: AnyConnector | None = None) -> Listing:
        """Everything that is shown, or what changed since a watermark."""
        listing = taken_down((by or self.connector).read(watermark))
        self.heard += [text for one in listing.problems for text in (one.place, one.message, one.advice)]
        self.heard += [text for error in listing.errors.values() for text in (error.message, error.advice)]
        return listing

    def learn(self, listing: Listing, *things: Thing) -> None:
        """Take the anchors of objects from a reading. Raises `FailedError` for those that are not there."""
        for thing, anchor in zip(things, self.found(listing.images, *things), strict=True):
            if anchor is None:
                raise FailedError(f"{thing} was written, and a reading does not show it")
            self.anchors[thing.id] = anchor

    def found(self, images: Images, *things: Thing) -> list[str | None]:
        """The anchors under which objects are shown: by their names, or else by the values that tell them apart."""
        if all(thing.name is not None for thing in things):
            by_name = {names.key(image.name): anchor for anchor, image in images.items() if image.name is not None}
            return [by_name.get(names.key(thing.name or "")) for thing in things]
        wanted = [(thing.type, tuple(sorted(self.subject.values(thing.type, thing.key)))) for thing in things]
        index: dict[Any, str] = {}
        for type_, attributes in set(wanted):
            for anchor, image in images.items():
                if image.type == type_:
                    index[type_, attributes, _marks(image.values, attributes)] = anchor
        return [
            index.get((*what, _marks(self.subject.values(thing.type, thing.key), what[1])))
            for what, thing in zip(wanted, things, strict=True)
        ]

    def anchor(self, thing: Thing) -> str:
        """The anchor of an object that was made."""
        return self.anchors[thing.id]

    def shown(self, listing: Listing, *things: Thing) -> None:
        """Raises `FailedError` unless objects are shown as they should be."""
        images = listing.images
        for thing in things:
            image = images.get(self.anchors.get(thing.id, ""))
            if image is None:
                error = listing.errors.get(self.anchors.get(thing.id, ""))
                raise FailedError(f"{thing} is not shown" + (f": {error.message}" if error else ""))
            self.like(image, thing)

    def like(self, image: Image, thing: Thing) -> None:
        """Raises `FailedError` unless an image is that of an object, as far as the kit has written it."""
        ours = {self.subject.text, self.subject.texts} & self.types[thing.type].attributes.keys() - {""}
        expected = {name: many(value) if isinstance(value, list) else value for name, value in thing.values.items()}
        expected.pop(self.subject.secret, None)
        kept = {name: image.values[name] for name in expected.keys() | ours if name in image.values}
        same(kept, expected, f"the values of {thing}")
        for name in self._written(thing):
            targets = sorted(map(self.target, thing.references.get(name, ())))
            same(self._alike(image.references.get(name, [])), self._alike(targets), f"{name} of {thing}")
        if thing.name is not None and self.capabilities.named:
            same(names.key(image.name or ""), names.key(thing.name), f"the name of {thing}")

    def _written(self, thing: Thing) -> set[str]:
        known = self.types[thing.type].attributes
        return {*thing.references, self.subject.manager, self.subject.member} & known.keys()

    def _alike(self, texts: Iterable[str]) -> list[str]:
        return sorted(map(names.key, texts)) if self.capabilities.references == "name" else sorted(texts)


def _change(old: list[Any], new: list[Any]) -> Change:
    return Change(new, [value for value in new if value not in old], [value for value in old if value not in new])


def _marks(values: Values, attributes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(repr(many(as_list(values.get(name)))) for name in attributes)
