from typing import Any

import pytest

from mimas.connectors.contract import Change, ConnectorError, EntryError
from mimas.connectors.scim.places import place
from mimas.schema.attributes import Attribute, Kind

MANAGER = Attribute("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", Kind.REFERENCE)
MEMBERS = Attribute("members", Kind.REFERENCE, multivalued=True)


@pytest.mark.parametrize(
    ("attribute", "values"),
    [
        (Attribute("userName"), ["anna"]),
        (Attribute("urn:ietf:params:scim:schemas:core:2.0:User:userName"), ["anna"]),
        (Attribute("name.givenName"), ["Anna"]),
        (Attribute('emails[type eq "work"].value'), ["a@x"]),
        (Attribute('emails[type eq "work" and primary eq true].value'), ["a@x"]),
        (Attribute("emails.value", multivalued=True), ["a@x", "b@x"]),
        (Attribute("schemas", multivalued=True), ["a"]),
        (Attribute("active", Kind.BOOLEAN), [False]),
        (MANAGER, ["17"]),
        (MEMBERS, ["1", "2"]),
    ],
)
def test_what_is_put_is_read(attribute: Attribute, values: list[Any]) -> None:
    resource: dict[str, Any] = {"schemas": []}
    place(attribute).put(resource, values)
    assert place(attribute).read(resource) == values


def test_parts_of_one_item_are_put_together() -> None:
    resource: dict[str, Any] = {"schemas": []}
    for name in ("streetAddress", "locality"):
        place(Attribute(f'addresses[type eq "work"].{name}')).put(resource, [name])
    assert resource["addresses"] == [{"type": "work", "streetAddress": "streetAddress", "locality": "locality"}]


def test_members_are_taken_out_one_by_one_and_quoted() -> None:
    change = Change(["2"], added=["2"], removed=['a"]b'])
    assert list(place(MEMBERS).operations(change)) == [
        {"op": "remove", "path": 'members[value eq "a\\"]b"]'},
        {"op": "add", "path": "members", "value": [{"value": "2"}]},
    ]


@pytest.mark.parametrize("name", ["", "emails[type", 'emails[type sw "w"].value', "a b", 'x eq "y"'])
def test_names_that_are_no_path_are_told(name: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        place(Attribute(name))
    assert "userName" in caught.value.advice


@pytest.mark.parametrize(
    ("attribute", "resource", "code"),
    [
        (Attribute('emails[type eq "w"].value'), {"emails": [{"type": "w", "value": v} for v in "ab"]}, "multi-single"),
        (Attribute("name"), {"name": {"givenName": "x", "value": {}}}, "invalid-attribute-value"),
        (Attribute("active", Kind.BOOLEAN), {"active": "yes"}, "invalid-attribute-value"),
        (Attribute("meta.created", Kind.DATETIME), {"meta": {"created": "soon"}}, "invalid-attribute-value"),
        (Attribute("n", Kind.INTEGER), {"n": True}, "invalid-attribute-value"),
    ],
)
def test_what_does_not_fit_is_told(attribute: Attribute, resource: dict[str, Any], code: str) -> None:
    with pytest.raises(EntryError) as caught:
        place(attribute).read(resource)
    assert caught.value.code.startswith(code)
