"""`why` of a day of the past: what counted then, though everything has changed since."""

from datetime import timedelta
from typing import Any

import pytest

from mimas.runs import granting, joiner
from mimas.runs.explaining.restoring import ErasedError
from mimas.runs.explaining.why import Why, why, why_at
from mimas.store.history import past
from mimas.store.history.erasing import erase
from mimas.sync.explain import Verdict
from mimas.sync.rules import LinkType
from tests.unit.runs.test_groups import PILOT, group, person
from tests.unit.runs.test_groups import pilot as pilot
from tests.world import World, delimited, inbound, outbound, target

HR, EXT = delimited("hr", "id name mail boss>person"), delimited("ext", "id name")
FLOWS = {"employeeId": "id", "name": "name", "mail": "mail", "manager": "boss"}


class Days:
    """A life of which each day is remembered; the rules of a day are those of its engine."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, *steps: str, **files: list[dict[str, str]]) -> Any:
        """A day goes by; what `why` is then asked for is asked of it ever after."""
        world = self.world
        for name, rows in files.items():
            world.write(f"{name}.csv", *rows)
        world.run(*(f"import {name}" for name in files), *(steps or ("sync",)))
        at, engine = world.clock.now, world.engine
        world.clock.forward(days=1)

        def of(resource: int, attribute: str, to: int | None = None) -> Why:
            with world.store.transaction() as tx:
                then = past.then(tx, at)
            before = world.dump()
            found = why_at(engine, resource, attribute, to, at, then)
            world.engine.forget_symbols()
            assert world.dump() == before
            return found

        return of


def row(key: str, name: str, boss: str = "", mail: str = "") -> dict[str, str]:
    return {"id": key, "name": name, "mail": mail, "boss": boss}


@pytest.fixture
def days(world: World) -> Days:
    world.configure([HR], [inbound("hr", FLOWS, join=["id=employeeId"])])
    return Days(world)


def test_the_one_who_spoke_last_on_that_day(world: World) -> None:
    both = [inbound(name, {"employeeId": "id", "name": "name"}, join=["id=employeeId"]) for name in ("hr", "ext")]
    world.configure([HR, EXT], both)
    day = Days(world)
    first = day(hr=[row("1", "Ann")], ext=[{"id": "1", "name": "Ann"}])
    ext = day(ext=[{"id": "1", "name": "Anna"}])
    hr = day(hr=[row("1", "Anne")])
    id_ = world.id_of("1", "employeeId")
    for of, value, giver in ((first, "Ann", None), (ext, "Anna", "ext in"), (hr, "Anne", "hr in")):
        answer = of(id_, "name")
        assert answer.value == answer.following == value
        assert giver is None or [o.giver.rule for o in answer.proof.applied] == [giver]


def test_a_name_that_was_given_out_later(days: Days) -> None:
    world = days.world
    before = days(hr=[row("1", "Ann", mail="a@x")])
    world.configure([HR], [inbound("hr", {**FLOWS, "mail": ('=[name] & "@y"',)}, join=["id=employeeId"])])
    after = days()
    id_ = world.id_of("1", "employeeId")
    assert (before(id_, "mail").value, after(id_, "mail").value) == ("a@x", "Ann@y")
    kinds = [{one.kind for one in of(id_, "mail").inputs} for of in (before, after)]
    assert ["fact" in some for some in kinds] == [False, True]


def test_a_link_and_a_hand_that_made_it(world: World) -> None:
    """The badge was Ann's, then it was given to Bea by hand."""
    world.configure(
        [HR, EXT],
        [
            inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"]),
            inbound("ext", {"title": "name"}, join=["id=employeeId"], link=LinkType.JOIN),
        ],
    )
    day = Days(world)
    ann_had = day(hr=[row("1", "Ann"), row("2", "Bea")], ext=[{"id": "1", "name": "key"}])
    ann, bea = (world.id_of(key, "employeeId") for key in "12")
    joiner.join(world.engine.symbols, "ext", "1", bea, world.clock.now)
    bea_has = day()
    assert world.resources()[bea].get("title") == "key"
    for resource, of, value in (
        (ann, ann_had, "key"),
        (bea, ann_had, None),
        (ann, bea_has, None),
        (bea, bea_has, "key"),
    ):
        answer = of(resource, "title")
        assert answer.value == answer.following == value
    assert {one.value for one in bea_has(bea, "title").inputs if one.kind == "link"} >= {"by hand"}
    assert {one.value for one in ann_had(ann, "title").inputs if one.kind == "link"} == {None}


def test_references_and_grants(days: Days) -> None:
    world = days.world
    first = days(hr=[row("1", "Ann"), row("2", "Bea"), row("3", "Cee", "1")])
    second = days(hr=[row("1", "Ann"), row("2", "Bea"), row("3", "Cee", "2")])
    ann, bea, cee = (world.id_of(key, "employeeId") for key in "123")
    now = world.clock.now
    granting.grant(world.engine.symbols, cee, "manager", ann, None, now + timedelta(hours=12), "ticket 815", "kim", now)
    granted = days()
    after = days(hr=[row("1", "Ann"), row("2", "Bea"), row("3", "Cee")])
    for of, boss in ((first, ann), (second, bea), (granted, ann), (after, None)):
        answer = of(cee, "manager")
        assert [one.target for one in answer.references] == ([boss] if boss else [])
        for other in (ann, bea):
            (one,) = of(cee, "manager", other).references
            assert one.holds == one.stored == (other == boss)
    (one,) = granted(cee, "manager", ann).references
    assert (one.grants[0].holds, one.flows[0].verdict) == (True, Verdict.SKIPPED)
    assert first(cee, "manager", ann).references[0].grants == ()


def test_somebody_who_was_not_there_yet_or_is_gone(days: Days) -> None:
    world = days.world
    alone = days(hr=[row("1", "Ann")])
    days(hr=[row("1", "Ann"), row("2", "Bea")])
    bea = world.id_of("2", "employeeId")
    with pytest.raises(LookupError, match=f"no resource {bea} then"):
        alone(bea, "name")
    with pytest.raises(LookupError, match=f"no resource {bea} then"):
        alone(world.id_of("1", "employeeId"), "manager", bea)
    ann = world.id_of("1", "employeeId")
    gone = days(hr=[row("2", "Bea")])
    assert (gone(ann, "name").live, alone(ann, "name").live) == (False, True)


def test_what_was_erased_is_not_told(days: Days) -> None:
    both = days(hr=[row("1", "Ann"), row("2", "Bea", "1")])
    days(hr=[row("2", "Bea")])
    ann, bea = (id_ for gone in (True, False) for id_ in days.world.resources(deleted=gone))
    erase(days.world.store, ann, "case 815")
    after = days()
    with pytest.raises(ErasedError, match=f"resource {ann} have been erased"):
        both(ann, "name")
    (boss,) = both(bea, "manager").references
    assert (boss.target, boss.title, boss.holds, boss.stored) == (ann, "", True, True)
    assert (after(ann, "name").live, after(ann, "name").value) == (False, None)


def test_groups_that_scopes_ask_for_by_their_names_and_members_of_then(pilot: World) -> None:
    people = [person("a"), person("b")]

    def day(*groups: str) -> Any:
        pilot.write("dir.ldif", "version: 1", *groups, *people)
        pilot.run("import dir")
        return Days(pilot)()

    first = day(group(PILOT, "a", "b"))
    left = day(group(PILOT, "b"))
    renamed = day(group("cn=Others,o=x", "b"))
    b = next(id_ for id_, values in pilot.resources(deleted=True).items() if values["employeeId"] == "b")
    for of, inside in ((first, True), (left, True), (renamed, False)):
        answer = of(b, "name")
        assert answer.live == inside
        assert [one.value for one in answer.inputs if one.kind == "group"][:1] == ([True] if inside else [])


def test_what_had_been_sent_by_then(world: World) -> None:
    world.configure(
        [HR, target("app", "id name")],
        [inbound("hr", FLOWS, join=["id=employeeId"]), outbound("app", {"id": "employeeId", "name": "name"})],
    )
    day = Days(world)
    synced = day(hr=[row("1", "Ann")])
    sent = day("export app")
    seen = day("import app")
    day("sync", "export app", "import app", hr=[row("1", "Zoe")])
    ann = world.id_of("1", "employeeId")
    onward = [of(ann, "name").onward[0] for of in (synced, sent, seen)]
    assert [one.state for one in onward] == ["differs", "sent, not confirmed", "as it should be"]
    assert [one.wanted for one in onward] == ["Ann", "Ann", "Ann"]
    assert [one.carried.what if one.carried else "" for one in onward] == [
        "",
        "run 2 (test): export app",
        "run 2 (test): export app",
    ]
    assert why(world.engine, ann, "name").onward[0].shows == "Zoe"
