"""What a test expects beside what has become of it. Only what is named is compared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from mimas.ruletests.case import Case, Named
from mimas.ruletests.difference import Difference, Origin
from mimas.ruletests.living import Living
from mimas.ruletests.origins import Origins
from mimas.ruletests.systems import Known
from mimas.ruletests.world import World
from mimas.schema import names
from mimas.schema.attributes import NAME, Kind
from mimas.schema.values import Value, as_list
from mimas.store import looking
from mimas.testing import Stored

ABSENT, THERE, NONE = "absent", "there", "no value"
_SHOWN = 5


def differences(case: Case, world: World, origins: Origins) -> list[Difference]:
    """Every difference, in the order in which it is expected."""
    comparison = Comparison(case, world, origins)
    return [
        *comparison.troubles(),
        *comparison.errors(),
        *comparison.resources(),
        *comparison.objects(),
        *comparison.links(),
        *comparison.sent(),
        *comparison.others(),
    ]


@dataclass(frozen=True)
class Comparison:
    """One test that has been lived through."""

    case: Case
    world: World
    origins: Origins

    @cached_property
    def living(self) -> Living:
        """The resources there are."""
        return Living(self.world.store, self.world.engine.setup.rules.types)

    def troubles(self) -> Iterator[Difference]:
        """What went wrong with the test as a whole."""
        for what, why, place in self.world.refused:
            yield Difference(what, "", "as it is given", f"cannot be: {why}", place)
        for trouble in self.world.troubles:
            yield Difference("the run", "", "comes to rest", trouble, self.case.place)

    def errors(self) -> Iterator[Difference]:
        """What was said of single objects and not expected, and the other way round."""
        told: dict[tuple[str, str], dict[str, Any]] = {}
        for note in self.world.unexpected():
            told[self._plain(note), str(note["code"])] = note
        for name, code in self.case.errors.items():
            if told.pop((name, code), None) is None:
                others = "; ".join(f"{one} {said}" for one, said in told if one == name) or "no error"
                yield Difference(name, "", code, others, self.case.at("errors", name))
        for (name, code), note in told.items():
            what = f"{note['connector']} {name}".strip()
            yield Difference(what, "", "no error", f"{code}: {note['message']}", self.case.at("errors"))

    def resources(self) -> Iterator[Difference]:
        """The resources that are expected, and those that are not to be there."""
        for type_, rows in self.case.resources.items():
            for key, row in rows.items():
                what, place = f"{type_} {key}", self.case.at("resources", type_, key)
                found = self.living.found(key, type_)
                if len(found) > 1:
                    yield Difference(what, "", "one", f"{len(found)} of them", place)
                elif not found and row is not None:
                    near = self._near(
                        key, [self.living.label(number) for number, (of, _) in self.living.all.items() if of == type_]
                    )
                    yield Difference(what, "", THERE, f"{ABSENT}{near}", place, self._unborn(type_, key))
                elif found and row is None:
                    yield Difference(what, "", ABSENT, THERE, place, self._holders(found[0]))
                elif found and row:
                    yield from self._resource(what, type_, key, found[0], row)

    def _resource(self, what: str, type_: str, key: str, number: int, row: Named) -> Iterator[Difference]:
        shown = looking.show(self.world.store, number)
        known = self.world.engine.setup.rules.types[type_].attributes
        for name, wanted in row.items():
            attribute = known[name]
            if attribute.kind is Kind.REFERENCE:
                targets = [one["target"] for one in shown["references"] if one["attribute"] == name]
                same = set(targets) == self.living.targets(wanted, attribute.to)
                got = _listed([self.living.label(one) for one in targets])
            else:
                value = shown["values"].get(name)
                same = as_list(value) == as_list(wanted)
                got = _text(value)
            if not same:
                place = self.case.at("resources", type_, key, name)
                yield Difference(what, name, _text(wanted), got, place, self.origins.of_value(type_, name, shown))

    def objects(self) -> Iterator[Difference]:
        """The objects that systems are expected to hold, and not to."""
        systems = self.world.systems
        for connector, types in self.case.objects.items():
            for type_, rows in types.items():
                for key, row in rows.items():
                    what, place = f"{connector} {key}", self.case.at("objects", connector, type_, key)
                    found = systems.find(connector, key, type_)
                    if len(found) > 1:
                        yield Difference(what, "", "one", f"{len(found)} of them", place)
                    elif not found and row is not None:
                        there = [systems.known(connector, one).label for _, one in systems.named([connector])]
                        got = f"{ABSENT}{self._near(key, there)}"
                        yield Difference(what, "", THERE, got, place, self._unmade(connector, type_))
                    elif found and row is None:
                        yield Difference(what, "", ABSENT, THERE, place, self._makers(connector, found[0]))
                    elif found and row:
                        yield from self._object(what, connector, key, found[0], row)

    def _object(self, what: str, connector: str, key: str, stored: Stored, row: Named) -> Iterator[Difference]:
        systems = self.world.systems
        known = self.world.engine.setup_of(connector).schema[stored.type].attributes
        for name, wanted in row.items():
            values: Sequence[Any] = stored.values.get(name, [])
            attribute = known.get(name)
            if name == NAME:
                same = stored.name is not None and names.key(stored.name) == names.key(str(wanted))
                got = stored.name or NONE
            elif attribute is not None and attribute.kind is Kind.REFERENCE:
                targets = {systems.target(connector, one, attribute.to) for one in values}
                same = targets == {systems.target(connector, one, attribute.to) for one in as_list(wanted)}
                got = _listed(sorted(systems.label(connector, one) for one in targets))
            else:
                same = sorted(map(str, values)) == sorted(map(str, as_list(wanted)))
                got = _listed(values)
            if not same:
                place = self.case.at("objects", connector, stored.type, key, name)
                origins = self.origins.of_object_value(connector, stored, name, self._owner(connector, stored.anchor))
                yield Difference(what, name, _text(wanted), got, place, origins)

    def links(self) -> Iterator[Difference]:
        """Which resource objects are expected to belong to."""
        for connector, rows in self.case.links.items():
            links = looking.links(self.world.store, connector)
            for key, wanted in rows.items():
                what, place = f"{connector} {key}", self.case.at("links", connector, key)
                found = self.world.systems.find(connector, key)
                expected = f"belongs to {wanted}" if wanted else "belongs to nobody"
                if len(found) != 1:
                    yield Difference(what, "", expected, ABSENT if not found else f"{len(found)} of them", place)
                    continue
                number = links.get(found[0].anchor)
                if (number is None) if wanted is None else (number in self.living.found(wanted)):
                    continue
                got = f"belongs to {self.living.label(number)}" if number is not None else "belongs to nobody"
                yield Difference(what, "", expected, got, place)

    def sent(self) -> Iterator[Difference]:
        """What systems were expected to be sent: this, and nothing else."""
        for connector, rows in self.case.sent.items():
            left = dict(self.world.sent.get(connector, {}))
            for key, wanted in rows.items():
                anchor = next(
                    (one for one in left if self.world.systems.matches(connector, key, self._called(connector, one))),
                    None,
                )
                got = left.pop(anchor) if anchor is not None else "nothing"
                if got != wanted:
                    yield Difference(f"{connector} {key}", "sent", wanted, got, self.case.at("sent", connector, key))
            for anchor, got in left.items():
                label = self._called(connector, anchor).label
                yield Difference(f"{connector} {label}", "sent", "nothing", got, self.case.at("sent", connector))

    def others(self) -> Iterator[Difference]:
        """What there is beside what is expected, where that is all there should be."""
        if not self.case.exactly:
            return
        for type_, rows in self.case.resources.items():
            meant = {number for key in rows for number in self.living.found(key, type_)}
            for number, (of, _) in self.living.all.items():
                if of == type_ and number not in meant:
                    what, place = f"{type_} {self.living.label(number)}", self.case.at("resources", type_)
                    yield Difference(what, "", ABSENT, THERE, place, self._holders(number))
        for connector, types in self.case.objects.items():
            for type_, rows in types.items():
                meant_ = {one.anchor for key in rows for one in self.world.systems.find(connector, key, type_)}
                for _, one in self.world.systems.named([connector]):
                    if one.type == type_ and one.anchor not in meant_:
                        what = f"{connector} {self.world.systems.known(connector, one).label}"
                        place = self.case.at("objects", connector, type_)
                        yield Difference(what, "", ABSENT, THERE, place, self._makers(connector, one))

    def _plain(self, note: Mapping[str, Any]) -> str:
        """The name of an object in an error, without what tells apart the types of its system."""
        setup = self.world.engine.setup.connectors.get(note["connector"])
        name = str(note["name"])
        known = self.world.called.get((note["connector"], name))
        if known is not None:
            return known.label
        for type_ in setup.schema.values() if setup else ():
            if type_.prefix:
                name = name.removeprefix(type_.prefix)
        return name

    def _called(self, connector: str, anchor: str) -> Known:
        return self.world.called.get((connector, anchor), Known(anchor, frozenset([anchor])))

    def _near(self, key: str, there: list[str]) -> str:
        """What there is instead, for whoever has misspelled a key."""
        if not there:
            return "; there is none at all"
        close = get_close_matches(key, there, n=1)
        return f"; there is {', '.join(close or there[:_SHOWN])}{' …' if not close and len(there) > _SHOWN else ''}"

    def _owner(self, connector: str, anchor: str) -> dict[str, Any] | None:
        number = looking.links(self.world.store, connector, deleted=True).get(anchor)
        return looking.show(self.world.store, number) if number is not None else None

    def _unborn(self, type_: str, key: str) -> tuple[Origin, ...]:
        """Why there is no such resource: objects of that key are the ones that it would come of."""
        systems = self.world.systems
        sources = sorted({rule.connector for rule in self.world.engine.setup.rules.rules})
        candidates = [
            (connector, stored, systems.known(connector, stored).label)
            for connector in sources
            for stored in systems.find(connector, key)
        ]
        return self.origins.of_absent_resource(type_, candidates)

    def _unmade(self, connector: str, type_: str) -> tuple[Origin, ...]:
        """Why there is no such object: whoever has none there may be out of a scope."""
        having = set(looking.links(self.world.store, connector).values())
        living = [
            (of, values, self.living.label(number))
            for number, (of, values) in self.living.all.items()
            if number not in having
        ]
        return self.origins.of_absent_object(connector, type_, living)

    def _holders(self, number: int) -> tuple[Origin, ...]:
        """Which rules' links a resource lives by."""
        return self.origins.of_links(looking.show(self.world.store, number))

    def _makers(self, connector: str, stored: Stored) -> tuple[Origin, ...]:
        owner = self._owner(connector, stored.anchor)
        if owner is None:
            return (Origin("it belongs to nobody"),)
        return self.origins.of_presence(connector, stored, owner)


def _text(value: Value | None) -> str:
    return NONE if value is None else _listed(as_list(value))


def _listed(values: Sequence[Any]) -> str:
    if not values:
        return NONE
    return "\n".join(map(_shown, values))


def _shown(value: Any) -> str:
    """A value as it is written; one with blanks that nobody would see, in quotes."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if text == " ".join(text.split()) else f'"{text}"'
