"""Whom a filter takes."""

from typing import Any

import pytest

from mimas.language.filters.predicate import predicate
from tests.unit.language.filter_world import ATTRIBUTES, NOW, World, bound

CATALOGUE = {"person": ATTRIBUTES, "group": ATTRIBUTES, "Set": ATTRIBUTES, "Group": ATTRIBUTES}
ANN: dict[str, Any] = {
    "name": "Ann Lee",
    "size": 12,
    "active": True,
    "words": ["ann@example.com", "2"],
    "start": "2026-11-23T08:00:00Z",
}


def takes(filter_: str, values: dict[str, Any], type_: str = "person") -> bool:
    return predicate(bound(filter_, CATALOGUE))(World().add(1, type_, **values), NOW)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("name = 'ann lee'", True),
        ('name = "Ann"', False),
        ("name = 'Ann Lee' and starts-with(words, 'ANN@')", True),
        ("name = 'x' or words = 'x' or size = 12", True),
        ("name = 'x' or words = '2' and size = 1", False),
        ("(name = 'x' or words = '2') and size = 12", True),
        ("not(name = 'x')", True),
        ("not(dates = '2026-11-23')", True),
        ("dates = '2026-11-23'", False),
        ("dates != '2026-11-23'", False),
        ("name != 'x'", True),
        ("words = '2'", True),
        ("words != '2'", False),
        ("words != '3'", True),
        ("size > 9", True),
        ("size > '9'", True),
        ("size <= 12", True),
        ("size < 12", False),
        ("size <= 999999999999999", True),
        ("words = 2", True),
        ("words = 02", True),
        ("active = true", True),
        ("active = 'True'", True),
        ("active = False", False),
        ("active != false", True),
        ("start >= '2026-11-23'", True),
        ("start = '2026-11-23T09:00:00+01:00'", True),
        ("start > '2026-11-24'", False),
        ("start <= '9999-12-31T23:59:59.997'", True),
        ("start < fn:current-dateTime()", False),
        ("start <= fn:current-dateTime()", True),
        ("start = fn:current-dateTime()", True),
        ("start != fn:current-dateTime()", False),
        ("dates != fn:current-dateTime()", False),
        ("not(dates = fn:current-dateTime())", True),
        ("contains(name, 'n l')", True),
        ("ends-with(words, '.COM')", True),
        ("ends-with(name, '')", True),
        ("contains(manager, '')", None),
        ("is-present(name) and is-present(words) and not(is-present(dates)) and is-present(ObjectID)", True),
        ("starts-with(name, '%')", True),
        ("starts-with(name, 'A%')", False),
        ("name != '&Invalid&'", True),
        ("ObjectType = 'PERSON'", True),
        ("ObjectID = 1", True),
        ("ObjectID != '1'", False),
    ],
)
def test_conditions(condition: str, expected: bool | None) -> None:
    if expected is None:
        with pytest.raises(ValueError, match="is a reference"):
            takes(f"/person[{condition}]", ANN)
    else:
        assert takes(f"/person[{condition}]", ANN) is expected


def test_types_and_unions() -> None:
    assert takes("/person", {})
    assert not takes("/person", {}, "group")
    assert takes("/*[size=12]", ANN, "group")
    assert takes("/*", {}, "group")
    either = "/person[size = 1] | /group"
    assert takes(either, {}, "group")
    assert not takes(either, ANN)


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        ("name = '07'", "7", False),
        ("name = 'strasse'", "STRAßE", True),
        ("name = 7", 7, True),
        ("size = 7", "7", False),
        ("size = 1", True, False),
        ("active = true", 1, False),
        ("start = '2026-11-23T00:00:00Z'", "2026-11-23", True),
        ("start < '2026-11-24'", "soon", False),
        ("start != '2026-11-24'", "soon", True),
        ("start != fn:current-dateTime()", "2026-11-24", True),
        ("start != fn:current-dateTime()", "soon", True),
        ("words != 'x'", ["x", "y"], False),
        ("words != 'x'", [], False),
        ("dates < '2026-11-23'", ["2027-01-01", "2026-01-01"], True),
        ("contains(words, 'B')", ["x", "abc"], True),
        ("starts-with(words, 'B')", ["abc", "x"], False),
    ],
)
def test_values(condition: str, value: Any, expected: bool) -> None:
    attribute = next(name for name in ATTRIBUTES if name in condition)
    assert takes(f"/person[{condition}]", {attribute: value}) is expected


@pytest.fixture
def world() -> World:
    """Ann leads Bob, who leads Cy; Ann and Bob lead each other's friends; the set 7 and the group 8 have members."""
    world = World()
    world.add(1, "person", name="Ann", friends=[2, 3])
    world.add(2, "person", name="Bob", manager=1)
    world.add(3, "person", name="Cy", manager=2, friends=[9])
    world.add(7, "Set", name="All Bobs", ComputedMember=[2])
    world.add(8, "Group", name="Bob's", manager=3, ComputedMember=[2, 7])
    return world


@pytest.mark.parametrize(
    ("filter_", "taken"),
    [
        ("/person[manager = '1']", {2}),
        ("/person[manager = 1]", {2}),
        ("/person[manager != 1]", {3}),
        ("/person[not(manager = 1)]", {1, 3}),
        ("/person[manager = /*]", {2, 3}),
        ("/person[manager = /Group]", set()),
        ("/person[manager = /Group[ObjectID = 1]]", set()),
        ("/person[manager = /person[ObjectID = 1]]", {2}),
        ("/person[manager = /*[ObjectID = 1] | /person[name = 'Bob']]", {2, 3}),
        ("/*[ObjectID = 7]/ComputedMember | /person[name = 'Cy']", {2, 3}),
        ("/*[ObjectID = /*[ObjectID = 7]/ComputedMember | /person[name = 'Cy']]", {2, 3}),
        ("/person[manager != /person[name = 'ann']]", {1, 3}),
        ("/*[manager = /person[manager = /person[name = 'Ann']]]", {3}),
        ("/person[friends = /person[name = 'Cy']]", {1}),
        ("/person[friends = 9]", set()),
        ("/person[is-present(friends)]", {1}),
        ("/person[friends = 2 and friends = 3]", {1}),
        ("/Set[ObjectID = 7]/ComputedMember", {2}),
        ("/Set[ObjectID = 8]/ComputedMember", set()),
        ("/*[ObjectID = 8]/ComputedMember", {2, 7}),
        ("/*[ObjectID = 8 or ObjectID = 7]/ComputedMember", {2, 7}),
        ("/*[ObjectID = /Set[ObjectID = 7]/ComputedMember]", {2}),
        ("/person[ObjectID != /Set[ObjectID = 7]/ComputedMember]", {1, 3}),
        ("/Group[name = \"bob's\"]/ComputedMember[ObjectType = 'Set']", {7}),
        ("/Group/ComputedMember[is-present(manager)]/manager", {1}),
        ("/Group/manager/manager/manager", {1}),
        ("/Group/manager | /Set", {3, 7}),
        ("/Group[ComputedMember = /Set]", {8}),
        ("/person[manager = /person[friends = /Group] or manager = /person[friends = /person]]", {2}),
        ("/person[manager = /person[friends = /person] and not(manager = /person[friends = /Group])]", {2}),
        ("descendants(/Group, 'manager')", {1, 2, 3}),
        ("descendants(/person[name = 'Cy'], 'manager')", {1, 2}),
        ("/person[descendant-in('friends', /person)]", {2, 3}),
        ("/person/ObjectID", {1, 2, 3}),
        ("/person[name = 'Ann']/friends[manager = 2]", {3}),
    ],
)
def test_references(world: World, filter_: str, taken: set[int]) -> None:
    test = predicate(bound(filter_))
    assert {id_ for id_, one in world.things.items() if test(one, NOW)} == taken


def test_circles_end() -> None:
    world = World()
    world.add(1, "person", manager=2)
    two = world.add(2, "person", manager=1)
    assert predicate(bound("descendants(/person[ObjectID = 2], 'manager')"))(two, NOW)
    assert not predicate(bound("descendants(/Group, 'manager')"))(two, NOW)
