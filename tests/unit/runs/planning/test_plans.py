"""Plans of a small company, on every database: what they say, what applying does, what undoing puts back."""

from datetime import timedelta
from typing import Any

import pytest

from mimas.runs import granting
from mimas.runs.engine import Watcher
from mimas.runs.planning.applying import Applied, apply
from mimas.runs.planning.grouping import groups, summary
from mimas.runs.planning.inputs import put_back
from mimas.runs.planning.plan import Part, Plan, PlanError, Unit, read, write
from mimas.runs.planning.rehearsing import Recipe, plan
from mimas.runs.planning.undoing import inputs_of
from mimas.runs.setup import Guard, Step
from mimas.store.history import past
from mimas.sync.rules import Deprovision, ResourceType
from tests.world import World, attributes, delimited, inbound, outbound, simulated, target

WHAT = Recipe("test", (Step("full-import", "hr"), Step("delta-sync")), ("app", "ad"))
ANN, BEA, CAL = (
    {"id": str(n), "name": name, "dept": "it", "on": "true"} for n, name in enumerate(("Ann", "Bea", "Cal"), 1)
)


@pytest.fixture
def company(world: World) -> World:
    """Three people of HR, with rows in an application and accounts in a directory."""
    type_ = ResourceType(
        "person", attributes("key name dept account on:boolean boss>person"), frozenset(["key", "account"])
    )
    world.configure(
        [
            delimited("hr", "id name dept on boss>person"),
            target("app", "id name dept boss>person"),
            simulated("ad", {"user": "uid name enabled:boolean boss>user"}, named=True, references="name"),
        ],
        [
            inbound(
                "hr",
                {
                    "key": "id",
                    "name": "name",
                    "dept": "dept",
                    "on": "=CBool([on])",
                    "account": ("=[name]",),
                    "boss": "boss",
                },
                join=["id=key"],
            ),
            outbound("app", {"id": "key", "name": "name", "dept": "dept", "boss": "boss"}, name="to app"),
            outbound(
                "ad",
                {
                    "dn": '="cn=" & [name] & ",ou=" & [dept]',
                    "uid": "account",
                    "name": "name",
                    "enabled": "on",
                    "boss": "boss",
                },
                name="to ad",
                object_type="user",
            ),
        ],
        [type_],
    )
    staff(world, ANN, BEA, CAL)
    world.run("import hr", "sync", "export app", "export ad", "import app", "import ad", "sync")
    assert world.pending() == {}
    return world


def staff(world: World, *people: dict[str, str]) -> None:
    world.write("hr.csv", *people, columns="id name dept on boss")


def made(world: World, what: Recipe = WHAT) -> Plan:
    return plan(lambda: world.engine, world.engine, what, "ann", Watcher())


def applied(world: World, of: Plan, *, whole: bool = False) -> Applied:
    done = apply(lambda: world.engine, world.engine, of, WHAT, Watcher(), whole=whole, send=lambda: world.engine)
    world.engine.sendable = {}
    return done


def unit(of: Plan, title: str) -> Unit:
    return next(one for one in of.units if one.title == title)


def part(of: Plan, title: str, system: str = "") -> Part:
    return next(one for one in unit(of, title).parts if one.system == system and one.action != "reserved")


class TestWhatItSays:
    def test_nothing(self, company: World) -> None:
        assert made(company).empty

    def test_and_nothing_is_changed(self, company: World) -> None:
        staff(company, ANN | {"dept": "hr"}, BEA, {"id": "4", "name": "Dan", "dept": "it", "on": "true", "boss": "1"})
        before = company.dump()
        assert len(made(company).units) == 3
        assert company.dump() == before
        assert company.rows("SELECT count(*) FROM run") == [(1,)]

    def test_values_before_and_after_and_the_rule(self, company: World) -> None:
        staff(company, ANN | {"dept": "hr"}, BEA, CAL)
        plan_ = made(company)
        assert summary(plan_) == {
            "resources": {"changed": 1},
            "app": {"changed": 1},
            "ad": {"changed": 1, "renamed": 1},
        }
        value = part(plan_, "Ann").values["dept"]
        assert (value.before, value.after, value.rule) == ("it", "hr", "hr in")
        value = part(plan_, "Ann", "app").values["dept"]
        assert (value.before, value.after, value.rule) == ("it", "hr", "to app")
        assert part(plan_, "Ann", "ad").renamed == ("cn=Ann,ou=it", "cn=Ann,ou=hr")

    def test_who_is_new(self, company: World) -> None:
        staff(company, ANN, BEA, CAL, {"id": "4", "name": "Dan", "dept": "it", "on": "true", "boss": "1"})
        plan_ = made(company)
        assert summary(plan_) == {
            "resources": {"made": 1}, "links": {"made": 1}, "names": {"reserved": 1},
            "app": {"created": 1}, "ad": {"created": 1},
        }  # fmt: skip
        dan = unit(plan_, "Dan")
        assert dan.key == "hr/4"
        assert part(plan_, "Dan").references["boss"].added == ("Ann",)
        created = part(plan_, "Dan", "ad")
        assert created.object == "cn=Dan,ou=it"
        assert {name: step.after for name, step in created.values.items()} == {
            "uid": "Dan",
            "name": "Dan",
            "enabled": True,
        }
        assert created.references["boss"].added == ("cn=Ann,ou=it",)

    def test_who_goes(self, company: World) -> None:
        staff(company, ANN, BEA)
        plan_ = made(company)
        assert summary(plan_) == {
            "resources": {"deleted": 1}, "links": {"broken": 1}, "app": {"deleted": 1}, "ad": {"deleted": 1},
        }  # fmt: skip
        assert [one.object for one in unit(plan_, "Cal").parts if one.action == "deleted" and one.system] == [
            "3",
            "cn=Cal,ou=it",
        ]

    def test_who_is_disabled(self, company: World) -> None:
        staff(company, ANN, BEA, CAL | {"on": "false"})
        assert part(made(company), "Cal", "ad").action == "disabled"

    def test_what_a_guard_would_hold(self, company: World) -> None:
        setup = company.engine.setup.connectors["app"]
        company.engine.setup.connectors["app"] = type(setup)(**{**_fields(setup), "deletes": Guard(0, 0.0)})  # type: ignore[index]
        staff(company, ANN, BEA)
        plan_ = made(company)
        assert plan_.guards[0].startswith("app: 1 of 3 objects are to be deleted")
        assert part(plan_, "Cal", "app").held
        assert not part(plan_, "Cal", "ad").held
        assert company.holds() == []

    def test_what_is_alike_stands_together(self, company: World) -> None:
        staff(company, *({**one, "dept": "hr"} for one in (ANN, BEA, CAL)))
        found = [(g.system, g.action, len(g.members)) for g in groups(made(company).units)]
        assert found == [("", "changed", 3), ("ad", "changed", 3), ("app", "changed", 3)]

    def test_what_fails_is_told(self, company: World) -> None:
        staff(company, ANN | {"on": "perhaps"}, BEA | {"dept": "hr"}, CAL)
        plan_ = made(company)
        assert [note["code"] for note in plan_.notes] == ["flow-failure"]
        assert [one.title for one in plan_.units] == ["Bea"]


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


class TestTheFile:
    def test_comes_back_as_it_was(self, company: World) -> None:
        staff(company, ANN | {"dept": "hr"}, {"id": "4", "name": "Dan", "dept": "it", "on": "true", "boss": "1"})
        plan_ = made(company)
        again = read(write(plan_), "x")
        assert again.text() == plan_.text()
        assert again.units == plan_.units

    def test_does_not_come_back_changed(self, company: World) -> None:
        staff(company, ANN | {"dept": "hr"}, BEA, CAL)
        with pytest.raises(PlanError, match="what it says of Ann"):
            read(write(made(company)).replace(b'"after":"hr"', b'"after":"xx"'), "x")


class TestApplying:
    def test_does_what_it_says(self, company: World) -> None:
        staff(company, ANN | {"dept": "hr"}, BEA, {"id": "4", "name": "Dan", "dept": "it", "on": "true", "boss": "1"})
        plan_ = made(company)
        done = applied(company, plan_)
        assert {one.title for one in done.done} == {"Ann", "Cal", "Dan"}
        assert not done.held
        assert sorted(company.read("app.csv")) == ["1", "2", "4"]
        assert made(company).empty
        again = applied(company, plan_)
        assert (again.done, again.held, len(again.gone)) == ([], [], 3)

    def test_what_has_become_different_stays_as_it_is(self, company: World) -> None:
        dan = {"id": "4", "name": "Dan", "dept": "it", "on": "true", "boss": "1"}
        staff(company, ANN | {"dept": "hr"}, BEA | {"dept": "hr"}, CAL, dan)
        plan_ = made(company)
        staff(company, ANN | {"dept": "hr"}, BEA | {"dept": "law"}, CAL | {"dept": "law"}, dan | {"name": "Don"})
        done = applied(company, plan_)
        assert [one.title for one in done.done] == ["Ann"]
        assert sorted(one.title for one in done.held) == ["Bea", "Cal", "Don"]
        assert {row["name"]: row["dept"] for row in company.read("app.csv").values()} == {
            "Ann": "hr",
            "Bea": "it",
            "Cal": "it",
        }
        company.run("import hr", "sync", "export app", "import app")
        rows = company.read("app.csv").values()
        assert {row["name"]: row["dept"] for row in rows} == {"Ann": "hr", "Bea": "law", "Cal": "law", "Don": "it"}

    def test_who_refers_to_somebody_held_is_held_with_them(self, company: World) -> None:
        dan = {"id": "4", "name": "Dan", "dept": "it", "on": "true"}
        staff(company, ANN | {"boss": "4"}, BEA, CAL, dan)
        plan_ = made(company)
        staff(company, ANN | {"boss": "4"}, BEA | {"dept": "hr"}, CAL, dan | {"name": "Don"})
        done = applied(company, plan_)
        assert done.done == []
        assert sorted(one.title for one in done.held) == ["Ann", "Bea", "Don"], "Ann's boss is another one"
        assert company.references("boss") == set()

    def test_all_or_nothing(self, company: World) -> None:
        staff(company, ANN | {"dept": "hr"}, BEA, CAL)
        plan_ = made(company)
        staff(company, ANN | {"dept": "hr"}, BEA | {"dept": "hr"}, CAL)
        before = company.dump()
        assert applied(company, plan_, whole=True).refused
        assert company.dump() == before

    def test_what_was_pending_before_is_not_sent_unless_planned(self, company: World) -> None:
        staff(company, ANN | {"dept": "hr"}, BEA, CAL)
        company.run("import hr", "sync")
        empty = Plan("nothing", "", "", 0, "")
        applied(company, empty)
        assert company.read("app.csv")["1"]["dept"] == "it"
        applied(company, made(company))
        assert company.read("app.csv")["1"]["dept"] == "hr"


class TestUndoing:
    def undo(self, world: World) -> None:
        with world.store.transaction() as tx:
            inputs, said = inputs_of(tx, [past.last_place(tx)])
            assert inputs
            assert not said

        def prepare() -> Any:
            with world.store.transaction() as tx:
                put_back(tx, inputs, world.clock())
            return world.engine

        of = plan(prepare, world.engine, WHAT, "ann", Watcher())
        of.inputs = tuple(inputs)
        of = read(write(of), "x")
        apply(prepare, world.engine, of, WHAT, Watcher(), whole=True, send=lambda: world.engine)
        world.engine.sendable = {}

    def give(self, world: World) -> None:
        now = world.clock()
        symbols, ends = world.engine.symbols, now + timedelta(days=9)
        granting.grant(symbols, world.id_of("Bea"), "boss", world.id_of("Ann"), None, ends, "why", "ann", now)

    def test_a_grant(self, company: World) -> None:
        self.give(company)
        with company.store.transaction() as tx:
            place = past.last_place(tx)
        company.run("sync")
        assert company.references("boss") == {("Bea", "Ann")}
        with company.store.transaction() as tx:
            inputs, _ = inputs_of(tx, [place])
            put_back(tx, inputs, company.clock())
        company.run("sync")
        assert company.references("boss") == set()
        assert company.rows("SELECT count(*) FROM granted") == [(0,)]

    def test_a_grant_as_a_plan(self, company: World) -> None:
        self.give(company)
        self.undo(company)
        assert company.rows("SELECT count(*) FROM granted") == [(0,)]


def test_an_account_that_is_kept_is_disabled(company: World) -> None:
    setup = company.engine.setup
    table = {"dn": '="cn=" & [name]', "uid": "account", "name": "name", "enabled": "on"}
    keeping = outbound(
        "ad", table, name="to ad", object_type="user", deprovision=Deprovision.KEEP, leaving={"enabled": "=False"}
    )
    rules = [keeping if rule.name == "to ad" else rule for rule in setup.rules.rules]
    company.configure(setup.connectors.values(), rules, setup.rules.types.values())
    company.run("sync")
    staff(company, ANN, BEA)
    assert part(made(company), "Cal", "ad").action == "disabled"
