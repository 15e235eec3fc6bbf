"""Many filters at once, when answers change by themselves, and what they depend on."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimas.language.filters.binding import bind
from mimas.language.filters.matching import Matcher
from mimas.language.filters.paths import Hop, Path, memberships, paths
from mimas.language.filters.predicate import LAST, predicate
from mimas.language.filters.tree import Filter
from mimas.language.filters.turning import judging, temporal, turning
from mimas.schema.values import Scalar
from tests.unit.language.filter_world import CATALOGUE, NOW, Thing, World, bound, filters, worlds

FIRST = datetime(1, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def fitted(wanted: Filter) -> Filter:
    return bind(wanted, CATALOGUE, int)


@settings(deadline=None, max_examples=60)
@given(worlds(), st.lists(filters(), min_size=1, max_size=8))
def test_a_matcher_finds_whom_the_predicates_take(world: World, wanted: list[Filter]) -> None:
    several = {number: fitted(one) for number, one in enumerate(wanted)}
    matcher = Matcher(several)
    for thing in world.things.values():
        taken, until = matcher.find(thing, NOW)
        assert taken == {number for number, one in several.items() if predicate(one)(thing, NOW)}
        turns = [instant for one in several.values() if (instant := turning(one)(thing, NOW)) is not None]
        assert until == min(turns, default=None)


@settings(deadline=None, max_examples=60)
@given(worlds(), filters(), st.data())
def test_until_its_turning_the_answer_stays(world: World, wanted: Filter, data: st.DataObject) -> None:
    one = fitted(wanted)
    test, judge = predicate(one), judging(one)
    for thing in world.things.values():
        now = data.draw(st.integers(-8, 60).map(lambda hours: NOW + timedelta(hours=hours)))
        answer, until = judge(thing, now)
        assert answer is test(thing, now)
        assert temporal(one) or until is None
        assert until is None or until > now
        last = until - TICK if until is not None else LAST
        for moment in (last, data.draw(st.datetimes(now.replace(tzinfo=None), last.replace(tzinfo=None)))):
            assert test(thing, moment.replace(tzinfo=UTC)) is answer


EIGHT = datetime(2026, 11, 23, 8, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("condition", "now", "holds", "turns"),
    [
        ("start < fn:current-dateTime()", EIGHT - DAY, False, EIGHT + TICK),
        ("start < fn:current-dateTime()", EIGHT, False, EIGHT + TICK),
        ("start < fn:current-dateTime()", EIGHT + TICK, True, None),
        ("start <= fn:current-dateTime()", EIGHT - TICK, False, EIGHT),
        ("start <= fn:current-dateTime()", EIGHT, True, None),
        ("start > fn:current-dateTime()", EIGHT - DAY, True, EIGHT),
        ("start > fn:current-dateTime()", EIGHT, False, None),
        ("start >= fn:current-dateTime()", EIGHT - DAY, True, EIGHT + TICK),
        ("start >= fn:current-dateTime()", EIGHT, True, EIGHT + TICK),
        ("start >= fn:current-dateTime()", EIGHT + TICK, False, None),
        ("start = fn:current-dateTime()", EIGHT - DAY, False, EIGHT),
        ("start = fn:current-dateTime()", EIGHT, True, EIGHT + TICK),
        ("start != fn:current-dateTime()", EIGHT, False, EIGHT + TICK),
        ("start < '2030-01-01'", EIGHT, True, None),
        ("start < MOVED and name = 'x'", EIGHT - 9 * DAY, False, None),
        ("start < MOVED and name = 'ann'", EIGHT - 9 * DAY, False, EIGHT - DAY + TICK),
        ("start < MOVED or name = 'ann'", EIGHT - 9 * DAY, True, None),
        ("start < MOVED or manager = /person[manager = /person]", EIGHT - 9 * DAY, True, None),
        ("start > fn:current-dateTime() and start < MOVED", EIGHT - 9 * DAY, False, EIGHT - DAY + TICK),
        ("start > fn:current-dateTime() and start < MOVED", EIGHT - DAY + TICK, True, EIGHT),
        ("not(start > fn:current-dateTime() and start < MOVED)", EIGHT - 9 * DAY, True, EIGHT - DAY + TICK),
        ("start > fn:current-dateTime() or start < MOVED", EIGHT - DAY + TICK, True, None),
        ("dates = fn:current-dateTime()", EIGHT, False, None),
        ("dates != fn:current-dateTime()", EIGHT, False, None),
        ("manager = /person[start <= fn:current-dateTime()]", EIGHT - DAY, False, EIGHT),
    ],
)
def test_when_an_answer_changes(condition: str, now: datetime, holds: bool, turns: datetime | None) -> None:
    moved = "op:add-dayTimeDuration-to-dateTime(fn:current-dateTime(), xs:dayTimeDuration('P1D'))"
    ann = World().add(1, "person", name="Ann", start="2026-11-23T08:00:00Z", manager=1)
    one = bound(f"/person[{condition.replace('MOVED', moved)}]")
    assert judging(one)(ann, now) == (holds, turns)
    assert turning(one)(ann, now) == turns


@pytest.mark.parametrize(
    ("filter_", "now", "holds", "turns"),
    [
        ("/Group | /person[start <= NOW]", EIGHT - DAY, False, EIGHT),
        ("/person | /person[start <= NOW]", EIGHT - DAY, True, None),
        ("/Group | /person[start <= NOW]", EIGHT, True, None),
        ("/person[name = 'x'] | /person[start <= NOW]", EIGHT - DAY, False, EIGHT),
        ("/* | /person[start <= NOW]", EIGHT - DAY, True, None),
        ("/Group[start <= NOW]", EIGHT, False, None),
        ("/*[start > NOW] | /Group", EIGHT - DAY, True, EIGHT),
        ("/person[start > MOVED or start > NOW]", EIGHT - 9 * DAY, True, EIGHT),
        ("/person[start > NOW or start > MOVED]", EIGHT - 9 * DAY, True, EIGHT),
        ("/person[start > NOW] | /person[manager = /person]", EIGHT - DAY, True, EIGHT),
        ("/person[ObjectID = /person[start <= NOW]]", EIGHT - DAY, False, EIGHT),
        ("/Set[start <= NOW]/ComputedMember", EIGHT - DAY, False, EIGHT),
        ("/Set[start <= NOW]/ComputedMember", EIGHT, True, None),
        ("/Group[start <= NOW]/ComputedMember", EIGHT, False, None),
        ("descendants(/person[name = 'deep' and start <= NOW], 'manager')", EIGHT - DAY, False, EIGHT),
        ("descendants(/person[name = 'deep' and start <= NOW], 'manager')", EIGHT, True, None),
        ("descendants(/person[name = 'deep' and start <= NOW], 'friends')", EIGHT, False, None),
    ],
)
def test_when_an_answer_changes_that_hangs_on_others(
    filter_: str, now: datetime, holds: bool, turns: datetime | None
) -> None:
    moved = "op:add-dayTimeDuration-to-dateTime(fn:current-dateTime(), xs:dayTimeDuration('P1D'))"
    world = World()
    eight = EIGHT.isoformat()
    ann = world.add(1, "person", start=eight)
    world.add(2, "Set", start=eight, ComputedMember=[1])
    world.add(3, "person", manager=1)
    world.add(4, "person", name="deep", manager=3, start=eight)
    one = bound(filter_.replace("MOVED", moved).replace("NOW", "fn:current-dateTime()"))
    assert judging(one)(ann, now) == (holds, turns)
    assert predicate(one)(ann, now) is holds


@pytest.mark.parametrize("date", [FIRST, LAST])
@pytest.mark.parametrize("moved", ["add-dayTimeDuration-to", "subtract-dayTimeDuration-from"])
def test_the_ends_of_the_calendar(date: datetime, moved: str) -> None:
    one = bound(f"/*[start < op:{moved}-dateTime(fn:current-dateTime(), xs:dayTimeDuration('P100D'))]")
    thing = World().add(1, "person", start=date.isoformat())
    assert judging(one)(thing, NOW)[0] is (date == FIRST)
    turns = turning(one)(thing, NOW)
    assert turns is None or turns > NOW + 1000 * DAY


@pytest.mark.parametrize(
    ("condition", "values"),
    [
        ("size = 5", {"size": 5}),
        ("active = true", {"active": True}),
        ("name = 'ANN'", {"name": "ann"}),
        ("name = 'STRASSE'", {"name": "straße"}),
        ("name = '7'", {"name": 7}),
        ("words = 'b'", {"words": ["a", "b"]}),
        ("manager = 2", {"manager": 2}),
        ("friends = 2", {"friends": [3, 2]}),
        ("manager = /person[name = 'boss']", {"manager": 2}),
        ("friends = /person[size = 3]", {"friends": [3, 2]}),
        ("manager = /person[manager = 4]", {"manager": 2}),
        ("manager = /person[name = 'boss' and manager = 4]", {"manager": 2}),
        ("manager = /person[name = 'boss'] and friends = /person", {"manager": 2, "friends": [3]}),
        ("ObjectID = 1", {}),
        ("ObjectID = 1 or name = 'x'", {}),
        ("name = 'x' or size > 3", {"size": 5}),
        ("size > 3 or name = 'ann'", {"name": "ann"}),
        ("ObjectType = 'person'", {}),
        ("ObjectID = /Set[ObjectID = 4]/ComputedMember", {}),
    ],
)
def test_a_filter_is_found_by_what_it_asks_for(condition: str, values: dict[str, Any]) -> None:
    world = World()
    world.add(2, "person", name="Boss", size=3, manager=4)
    world.add(3, "person")
    world.add(4, "Set", ComputedMember=[1])
    matcher = Matcher({7: bound(f"/person[{condition}]"), 8: bound("/person[name = 'none']")})
    assert matcher.find(world.add(1, "person", **values), NOW)[0] == {7}
    assert matcher.find(world.add(5, "person", name="y"), NOW)[0] == ({7} if "ObjectType" in condition else set())


def test_few_of_many_filters_are_asked() -> None:
    world = World()
    for number in range(1000, 1100):
        world.add(number, "Set", ComputedMember=[number % 7])
    world.add(5000, "Set", ComputedMember=[5])
    several = {number: bound(f"/person[active = true and name = 'dept {number}']") for number in range(900)}
    several |= {
        number: bound(f"/*[ObjectID = /Set[ObjectID = {number}]/ComputedMember]") for number in range(1000, 1100)
    }
    matcher = Matcher(several)
    ann = Seen(world, 5, "person", {"active": True, "name": "DEPT 17"})
    world.things[5] = ann
    expected = {17, *(number for number in range(1000, 1100) if number % 7 == 5)}
    assert matcher.find(ann, NOW) == (expected, None)
    ann.asked = 0
    matcher.find(ann, NOW)
    assert ann.asked < 40, "one question for an attribute, and those of the filters that are likely"


def test_of_many_filters_on_references_those_are_asked_that_fit_them() -> None:
    world = World()
    for number in range(100):
        world.add(number, "person")
    world.things[200] = ann = Seen(world, 200, "person", {"friends": [7, 300]})
    matcher = Matcher({number: bound(f"/person[friends = {number}]") for number in range(100)})
    assert matcher.find(ann, NOW)[0] == {7}
    ann.asked = 0
    matcher.find(ann, NOW)
    assert ann.asked < 5


def test_the_next_change_of_many_filters_is_that_of_the_first() -> None:
    moved = "op:add-dayTimeDuration-to-dateTime(fn:current-dateTime(), xs:dayTimeDuration('P{}D'))"
    ann = World().add(1, "person", start=EIGHT.isoformat())
    filters_ = {days: bound(f"/person[start <= {moved.format(days)}]") for days in (2, 3, 1)}
    matcher = Matcher({**filters_, 9: bound("/person[name = 'x' or size > 1]")})
    assert matcher.find(ann, EIGHT - 9 * DAY) == (set(), EIGHT - 3 * DAY)
    assert matcher.find(ann, EIGHT - 2 * DAY) == ({2, 3}, EIGHT - DAY)
    assert matcher.find(ann, EIGHT) == ({1, 2, 3}, None)


def test_a_filter_that_is_found_twice_hides_none_behind_it() -> None:
    matcher = Matcher({1: bound("/person[words = 'a' or words = 'b']"), 2: bound("/person[size = 5]")})
    assert matcher.find(World().add(1, "person", words=["a", "b"], size=5), NOW)[0] == {1, 2}


def test_of_many_filters_on_a_manager_those_are_asked_that_fit_the_manager() -> None:
    world = World()
    world.things[1] = boss = Seen(world, 1, "person", {"name": "Boss 7"})
    ann = world.add(2, "person", manager=1)
    matcher = Matcher({number: bound(f"/person[manager = /person[name = 'boss {number}']]") for number in range(200)})
    assert matcher.find(ann, NOW)[0] == {7}
    boss.asked = 0
    matcher.find(ann, NOW)
    assert boss.asked < 5


class Seen(Thing):
    """A resource that counts how often it is asked."""

    asked = 0

    def values(self, attribute: str) -> Sequence[Scalar]:
        self.asked += 1
        return Thing.values(self, attribute)

    def references(self, attribute: str) -> Sequence[int]:
        self.asked += 1
        return Thing.references(self, attribute)

    def refers_back(self, attribute: str, id_: int) -> bool:
        self.asked += 1
        return Thing.refers_back(self, attribute, id_)


def path(type_: str | None, *hops: Hop, reads: str = "", rows: str = "", referred: str = "") -> Path:
    """What is read at the end of some hops: values, rows of references, and rows by which it is referred to."""
    edges = {(name, False) for name in rows.split()} | {(name, True) for name in referred.split()}
    return Path(hops, type_, frozenset(reads.split()), frozenset(edges))


MANAGER, FRIENDS = Hop("manager", back=False), Hop("friends", back=False)
MEMBER_OF, ABOVE = Hop("ComputedMember", back=True), Hop("manager", back=True, deep=True)


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ("/person", [path("person")]),
        ("/person[name = 'x' or not(size = 5) and contains(words, 'y')] | /Group[is-present(start)]",
         [path("person", reads="name size words", rows="name size words"), path("Group", reads="start", rows="start")]),
        ("/*[ObjectType = 'person' and ObjectID = 5]", [path(None, rows="ObjectType")]),
        ("/person[manager = 5]", [path("person", rows="manager"), path(None, MANAGER)]),
        ("/person[manager = /*]", [path("person", reads="manager", rows="manager")]),
        ("/person[manager = /person]", [path("person", rows="manager"), path("person", MANAGER)]),
        ("/person[manager = /person[name = 'x' and friends = /Group[size = 1]]]",
         [path("person", rows="manager"), path("person", MANAGER, reads="name", rows="name friends"),
          path("Group", MANAGER, FRIENDS, reads="size", rows="size")]),
        ("/Set[ObjectID = 5]/ComputedMember[size = 1]",
         [path(None, reads="size", rows="size", referred="ComputedMember"), path("Set", MEMBER_OF)]),
        ("/*[ObjectID = /Set[ObjectID = 5]/ComputedMember]",
         [path(None), path(None, referred="ComputedMember"), path("Set", MEMBER_OF)]),
        ("/person[manager = /Set[ObjectID = 5]/ComputedMember]",
         [path("person", rows="manager"), path(None, MANAGER, referred="ComputedMember"),
          path("Set", MANAGER, MEMBER_OF)]),
        ("/Set[name = 'x']/ComputedMember",
         [path(None, referred="ComputedMember"), path("Set", MEMBER_OF, reads="name", rows="name")]),
        ("descendants(/person[friends = /Group], 'manager')",
         [path(None, referred="manager"), path("person", ABOVE, rows="friends", referred="manager"),
          path("Group", ABOVE, FRIENDS)]),
        ("descendants(/person[name = 'x'], 'manager')",
         [path(None, referred="manager"), path("person", ABOVE, reads="name", rows="name", referred="manager")]),
    ],
)  # fmt: skip
def test_what_a_filter_depends_on(filter_: str, found: list[Path]) -> None:
    assert set(paths(bound(filter_))) == set(found)


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ("/person[name = 'x']", []),
        ("/person[manager = /person]", []),
        ("/Set[ObjectID = 5]/ComputedMember", [("Set", 5)]),
        ("/*[ObjectID = 5]/ComputedMember", [(None, 5)]),
        ("/Set[name = 'x' and ObjectID = 5]/ComputedMember[size = 1]", [("Set", 5)]),
        ("/Set[ObjectID = 5 or ObjectID = 6]/ComputedMember", [("Set", None)]),
        ("/Set[not(ObjectID = 5)]/ComputedMember", [("Set", None)]),
        ("/Group/ComputedMember", [("Group", None)]),
        ("/Group/manager", []),
        ("/person[ObjectID = /Set[ObjectID = 5]/ComputedMember and name = 'x'] | /Set[ObjectID = 6]/ComputedMember",
         [("Set", 5), ("Set", 6)]),
        ("/person[manager = /Set[ObjectID = 5]/ComputedMember]", [("Set", 5)]),
        ("/Set[ObjectID = /Group[ObjectID = 6]/ComputedMember]/ComputedMember", [("Group", 6), ("Set", None)]),
        ("descendants(/Group, 'ComputedMember')", [(None, None)]),
        ("descendants(/Group[ObjectID = 5]/ComputedMember, 'manager')", [("Group", 5)]),
        ("/Group[is-present(ComputedMember)]", [("Group", None)]),
        ("/person[manager = /Group[is-present(ComputedMember)]]", [("Group", None)]),
        ("/*[ComputedMember = 5]", [(None, None)]),
        ("/Set[not(ComputedMember = /person)]", [("Set", None)]),
        ("/Group[is-present(manager) and manager = 5]", []),
    ],
)  # fmt: skip
def test_whose_members_a_filter_reads(filter_: str, found: list[tuple[str | None, int | None]]) -> None:
    assert set(memberships(bound(filter_))) == set(found)


def _gone_back(world: World, id_: int, hops: tuple[Hop, ...]) -> set[int]:
    """Who has a resource at the end of the hops: what a store asks of its rows."""
    found = {id_}
    for hop in reversed(hops):
        step, met = found, set[int]()
        while step := {other for one in step for other in _one_back(world, one, hop)} - met:
            met |= step
            if not hop.deep:
                break
        found = met
    return found


def _one_back(world: World, id_: int, hop: Hop) -> set[int]:
    if not hop.back:
        return {other.id for other in world.things[id_].referrers(hop.attribute)}
    return set(world.things[id_].references(hop.attribute))


REFERENCES = ("manager", "friends", "ComputedMember")
NAMES = ("name", "words", "size", "active", "start", "dates", *REFERENCES)


def _rows(world: World, name: str) -> set[tuple[int, int]]:
    return {(id_, other) for id_, thing in world.things.items() for other in thing.references(name)}


def _asked_again(before: World, after: World, wanted: Filter) -> set[int]:
    """Whom the paths lead to, by the references that are there after a change."""
    changed = {(id_, name) for id_ in before.things.keys() & after.things.keys() for name in NAMES
               if before.things[id_].values(name) != after.things[id_].values(name)}  # fmt: skip
    changed |= {(id_, name) for id_ in before.things.keys() ^ after.things.keys() for name in NAMES}
    lost = {(name, *row) for name in REFERENCES for row in _rows(before, name) ^ _rows(after, name)}
    came = after.things.keys() - before.things.keys()
    asked: set[int] = set()
    for one in paths(wanted):
        touched = {id_ for id_, name in changed if name in one.attributes}
        touched |= {id_ for name, id_, _ in lost if (name, False) in one.edges}
        touched |= {id_ for name, _, id_ in lost if (name, True) in one.edges}
        for id_ in (touched | came) & after.things.keys():
            asked |= _gone_back(after, id_, one.hops)
    return asked


@settings(deadline=None, max_examples=60)
@given(worlds(), worlds(), filters(), st.data())
def test_whose_answer_changes_is_found_by_going_back(
    one: World, two: World, wanted: Filter, data: st.DataObject
) -> None:
    """Values change, resources come and go: whose answers change are among those whom the paths lead to."""
    test = predicate(fitted(wanted))
    after = World()
    for id_ in data.draw(st.sets(st.sampled_from(sorted(one.things.keys() | two.things.keys())))):
        thing = one.things.get(id_) or two.things[id_]
        after.add(id_, thing.type, **thing.all)
        for name in data.draw(st.sets(st.sampled_from(NAMES), max_size=2)):
            after.things[id_].all[name] = two.things[id_].all.get(name) if id_ in two.things else None
    before = {id_: test(thing, NOW) for id_, thing in one.things.items()}
    changed = {id_ for id_, thing in after.things.items() if test(thing, NOW) != before.get(id_, False)}
    assert changed <= _asked_again(one, after, fitted(wanted))
