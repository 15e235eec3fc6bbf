"""Law 10: no single input outside of `why`'s answer can change the value. And: what `preview` says comes true."""

import shutil
from typing import Any, ClassVar

from hypothesis import strategies as st

from mimas.runs.explaining.preview import preview, preview_object
from mimas.runs.explaining.why import Why, why
from mimas.store.objects import PRESENT
from mimas.sync.explain import Verdict
from mimas.testing import Stored
from tests.laws.machine import LAW, Life, keys, texts
from tests.laws.test_laws import different
from tests.world import World

ATTRIBUTES = ("name", "mail", "dept", "tags", "title", "key")
VALUES = {
    "name": texts,
    "mail": st.sampled_from(["a@x", "b@x", "c@x"]),
    "dept": st.sampled_from(["it", "hr", "out"]),
    "tags": st.lists(st.sampled_from("pqr"), min_size=1, max_size=3, unique=True),
    "key": keys,
}


class Named(Life):
    """Law 10."""

    only: ClassVar = {"at_least": 2}

    def law(self, data: st.DataObject) -> None:
        self.settle()
        world = self.world
        found = world.resources("person")
        if not found:
            return
        resource = data.draw(st.sampled_from(sorted(found)), "resource")
        key = str(found[resource].get("key", "1"))
        places = [(s, a, n) for s in self.sources for a in sorted({key, "1", "4"}) for n in [*VALUES, ""]]
        self.references(world)
        for attribute in data.draw(st.lists(st.sampled_from(ATTRIBUTES), min_size=1, max_size=2), "attributes"):
            before = world.dump()
            answer = why(world.engine, resource, attribute)
            assert not different(before, world.dump())
            assert answer.value == answer.following == found[resource].get(attribute)
            for place in data.draw(st.permutations(places), "order")[:12]:
                self.perturb(data, answer, *place)

    def references(self, world: World) -> None:
        """What is said of the sources of every reference there could be agrees with what the sync makes of them."""
        people, groups = world.resources("person"), world.resources("group")
        places = [(id_, "boss") for id_ in people] + [(id_, name) for id_ in groups for name in ("members", "staff")]
        for resource, attribute in places:
            for target in people:
                (told,) = why(world.engine, resource, attribute, target).references
                applied = any(flow.verdict is Verdict.APPLIED for flow in told.flows)
                given = any(one.holds for one in told.memberships) or any(one.holds for one in told.grants)
                assert told.stored == told.holds == (applied or given)

    def perturb(self, data: st.DataObject, answer: Why, source: str, anchor: str, name: str) -> None:
        """Change one input that the answer does not name: the value stays. Then all is as it was."""
        world, path = self.world, self.folder / "world" / f"{source}.system"
        with self.system(source) as system:
            entry = system.entries().get(anchor)
        if self.named(answer, source, anchor, name, entry) or (entry is not None and entry.type != "person"):
            return
        shutil.copy(path, self.folder / "kept")
        values: dict[str, Any] = {**entry.values} if entry is not None else {"key": [anchor], "dept": ["it"]}
        if name:
            values[name] = data.draw(st.one_of(st.just([]), VALUES[name]), "value")
        with self.system(source) as system:
            if entry is not None and not name:
                system.remove(anchor)
            else:
                system.put("person", values, anchor=anchor)
        with world.store.rehearsal():
            world.run(f"import {source}", "sync")
            now = world.resources("person").get(answer.resource)
        self.configure(world)  # what is remembered of the transaction that was undone
        shutil.copy(self.folder / "kept", path)
        assert now is not None, "it is gone"
        assert now.get(answer.attribute) == answer.value, (answer, now)

    @staticmethod
    def named(answer: Why, source: str, anchor: str, name: str, entry: Stored | None) -> bool:
        """Whether the answer names what is to be changed."""
        inputs = {(given.kind, given.connector, given.object, given.attribute) for given in answer.inputs}
        linked = {(connector, object_) for kind, connector, object_, _ in inputs if kind == "link"}
        if entry is not None and not name:
            return (source, anchor) in linked
        # Whoever is not there, or not linked to it, may come to be; the answer says which systems would have a say.
        joins = any(absent.connector == source for absent in answer.absent)
        return ("value", source, anchor, name) in inputs or (joins and (entry is None or name != "tags"))


class Foreseen(Life):
    """A preview changes nothing, and the next sync does what it says."""

    def law(self, data: st.DataObject) -> None:
        world = self.world
        world.run(*(f"import {source}" for source in self.sources))
        before = world.dump()
        resources = sorted(world.resources("person"))
        if not resources:
            return
        told = preview(world.engine, data.draw(st.sampled_from(resources), "resource"))
        objects = self.unlinked(world)
        other = preview_object(world.engine, data.draw(st.sampled_from(objects), "object")) if objects else None
        assert not different(before, world.dump())
        world.run("sync")
        assert told.resource is not None
        self.agree(world, told.resource, told)
        if other is not None:
            owner = world.rows("SELECT resource FROM link WHERE object = ?", other.objects[0].object)
            assert (other.resource is None) == (not owner)

    def agree(self, world: World, resource: int, told: Any) -> None:
        """The same values, and the same to be done at its objects, references apart."""
        live = world.resources("person")
        assert (resource in live) == told.live
        if told.live:
            assert live[resource] == told.after
        now = {
            world.store.name(connector): (operation, wanted)
            for connector, operation, wanted in world.rows(
                "SELECT l.connector, p.operation, o.wanted FROM link l JOIN object o ON o.id = l.object"
                " LEFT JOIN pending_export p ON p.object = o.id WHERE l.resource = ? AND o.wanted IS NOT NULL",
                resource,
            )
        }
        foretold = {
            target.proof.connector
            for target in told.targets
            if target.after is not None and (target.after.wanted is not None or target.after.ending)
        }
        assert now.keys() == foretold

    def unlinked(self, world: World) -> list[int]:
        return [
            row[0]
            for row in world.rows(
                "SELECT o.id FROM object o LEFT JOIN link l ON l.object = o.id WHERE l.object IS NULL"
                " AND o.presence = ? ORDER BY o.id",
                PRESENT,
            )
        ]


TestNamed = Named.TestCase
TestNamed.settings = LAW
TestForeseen = Foreseen.TestCase
TestForeseen.settings = LAW
