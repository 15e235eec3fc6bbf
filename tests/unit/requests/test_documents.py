"""Documents become resources, and what requests make of resources becomes documents."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mimas.configuration.apply import apply, drift, in_force
from mimas.configuration.build import ConfigurationError, setup
from mimas.configuration.canonical import Change
from mimas.configuration.export import files
from mimas.configuration.problem import Problem
from mimas.configuration.reading import Document, read
from mimas.requests.documents import refresh
from mimas.requests.target import load
from mimas.requests.writing import Writer
from mimas.runs.engine import Engine
from mimas.schema.values import decode
from mimas.store import facts, naming, resources
from mimas.store.referring import OWN
from mimas.store.store import Store
from tests.world import Clock

TYPES = """\
kind: ObjectType
name: person
attributes: {accountName: "string, indexed", department: string, boss: reference to person}
---
"""
POLICY = """\
kind: Set
name: Everybody
ObjectID: 11111111-2222-3333-4444-555555555555
Filter: /person
---
kind: Set
name: Sales
Description: Who sells
Filter: /person[department = 'Sales']
ExplicitMember: [person/ann, Set/Everybody]
---
kind: ManagementPolicyRule
name: Everybody reads everybody
GrantRight: true
Disabled: false
ActionType: Read
ActionParameter: [accountName, department]
PrincipalSet: Everybody
ResourceCurrentSet: 11111111-2222-3333-4444-555555555555
"""
ANN = """\
---
kind: person
name: ann
accountName: Ann
department: Sales
"""


class Folder:
    """A store, and the documents that are put into force there."""

    def __init__(self, store: Store) -> None:
        self.store = store
        store.clock = Clock()
        self.told: list[Problem] = []

    def apply(self, text: str, types: str = TYPES) -> list[tuple[str, str, str]]:
        documents, problems = read(types + text, "documents/a.yaml")
        assert problems == []
        return self.put(documents)

    def put(self, documents: list[Document]) -> list[tuple[str, str, str]]:
        self.told.clear()
        changes, _ = apply(self.store, documents, tell=self.told.append)
        return [(one.action, one.kind, one.name) for one in changes]

    def id(self, kind: str, name: str) -> int:
        with self.store.reading() as tx:
            return naming.resources(tx, [(kind, name)])[kind, name]

    def values(self, kind: str, name: str) -> dict[str, Any]:
        with self.store.reading() as tx:
            (row,) = resources.load(tx, [self.id(kind, name)])
        return {**decode(row.doc), "alive": row.state == resources.LIVE}

    def refers(self, kind: str, name: str) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {}
        with self.store.reading() as tx:
            for attribute, target in tx.rows(
                "SELECT attribute, target FROM resource_reference WHERE resource = ? AND origin = ?",
                self.id(kind, name),
                self.store.symbol(OWN),
            ):
                found.setdefault(self.store.name(attribute), set()).add(target)
        return found

    def body(self, kind: str, name: str) -> dict[str, Any]:
        return next(dict(d.body) for d in in_force(self.store) if (d.kind, d.name) == (kind, name))

    def request(
        self, kind: str, name: str, values: dict[str, Any], refers: list[tuple[str, int]] | None = None
    ) -> None:
        """What a request does: the resource gets values and references; its document follows."""
        with self.store.transaction() as tx:
            writer = self.writer(tx)
            target = load(tx, self.store, self.id(kind, name), ())
            assert target is not None
            writer.change(target, {**target.values, **values}, refers or [], [])
            refresh(tx, self.store, [self.id(kind, name)])

    def writer(self, tx: Any) -> Writer:
        return Writer(tx, Engine(self.store, setup(Path(), in_force(self.store)), clock=self.store.clock).symbols)


@pytest.fixture
def folder(database_url: str) -> Iterator[Folder]:
    store = Store(database_url)
    yield Folder(store)
    store.close()


def test_documents_become_resources_with_values_references_and_keys(folder: Folder) -> None:
    folder.apply(POLICY + ANN)
    assert folder.told == []
    sales = folder.values("Set", "Sales")
    assert sales.pop("CreatedTime").startswith("20")
    assert sales == {
        "alive": True,
        "DisplayName": "Sales",
        "Description": "Who sells",
        "Filter": "/person[department = 'Sales']",
    }
    ann, everybody = folder.id("person", "ann"), folder.id("Set", "Everybody")
    assert folder.refers("Set", "Sales") == {"ExplicitMember": {ann, everybody}}
    rule = folder.values("ManagementPolicyRule", "Everybody reads everybody")
    assert rule["ActionType"] == ["Read"]
    assert rule["Disabled"] is False
    refers = {"PrincipalSet": {everybody}, "ResourceCurrentSet": {everybody}}
    assert folder.refers("ManagementPolicyRule", "Everybody reads everybody") == refers
    with folder.store.reading() as tx:
        assert naming.by_key(tx, ["Set.DisplayName"], ["sales"]) == {"sales": [folder.id("Set", "Sales")]}
        assert naming.by_key(tx, ["person.accountName"], ["ann"]) == {"ann": [ann]}
        assert facts.known_by(tx, ["11111111-2222-3333-4444-555555555555"]) == {
            "11111111-2222-3333-4444-555555555555": everybody
        }


def test_applied_again_nothing_is_written(folder: Folder) -> None:
    folder.apply(POLICY + ANN)
    with folder.store.reading() as tx:
        before = tx.value("SELECT max(place) FROM batch")
    assert folder.apply(POLICY + ANN) == []
    with folder.store.reading() as tx:
        assert tx.value("SELECT max(place) FROM batch") == before


def test_a_document_that_changes_changes_its_resource(folder: Folder) -> None:
    folder.apply(POLICY + ANN)
    id_ = folder.id("Set", "Sales")
    changed = POLICY.replace("Description: Who sells\n", "").replace("[person/ann, Set/Everybody]", "person/ann")
    assert folder.apply(changed + ANN) == [("changed", "Set", "Sales")]
    assert folder.id("Set", "Sales") == id_
    assert "Description" not in folder.values("Set", "Sales")
    assert folder.refers("Set", "Sales") == {"ExplicitMember": {folder.id("person", "ann")}}


def test_a_document_that_is_gone_ends_its_resource_and_brings_the_same_one_back(folder: Folder) -> None:
    folder.apply(POLICY + ANN)
    ann = folder.id("person", "ann")
    assert folder.apply(POLICY) == [("removed", "person", "ann")]
    assert folder.values("person", "ann")["alive"] is False
    assert len(folder.told) == 1
    folder.apply(POLICY + ANN)
    assert folder.id("person", "ann") == ann
    assert folder.values("person", "ann")["alive"] is True
    assert ann in folder.refers("Set", "Sales")["ExplicitMember"]


def test_by_its_guid_a_document_can_be_renamed(folder: Folder) -> None:
    folder.apply(POLICY)
    id_ = folder.id("Set", "Everybody")
    renamed = POLICY.replace("name: Everybody\n", "name: All people\n").replace(": Everybody\n", ": All people\n")
    folder.apply(renamed.replace("Set/Everybody", "Set/All people"))
    assert folder.id("Set", "All people") == id_
    assert folder.values("Set", "All people")["DisplayName"] == "All people"
    with folder.store.reading() as tx:
        assert naming.resources(tx, [("Set", "Everybody")]) == {}


def test_whom_nobody_finds_is_told_and_looked_for_again(folder: Folder) -> None:
    folder.apply(POLICY)
    (problem,) = folder.told
    assert "'ExplicitMember' refers to person/ann, and there is none such" in str(problem)
    assert (problem.about, problem.place.line) == ("Sales", 14)
    with folder.store.transaction() as tx:
        folder.writer(tx).create("person", {"accountName": "ANN"}, [], fact=True)
    assert folder.apply(POLICY) == []
    assert folder.told == []
    assert len(folder.refers("Set", "Sales")["ExplicitMember"]) == 2


def test_a_filter_may_say_whom_a_reference_means(folder: Folder) -> None:
    text = POLICY.replace("person/ann", "\"/person[accountName = 'ann']\"")
    folder.apply(text + ANN)
    assert folder.told == []
    assert folder.id("person", "ann") in folder.refers("Set", "Sales")["ExplicitMember"]
    folder.apply(text + ANN + ANN.replace("name: ann", "name: other"))
    assert len(folder.told) == 1  # several


def test_what_has_a_mistake_is_refused_as_a_whole(folder: Folder) -> None:
    folder.apply(POLICY + ANN)
    with pytest.raises(ConfigurationError, match="'GrantRight' is true or false"):
        folder.apply(POLICY.replace("GrantRight: true", "GrantRight: perhaps"))
    other = POLICY.replace("name: Sales\n", "name: Sales\nObjectID: 11111111-2222-3333-4444-555555555555\n")
    with pytest.raises(ConfigurationError, match="has the ObjectID of Set Everybody"):
        folder.apply(other)
    assert folder.values("person", "ann")["alive"] is True


def test_what_a_request_changes_is_drift(folder: Folder) -> None:
    folder.apply(POLICY + ANN)
    old = in_force(folder.store)
    folder.request("Set", "Sales", {"Description": "Sellers"}, [("ExplicitMember", folder.id("Set", "Sales"))])
    assert drift(folder.store, old) == [Change("changed", "Set", "Sales")]
    assert folder.body("Set", "Sales") == {
        "Description": "Sellers",
        "Filter": "/person[department = 'Sales']",
        "ExplicitMember": ["Set/Everybody", "Set/Sales", "person/ann"],
    }
    assert folder.put(old) == [("changed", "Set", "Sales")]
    assert folder.values("Set", "Sales")["Description"] == "Who sells"


def test_what_a_request_makes_has_a_document_with_a_name_of_its_own(folder: Folder) -> None:
    folder.apply(POLICY + ANN)
    with folder.store.transaction() as tx:
        writer = folder.writer(tx)
        ids = [
            writer.create("Set", values, [("ExplicitMember", folder.id("person", "ann"))], fact=True)
            for values in ({"DisplayName": "Sales"}, {"DisplayName": "Sales"}, {})
        ]
        person = writer.create("person", {"accountName": "bob"}, [], fact=True)
        request = writer.create("Request", {"DisplayName": "r"}, [], fact=False)
        refresh(tx, folder.store, [*ids, person, request])
    made = [(one.kind, one.name, one.place.file) for one in in_force(folder.store)]
    file = "documents/resources/Set.yaml"
    assert [one for one in made if one[2] == file] == [
        ("Set", "Sales (2)", file),
        ("Set", "Sales (3)", file),
        ("Set", f"Set {ids[2]}", file),
    ]
    assert folder.body("Set", "Sales (2)") == {"DisplayName": "Sales", "ExplicitMember": "person/ann"}
    assert folder.body("Set", f"Set {ids[2]}") == {"DisplayName": "", "ExplicitMember": "person/ann"}
    assert not any(name == "bob" for _, name, _ in made)


def test_what_a_request_deletes_has_no_document_and_nobody_refers_to_it(folder: Folder) -> None:
    folder.apply(POLICY + ANN)
    with folder.store.transaction() as tx:
        id_ = folder.id("Set", "Everybody")
        target = load(tx, folder.store, id_, ())
        assert target is not None
        folder.writer(tx).delete(target)
        refresh(tx, folder.store, [id_])
    assert ("Set", "Everybody") not in {(one.kind, one.name) for one in in_force(folder.store)}
    assert folder.body("Set", "Sales")["ExplicitMember"] == "person/ann"
    assert "PrincipalSet" not in folder.body("ManagementPolicyRule", "Everybody reads everybody")


def test_an_export_of_what_requests_have_made_is_applied_without_a_change(folder: Folder, tmp_path: Path) -> None:
    folder.apply(POLICY + ANN)
    folder.request("Set", "Sales", {"Description": "a: b\n#c", "Filter": "/*"}, [])
    with folder.store.transaction() as tx:
        id_ = folder.writer(tx).create("Set", {"DisplayName": "New:\t x"}, [], fact=True)
        refresh(tx, folder.store, [id_])
    folder.request("Set", "New: x", {"Temporal": True}, [("ExcludedMember", folder.id("person", "ann"))])
    documents = [one for path, text in files(in_force(folder.store)).items() for one in read(text, path)[0]]
    assert len(documents) == len(in_force(folder.store))
    assert drift(folder.store, documents) == []
    with folder.store.reading() as tx:
        before = tx.rows("SELECT id, doc, state FROM resource ORDER BY id")
    assert folder.put(documents) == []
    with folder.store.reading() as tx:
        assert tx.rows("SELECT id, doc, state FROM resource ORDER BY id") == before
    assert folder.values("Set", "New: x")["DisplayName"] == "New:\t x"


def test_an_attribute_called_as_a_key_of_documents_is_kept_too(folder: Folder) -> None:
    types = "kind: ObjectType\nname: thing\nattributes: {name: string, kind: string}\n---\n"
    folder.apply("kind: thing\nname: one\n.name: One\n.kind: K\n", types)
    assert folder.values("thing", "one") == {"alive": True, "name": "One", "kind": "K"}
    folder.request("thing", "one", {"name": "Two"})
    assert folder.body("thing", "one") == {".name": "Two", ".kind": "K"}
