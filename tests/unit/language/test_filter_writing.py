"""Filters as text again, with their variables filled, and explained."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimas.language.errors import ExpressionError
from mimas.language.filters import tree
from mimas.language.filters.binding import bind
from mimas.language.filters.durations import duration, written
from mimas.language.filters.explaining import MOST, Verdict, excluding, explain
from mimas.language.filters.matching import Matcher
from mimas.language.filters.parser import DEEPEST, FARTHEST, parse
from mimas.language.filters.paths import paths
from mimas.language.filters.predicate import predicate
from mimas.language.filters.tree import Comparison, Filter, Matches, Present, Selection
from mimas.language.filters.turning import judging
from mimas.language.filters.variables import look_ups_filled, substitute
from mimas.language.filters.writing import condition_text, text
from tests.unit.language.filter_world import CATALOGUE, NOW, World, bound, filters, worlds


def fitted(wanted: Filter) -> Filter:
    return bind(wanted, CATALOGUE, int)


@settings(deadline=None, max_examples=60)
@given(filters())
def test_a_filter_is_the_same_when_it_is_read_again(wanted: Filter) -> None:
    again = parse(text(wanted))
    compares_ids = any(
        isinstance(one, tree.Refers) and one.to and isinstance(one.to[0].condition, Comparison)
        for one in tree.conditions(wanted)
    )
    assert again == wanted or compares_ids
    assert fitted(again) == fitted(wanted)
    assert fitted(parse(text(fitted(wanted)))) == fitted(wanted)


@pytest.mark.parametrize(
    "filter_",
    [
        "/person",
        "/*[a = true or a = false]",
        "/*[a = 'x' and (b = 5 or not(c != true)) and is-present(d)]",
        '/person[a = "it\'s"] | /group',
        '/person[a = "it\'s ""so"""]',
        "/Set[ObjectID = 5]/ComputedMember[a = 1 and b = 2]/Manager",
        "/Group/ComputedMember[a = 1 or b = 2]",
        "/Group/ComputedMember[a = 1 and (b = 2 or c = 3)]",
        "/person[manager = /Set[name = 'x']/ComputedMember | /person]",
        "/person[descendant-in('manager', /person[a = 1])]",
        "/person[d < fn:current-dateTime()]",
        "/person[d < op:add-dayTimeDuration-to-dateTime(fn:current-dateTime(), xs:dayTimeDuration('P14DT2H'))]",
        "/person[d < op:add-dayTimeDuration-to-dateTime(fn:current-dateTime(), xs:dayTimeDuration('PT2H'))]",
        "/person[d < op:subtract-dayTimeDuration-from-dateTime(fn:current-dateTime(), xs:dayTimeDuration('PT5M0.5S'))]",
        "/person[manager = 5]",
    ],
)
def test_how_filters_are_written(filter_: str) -> None:
    assert text(parse(filter_)) == filter_


def test_a_step_is_written_as_a_condition_where_it_is_one_of_several() -> None:
    assert condition_text(tree.Referred("ComputedMember", (Selection("Set"),))) == "ObjectID = /Set/ComputedMember"


def test_bound_filters_are_written_with_ids_and_instants() -> None:
    assert text(bound("/person[start > '2026-11-23T09:00:00+01:00' and manager = '5' and manager != '6']")) == (
        "/person[start > '2026-11-23T08:00:00Z' and manager = 5 and is-present(manager) and not(manager = 6)]"
    )


@pytest.mark.parametrize(
    ("form", "whole"),
    [
        ("P14DT0H0M", timedelta(days=14)),
        ("PT5M", timedelta(minutes=5)),
        ("-P1DT2H3M4.5S", -timedelta(days=1, hours=2, minutes=3, seconds=4.5)),
        ("PT36H", timedelta(hours=36)),
        ("P0D", timedelta()),
        ("P" + "0" * 98 + "D", timedelta()),
        *((wrong, None) for wrong in ("", "P", "PT", "P1DT", "P1M", "P1Y", "1D", "P-1D", "P1.5D", "p1d", "P²D", "P1D ",
                                      "PT1.S", "P١D", "P" + "0" * 99 + "D", "P1000000000D", "P" + "9" * 200 + "D")),
    ],
)  # fmt: skip
def test_durations(form: str, whole: timedelta | None) -> None:
    assert duration(form) == whole


@settings(deadline=None, max_examples=60)
@given(st.timedeltas())
def test_durations_are_the_same_when_they_are_read_again(whole: timedelta) -> None:
    assert duration(written(whole)) == whole


@pytest.mark.parametrize(
    ("whole", "form"),
    [
        (timedelta(), "P0D"),
        (timedelta(days=14), "P14D"),
        (timedelta(hours=36), "P1DT12H"),
        (timedelta(seconds=61.5), "PT1M1.5S"),
        (timedelta(seconds=-1), "-PT1S"),
        (timedelta(microseconds=10), "PT0.00001S"),
    ],
)
def test_how_durations_are_written(whole: timedelta, form: str) -> None:
    assert written(whole) == form


KNOWN = {"LoginID": "17", "VALUE": "O'Neill \"x\" or a = 'b']", "Attribute_Department": "Sales"}


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("Creator = '%LoginID%'", Comparison("Creator", "=", "17")),
        ("Creator = %LoginID%", Comparison("Creator", "=", "17")),
        ("Creator = %loginid%", Comparison("Creator", "=", "17")),
        ("Creator = '%loginid%'", Comparison("Creator", "=", "17")),
        ("Name = '%VALUE%'", Comparison("Name", "=", KNOWN["VALUE"])),
        ('starts-with(Name, "a %VALUE%")', Matches("starts-with", "Name", f"a {KNOWN['VALUE']}")),
        ("not(a = /person[b = '%Attribute_Department%'])",
         tree.Not(tree.Refers("a", (Selection("person", Comparison("b", "=", "Sales")),)))),
        ("a = 1 and (b = '%LoginID%' or starts-with(c, '%VALUE%'))",
         tree.All((Comparison("a", "=", 1),
                   tree.Any((Comparison("b", "=", "17"), Matches("starts-with", "c", KNOWN["VALUE"])))))),
        ("start > '%Today%'", Comparison("start", ">", "2026-11-22T23:00:00Z")),
        ("start > %FromToday_-7%", Comparison("start", ">", "2026-11-15T23:00:00Z")),
        ("start > '%FromToday_001%'", Comparison("start", ">", "2026-11-23T23:00:00Z")),
        ("Name = '100%'", Comparison("Name", "=", "100%")),
        ("Name = '%a%' and starts-with(Name, '%')", tree.All((Comparison("Name", "=", "%a%"), Present("Name")))),
    ],
)  # fmt: skip
def test_variables(condition: str, found: tree.Condition) -> None:
    now = datetime(2026, 11, 23, 1, 30, 15, 500_000, tzinfo=timezone(timedelta(hours=1)))
    assert substitute(f"/person[{condition}]", KNOWN, now) == (Selection("person", found),)


def test_variables_of_paths_and_stored_forms() -> None:
    text = "/Set[ObjectID='%ObjectID%']/ComputedMember | descendants(/a[b='%ObjectID%'],'c')"
    found = substitute(f"<Filter>{text}</Filter>", {"ObjectID": "9"}, NOW)
    assert found == parse(text.replace("%ObjectID%", "9"))
    assert substitute("/person | /*[c < 5 or is-present(d)]", {}, NOW) == parse("/person | /*[c < 5 or is-present(d)]")


def test_a_value_that_is_only_a_percent_sign_asks_for_no_presence() -> None:
    found = substitute("/a[starts-with(b, '%VALUE%')]", {"VALUE": "%"}, NOW)
    assert found == (Selection("a", Matches("starts-with", "b", "%")),)


@pytest.mark.parametrize("variable", ["ObjectID", "Attribute_x", "FromToday_99999999", "FromToday_99999"])
def test_variables_without_a_value(variable: str) -> None:
    far = datetime(9999, 1, 1, tzinfo=UTC)
    if variable == "FromToday_99999999":
        # That is no variable, but a text like another.
        assert substitute(f"/a[b = '%{variable}%']", {}, far) == parse(f"/a[b = '%{variable}%']")
        return
    for condition in (f"b = '%{variable}%'", f"contains(b, '%{variable}%')"):
        with pytest.raises(ExpressionError, match=f"%{variable}%") as caught:
            substitute(f"/a[{condition}]", {}, far)
        assert (caught.value.text, caught.value.position) == ("", 3)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("Name = '[//Target/DisplayName]'", Comparison("Name", "=", "it's")),
        ("Name = [//Target/DisplayName]", Comparison("Name", "=", "it's")),
        ("starts-with(Name, 'a [//Target/DisplayName]')", Matches("starts-with", "Name", "a it's")),
        ("Name = 'x[//Target/None]'", Comparison("Name", "=", "x")),
        ("Name = '[/Target/DisplayName]'", Comparison("Name", "=", "[/Target/DisplayName]")),
    ],
)
def test_look_ups(condition: str, found: tree.Condition) -> None:
    known = {"//Target/DisplayName": ["it's"]}
    assert look_ups_filled(f"/a[{condition}]", lambda path: known.get(path, [])) == (Selection("a", found),)


def test_a_look_up_that_finds_several_values_is_compared_with_none() -> None:
    with pytest.raises(ExpressionError) as caught:
        look_ups_filled("/a[b = '[//Target/Mail]']", lambda _: ["x", "y"])
    assert caught.value.message == "[//Target/Mail] finds 2 values, and one is compared."
    assert (caught.value.text, caught.value.position) == ("", 3)


@settings(deadline=None, max_examples=60)
@given(worlds(), filters())
def test_what_is_explained_is_what_is_decided(world: World, wanted: Filter) -> None:
    one = fitted(wanted)
    for thing in world.things.values():
        verdict = explain(one, thing, NOW)
        assert verdict.holds is predicate(one)(thing, NOW)
        keeping_out = excluding(verdict)
        assert bool(keeping_out) is not verdict.holds
        assert not any(part.holds for part in keeping_out)
        _check(verdict)


def _check(verdict: Verdict) -> None:
    answers = [part.holds for part in verdict.parts]
    match verdict.how:
        case "and":
            assert verdict.holds is all(answers)
        case "or":
            assert verdict.holds is any(answers)
        case "not":
            assert answers == [not verdict.holds]
        case "any":
            assert all(answers) if verdict.holds else not any(answers)
        case _:
            assert not answers
    for part in verdict.parts:
        _check(part)


def told(filter_: str, thing: int, world: World) -> list[tuple[str, tuple[object, ...]]]:
    return [(one.says, one.saw) for one in excluding(explain(bound(filter_), world.things[thing], NOW))]


def test_what_keeps_somebody_out() -> None:
    world = World()
    world.add(1, "person", name="Ann", size=3, words=["a", "b"])
    world.add(2, "person", name="Bob", manager=1)
    world.add(3, "Set", ComputedMember=[1])
    assert told("/person[name = 'Ann']", 1, world) == []
    assert told("/person[name = 'Bob' and size = 3 and words = 'c']", 1, world) == [
        ("name = 'Bob'", ("Ann",)),
        ("words = 'c'", ("a", "b")),
    ]
    assert told("/person[size = 3 and (name = 'x' or name = 'y')]", 1, world) == [
        ("name = 'x'", ("Ann",)),
        ("name = 'y'", ("Ann",)),
    ]
    assert told("/person[not(name = 'Ann')]", 1, world) == [("not(name = 'Ann')", ())]
    assert told("/Group[size = 3] | /person[size = 4]", 1, world) == [("/Group", ("person",)), ("size = 4", (3,))]
    assert told("/person[start < '2026-11-23']", 1, world) == [("start < '2026-11-23T00:00:00Z'", ())]
    assert told("/person[manager = 2]", 2, world) == [("manager = 2", (1,))]
    membership = "ObjectID = /Set[ObjectID = 3]/ComputedMember"
    assert told(f"/person[{membership}]", 2, world) == [(membership, ())]
    assert explain(bound(f"/person[{membership}]"), world.things[1], NOW).parts[1] == Verdict(1, membership, True, (3,))
    (only,) = excluding(explain(bound("/person[manager = /person[size = 5]]"), world.things[2], NOW))
    assert (only.says, only.saw, only.of) == ("manager = /person[size = 5]", (1,), 2)
    (other,) = only.parts
    assert [(one.of, one.says, one.saw) for one in excluding(other)] == [(1, "size = 5", (3,))]


def test_an_explanation_as_a_whole() -> None:
    world = World()
    ann = world.add(1, "person", name="Ann", size=3, words=["a", "b"], manager=2, start="2026-11-23T08:00:00Z")
    world.add(2, "person", name="Bob")
    world.add(3, "Set", name="All", ComputedMember=[1])
    world.add(4, "person", manager=1)
    either, not_a = "name = 'Ann' or size = 4", "not(words = 'a')"
    person = f"/person[({either}) and {not_a}]"
    assert explain(bound(f"/Group | {person}"), ann, NOW) == Verdict(
        1, f"/Group | {person}", False, (), (
            Verdict(1, "/Group", False, ("person",)),
            Verdict(1, person, False, (), (
                Verdict(1, "/person", True, ("person",)),
                Verdict(1, f"({either}) and {not_a}", False, (), (
                    Verdict(1, either, True, (), (
                        Verdict(1, "name = 'Ann'", True, ("Ann",)),
                        Verdict(1, "size = 4", False, (3,)),
                    ), "or"),
                    Verdict(1, not_a, False, (), (Verdict(1, "words = 'a'", True, ("a", "b")),), "not"),
                ), "and"),
            ), "and"),
        ), "or",
    )  # fmt: skip
    for condition, expected in (
        ("manager = 5", Verdict(1, "manager = 5", False, (2,))),
        ("is-present(manager)", Verdict(1, "is-present(manager)", True, (2,))),
        ("start <= fn:current-dateTime()", Verdict(1, "start <= fn:current-dateTime()", True, (ann.all["start"],))),
        ("ObjectID = /Group", Verdict(1, "ObjectID = /Group", False, ("person",))),
    ):
        assert explain(bound(f"/*[{condition}]"), ann, NOW) == expected
    for condition, other, step in (
        ("ObjectID = /Set[name = 'x']/ComputedMember", 3, "Set"),
        ("descendant-in('manager', /person[name = 'x'])", 4, "person"),
    ):
        found = explain(bound(f"/*[{condition}]"), ann, NOW)
        assert (found.of, found.says, found.holds, found.saw, found.how) == (1, condition, False, (other,), "any")
        assert [(part.of, part.says) for part in found.parts] == [(other, f"/{step}[name = 'x']")]
    assert explain(bound("/*"), ann, NOW) == Verdict(1, "/*", True, ("person",))


def test_what_lies_far_away_is_told_without_its_reasons() -> None:
    world = World()
    for number in range(1, 5):
        world.add(number, "person", manager=number + 1)
    far = "/person[manager = /person[manager = /person[manager = /person[name = 'x']]]]"
    (one,) = excluding(explain(bound(far), world.things[1], NOW))
    (two,) = excluding(one.parts[0])
    (three,) = excluding(two.parts[0])
    assert (one.of, one.saw, two.of, two.saw) == (1, (2,), 2, (3,))
    assert three == Verdict(3, "manager = /person[name = 'x']", False, (4,))


def test_of_several_references_each_tells_its_own() -> None:
    world = World()
    world.add(1, "person", name="Ann")
    world.add(2, "person", name="Bob", manager=1, friends=[1, 3])
    world.add(3, "person", name="Cy")
    both = "/person[manager = /person[name = 'Ann'] and friends = /person[name = 'Cy']]"
    _, conditions = explain(bound(both), world.things[2], NOW).parts
    assert [one.saw for one in conditions.parts] == [(1,), (3,)]


@pytest.mark.parametrize(
    "deepest",
    [
        "/person" + "/manager" * FARTHEST,
        "/person" + "[manager = /person" * FARTHEST + "]" * FARTHEST,
        "/*" + "[ObjectID = /person" * FARTHEST + "]" * FARTHEST,
        "/*" + "[friends = /*" * FARTHEST + "[name = 'x']" + "]" * FARTHEST,
        "/*" + "[friends = /*" * FARTHEST + "[start < fn:current-dateTime()]" + "]" * FARTHEST,
        "/person[" + "not(" * (DEEPEST - 1) + "start < fn:current-dateTime()" + ")" * (DEEPEST - 1) + "]",
        "descendants(" * FARTHEST + "/person" + ", 'manager')" * FARTHEST,
    ],
)
def test_the_deepest_filters_can_be_asked_written_and_explained(deepest: str) -> None:
    one = bound(deepest)
    world = World()
    for number in range(50):
        friends = list(range(max(number - 10, 0), number + 10))
        world.add(number, "person", manager=number + 1, friends=friends, start="2026-11-24")
    for thing in (world.things[0], world.things[40]):
        holds = predicate(one)(thing, NOW)
        assert holds is judging(one)(thing, NOW)[0] is explain(one, thing, NOW).holds
        assert Matcher({1: one}).find(thing, NOW)[0] == ({1} if holds else set())
    assert bound(text(one)) == one
    assert hash(one) == hash(bound(deepest))
    assert list(paths(one))


def test_of_many_others_some_are_told_and_those_that_count() -> None:
    world = World()
    many = list(range(10, 100))
    for number in many:
        world.add(number, "person", size=number)
    boss = world.add(1, "person", friends=many)
    failed = explain(bound("/person[friends = /person[size = 5]]"), boss, NOW).parts[1]
    assert (failed.holds, len(failed.parts)) == (False, MOST)
    found = explain(bound("/person[friends = /person[size = 99]]"), boss, NOW).parts[1]
    assert (found.holds, found.saw) == (True, (99,))
