"""Members that came and went, as DirSync tells them."""

import pytest

from mimas.connectors.active_directory.links import LinkPage
from mimas.connectors.contract import EntryError
from mimas.connectors.ldap.pages import Parser
from mimas.schema.attributes import Attribute, Kind, ObjectType

KEY = "03020100-0504-0706-0809-0a0b0c0d0e0f"
NAME = "CN=team,DC=corp"
ATTRIBUTES = (Attribute("member", Kind.REFERENCE, multivalued=True), Attribute("managedBy", Kind.REFERENCE))
PARSER = Parser({"group": ObjectType("group", {one.name: one for one in ATTRIBUTES})}, 7, "objectGUID")


def page(links: dict[str, list[str]], class_: bytes = b"group", cookie: bytes = b"1") -> LinkPage:
    found = {"objectGUID": [bytes(range(16))], "objectClass": [b"top", class_]}
    return LinkPage.of([(NAME, found)], {KEY: links, "another": {}}, PARSER, cookie)


def test_come_and_go() -> None:
    shown = page({"member;range=1-1": ["CN=a"], "member;range=0-0": ["CN=b", "CN=c"], "memberof;range=1-1": ["CN=x"]})
    assert shown.keys == [KEY]
    entry = shown.entry(0)
    assert (entry.type, entry.anchor, entry.name, entry.partial) == ("group", KEY, NAME, True)
    assert (entry.added, entry.removed) == ({"member": ["CN=a"]}, {"member": ["CN=b", "CN=c"]})
    assert entry.values == {"dn": NAME}
    assert entry.references == {}


def test_the_same_change_at_another_time_is_another_change() -> None:
    links = {"member;range=1-1": ["CN=a"]}
    first, again, later = (page(links, cookie=cookie).fingerprints for cookie in (b"1", b"1", b"2"))
    assert first == again != later
    assert page({"member;range=0-0": ["CN=a"]}).fingerprints != first


def test_what_is_of_no_configured_type_is_said() -> None:
    with pytest.raises(EntryError, match="is of no configured type"):
        page({"member;range=1-1": ["CN=a"]}, b"computer").entry(0)


def test_the_most_specific_class_is_the_type() -> None:
    """Active Directory tells both attributes from the top down, other directories one structural class alone."""
    types = {name: ObjectType(name, {}) for name in ("user", "computer", "person")}
    parser = Parser(types, 7, "objectGUID")
    classes = [b"top", b"person", b"organizationalPerson", b"user", b"computer"]
    found = {"structuralObjectClass": classes, "objectClass": classes}
    assert parser.type_of("CN=PC", found).name == "computer"
    assert parser.type_of("CN=PC", {"objectClass": classes}).name == "computer"
    assert parser.type_of("cn=p", {"structuralObjectClass": [b"person"], "objectClass": classes}).name == "person"
