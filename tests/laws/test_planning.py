"""Law 7: a plan changes nothing; applied, each intact part does what it says, and each other part is held and named."""

from typing import Any

from hypothesis import strategies as st

from mimas.runs.engine import Watcher
from mimas.runs.planning.applying import Applied, apply
from mimas.runs.planning.plan import Plan, read, write
from mimas.runs.planning.rehearsing import Recipe, plan
from mimas.runs.setup import Step
from mimas.schema.values import decode
from mimas.store.history import past
from mimas.store.resources import LIVE
from tests.laws.machine import LAW, Life, edits
from tests.world import World

Told = dict[int, tuple[dict[str, Any], bool]]
"""Resource → its values, and whether it lives."""


class Planning(Life):
    """Each day a plan is made and applied; on some days people have gone on working in between."""

    def law(self, data: st.DataObject) -> None:
        world, what = self.world, self.recipe()
        before = world.dump(), self.last()
        made = plan(lambda: world.engine, world.engine, what, "law", Watcher())
        assert (world.dump(), self.last()) == before, "a plan changes nothing"
        made = read(write(made), "plan")
        twin = self.twin()
        working = data.draw(st.booleans(), "people go on working")
        for source in self.sources if working else ():
            self.put(source, data.draw(edits, source))
        had, place = self.told(world, None), self.last()
        applied = apply(
            lambda: world.engine, world.engine, made, what, Watcher(), whole=False, send=lambda: world.engine
        )
        world.engine.sendable = {}
        has = self.told(world, place + 1 if self.last() > place else None)
        self.did_what_it_said(made, applied, had, has)
        if not working:
            assert not applied.held
            twin.engine.run("law", what.steps)
            assert has == self.told(twin, None), "what was planned is what a run does"

    def did_what_it_said(self, made: Plan, applied: Applied, had: Told, has: Told) -> None:
        planned = {unit.key: unit for unit in made.units}
        done, held = ({unit.key for unit in units} for units in (applied.done, applied.held))
        assert done <= planned.keys()
        assert not done & held
        assert planned.keys() == {key for key in planned if key in done | held} | {unit.key for unit in applied.gone}
        for id_ in had.keys() & has.keys():
            (values, lived), (now, lives) = had[id_], has[id_]
            if had[id_] == has[id_]:
                continue
            assert str(id_) in done, "only what is planned and intact changes"
            own = [part for part in planned[str(id_)].parts if not part.system]
            if lived and lives:
                said = {name: (step.before, step.after) for part in own for name, step in part.values.items()}
                names = (name for name in values.keys() | now.keys() if values.get(name) != now.get(name))
                assert {name: (values.get(name), now.get(name)) for name in names}.items() <= said.items()
            else:
                assert any(part.action == ("made" if lives else "deleted") for part in own)
        made_of = {key for key in done if not key.isdigit()}
        assert len(has.keys() - had.keys()) <= len(made_of), "whoever is new was planned"

    def recipe(self) -> Recipe:
        steps = [Step("full-import", source) for source in self.sources]
        return Recipe("law", (*steps, Step("delta-sync")), tuple(target.name for target in self.universe.targets))

    def last(self) -> int:
        with self.world.store.transaction() as tx:
            return past.last_place(tx)

    def told(self, world: World, place: int | None) -> Told:
        ids = [id_ for (id_,) in world.rows("SELECT id FROM resource")]
        with world.store.transaction() as tx:
            rows = past.Past(tx, "resource").rows(place, "id", ids)
        return {id_: (dict(decode(doc)), state == LIVE) for id_, _, doc, _, state in rows}


Planning.TestCase.settings = LAW
TestPlanning = Planning.TestCase
