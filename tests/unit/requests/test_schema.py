"""The schema is resources, which follow the documents, and which requests change."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mimas.configuration.apply import apply, in_force, wrong_in_force
from mimas.configuration.build import setup
from mimas.configuration.reading import read
from mimas.requests.amending import AmendmentError, amend
from mimas.requests.journal import Status
from mimas.requests.processing import Requests
from mimas.requests.schema import ATTRIBUTE, BINDING, KEYWORD, TYPE, show
from mimas.requests.target import load
from mimas.requests.wishes import Change, Mode, Operation, Wish
from mimas.requests.writing import Writer
from mimas.runs.engine import Engine
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import decode
from mimas.store import naming, resources
from mimas.store.referring import own
from mimas.store.resources import LIVE
from mimas.store.store import Store
from tests.world import Clock

TYPES = """\
kind: ObjectType
name: person
attributes:
  accountName: string, indexed
  size: {type: string, pattern: "^[SML]$", label: {en: Size, de: Größe}}
---
kind: ObjectType
name: room
attributes:
  size: {type: integer, minimum: 1, required: true}
---
"""
RULE = """\
kind: Set
name: All
---
kind: ManagementPolicyRule
name: R
GrantRight: true
ActionType: Read
PrincipalSet: All
"""


class House:
    """A store with documents in force, and the resources that show their schema."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.clock = Clock()

    def apply(self, text: str) -> None:
        documents, problems = read(text, "documents/a.yaml")
        assert problems == []
        apply(self.store, documents)

    def living(self, kind: str) -> dict[str, dict[str, Any]]:
        with self.store.reading() as tx:
            known = naming.resources(tx, naming.of_kinds(tx, [kind]))
            rows = {row.id: row for row in resources.load(tx, list(known.values())) if row.state == LIVE}
        return {name: decode(rows[id_].doc) for (_, name), id_ in known.items() if id_ in rows}

    def id(self, kind: str, name: str) -> int:
        with self.store.reading() as tx:
            return naming.resources(tx, [(kind, name)])[kind, name]

    def body(self, name: str) -> dict[str, Any]:
        return next(
            dict(d.body["attributes"]) for d in in_force(self.store) if (d.kind, d.name) == ("ObjectType", name)
        )

    def create(self, kind: str, values: dict[str, Any], **refers: int) -> int:
        """As a request does."""
        with self.store.transaction() as tx:
            writer = Writer(tx, self.symbols())
            id_ = writer.create(kind, values, list(refers.items()), fact=True)
            amend(tx, self.store, Operation.CREATE, kind, id_)
            show(tx, self.symbols())
        return id_

    def put(self, kind: str, name: str, **values: Any) -> None:
        with self.store.transaction() as tx:
            target = load(tx, self.store, id_ := self.id(kind, name), ())
            assert target is not None
            now = {key: value for key, value in {**target.values, **values}.items() if value is not None}
            Writer(tx, self.symbols()).change(target, now, [], [])
            amend(tx, self.store, Operation.PUT, kind, id_)

    def delete(self, kind: str, name: str) -> None:
        with self.store.transaction() as tx:
            target = load(tx, self.store, id_ := self.id(kind, name), ())
            assert target is not None
            Writer(tx, self.symbols()).delete(target)
            amend(tx, self.store, Operation.DELETE, kind, id_)
            show(tx, self.symbols())

    def symbols(self) -> Any:
        catalogue = self.store.catalogue
        symbols = Engine(self.store, setup(Path(), in_force(self.store)), clock=self.store.clock).symbols
        assert self.store.catalogue == catalogue  # what a request has made of it is what the documents say
        return symbols


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    store = Store(database_url)
    yield House(store)
    store.close()


def test_without_policy_there_are_none(house: House) -> None:
    house.apply(TYPES)
    assert house.living(TYPE) == {}


def test_they_show_the_documents_and_what_mimas_is_made_of(house: House) -> None:
    house.apply(TYPES + RULE)
    types = house.living(TYPE)
    assert types["person"] == {"Name": "person", "DisplayName": "person", "CreatedTime": types["person"]["CreatedTime"]}
    assert types["Set"]["UsageKeyword"] == [KEYWORD]
    attributes = house.living(ATTRIBUTE)
    assert attributes["accountName"]["DataType"] == "String"
    assert attributes["ExplicitMember"] | {"CreatedTime": ""} == {
        "Name": "ExplicitMember",
        "DisplayName": "ExplicitMember",
        "DataType": "Reference",
        "Multivalued": True,
        "UsageKeyword": [KEYWORD],
        "CreatedTime": "",
    }
    assert (attributes["size (string)"]["DataType"], attributes["size (integer)"]["DataType"]) == ("String", "Integer")
    bindings = house.living(BINDING)
    size = bindings["person size"]
    assert (size["DisplayName"], size["LocalizedDisplayName"]) == ("Size", ["de: Größe"])
    assert (size["StringRegex"], size["Required"]) == ("^[SML]$", False)
    assert (bindings["room size"]["IntegerMinimum"], bindings["room size"]["Required"]) == (1, True)
    with house.store.reading() as tx:
        id_ = house.id(BINDING, "room size")
        bound = {
            "BoundObjectType": {house.id(TYPE, "room")},
            "BoundAttributeType": {house.id(ATTRIBUTE, "size (integer)")},
        }
        assert own(tx, house.store, [id_])[id_] == bound


def test_they_follow_and_keep_what_is_their_own(house: House) -> None:
    house.apply(TYPES + RULE)
    house.put(TYPE, "person", DisplayName="Human being", Description="one of us")
    house.apply(TYPES.replace("  accountName: string, indexed\n", "  name: string\n") + RULE)
    assert "person accountName" not in house.living(BINDING)
    assert "person name" in house.living(BINDING)
    assert house.living(TYPE)["person"]["DisplayName"] == "Human being"
    assert house.living(TYPE)["person"]["Description"] == "one of us"


def test_a_filter_scope_refers_to_attributes_by_name(house: House) -> None:
    house.apply(TYPES + RULE + "---\nkind: FilterScope\nname: F\nAllowedAttributes: [accountName, ExplicitMember]\n")
    with house.store.reading() as tx:
        id_ = house.id("FilterScope", "F")
        wanted = {house.id(ATTRIBUTE, "accountName"), house.id(ATTRIBUTE, "ExplicitMember")}
        assert own(tx, house.store, [id_])[id_]["AllowedAttributes"] == wanted


def test_a_binding_that_is_made_gives_the_type_an_attribute(house: House) -> None:
    house.apply(TYPES + RULE)
    values = {"Name": "badge", "DataType": "String", "Multivalued": True, "StringRegex": "^[0-9]+$"}
    badge = house.create(ATTRIBUTE, values)
    assert "badge" not in house.store.catalogue["person"]
    house.create(
        BINDING,
        {"Required": False, "DisplayName": "Badge"},
        BoundObjectType=house.id(TYPE, "person"),
        BoundAttributeType=badge,
    )
    assert house.body("person")["badge"] == {
        "type": "string",
        "multivalued": True,
        "pattern": "^[0-9]+$",
        "label": "Badge",
    }
    expected = Attribute("badge", multivalued=True, pattern="^[0-9]+$", labels={"en": "Badge"})
    assert house.store.catalogue["person"]["badge"] == expected
    assert house.living(BINDING)["person badge"]["StringRegex"] == "^[0-9]+$"
    assert house.id(ATTRIBUTE, "badge") == badge
    # And a type that Mimas is made of.
    house.create(BINDING, {}, BoundObjectType=house.id(TYPE, "Set"), BoundAttributeType=badge)
    assert list(house.body("Set")) == ["badge"]
    assert "Filter" in house.store.catalogue["Set"]
    assert wrong_in_force(house.store, Path()) == []


def test_a_binding_that_changes_changes_the_attribute(house: House) -> None:
    house.apply(TYPES + RULE)
    house.put(BINDING, "person size", StringRegex=None, Required=True, LocalizedDisplayName=["fr: Taille"])
    assert house.body("person")["size"] == {"type": "string", "required": True, "label": {"en": "Size", "fr": "Taille"}}
    house.put(BINDING, "person accountName", StringRegex="^a")
    assert house.body("person")["accountName"] == {"type": "string", "indexed": True, "pattern": "^a"}
    house.put(BINDING, "room size", IntegerMaximum=9)
    expected = Attribute("size", Kind.INTEGER, minimum=1, maximum=9, required=True)
    assert house.store.catalogue["room"]["size"] == expected


def test_a_binding_that_is_deleted_takes_the_attribute_away(house: House) -> None:
    house.apply(TYPES + RULE)
    house.delete(BINDING, "person size")
    assert list(house.body("person")) == ["accountName"]
    assert "size (string)" not in house.living(ATTRIBUTE)
    assert "size" in house.living(ATTRIBUTE)


def test_a_type_that_is_made_has_what_each_has(house: House) -> None:
    house.apply(TYPES + RULE)
    house.create(TYPE, {"Name": "Laptop", "DisplayName": "Laptops"})
    assert house.body("Laptop")["DisplayName"] == "string, indexed"
    assert "Laptop Creator" in house.living(BINDING)
    house.delete(TYPE, "Laptop")
    assert "Laptop" not in house.store.catalogue
    assert "Laptop Creator" not in house.living(BINDING)


def test_requests_do_all_that(house: House) -> None:
    house.apply(TYPES + RULE)
    requests = Requests(house.store, house.symbols(), {})
    values: dict[str, Any] = {"Name": "badge", "DataType": "String", "Multivalued": False, "DisplayName": "badge"}
    made = [Change(name, Mode.REPLACE, (value,)) for name, value in values.items()]
    (outcome,) = requests.submit(None, Wish(Operation.CREATE, ATTRIBUTE, None, tuple(made)))
    assert outcome.status is Status.COMPLETED, outcome.message
    assert outcome.target is not None
    bound = {"BoundObjectType": house.id(TYPE, "person"), "BoundAttributeType": outcome.target}
    made = [Change(name, Mode.REPLACE, (value,)) for name, value in bound.items()]
    binding_ = Wish(Operation.CREATE, BINDING, None, tuple(made))
    (outcome,) = requests.submit(None, binding_)
    assert outcome.status is Status.COMPLETED, outcome.message
    assert house.body("person")["badge"] == "string"
    again, _ = requests.submit(None, binding_, binding_)
    assert (again.status, again.message) == (Status.FAILED, "person has an attribute 'badge' already.")
    before = house.store.catalogue
    size = Wish(Operation.DELETE, BINDING, house.id(BINDING, "person size"))
    refused = Wish(Operation.DELETE, BINDING, house.id(BINDING, "Set Filter"))
    assert [one.status for one in requests.submit(None, size, refused)] == [Status.CANCELED, Status.FAILED]
    assert house.store.catalogue == before
    assert "size" in house.body("person")


REFUSED = [
    ("a type keeps its name", lambda h: h.put(TYPE, "person", Name="human"), "A type keeps its name"),
    ("a part of Mimas stays", lambda h: h.delete(TYPE, "Set"), "'Set' is a part of Mimas itself"),
    ("so do its attributes", lambda h: h.delete(BINDING, "Set Filter"), "'Filter' of Set is a part of Mimas itself"),
    ("two types of a name", lambda h: h.create(TYPE, {"Name": "room"}), "There is a type 'room' already"),
    ("no name", lambda h: h.create(TYPE, {"Name": "a b"}), "'a b' is no name"),
    ("bound", lambda h: h.delete(ATTRIBUTE, "accountName"), "person have the attribute 'accountName'"),
    ("kinds", lambda h: h.put(ATTRIBUTE, "accountName", DataType="Integer"), "never change"),
    ("renaming", lambda h: h.put(ATTRIBUTE, "accountName", Name="x"), "never change"),
    ("limits", lambda h: h.put(ATTRIBUTE, "accountName", StringRegex="x"), "change the binding"),
    ("no type", lambda h: h.create(ATTRIBUTE, {"Name": "x", "DataType": "Sting"}), "'Sting' is no data type"),
    ("twice", lambda h: h.create(ATTRIBUTE, {"Name": "accountName", "DataType": "String"}), "already, of person"),
    ("hostile", lambda h: h.put(BINDING, "person size", StringRegex="(a+)+"), "could take for ever"),
    ("of no text", lambda h: h.put(BINDING, "room size", StringRegex="a"), "Only texts have a pattern"),
    ("turned round", lambda h: h.put(BINDING, "room size", IntegerMaximum=0), "The minimum 1 is above the maximum 0"),
    ("no language", lambda h: h.put(BINDING, "room size", LocalizedDisplayName=["x"]), "is no label in a language"),
    ("of nothing", lambda h: h.create(BINDING, {}), "its BoundObjectType is missing"),
]


@pytest.mark.parametrize(("do", "expected"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_cannot_be_is_refused_and_undone(house: House, do: Any, expected: str) -> None:
    house.apply(TYPES + RULE)
    before = in_force(house.store)
    with pytest.raises(AmendmentError, match=expected):
        do(house)
    assert in_force(house.store) == before
