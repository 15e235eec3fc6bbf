"""Every answer to the question why somebody has no account."""

from dataclasses import replace
from typing import Any

import pytest

from mimas.runs import joiner
from mimas.runs.explaining.belonging import Belonging
from mimas.runs.explaining.why_not import Answer, Obstacle, shown_as, why_not, why_not_object
from mimas.runs.setup import Guard
from mimas.store import mode
from mimas.sync.rules import Deprovision, LinkType, SyncRule
from tests.door import Door, door
from tests.world import World, delimited, inbound, ldif, outbound, scope, target

HR = delimited("hr", "id name dept mail")
IN = inbound(
    "hr",
    {"employeeId": "id", "name": "name", "dept": "dept", "mail": "mail"},
    join=["id=employeeId"],
    where=["id NOTEQUAL 0"],
)
FLOWS = {"id": "mail", "name": "name"}
OUT = outbound("app", FLOWS, where=["dept EQUAL it"])
SYNCED = ("import hr", "sync")


def hr(world: World, *rows: str) -> None:
    """Each ``id/name/dept/mail``."""
    names = ("id", "name", "dept", "mail")
    world.write("hr.csv", *(dict(zip(names, row.split("/"), strict=True)) for row in rows))


def asked(world: World, name: str = "Ann", connector: str = "app", *, deleted: bool = False) -> Answer:
    """The only answer, and nothing is changed by asking."""
    _ = world.engine.symbols  # names of new rules get their numbers
    before = world.dump()
    found = world.resources(deleted=deleted)
    id_ = next(id_ for id_, values in found.items() if values.get("name") == name)
    (answer,) = why_not(world.engine, id_, connector).answers
    assert world.dump() == before
    return answer


def ready(world: World, *rules: SyncRule, **settings: Any) -> None:
    world.configure([HR, replace(target("app", "id name"), **settings)], [IN, *(rules or (OUT,))])
    hr(world, "1/Ann/it/a")
    world.run(*SYNCED)


def test_it_is_there(world: World) -> None:
    ready(world)
    world.run("export app", "import app")
    assert (asked(world).obstacle, asked(world).said) == (Obstacle.NONE, "it is there: app shows a")
    hr(world, "1/Ann/it/b")
    world.run(*SYNCED)
    assert asked(world).said == "it is there: app shows a; it is to be changed: to be sent"


def test_no_rule_writes_there(world: World) -> None:
    ready(world)
    answer = asked(world, connector="hr")
    assert (answer.obstacle, answer.said) == (Obstacle.NO_RULE, "no outbound rule writes a person to hr")


def test_out_of_scope_with_the_value_and_where_it_comes_from(world: World) -> None:
    ready(world)
    hr(world, "1/Ann/hr/a")
    world.run(*SYNCED)
    answer = asked(world)
    assert answer.obstacle is Obstacle.OUT_OF_SCOPE
    assert "“app out”" in answer.said
    assert answer.target is not None
    (clause,) = answer.target.proof.rules[0].scope.failed
    assert (clause.text, clause.saw) == ("dept EQUAL it", "hr")
    (origin,) = answer.origins
    assert (origin.attribute, origin.applied[0].giver.rule) == ("dept", "hr in")


def test_what_is_not_synced_yet_counts_as_it_will_be(world: World) -> None:
    ready(world)
    hr(world, "1/Ann/hr/a")
    world.run("import hr")
    assert asked(world).obstacle is Obstacle.OUT_OF_SCOPE


def test_the_next_sync_makes_it(world: World) -> None:
    world.configure([HR, target("app", "id name")], [IN])
    hr(world, "1/Ann/it/a")
    world.run(*SYNCED)
    world.configure([HR, target("app", "id name")], [IN, OUT])
    answer = asked(world)
    assert (answer.obstacle, answer.advice) == (Obstacle.NOT_SYNCED, "`mimas sync`, or the next run, does it.")


def test_a_rule_that_fails(world: World) -> None:
    ready(world, outbound("app", {"id": "mail", "name": "=[name] - 1"}))
    answer = asked(world)
    assert (answer.obstacle, answer.said) == (
        Obstacle.RULE_FAILED,
        "rule “app out” fails: 'Ann' is not a number",
    )


def test_an_inbound_rule_that_fails_counts_where_the_values_do_not_do(world: World) -> None:
    ready(world)
    bad = inbound("hr", {"title": "=[name] - 1"}, name="bad", precedence=1)
    world.configure([HR, target("app", "id name")], [IN, bad, OUT])
    world.run("sync")
    assert asked(world).obstacle is Obstacle.NOT_SENT
    world.configure([HR, target("app", "id name")], [IN, bad, replace(OUT, scope=scope("dept EQUAL hr"))])
    answer = asked(world)
    assert (answer.obstacle, "an inbound rule fails" in answer.said) == (Obstacle.RULE_FAILED, True)


def test_rules_that_only_join(world: World) -> None:
    ready(world, replace(OUT, link=LinkType.JOIN))
    assert asked(world).obstacle is Obstacle.ONLY_JOINS


def test_it_waits_for_another_object(world: World) -> None:
    first = outbound("first", FLOWS, name="first")
    world.configure(
        [HR, target("app", "id name"), target("first", "id name")], [IN, first, replace(OUT, after="first")]
    )
    hr(world, "1/Ann/it/a")
    world.run(*SYNCED)
    answer = asked(world)
    assert (answer.obstacle, "“first” in first" in answer.said) == (Obstacle.WAITS, True)
    world.run("export first", "import first", "sync")
    assert asked(world).obstacle is Obstacle.NOT_SENT


def test_a_missing_part_of_the_anchor(world: World) -> None:
    ready(world, outbound("app", {"id": "title", "name": "name"}))
    answer = asked(world)
    assert answer.obstacle is Obstacle.MISSING_ANCHOR
    assert "gives no value for id" in answer.said


def test_an_invalid_name(world: World) -> None:
    tree = ldif("tree", {"person": "cn"}, export="listing")
    world.configure([HR, tree], [IN, outbound("tree", {"dn": '="cn=" & [title] & ",ou=x"', "cn": "name"})])
    hr(world, "1/Ann/it/a")
    world.run(*SYNCED)
    answer = asked(world, connector="tree")
    assert answer.obstacle is Obstacle.INVALID_NAME
    assert "“cn=” has no value" in answer.said


def test_a_name_that_another_one_has(world: World) -> None:
    ready(world)
    hr(world, "1/Ann/it/a", "2/Bea/it/a")
    world.run(*SYNCED)
    answer = asked(world, "Bea")
    assert answer.obstacle is Obstacle.NAME_TAKEN
    assert answer.said.endswith(f"; it is that of person {world.id_of('Ann')}, Ann")


def test_still_to_be_sent_and_staging(world: World) -> None:
    ready(world)
    answer = asked(world)
    assert (answer.obstacle, answer.advice) == (Obstacle.NOT_SENT, "`mimas export app`, or the next run, does it.")
    with world.store.transaction() as tx:
        mode.stage(tx, world.clock())
    assert asked(world).obstacle is Obstacle.STAGING


def test_sent_and_not_confirmed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.configure([HR, door(world, monkeypatch, "id name")], [IN, OUT])
    hr(world, "1/Ann/it/a")
    world.run(*SYNCED, "export app")
    answer = asked(world)
    assert (answer.obstacle, answer.advice) == (Obstacle.NOT_CONFIRMED, "`mimas import app`, or the next run, does it.")


def test_an_export_that_failed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.configure([HR, door(world, monkeypatch, "id name")], [IN, OUT])
    hr(world, "1/Ann/it/a")
    Door.refuses = {"a"}
    world.run(*SYNCED, "export app")
    answer = asked(world)
    assert answer.obstacle is Obstacle.EXPORT_FAILED
    assert "no such title" in answer.said


def test_held_with_the_hold(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.configure([HR, replace(door(world, monkeypatch, "id name"), deletes=Guard(0, 0.0))], [IN, OUT])
    hr(world, "1/Ann/it/a")
    world.run(*SYNCED, "export app", "import app")
    hr(world, "1/Ann/hr/a")
    world.run(*SYNCED, "export app")
    answer = asked(world)
    assert answer.obstacle is Obstacle.OUT_OF_SCOPE
    assert answer.target is not None
    assert answer.target.after is not None
    assert answer.target.after.pending is not None
    assert answer.target.after.pending.hold.startswith("hold ")


def test_deleted_and_what_has_become_of_its_objects(world: World) -> None:
    ready(world)
    hr(world, "0/Ann/it/a")
    world.run(*SYNCED)
    answer = asked(world, deleted=True)
    assert (answer.obstacle, answer.said.startswith("it is deleted")) == (Obstacle.DELETED, True)


def test_going_to_be_deleted(world: World) -> None:
    world.configure([HR, target("app", "id name")], [replace(IN, scope=OUT.scope), OUT])
    hr(world, "1/Ann/it/a")
    world.run(*SYNCED)
    hr(world, "1/Ann/hr/a")
    world.run("import hr")
    found = why_not(world.engine, world.id_of("Ann"), "app")
    assert found.answers[0].said.startswith("it is going to be deleted by the next sync")
    assert [(one.key, one.belonging) for one in found.objects] == [("1", Belonging.OUT_OF_SCOPE)]
    world.run("sync")
    (gone,) = world.resources(deleted=True)
    assert [one.belonging for one in why_not(world.engine, gone, "app").objects] == [Belonging.OUT_OF_SCOPE]


class TestObjectsWithoutAResource:
    """A key that only a source knows."""

    @pytest.fixture
    def source(self, world: World) -> World:
        world.configure([HR, target("app", "id name")], [replace(IN, scope=OUT.scope), OUT])
        hr(world, "1/Ann/it/a", "2/Bea/hr/b", "3/Cee/it/c")
        return world

    def one(self, world: World, key: str) -> Any:
        (object_,) = shown_as(world.engine, key)
        found = why_not_object(world.engine, object_, "app")
        (proof,) = found.objects
        return found, proof

    def test_filtered(self, source: World) -> None:
        source.run(*SYNCED)
        found, proof = self.one(source, "2")
        assert (found.resource, found.answers[0].obstacle) == (None, Obstacle.BELONGS_TO_NOBODY)
        assert proof.belonging is Belonging.OUT_OF_SCOPE
        assert proof.links[0].scope.failed[0].saw == "hr"

    def test_by_hand(self, source: World) -> None:
        source.run(*SYNCED)
        joiner.disconnect(source.engine.symbols, "hr", "3", source.clock())
        source.run("sync")
        assert self.one(source, "3")[1].belonging is Belonging.BY_HAND

    def test_not_synced_yet(self, source: World) -> None:
        source.run("import hr")
        found, proof = self.one(source, "3")
        assert proof.belonging is Belonging.LINKED
        assert [answer.obstacle for answer in found.answers] == [Obstacle.NOT_SYNCED]

    def test_nobody_matches(self, source: World) -> None:
        source.configure([HR, target("app", "id name")], [replace(IN, scope=(), link=LinkType.JOIN), OUT])
        source.run(*SYNCED)
        _, proof = self.one(source, "3")
        assert proof.belonging is Belonging.NOBODY
        assert [(m.count, m.criterion.conditions[0].keys) for m in proof.matches] == [(0, ("3",))]

    def test_several_match(self, source: World) -> None:
        ext = delimited("ext", "id name")
        join = inbound("ext", {"title": "name"}, join=["name=name"], link=LinkType.JOIN)
        source.configure([HR, ext, target("app", "id name")], [replace(IN, scope=()), join, OUT])
        hr(source, "1/Ann/it/a", "2/Ann/it/b")
        source.write("ext.csv", {"id": "x", "name": "ann"})
        source.run("import hr", "import ext", "sync")
        _, proof = self.one(source, "x")
        assert proof.belonging is Belonging.SEVERAL
        assert [match.count for match in proof.matches] == [2]

    def test_a_scope_that_fails(self, source: World) -> None:
        broken = inbound("hr", {"employeeId": "id"}, where=["name ISBITSET 1"])
        source.configure([HR], [broken])
        source.run(*SYNCED)
        _, proof = self.one(source, "1")
        assert (proof.belonging, "'Ann' is not a number" in proof.error) == (Belonging.FAILED, True)

    def test_no_rule_links_it(self, source: World) -> None:
        source.configure([HR], [])
        source.run(*SYNCED)
        assert self.one(source, "1")[1].belonging is Belonging.NO_RULE


def test_each_object_of_a_resource_has_an_answer(world: World) -> None:
    admin = outbound("app", {"id": '="adm-" & [mail]'}, name="admins", intent="admin", where=["dept EQUAL boss"])
    ready(world, OUT, replace(admin, deprovision=Deprovision.DELETE))
    found = why_not(world.engine, world.id_of("Ann"), "app").answers
    assert sorted((one.intent, one.obstacle) for one in found) == [
        ("", Obstacle.NOT_SENT),
        ("admin", Obstacle.OUT_OF_SCOPE),
    ]
