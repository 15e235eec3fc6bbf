"""Of which types those are whom a filter or a set takes."""

import pytest
from service_exports import guid

from mimas.migrate.elements import Element
from mimas.migrate.service.extent import Extents, types_of
from mimas.migrate.service.objects import Exported, Held


@pytest.mark.parametrize(
    ("filter_", "types"),
    [
        ("/Person[AccountName = 'x']", {"Person"}),
        ("/Person | /Group[not(ObjectID = 'x')]", {"Person", "Group"}),
        ("/*[ObjectType = 'Person' or (ObjectType=\"Group\")]", {"Person", "Group"}),
        ("/*[AccountName = 'x' and ObjectType = 'Person']", {"Person"}),
        ("/*[ObjectType != 'Person']", None),
        ("/*[not(ObjectType = 'Person')]", None),
        ("/*[ObjectType = 'Person' or AccountName = 'x']", None),
        ("/Set[DisplayName = 'x']/ComputedMember", None),
        ("/*", None),
        ("/Person[", None),
    ],
)
def test_the_types_of_a_filter(filter_: str, types: set[str] | None) -> None:
    assert types_of(filter_, lambda _: None) == types


def resource(number: int, kind: str, **values: str) -> Exported:
    def held(text: str) -> Held:
        return Held(Element("a", {}, 1), [Element("Value", {}, 1, [text])])

    return Exported(Element("x", {}, 1), "f", kind, guid(number), {name: held(text) for name, text in values.items()})


def test_the_types_of_sets_within_sets() -> None:
    def within(number: int) -> str:
        return f"ObjectID = /Set[ObjectID = '{guid(number)}']/ComputedMember"

    found = [
        resource(1, "Set", Filter="/Person"),
        resource(2, "Set", Filter=f"/*[({within(1)}) or {within(3)}]"),
        resource(3, "Set", ExplicitMember=f"urn:uuid:{guid(9)}"),
        resource(4, "Set", Filter=f"/*[{within(4)}]"),
        resource(5, "Set"),
        resource(9, "Group"),
    ]
    extents = Extents({one.id: one for one in found})
    assert extents.of([guid(2)]) == frozenset({"Person", "Group"})
    assert extents.of([guid(4)]) is None
    assert extents.of([guid(5)]) == frozenset()
    assert extents.of([guid(1), guid(77)]) is None
