import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimas.connectors.sql.keys import Keys
from mimas.schema.attributes import ObjectType

PLAIN = ObjectType("staff", anchor=("number",))
SEAT = ObjectType("seat", anchor=("building", "room"))
PARTS = st.text(alphabet="aB+\\:ü ", min_size=1)


@given(PARTS, PARTS)
def test_parts_come_back_from_the_anchor(building: str, room: str) -> None:
    for types in ({"seat": SEAT}, {"seat": SEAT, "staff": PLAIN}):
        keys = Keys(types)
        anchor = keys.anchor(SEAT, {"building": building, "room": room}) or ""
        assert keys.parts(SEAT, anchor) == {"building": building, "room": room}


@given(PARTS)
def test_a_single_part_stands_as_it_is(number: str) -> None:
    alone, several = Keys({"staff": PLAIN}), Keys({"seat": SEAT, "staff": PLAIN})
    assert alone.anchor(PLAIN, {"number": number}) == number
    assert several.anchor(PLAIN, {"number": number}) == f"staff:{number}"
    assert several.parts(PLAIN, f"staff:{number}") == {"number": number}


def test_anchors_of_another_type_or_shape_are_refused() -> None:
    keys = Keys({"seat": SEAT, "staff": PLAIN})
    with pytest.raises(ValueError, match="is no staff"):
        keys.bare("staff", "seat:1")
    with pytest.raises(ValueError, match="is no key of building, room"):
        keys.parts(SEAT, "seat:1")
    assert keys.anchor(SEAT, {"building": "a", "room": ""}) is None
