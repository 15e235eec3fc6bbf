"""A preview: what the next sync and the next exports would do with one object, and nothing of it done."""

from dataclasses import replace
from typing import Any

import pytest

from mimas.runs.explaining import trial
from mimas.runs.explaining.belonging import Belonging, lookup
from mimas.runs.explaining.preview import Preview, preview, preview_object
from mimas.runs.session import Session
from mimas.runs.setup import Guard
from mimas.sync.explain import State
from mimas.sync.rules import Deprovision, LinkType, Membership, ResourceType
from tests.door import door
from tests.world import World, attributes, delimited, inbound, outbound, target

COLUMNS = "id name dept manager>person"
HR = delimited("hr", COLUMNS)
IN = inbound(
    "hr",
    {"employeeId": "id", "name": "name", "dept": "dept", "manager": "manager", "mail": ("=LCase([name])",)},
    join=["id=employeeId"],
    where=["dept NOTEQUAL left"],
)
OUT = outbound("app", {"id": "employeeId", "name": "name", "dept": "dept", "manager": "manager"})
APP = target("app", COLUMNS)
ALL = ("import hr", "sync", "export app", "import app", "sync")


def hr(world: World, *rows: str) -> None:
    """Each ``id/name/dept/manager``."""
    names = ("id", "name", "dept", "manager")
    world.write("hr.csv", *(dict(zip(names, row.split("/"), strict=True)) for row in rows))


@pytest.fixture
def quiet(world: World) -> World:
    """Two people in place."""
    world.configure([HR, APP], [IN, OUT])
    hr(world, "1/Ann/it/", "2/Bea/it/1")
    world.run(*ALL)
    return world


def of(world: World, name: str) -> Preview:
    """The preview of a person; nothing is changed by it."""
    _ = world.engine.symbols  # names of new rules get their numbers
    before = world.dump()
    found = preview(world.engine, world.id_of(name))
    assert world.dump() == before
    return found


def object_(world: World, key: str, connector: str = "hr") -> Preview:
    """The preview of a connector object; nothing is changed by it."""
    session = Session(world.engine.symbols, 0, world.clock(), sweep=False)
    with world.store.transaction() as tx:
        number = lookup(tx, session, connector, key)
    assert number is not None
    before = world.dump()
    found = preview_object(world.engine, number)
    assert world.dump() == before
    return found


def sent(found: Preview) -> dict[str, tuple[Any, Any]]:
    """Attribute → what the system shows, and what it would be sent."""
    (one,) = found.targets
    assert one.after is not None
    return {d.attribute: (d.shows, d.wanted) for d in one.after.differences}


def test_nothing_to_do(quiet: World) -> None:
    found = of(quiet, "Bea")
    assert (found.before, found.live, found.new, found.left_out) == (found.after, True, False, 0)
    assert [(r.attribute, r.title, r.added) for r in found.references] == [("manager", "Ann", None)]
    assert found.targets[0].after is not None
    assert found.targets[0].after.pending is None


def test_a_change_goes_through_to_what_is_sent(quiet: World) -> None:
    hr(quiet, "1/Ann/it/", "2/Bee/hr/")
    quiet.run("import hr")
    found = of(quiet, "Bea")
    assert {n: (found.before.get(n), v) for n, v in found.after.items() if found.before.get(n) != v} == {
        "name": ("Bea", "Bee"),
        "dept": ("it", "hr"),
    }
    assert sent(found) == {"name": ("Bea", "Bee"), "dept": ("it", "hr")}
    assert [(r.title, r.added) for r in found.references] == [("Ann", False)]
    assert found.targets[0].after is not None
    assert [(p.attribute, p.object, p.added) for p in found.targets[0].after.references] == [("manager", "1", False)]
    assert found.proof is not None
    mail = found.proof.attribute("mail")
    assert mail is not None
    assert (mail.value, mail.offers[0].flow.fact) == ("bea", "unique:mail")


def test_whoever_leaves(quiet: World) -> None:
    hr(quiet, "1/Ann/it/", "2/Bea/left/1")
    quiet.run("import hr")
    found = of(quiet, "Bea")
    assert (found.was_live, found.live) == (True, False)
    assert [one.belonging for one in found.objects] == [Belonging.OUT_OF_SCOPE]
    (one,) = found.targets
    assert one.ending is not None
    assert one.after is not None
    assert (one.ending.what, one.after.ending) == (Deprovision.DELETE, True)


def test_somebody_new_is_made_with_a_name_given_out(quiet: World) -> None:
    hr(quiet, "1/Ann/it/", "2/Bea/it/1", "3/Ann/hr/2")
    quiet.run("import hr")
    found = object_(quiet, "3")
    assert (found.new, found.after["mail"], found.given_out) == (True, "ann2", {"unique:mail": "ann2"})
    assert sent(found)["name"] == (None, "Ann")
    assert [one.belonging for one in found.objects] == [Belonging.LINKED]


def test_an_object_that_joins(quiet: World) -> None:
    ext = delimited("ext", "id title")
    join = inbound("ext", {"title": "title"}, join=["id=employeeId"], link=LinkType.JOIN)
    quiet.configure([HR, ext, APP], [IN, join, OUT])
    quiet.write("ext.csv", {"id": "2", "title": "Dr"}, {"id": "9", "title": "Prof"})
    quiet.run("sync", "import ext")
    found = object_(quiet, "2", "ext")
    assert (found.resource, found.new, found.after["title"]) == (quiet.id_of("Bea"), False, "Dr")
    assert sorted(one.connector for one in found.objects) == ["ext", "hr"]
    nobody = object_(quiet, "9", "ext")
    assert (nobody.resource, nobody.objects[0].belonging) == (None, Belonging.NOBODY)


def test_what_else_is_pending_counts_where_it_is_little(quiet: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hr(quiet, "1/Ann/it/", "2/Bea/it/3", "3/Cee/it/", "4/Dee/it/")
    quiet.run("import hr")
    found = of(quiet, "Bea")
    assert [(r.title, r.added) for r in found.references] == [("Ann", False), ("Cee", True)]
    monkeypatch.setattr(trial, "FEW", 1)
    less = of(quiet, "Bea")
    assert less.left_out >= 2
    assert [(r.title, r.added) for r in less.references] == [("Ann", False)]


def test_a_guard_that_would_hold_it(quiet: World, monkeypatch: pytest.MonkeyPatch) -> None:
    app = replace(door(quiet, monkeypatch, COLUMNS), deletes=Guard(0, 0.0))
    quiet.write("app.csv", {"id": "1", "name": "Ann", "dept": "it"}, columns="id name dept manager")
    quiet.configure([HR, app], [IN, OUT])
    quiet.run(*ALL)
    hr(quiet, "1/Ann/left/", "2/Bea/it/")
    quiet.run("import hr")
    (one,) = of(quiet, "Ann").targets
    assert one.after is not None
    assert one.after.pending is not None
    assert one.after.pending.state == "held"
    assert one.after.pending.hold.startswith("a guard, at the next export: 1 of 1 objects are to be deleted")


def test_a_rule_that_fails_is_told_and_the_values_stay(quiet: World) -> None:
    quiet.configure([HR, APP], [IN, inbound("hr", {"title": "=[name] - 1"}, name="bad", precedence=1), OUT])
    quiet.run("sync")
    hr(quiet, "1/Ann/it/", "2/Bee/it/1")
    quiet.run("import hr")
    found = of(quiet, "Bea")
    assert found.after["name"] == "Bea"
    assert "flow-failure" in [note["code"] for note in found.notes]
    assert found.proof is not None
    title = found.proof.attribute("title")
    assert title is not None
    assert title.offers[0].flow.state is State.FAILED


def test_members_by_criteria(world: World) -> None:
    types = (
        ResourceType("person", attributes("employeeId name dept mail manager>person"), frozenset(["employeeId"])),
        ResourceType("group", attributes("code members>person*"), frozenset(["code"])),
    )
    units = delimited("units", "code", anchor="code")
    groups = inbound("units", {"code": "code"}, resource_type="group", join=["code=code"])
    staff = Membership("staff", "group", "members", "person", "code", "dept")
    world.configure([HR, units], [IN, groups], types, [staff])
    world.write("units.csv", {"code": "it"}, {"code": "hr"})
    hr(world, "1/Ann/it/")
    world.run("import units", "import hr", "sync")
    unit = next(id_ for id_, values in world.resources("group").items() if values["code"] == "it")
    found = preview(world.engine, unit)
    assert [(r.attribute, r.title, r.origin, r.added) for r in found.references] == [("members", "Ann", "staff", None)]
