"""A made-up world that lives on: what people do in its systems, and the runs that follow, in any order."""

import shutil
from contextlib import closing, suppress
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from mimas.runs.engine import Engine
from mimas.runs.granting import grant
from mimas.store.store import Store
from mimas.testing import Nature, RefusalError, Stored, System
from tests.laws.universe import TYPES, Universe, universes
from tests.world import World, setup

LAW = settings(
    max_examples=25,
    stateful_step_count=6,
    deadline=None,
    derandomize=True,  # the suite says the same every time; others are looked for by hand, with other examples
    suppress_health_check=list(HealthCheck),
    # With `Phase.shrink` a failure becomes as small as it can be, which takes minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
ROUNDS = 20
"""After so many cycles a world has come to rest, or never will."""

keys = st.sampled_from("1234")
groups = st.sampled_from(["g1", "g2"])
texts = st.sampled_from(["Ann", "Bea", " ann ", "ÄNN", "x,y=z"])
persons = st.fixed_dictionaries(
    {"name": texts, "dept": st.sampled_from(["it", "hr", "out"])},
    optional={
        "mail": st.sampled_from(["a@x", "b@x"]),
        "tags": st.lists(st.sampled_from(["p", "q", "r"]), min_size=1, max_size=3, unique=True),
        "boss": keys,
    },
)
unnamed = persons.map(lambda person: {name: person[name] for name in person if name not in ("name", "dept")})
teams = st.fixed_dictionaries(
    {"name": st.sampled_from(["it", "hr"])}, optional={"members": st.lists(keys, min_size=1, max_size=3, unique=True)}
)
staffs = st.tuples(
    st.dictionaries(keys, st.one_of(persons, persons, unnamed), min_size=2), st.dictionaries(groups, teams, min_size=1)
)
"""What a source holds: people and groups by key."""
edits = st.lists(
    st.one_of(
        st.tuples(st.just("person"), keys, st.one_of(persons, persons, unnamed, st.none())),
        st.tuples(st.just("group"), groups, st.one_of(teams, teams, st.none())),
    ),
    min_size=2,
    max_size=5,
)
"""(type, key, new values; none: it goes)."""
drifts = st.lists(
    st.tuples(
        st.integers(0, 9), st.sampled_from(["cn", "mail", "note", "tags", "", "dn", "new"]), st.sampled_from(["", "z"])
    ),
    max_size=3,
)
"""(which entry, attribute, new value): without an attribute the entry goes."""


@cache
def _empty() -> Path:
    """A database with the tables and nothing in them."""
    path = Path(mkdtemp()) / "empty.db"
    with closing(Store(f"sqlite:///{path}")) as store:
        store.migrate()
    return path


class Life(RuleBasedStateMachine):
    """People edit, remove and put back; systems drift; steps run; time passes. The laws are asked of it."""

    universe: Universe
    world: World
    only: ClassVar[dict[str, Any]] = {}
    """Which universes the law is about."""
    rested: ClassVar[bool] = True
    """Whether everything is in place before people begin to change it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp())
        self.copies: list[World] = []

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.universe = data.draw(universes(**self.only))
        self.world = self.open(self.folder / "world")
        for source in self.sources:
            people, teams_ = data.draw(staffs, source)
            self.put(source, [("person", *row) for row in people.items()] + [("group", *row) for row in teams_.items()])
        if self.rested:
            self.settle()

    def open(self, folder: Path, like: World | None = None) -> World:
        """A new world of this universe; or one that is ``like`` another in everything."""
        if like is None:
            folder.mkdir()
            shutil.copy(_empty(), folder / "mimas.db")
        else:
            like.store.close()
            shutil.copytree(like.folder, folder)
            like.store = Store(f"sqlite:///{like.folder / 'mimas.db'}")
            self.configure(like)
        world = World(folder, f"sqlite:///{folder / 'mimas.db'}")
        if like is not None:
            world.clock.now = like.clock.now
            self.configure(world)
        else:
            world.configure(
                (*self.universe.sources, *self.universe.targets), self.universe.rules, TYPES, self.universe.memberships
            )
            for source in self.universe.sources:
                System(folder / f"{source.name}.system", Nature(repairs=True)).close()
            for target, nature in zip(self.universe.targets, self.universe.natures, strict=True):
                System(folder / f"{target.name}.system", nature).close()
        return world

    def twin(self) -> World:
        """A world that is like this one in everything, and goes on by itself."""
        copy = self.open(self.folder / f"twin{len(self.copies)}", self.world)
        self.copies.append(copy)
        return copy

    def configure(self, world: World) -> None:
        """The rules as they were: nothing is to be looked at anew."""
        u = self.universe
        made = setup(world.folder, (*u.sources, *u.targets), u.rules, TYPES, u.memberships)
        world.engine = Engine(world.store, made, clock=world.clock)

    def teardown(self) -> None:
        for world in (*self.copies, *([self.world] if hasattr(self, "world") else [])):
            world.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def system(self, name: str, world: World | None = None, nature: Nature | None = None) -> System:
        return System((world or self.world).folder / f"{name}.system", nature)

    @property
    def sources(self) -> list[str]:
        return [source.name for source in self.universe.sources]

    @property
    def simulated(self) -> list[str]:
        return [target.name for target in self.universe.targets if target.kind == "simulator"]

    def put(self, source: str, changes: list[Any], world: World | None = None) -> None:
        """Change entries of a source."""
        with self.system(source, world) as system:
            for type_, key, values in changes:
                if values is not None:
                    system.put(type_, {"key": key, **values}, anchor=key)
                elif key in system.entries():
                    system.remove(key)

    @rule(data=st.data(), changes=st.lists(edits, min_size=1, max_size=3), days=st.integers(0, 2))
    def day(self, data: st.DataObject, changes: list[list[Any]], days: int) -> None:
        """People work in the sources, some systems drift, some steps run; then the law is asked."""
        for source, some in zip(data.draw(st.permutations(self.sources)), changes, strict=False):
            self.put(source, some)
        for target in self.simulated:
            self._drift(target, data.draw(drifts, f"drift of {target}"))
        self.world.clock.forward(days=days)
        steps = data.draw(st.lists(st.sampled_from(self.steps()), max_size=5))
        if steps:
            self.world.run(*steps)
        self.law(data)

    def law(self, data: st.DataObject) -> None:
        """What is asked every day."""
        raise NotImplementedError

    def _drift(self, target: str, changes: list[tuple[int, str, str]]) -> None:
        with self.system(target) as system:
            for place, attribute, value in changes:
                entries = list(system.entries().values())
                if attribute == "new":
                    self._found(target, system, "1234"[place % 4], value)
                elif entries:
                    with suppress(RefusalError):
                        self._touch(system, entries[place % len(entries)], attribute, value)

    def _found(self, target: str, system: System, key: str, value: str) -> None:
        """Somebody has made an account by hand, under the anchor that Mimas will want for it."""
        type_ = self.world.engine.setup.connectors[target].schema["person"]
        if type_.anchor and type_.prefix + key not in system.entries():
            system.put("person", {"id": key, "note": value}, anchor=type_.prefix + key)

    def _touch(self, system: System, entry: Stored, attribute: str, value: str) -> None:
        if attribute == "":
            system.remove(entry.anchor)
        elif attribute == "dn":
            if entry.name:
                system.rename(entry.anchor, f"cn=moved{entry.values['id'][0]},ou=elsewhere")
        elif entry.type == "person":
            values: dict[str, Any] = {**entry.values, attribute: [value] if value else []}
            system.put("person", values, anchor=entry.anchor, name=entry.name)

    # What Mimas does.

    @rule(group=groups, key=keys, hours=st.sampled_from([2, 40]))
    def grant_membership(self, group: str, key: str, hours: int) -> None:
        world = self.world
        people, teams_ = ({v.get("key"): id_ for id_, v in world.resources(t).items()} for t in ("person", "group"))
        if group in teams_ and key in people:
            ends = world.clock.now + timedelta(hours=hours)
            grant(
                world.engine.symbols, teams_[group], "members", people[key], None, ends, "law", "test", world.clock.now
            )

    def steps(self) -> list[str]:
        read = [*self.universe.sources, *self.universe.targets]
        deltas = [f"delta {c.name}" for c in read if c.settings.get("delta")]
        exports = [f"export {t.name}" for t in self.universe.targets]
        return [*(f"import {c.name}" for c in read), *deltas, *exports, "sync"]

    def cycle(self, sync: str = "sync") -> list[str]:
        """Everything once."""
        targets = [target.name for target in self.universe.targets]
        return [
            *(f"import {source.name}" for source in self.universe.sources),
            *(f"import {target}" for target in targets),
            sync,
            *(f"retry {target}" for target in targets),
            *(f"import {target}" for target in targets),
            sync,
        ]

    def settle(self, world: World | None = None, sync: str = "sync") -> World:
        """Cycles until nothing is pending. Law 2: it comes to rest."""
        world = world or self.world
        for _ in range(ROUNDS):
            world.run(*self.cycle(sync))
            if not world.pending():
                return world
        raise AssertionError(f"it does not come to rest: {world.pending()}, {world.notes}")

    def whole(self, world: World | None = None) -> dict[str, Any]:
        """What everything has come to, by keys."""
        world = world or self.world
        found: dict[str, Any] = {}
        for type_ in ("person", "group"):
            found[type_] = sorted(repr(sorted(v.items())) for v in world.resources(type_).values())
        for attribute in ("boss", "members", "staff"):
            found[attribute] = sorted(world.references(attribute, "key"))
        for target in self.universe.targets:
            found[target.name] = self.held(world, target.name)
        return found

    def held(self, world: World, target: str) -> list[str]:
        """The entries of a target, with references by the numbers of those referred to."""
        if target not in self.simulated:
            path = world.folder / f"{target}.csv"
            return sorted(map(repr, world.read(path.name).items())) if path.exists() else []
        with self.system(target, world) as system:
            entries = system.entries()
        number: dict[Any, Any] = {
            ref: entry.values.get("id", ["?"])[0] for a, entry in entries.items() for ref in (a, entry.name) if ref
        }
        return sorted(
            repr(
                (
                    entry.type,
                    entry.name,
                    sorted((n, sorted(str(number.get(v, v)) for v in values)) for n, values in entry.values.items()),
                )
            )
            for entry in entries.values()
        )
