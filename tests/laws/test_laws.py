"""The laws of the engine (design, section 9) over made-up worlds that live on."""

from contextlib import suppress
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from mimas.testing import Nature, RefusalError, System
from tests.laws.machine import LAW, Life, keys
from tests.laws.universe import directories


def different(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Table → rows that were there, and rows that are there now."""
    return {
        name: ([row for row in before[name] if row not in rows], [row for row in rows if row not in before[name]])
        for name, rows in after.items()
        if rows != before[name]
    }


class Rest(Life):
    """Laws 1 and 2: a world comes to rest, and then nothing is written."""

    def law(self, _: st.DataObject) -> None:
        self.settle()
        natures = self.calm()
        # What was late has been done, and what was cut short is read to its end.
        self.world.run(*self.cycle())
        world = self.settle()
        before = world.dump()
        for sync in ("sync", "full"):
            world.run(*self.cycle(sync))
            changed = different(before, world.dump())
            assert not changed, changed
        for target, nature in natures.items():
            self.system(target, nature=nature).close()

    def calm(self) -> dict[str, Nature]:
        """From now on nothing happens by chance; how the systems were."""
        natures = {}
        for target in self.simulated:
            with self.system(target) as system:
                natures[target] = system.nature
            calm = Nature(trims=natures[target].trims, folds=natures[target].folds, repairs=natures[target].repairs)
            self.system(target, nature=calm).close()
        return natures


class Following(Life):
    """Law 3: following changes ends where looking at everything does."""

    def law(self, _: st.DataObject) -> None:
        twin = self.twin()
        self.settle()
        self.settle(twin, "full")
        assert self.whole() == self.whole(twin)


class Order(Life):
    """Law 4: the order in which connectors run decides nothing."""

    only: ClassVar = {"at_least": 2}
    rested: ClassVar = False

    def law(self, data: st.DataObject) -> None:
        twin = self.twin()
        self.world.run(*(f"import {source}" for source in self.sources), "sync")
        for source in data.draw(st.permutations(self.sources), "order"):
            twin.run(f"import {source}", "sync")
        self.settle()
        self.settle(twin)
        assert self.whole() == self.whole(twin)


class Return(Life):
    """Law 5: whoever is disconnected and joined again has every value back."""

    only: ClassVar = {"back": False}

    def law(self, data: st.DataObject) -> None:
        world = self.settle()
        before = self.resources()
        source = data.draw(st.sampled_from(self.sources), "source")
        with self.system(source) as system:
            entries = list(system.entries().values())
            leaving = data.draw(st.sets(st.sampled_from(entries).map(lambda e: e.anchor))) if entries else set()
            for anchor in leaving:
                system.remove(anchor)
        self.settle()
        with self.system(source) as system:
            for entry in entries:
                if entry.anchor in leaving:
                    system.put(entry.type, {**entry.values}, anchor=entry.anchor)
        self.settle()
        after = self.resources()
        assert after == before, (before, after)
        assert world.pending() == {}

    def resources(self) -> Any:
        """The values of every resource under its id, and the references; the deleted are no members of anything."""
        world = self.world
        living = [world.resources(type_) for type_ in ("person", "group")]
        known = {values["key"] for some in living for values in some.values()}
        return living, [
            sorted(pair for pair in world.references(name, "key") if known.issuperset(pair))
            for name in ("boss", "members", "staff")
        ]


class Containers(Life):
    """Law 6: renaming a container changes no id and no membership."""

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.universe = data.draw(directories())
        self.world = self.open(self.folder / "world")
        with self.system("tree") as system:
            for unit in ("ou=a", "ou=b", "ou=x,ou=a"):
                system.put("unit", {"ou": unit}, anchor=unit, name=unit)
            for key in "1234":
                boss = data.draw(st.sampled_from("1234"))
                self.place(system, "person", key, data, {"boss": name_of(system, boss) or ""})
            members = [name_of(system, key) or "" for key in data.draw(st.sets(keys, min_size=1))]
            self.place(system, "group", "g1", data, {"members": members})
        self.settle()

    def place(self, system: System, type_: str, key: str, data: st.DataObject, values: dict[str, Any]) -> None:
        unit = data.draw(st.sampled_from(["ou=a", "ou=b", "ou=x,ou=a"]))
        system.put(type_, {"key": key, "name": key, **values}, anchor=key, name=f"cn={key},{unit}")

    @rule(unit=st.sampled_from(["ou=a", "ou=b", "ou=x,ou=a"]), new=st.sampled_from(["ou=c", "ou=d,ou=b", "ou=A"]))
    def day(self, unit: str, new: str) -> None:
        self.settle()
        before = self.standing()
        with self.system("tree") as system, suppress(RefusalError):
            if not new.endswith(f",{unit}"):
                system.rename(unit, new)
        self.settle()
        assert self.standing() == before

    def standing(self) -> Any:
        """Resources by id, who refers to whom by id, and which object belongs to whom."""
        world = self.world
        return (
            [sorted(world.resources(type_)) for type_ in ("person", "group")],
            sorted(world.rows("SELECT resource, attribute, target FROM resource_reference")),
            sorted(world.rows("SELECT resource, connector, object FROM link")),
            [self.held(world, target.name) for target in self.universe.targets],
        )


def name_of(system: System, anchor: str) -> str | None:
    entry = system.entries().get(anchor)
    return entry.name if entry else None


TestRest = Rest.TestCase
TestRest.settings = LAW
TestFollowing = Following.TestCase
TestFollowing.settings = LAW
TestOrder = Order.TestCase
TestOrder.settings = LAW
TestReturn = Return.TestCase
TestReturn.settings = LAW
TestContainers = Containers.TestCase
TestContainers.settings = LAW
