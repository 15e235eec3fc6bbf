"""Filters against a schema."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mimas.language.errors import ExpressionError
from mimas.language.filters.binding import bind, understood
from mimas.language.filters.parser import parse
from mimas.language.filters.predicate import predicate
from mimas.language.filters.tree import All, Comparison, Condition, Descends, Not, Present, Referred, Refers, Selection
from mimas.language.filters.tree import Any as Or
from mimas.schema.attributes import Attribute, Kind
from tests.unit.language.filter_world import CATALOGUE, NOW, World

GUID = "fb89aefa-5ea1-47f1-8890-abe7797d6497"
KNOWN = {GUID: 7, "12": 12, "person/Ann": 9}
OWN = Selection(None, Comparison("ObjectID", "=", 7))


def bound(text: str) -> Any:
    return understood(text, CATALOGUE, KNOWN.get)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("name = 5", Comparison("name", "=", "5")),
        ("name = true", Comparison("name", "=", "True")),
        ("size = '-5'", Comparison("size", "=", -5)),
        ("active = 'FALSE'", Comparison("active", "=", False)),
        ("start = '2026-11-23T09:00:00.5+01:00'",
         Comparison("start", "=", datetime(2026, 11, 23, 8, 0, 0, 500_000, tzinfo=UTC))),
        (f"manager = '{GUID}'", Refers("manager", (OWN,))),
        (f"manager = 'urn:uuid:{GUID.upper()}'", Refers("manager", (OWN,))),
        (f"manager = '{{{GUID}}}'", Refers("manager", (OWN,))),
        ("manager = 12", Refers("manager", (Selection(None, Comparison("ObjectID", "=", 12)),))),
        ("manager = 'person/Ann'", Refers("manager", (Selection(None, Comparison("ObjectID", "=", 9)),))),
        (f"manager != '{GUID}'", All((Present("manager"), Not(Refers("manager", (OWN,)))))),
        (f"ObjectID = '{GUID}'", Comparison("ObjectID", "=", 7)),
        (f"ObjectID != '{GUID}'", Not(Comparison("ObjectID", "=", 7))),
        ("descendant-in('manager', /person[size = '5'])",
         Descends("manager", (Selection("person", Comparison("size", "=", 5)),))),
        ("manager = /*", Present("manager")),
        ("manager != /*", Not(Present("manager"))),
        ("manager = /person", Refers("manager", (Selection("person"),))),
        ("starts-with(manager, '%')", Present("manager")),
        (f"ObjectID = /Set[ObjectID = '{GUID}']/ComputedMember",
         Refers("ObjectID", (Selection(None, Referred("ComputedMember",
                                                      (Selection("Set", Comparison("ObjectID", "=", 7)),))),))),
    ],
)  # fmt: skip
def test_literals_get_the_type_of_their_attribute(condition: str, found: Condition) -> None:
    (selection,) = bound(f"/person[{condition}]")
    assert selection == Selection("person", found)
    if isinstance(found, Comparison) and isinstance(selection.condition, Comparison):
        assert type(selection.condition.value) is type(found.value), "1 and True are equal, too"


TEXT = "name is text: it is compared with = and !=, or with starts-with, contains and ends-with"
FLAG = "active is true or false: it is compared with = and !="
REFERENCE = "manager is a reference: it is compared with = and !=, with an id, a GUID, Type/name or a path"
NUMBER = "size is a number: it is compared with =, !=, <, <=, > and >="
DATE = "start is a date: it is compared with =, !=, <, <=, > and >="


@pytest.mark.parametrize(
    ("text", "says", "position", "suggestion"),
    [
        ("/persn", "There is no type persn.", 1, "person"),
        ("/persn/manager", "There is no type persn.", 1, "person"),
        ("/person | /persn[x = 1]", "There is no type persn.", 11, "person"),
        ("/person[nam = 'x']", "person has no attribute nam.", 8, "name"),
        ("/person[Name = 'x']", "person has no attribute Name.", 8, "name"),
        ("/person[is-present(nam)]", "person has no attribute nam.", 8, "name"),
        ("/person[starts-with(nam, '%')]", "person has no attribute nam.", 8, "name"),
        ("/person[descendant-in('nam', /person)]", "No type has no attribute nam.", 8, "name"),
        ("/*[nam = 'x']", "No type has no attribute nam.", 3, "name"),
        ("/person[objectID = 1]", "person has no attribute objectID.", 8, "ObjectID"),
        ("/person[manager = /person[nam = 'x']]", "person has no attribute nam.", 26, "name"),
        ("/person[name < 'x']", f"{TEXT}, not with <.", 8, ""),
        ("/person[active > true]", f"{FLAG}, not with >.", 8, ""),
        ("/person[manager > 12]", f"{REFERENCE}, not with >.", 8, ""),
        (
            "/person[contains(size, '1')]",
            f"{NUMBER}, not with contains.",
            8,
            "",
        ),
        ("/person[starts-with(start, '2026')]", f"{DATE}, not with starts-with.", 8, ""),
        ("/person[contains(manager, 'x')]", f"{REFERENCE}, not with contains.", 8, ""),
        ("/person[size = 'x']", f"{NUMBER}; x is no such value, 5 is one.", 8, ""),
        ("/person[size = true]", f"{NUMBER}; True is no such value, 5 is one.", 8, ""),
        ("/person[size = '']", f"{NUMBER}; the empty text is no such value, 5 is one.", 8, ""),
        ("/person[active = 1]", f"{FLAG}; 1 is no such value, true is one.", 8, ""),
        ("/person[start > '23.11.2026']", f"{DATE}; 23.11.2026 is no such value, '2026-11-23T08:00:00' is one.", 8, ""),
        ("/person[start > 20261123]", f"{DATE}; 20261123 is no such value, '2026-11-23T08:00:00' is one.", 8, ""),
        ("/person[name = fn:current-dateTime()]", f"{TEXT}, and not with a date.", 8, ""),
        ("/person[manager = fn:current-dateTime()]", f"{REFERENCE}; this is none of these.", 8, ""),
        ("/person[manager = 'Ann']", f"{REFERENCE}; Ann is none of these.", 8, ""),
        ("/person[manager = true]", f"{REFERENCE}; True is none of these.", 8, ""),
        ("/person[manager = 13]", "There is no resource 13: it was deleted, or never here.", 8, ""),
        (
            "/person[manager = '10000005-1111-45b5-ad13-2764d866c000']",
            "There is no resource 10000005-1111-45b5-ad13-2764d866c000: it was deleted, or never here.",
            8,
            "",
        ),
        (
            "/person[manager = '{10000005-1111-45b5-ad13-2764d866c000}']",
            "There is no resource 10000005-1111-45b5-ad13-2764d866c000: it was deleted, or never here.",
            8,
            "",
        ),
        ("/person[name = /person]", f"{TEXT}. A path needs a reference.", 8, ""),
        ("/person/name", f"{TEXT}. A path needs a reference.", 8, ""),
        ("/*/name", f"{TEXT}. A path needs a reference.", 3, ""),
        ("/person/boss", "person has no attribute boss.", 8, ""),
        ("descendants(/person, 'name')", f"{TEXT}. A path needs a reference.", 0, ""),
    ],
)
def test_mistakes(text: str, says: str, position: int, suggestion: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        bound(text)
    assert caught.value.message == says
    assert (caught.value.text, caught.value.position, caught.value.suggestion) == (text, position, suggestion)


def test_a_step_by_the_id_asks_for_the_resource_itself() -> None:
    assert bound("/person/ObjectID") == (Selection(None, Refers("ObjectID", (Selection("person"),))),)


def test_binary_values_are_there_or_not() -> None:
    catalogue = {"person": {"photo": Attribute("photo", Kind.BINARY)}}
    assert understood("/person[is-present(photo)]", catalogue, int) == (Selection("person", Present("photo")),)
    for condition, how in (("photo = 'eA=='", "="), ("contains(photo, 'e')", "contains")):
        with pytest.raises(ExpressionError) as caught:
            understood(f"/person[{condition}]", catalogue, int)
        assert caught.value.message == (
            f"photo is binary: a filter can only ask whether it is there, is-present(...), not with {how}."
        )


def test_an_attribute_that_is_another_one_elsewhere() -> None:
    catalogue = {
        "person": {"level": Attribute("level")},
        "room": {"level": Attribute("level", Kind.INTEGER)},
        "floor": {"level": Attribute("level", Kind.INTEGER)},
        "desk": {"level": Attribute("level", Kind.REFERENCE)},
        "sign": {},
    }
    rooms = Or((Comparison("ObjectType", "=", "floor"), Comparison("ObjectType", "=", "room")))
    (selection,) = understood("/*[level = 5]", catalogue, int)
    assert isinstance(selection.condition, Or)
    assert set(selection.condition.conditions) == {
        All((Comparison("ObjectType", "=", "person"), Comparison("level", "=", "5"))),
        All((rooms, Comparison("level", "=", 5))),
        All(
            (Comparison("ObjectType", "=", "desk"), Refers("level", (Selection(None, Comparison("ObjectID", "=", 5)),)))
        ),
    }
    assert understood("/*[level < 5]", catalogue, int) == (Selection(None, All((rooms, Comparison("level", "<", 5)))),)
    for wrong in ("/*[level >= 'x']", "/person[level = /desk]"):
        with pytest.raises(ExpressionError, match=r"^level is "):
            understood(wrong, catalogue, int)
    assert understood("/room[level = 5]", catalogue, int) == (Selection("room", Comparison("level", "=", 5)),)
    test = predicate(understood("/*[not(level = 5)]", catalogue, int))
    world = World()
    cases = {("person", "5"): False, ("person", "6"): True, ("room", 5): False, ("room", "5"): True, ("sign", 5): True}
    assert {(type_, value): test(world.add(1, type_, level=value), NOW) for type_, value in cases} == cases


def test_binding_knows_the_place_of_a_mistake_without_the_text() -> None:
    with pytest.raises(ExpressionError) as caught:
        bind(parse("/person[nam = 1]"), CATALOGUE, int)
    assert (str(caught.value), caught.value.position) == ("person has no attribute nam. Did you mean name?", 8)
