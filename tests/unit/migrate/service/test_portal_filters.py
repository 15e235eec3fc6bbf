"""Filters of the portal, written with the names that there are in Mimas."""

import pytest

from mimas.language.filters.parser import parse
from mimas.migrate.service.filters import identifiers, misunderstood, spelt, xpath
from mimas.migrate.service.spelling import Spelling
from mimas.schema.attributes import Attribute, Kind

SPELLING = Spelling(
    {
        "person": ["accountName", "displayName", "manager", "employeeEndDate", "ObjectSID", "objectsid"],
        "group": ["displayName", "owner", "ComputedMember", "computedMember", "accountName"],
        "Set": ["DisplayName", "Filter"],
        "ObjectTypeDescription": ["Name"],
        "BindingDescription": ["BoundObjectType", "BoundAttributeType"],
        "licence": ["Seats"],
    },
    {"licenceModel": "licence"},
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("/Person", "/person"),
        ("/*", "/*"),
        ("/Person[AccountName = 'AccountName']", "/person[accountName = 'AccountName']"),
        (
            '/Person[ AccountName="a" and not (Manager = /Person) ]',
            '/person[ accountName="a" and not (manager = /person) ]',
        ),
        (
            "/Person[Manager = /Person[AccountName = 'x']]/Manager",
            "/person[manager = /person[accountName = 'x']]/manager",
        ),
        (
            "/Person[(ObjectSID = 'x') or ObjectID != /Set/ComputedMember]",
            "/person[(ObjectSID = 'x') or ObjectID != /Set/ComputedMember]",
        ),
        ("/Group[ComputedMember = '%LoginID%']", "/group[ComputedMember = '%LoginID%']"),
        (
            "/Set[DisplayName = 'Person'] | /Person[DisplayName = 'Set']",
            "/Set[DisplayName = 'Person'] | /person[displayName = 'Set']",
        ),
        ("/*[ObjectType = 'licenceModel' or ObjectType='Set']", "/*[ObjectType = 'licence' or ObjectType='Set']"),
        ("/licenceModel[Seats > 3]", "/licence[Seats > 3]"),
        (
            "/BindingDescription[BoundObjectType = /ObjectTypeDescription[Name = 'licenceModel']]/BoundAttributeType",
            "/BindingDescription[BoundObjectType = /ObjectTypeDescription[Name = 'licence']]/BoundAttributeType",
        ),
        (
            "/*[DisplayName = 'x' and AccountName = 'y']",
            "/*[(DisplayName = 'x' or displayName = 'x') and accountName = 'y']",
        ),
        (
            "/*[not(starts-with(DisplayName, 'x'))]",
            "/*[not((starts-with(DisplayName, 'x') or starts-with(displayName, 'x')))]",
        ),
        ("/Person[starts-with(DisplayName, '%')]", "/person[starts-with(displayName, '%')]"),
        (
            "/Person[EmployeeEndDate < fn:current-dateTime()]",
            "/person[employeeEndDate < fn:current-dateTime()]",
        ),
        ("/Unheard[Of = 'it']", "/Unheard[Of = 'it']"),
        ("/Person[", "/person["),
        ("]]/Person[AccountName", "]]/person[accountName"),
    ],
)
def test_names_are_spelt_as_they_are_here(before: str, after: str) -> None:
    assert spelt(before, SPELLING) == after
    if before.count("[") == before.count("]") and before.startswith("/"):
        parse(after)


def test_whether_a_filter_can_be_in_force() -> None:
    person = {"accountName": Attribute("accountName"), "manager": Attribute("manager", Kind.REFERENCE)}
    known = {"person": person}
    assert misunderstood("/person[manager = '%LoginID%' and accountName = 'x']", known) == ""
    assert "no type" in misunderstood("/Person", known)
    assert misunderstood("/person[shoes = 'x']", known)
    assert misunderstood("/person[" + "(" * 5000, known)


def test_the_stored_form() -> None:
    stored = '<Filter xmlns:xsi="x" Dialect="y" xmlns="z">/Person[A\n&lt; 3]</Filter>'
    assert xpath(stored) == "/Person[A < 3]"
    assert xpath("  /Person\n") == "/Person"
    guid = "AAAAAAAA-0000-0000-0000-00000000000f"
    assert identifiers(f"/Person[A = '{guid}' or A = '{guid.lower()}']") == [guid.lower()]


def test_a_filter_without_end_is_written_soon() -> None:
    text = "/Person[" + " and ".join(["AccountName = 'x'"] * 20_000) + "]"
    assert spelt(text, SPELLING).count("accountName") == 20_000
